"""What administrators do to webhooks: add, change, test, give another secret, switch, delete, send again."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.kit.errors import ConflictError, InvalidInputError
from app.web import access, edge
from app.web.manage.connections import words
from app.web.manage.connections.webhooks import HOME, require_whole_company, show_endpoint
from app.webhooks import service
from app.webhooks.addresses import is_trial
from app.webhooks.events import WebhookEvent
from app.webhooks.models import WebhookEndpoint

webhook_changes = Blueprint("webhook_changes", __name__, url_prefix=HOME)
access.gate(webhook_changes, access.Gate.ADMIN)
webhook_changes.before_request(require_whole_company)
Answer = Response | str | tuple[str, int]


@webhook_changes.get("/new")
def show_new() -> str:
    """The form for another webhook, every event chosen."""
    return _show_form({}, list(WebhookEvent), {})


@webhook_changes.post("/new")
def add() -> Answer:
    """Add the webhook and show its secret, this once."""
    form, chosen = request.form, request.form.getlist("event")
    try:
        endpoint, secret = service.add_endpoint(
            edge.db(),
            vault=edge.wiring().vault,
            url=form.get("url", ""),
            description=form.get("description", ""),
            events=chosen,
            allow_local=_allow_local(),
            user_id=_me(),
            now=edge.now(),
        )
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return _show_form(form, chosen, _say(error)), 422
    return _show_secret(endpoint, secret, first=True)


@webhook_changes.get("/<uuid:endpoint_id>/edit")
def show_edit(endpoint_id: uuid.UUID) -> str:
    """The form that changes a webhook."""
    endpoint = service.get_endpoint(edge.db(), endpoint_id)
    typed = {"url": endpoint.url, "description": endpoint.description}
    return _show_form(typed, endpoint.events or list(WebhookEvent), {}, endpoint)


@webhook_changes.post("/<uuid:endpoint_id>/edit")
def change(endpoint_id: uuid.UUID) -> Answer:
    """Change the webhook."""
    endpoint, form, chosen = service.get_endpoint(edge.db(), endpoint_id), request.form, request.form.getlist("event")
    try:
        service.change_endpoint(
            edge.db(),
            endpoint_id,
            url=form.get("url", ""),
            description=form.get("description", ""),
            events=chosen,
            allow_local=_allow_local(),
            user_id=_me(),
            now=edge.now(),
        )
    except InvalidInputError as error:
        edge.roll_back()
        return _show_form(form, chosen, _say(error), endpoint), 422
    flash(gettext("The webhook is changed."), "good")
    return redirect(f"{HOME}/{endpoint_id}", 303)


@webhook_changes.post("/<uuid:endpoint_id>/test")
def test(endpoint_id: uuid.UUID) -> Answer:
    """Send a test event."""
    return _do(
        endpoint_id,
        lambda: service.send_test(edge.db(), endpoint_id, user_id=_me(), now=edge.now()),
        gettext("A test is on its way. Load the page again in a few seconds to see what was answered."),
    )


@webhook_changes.post("/<uuid:endpoint_id>/secret")
def rotate(endpoint_id: uuid.UUID) -> str:
    """Give the webhook another secret and show it, this once."""
    endpoint, secret = service.rotate_secret(
        edge.db(), endpoint_id, vault=edge.wiring().vault, user_id=_me(), now=edge.now()
    )
    return _show_secret(endpoint, secret, first=False)


@webhook_changes.post("/<uuid:endpoint_id>/disable")
def disable(endpoint_id: uuid.UUID) -> Answer:
    """Send nothing more."""
    return _do(
        endpoint_id,
        lambda: service.disable_endpoint(edge.db(), endpoint_id, user_id=_me(), now=edge.now()),
        gettext("Switched off."),
    )


@webhook_changes.post("/<uuid:endpoint_id>/enable")
def enable(endpoint_id: uuid.UUID) -> Answer:
    """Send what happens from now on."""
    return _do(
        endpoint_id,
        lambda: service.enable_endpoint(edge.db(), endpoint_id, user_id=_me(), now=edge.now()),
        gettext("Switched on. What happens from now on is sent."),
    )


@webhook_changes.post("/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/replay")
def replay(endpoint_id: uuid.UUID, delivery_id: uuid.UUID) -> Answer:
    """Send one delivery again."""
    return _do(
        endpoint_id,
        lambda: service.replay_delivery(edge.db(), endpoint_id, delivery_id, user_id=_me(), now=edge.now()),
        gettext("It is sent again, under the same id."),
    )


@webhook_changes.post("/<uuid:endpoint_id>/replay")
def replay_failed(endpoint_id: uuid.UUID) -> Answer:
    """Send again what failed."""
    hours = request.form.get("since", "")
    since = edge.now() - timedelta(hours=int(hours) if hours in words.SINCE else 24)
    try:
        count = service.replay_failed(edge.db(), endpoint_id, since=since, user_id=_me(), now=edge.now())
    except ConflictError as error:
        return _refuse(endpoint_id, error)
    if count:
        flash(ngettext("%(num)s delivery is sent again.", "%(num)s deliveries are sent again.", count), "good")
    else:
        flash(gettext("Nothing had failed in that time."), "good")
    return redirect(f"{HOME}/{endpoint_id}", 303)


@webhook_changes.post("/<uuid:endpoint_id>/delete")
def delete(endpoint_id: uuid.UUID) -> Answer:
    """Delete the webhook."""
    service.delete_endpoint(edge.db(), endpoint_id, user_id=_me(), now=edge.now())
    flash(gettext("The webhook is deleted."), "good")
    return redirect(HOME, 303)


def _do(endpoint_id: uuid.UUID, act: Callable[[], object], done: str) -> Answer:
    try:
        act()
    except ConflictError as error:
        return _refuse(endpoint_id, error)
    flash(done, "good")
    return redirect(f"{HOME}/{endpoint_id}", 303)


def _refuse(endpoint_id: uuid.UUID, error: ConflictError) -> tuple[str, int]:
    edge.roll_back()
    return show_endpoint(endpoint_id, {"": words.REFUSALS[error.code]}), 409


def _say(error: InvalidInputError | ConflictError) -> Mapping[str, object]:
    field = error.field if isinstance(error, InvalidInputError) else None
    return {field or "": words.REFUSALS[error.code]}


def _show_form(
    typed: Mapping[str, str], chosen: list[str], errors: Mapping[str, object], endpoint: WebhookEndpoint | None = None
) -> str:
    return render_template(
        "manage/webhooks/form.html",
        typed=typed,
        chosen=chosen,
        errors=errors,
        endpoint=endpoint,
        allow_local=_allow_local(),
        words=words,
    )


def _show_secret(endpoint: WebhookEndpoint, secret: str, *, first: bool) -> str:
    """Return the page with a secret: the answer to the form itself, since it is kept nowhere in the clear."""
    return render_template("manage/webhooks/secret.html", endpoint=endpoint, secret=secret, first=first)


def _me() -> uuid.UUID:
    return access.staff().user.id


def _allow_local() -> bool:
    return is_trial(edge.wiring().public_url)
