"""The reading list: every response that nobody has acknowledged yet, and what a reader does about one."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.accounts.permissions import Actor, Permission
from app.analytics.one_response import get_response
from app.analytics.reports import ResponsePage, list_responses
from app.kit.errors import ConflictError, InvalidInputError
from app.organisation.models import Unit
from app.responses.reading.marking import (
    MOST_AT_ONCE,
    acknowledge_responses,
    mark_genuine,
    mark_suspect,
    put_on_coaching,
    thank_employee,
)
from app.responses.reading.unread import COUNTED, LOOKS_BACK, count_unread
from app.routing.read_and_raised import raise_read_case
from app.web import access, edge
from app.web.manage import words
from app.web.manage.responses import reading_words
from app.web.manage.responses.query import list_choices, read_query

HOME = "/manage/reading"
# What of the filter of responses narrows this list; the rest is meant for looking back.
_FIELDS = ("unit", "band", "comment", "employee", "channel")
_DAYS = (7, 30, 90)
reading = Blueprint("reading", __name__, url_prefix=HOME)
access.gate(reading, access.Gate.STAFF, writing=access.Gate.MANAGER)


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody wanted to do and could not: the words about it, and what they had typed."""

    words: str
    note: str


@reading.get("")
def show_list() -> tuple[str, int]:
    """The list, the latest first; a filter that cannot be read is shown again with what is wrong, and 422."""
    session, scope, zone = edge.db(), access.scope(), edge.desk().zone
    asked = MultiDict([(name, value) for name, value in request.args.items(multi=True) if name in _FIELDS])
    query = read_query(session, asked, scope=scope, zone=zone)
    days = next((days for days in _DAYS if str(days) == request.args.get("days")), LOOKS_BACK.days)
    page = None
    if not query.problems:
        wanted = replace(query.wanted, unread=True, since=edge.now() - timedelta(days=days))
        page = list_responses(session, wanted, scope=scope, zone=zone, cursor=request.args.get("before") or None)
    kept = {**query.typed, **({"days": [str(days)]} if days != LOOKS_BACK.days else {})}
    shown = render_template(
        "manage/reading/list.html",
        query=query,
        page=page,
        units=list_choices(session, scope),
        days=days,
        all_days=_DAYS,
        workable=_workable(page),
        without=lambda name: _address({key: values for key, values in kept.items() if key != name}),
        back=_address({**kept, "before": request.args.getlist("before")[:1]}),
        older=_address({**kept, "before": [page.older]}) if page and page.older else None,
        newest=_address(kept) if request.args.get("before") else None,
    )
    return shown, 422 if query.problems else 200


@reading.post("/acknowledge")
def acknowledge_page() -> Response:
    """Acknowledge every response of a page of the list."""
    ids = [found for text in request.form.getlist("response")[:MOST_AT_ONCE] if (found := _read_id(text)) is not None]
    number = acknowledge_responses(edge.db(), ids, access.staff().actor, now=edge.now())
    flash(gettext("Acknowledged: %(number)s.", number=number), "good")
    return redirect(_back(), 303)


@reading.post("/<uuid:response_id>/acknowledge")
def acknowledge(response_id: uuid.UUID) -> Response:
    """Acknowledge one response."""
    get_response(edge.db(), response_id, scope=access.scope(), zone=edge.desk().zone)
    acknowledge_responses(edge.db(), [response_id], access.staff().actor, now=edge.now())
    return redirect(_back(), 303)


@reading.post("/<uuid:response_id>/thank")
def thank(response_id: uuid.UUID) -> Response | tuple[str, int]:
    """Thank the employee."""
    return _act(response_id, thank_employee, gettext("The thank-you stands on the employee’s page."))


@reading.post("/<uuid:response_id>/coaching")
def coach(response_id: uuid.UUID) -> Response | tuple[str, int]:
    """Put the response on the coaching list."""
    return _act(response_id, put_on_coaching, gettext("It is on the coaching list."))


@reading.post("/<uuid:response_id>/case")
def raise_case(response_id: uuid.UUID) -> Response | tuple[str, int]:
    """Raise a case, and go on reading."""

    def act(session: Session, one: uuid.UUID, actor: Actor, *, note: str | None, now: datetime) -> uuid.UUID:
        return raise_read_case(session, edge.desk(), response_id=one, actor=actor, note=note, now=now)

    return _act(response_id, act, gettext("A case is opened."))


@reading.post("/<uuid:response_id>/suspect")
def suspect(response_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take the response out of the figures."""

    return _act(response_id, mark_suspect, gettext("It is out of the figures, and kept."))


@reading.post("/<uuid:response_id>/genuine")
def genuine(response_id: uuid.UUID) -> Response | tuple[str, int]:
    """Let the response count again."""

    return _act(response_id, mark_genuine, gettext("It counts again."))


@reading.app_template_global()
def unread_count() -> str:
    """Return how many responses wait for whoever may acknowledge them, "99+" for many, empty for none."""
    if not access.may(access.Gate.MANAGER):
        return ""
    number = count_unread(edge.db(), access.staff().actor.scope(Permission.MARK_RESPONSES), now=edge.now())
    return f"{COUNTED - 1}+" if number >= COUNTED else str(number or "")


@reading.context_processor
def _words() -> dict[str, object]:
    return {"bands": words.BANDS, "channels": words.CHANNELS, "show_time": words.show_time}


def _act(response_id: uuid.UUID, act: Callable[..., object], done: str) -> Response | tuple[str, int]:
    note = request.form.get("note", "")
    try:
        act(edge.db(), response_id, access.staff().actor, note=note, now=edge.now())
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        status = HTTPStatus.CONFLICT if isinstance(error, ConflictError) else HTTPStatus.UNPROCESSABLE_ENTITY
        return refuse(response_id, Offer(reading_words.say_refusal(error), note)), status
    flash(done, "good")
    return redirect(_back(), 303)


def refuse(response_id: uuid.UUID, offer: Offer) -> str:
    """Return the page with the response, what stood in the way and what had been typed; also a wish's."""
    report = get_response(edge.db(), response_id, scope=access.scope(access.Gate.STAFF), zone=edge.desk().zone)
    return render_template("manage/reading/refused.html", report=report, offer=offer, back=_back())


def back_address() -> str:
    """Return the page of staff that a form came from, the list if it does not say."""
    return _back()


def may_mark(unit_id: uuid.UUID) -> bool:
    """Tell whether the user may mark responses of the unit: a manager of one office may only read of another."""
    if not access.may(access.Gate.MANAGER):
        return False
    scope = access.staff().actor.scope(Permission.MARK_RESPONSES)
    return edge.db().scalar(select(Unit.id).where(Unit.id == unit_id, scope.where(Unit.id))) is not None


def _workable(page: ResponsePage | None) -> frozenset[str]:
    """Return the codes of the page's units whose responses the user may mark."""
    if page is None or not page.lines or not access.may(access.Gate.MANAGER):
        return frozenset()
    scope = access.staff().actor.scope(Permission.MARK_RESPONSES)
    codes = {line.unit_code for line in page.lines}
    return frozenset(edge.db().scalars(select(Unit.code).where(Unit.code.in_(codes), scope.where(Unit.id))))


def _back() -> str:
    path = access.local_path(request.form.get("back"))
    return path if path and path.startswith("/manage/") else HOME


def _address(values: dict[str, list[str]]) -> str:
    return url_for("reading.show_list", **{key: value for key, value in values.items() if value})  # type: ignore[arg-type]


def _read_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
