"""Webhooks: the list, and one with its deliveries. For administrators of the whole company: they hear of all of it."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, render_template, request
from werkzeug.exceptions import Forbidden

from app.web import access, edge
from app.web.manage.connections import words
from app.web.manage.table import read_table
from app.webhooks.events import WebhookEvent
from app.webhooks.listing import MOST_COUNTED, list_deliveries, list_endpoints, read_endpoint
from app.webhooks.models import WebhookState
from app.webhooks.service import MOST_AT_ONCE, get_endpoint

HOME = "/manage/webhooks"
webhooks = Blueprint("webhooks", __name__, url_prefix=HOME)
access.gate(webhooks, access.Gate.ADMIN)


def require_whole_company() -> None:
    """Refuse whoever administers a part of the company alone."""
    if not access.scope().everything:
        raise Forbidden


webhooks.before_request(require_whole_company)


@webhooks.get("")
def show_list() -> str:
    """Every webhook and how it fares."""
    return render_template(
        "manage/webhooks/list.html", lines=list_endpoints(edge.db()), words=words, event_count=len(WebhookEvent)
    )


@webhooks.get("/<uuid:endpoint_id>")
def show_one(endpoint_id: uuid.UUID) -> str:
    """One webhook with its log."""
    return show_endpoint(endpoint_id)


def show_endpoint(endpoint_id: uuid.UUID, errors: Mapping[str, object] | None = None) -> str:
    """Return the page of one webhook, with what was refused."""
    session = edge.db()
    endpoint = get_endpoint(session, endpoint_id)
    table = read_table(
        request.args, sorts=["created"], filters={"state": list(WebhookState), "event": list(words.ALL_EVENTS)}
    )
    deliveries, total = list_deliveries(
        session,
        endpoint.id,
        state=table.filters.get("state"),
        event=table.filters.get("event"),
        limit=table.per_page,
        offset=table.offset,
    )
    return render_template(
        "manage/webhooks/one.html",
        line=read_endpoint(session, endpoint),
        endpoint=endpoint,
        table=table,
        deliveries=deliveries,
        total=total,
        most=MOST_COUNTED,
        at_once=MOST_AT_ONCE,
        errors=errors or {},
        now=edge.now(),
        words=words,
        event_count=len(WebhookEvent),
    )
