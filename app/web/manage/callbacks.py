"""The callback list and the page of one case: what to do next, by when, and one tap for each outcome."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import TypedDict, TypeVar
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Actor
from app.analytics.one_interaction import find_interaction
from app.callbacks.closing import close_case
from app.callbacks.errors import CaseNotFoundError, InvalidWorkError, TooManyRevealsError
from app.callbacks.holding import get_case
from app.callbacks.models import AttemptResult, CallbackCase
from app.callbacks.numbers import ShownNumber, reveal_number, show_number
from app.callbacks.queues import Tab, count_tabs, list_cases
from app.callbacks.sheet import CaseSheet, read_case
from app.callbacks.working import add_note, claim_case, log_attempt, release_case
from app.kit.crypto import UnreadableValueError
from app.kit.errors import ConflictError, InvalidInputError, OtklikError
from app.kit.i18n import NAMES, Language
from app.organisation.service import get_unit
from app.organisation.tree import working_time
from app.review_sites.service import list_clicks
from app.surveys.definition import Definition, QuestionType
from app.surveys.service import get_definition
from app.web import access, edge
from app.web.manage import case_words as words
from app.web.manage.words import CHANNELS

HOME = "/manage/callbacks"
callbacks = Blueprint("callbacks", __name__, url_prefix=HOME)
access.gate(callbacks, access.Gate.STAFF, writing=access.Gate.MANAGER)

_EnumT = TypeVar("_EnumT", bound=StrEnum)


class _Actor(TypedDict):
    """Who does something, to which units, and when."""

    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class ShownRating:
    """A rating in words; `face` is 1 to 5 where the question was asked with faces."""

    label: str
    face: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline as it is shown."""

    at: datetime
    words: str
    who: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What could not be done, beside the form that asked for it, with all that was typed there."""

    form: str
    words: str
    field: str | None
    typed: Mapping[str, str]


@callbacks.get("")
def show_list() -> str:
    """The list: one tab of it, the most urgent first; `unit` narrows it to a unit with all below."""
    tab = _read(Tab, request.args.get("tab")) or Tab.CALLBACKS
    code = request.args.get("unit", "")
    unit = get_unit(edge.db(), code if code.isprintable() else "", access.scope()) if code else None
    within = unit.id if unit else None
    user_id, now = access.staff().user.id, edge.now()
    page = list_cases(
        edge.db(),
        scope=access.scope(),
        work_scope=access.scope(access.Gate.MANAGER),
        tab=tab,
        user_id=user_id,
        unit_id=within,
        cursor=request.args.get("after"),
        now=now,
    )
    definitions = {
        version: get_definition(edge.db(), version)
        for version in {row.survey_version_id for row in page.rows}
        if version is not None
    }
    return render_template(
        "manage/callbacks/list.html",
        tab=tab,
        unit=unit,
        page=page,
        counts=count_tabs(edge.db(), scope=access.scope(), user_id=user_id, unit_id=within, now=now),
        ratings={
            row.id: _show_rating(definitions[row.survey_version_id], row.rating)
            for row in page.rows
            if row.survey_version_id is not None and row.rating is not None
        },
        user_id=user_id,
        now=now,
        words=words,
        names=NAMES,
        rules=edge.wiring().case_rules,
    )


@callbacks.get("/<uuid:case_id>")
def show_case(case_id: uuid.UUID) -> str:
    """One case with everything that happened."""
    return _show(case_id)


@callbacks.post("/<uuid:case_id>/claim")
def claim(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take the case; the page then shows the number to ring."""
    return _work(case_id, "claim", lambda: claim_case(edge.db(), case_id, **_actor()))


@callbacks.post("/<uuid:case_id>/release")
def release(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Give the case back to everybody."""
    return _work(
        case_id, "release", lambda: release_case(edge.db(), case_id, **_actor()), gettext("The case is free again.")
    )


@callbacks.post("/<uuid:case_id>/attempts")
def attempt(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Write down how a try to ring went: `result`, or `again` for the times at which to ring later."""

    def act() -> CallbackCase:
        again = request.form.get("again")
        result = AttemptResult.CALL_LATER if again else _read(AttemptResult, request.form.get("result"))
        if result is None:
            raise InvalidWorkError("no result", field="result", code="result_missing")
        unit_id = get_case(edge.db(), case_id, access.scope()).unit_id
        zone = working_time(edge.db(), unit_id).time_zone
        return log_attempt(
            edge.db(),
            case_id,
            **_actor(),
            rules=edge.wiring().case_rules,
            result=result,
            next_attempt_at=_read_time(again, request.form.get("at", ""), zone) if again else None,
            note=request.form.get("note"),
        )

    return _work(case_id, "attempt", act, gettext("The call is written down."))


@callbacks.post("/<uuid:case_id>/notes")
def note(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Write a note into the timeline."""
    text = request.form.get("note", "")
    return _work(
        case_id,
        "note",
        lambda: add_note(edge.db(), case_id, **_actor(), note=text),
        gettext("The note is written down."),
    )


@callbacks.post("/<uuid:case_id>/close")
def close(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Close the case with its outcome and cause, and go on with the list."""

    def act() -> CallbackCase:
        form = request.form
        return close_case(
            edge.db(),
            case_id,
            **_actor(),
            rules=edge.wiring().case_rules,
            outcome=form.get("outcome", ""),
            cause=form.get("cause", ""),
            note=form.get("note"),
        )

    return _work(case_id, "close", act, gettext("The case is closed."), then=f"{HOME}?tab={Tab.MINE}")


@callbacks.post("/<uuid:case_id>/number")
def reveal(case_id: uuid.UUID) -> str | tuple[str, int]:
    """Show the number on this one page to somebody who says why; it is written down."""
    case = get_case(edge.db(), case_id, access.scope())
    try:
        number = reveal_number(
            edge.db(),
            edge.wiring().vault,
            case,
            user_id=access.staff().user.id,
            reason=request.form.get("reason", ""),
            address=request.remote_addr,
            now=edge.now(),
        )
    except (InvalidInputError, ConflictError, UnreadableValueError) as error:
        return _refuse(case_id, "number", error)
    edge.db().flush()  # the timeline shows this very reveal
    return _show(case_id, revealed=number)


def _work(
    case_id: uuid.UUID, form: str, act: Callable[[], object], done: str | None = None, then: str | None = None
) -> Response | tuple[str, int]:
    try:
        act()
    except (InvalidInputError, ConflictError) as error:
        return _refuse(case_id, form, error)
    if done:
        flash(done, "good")
    return redirect(then or f"{HOME}/{case_id}", 303)


def _refuse(case_id: uuid.UUID, form: str, error: OtklikError) -> tuple[str, int]:
    edge.roll_back()  # what was begun before the refusal must not be shown as done
    status = HTTPStatus.CONFLICT if isinstance(error, ConflictError) else HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, TooManyRevealsError):
        status = HTTPStatus.TOO_MANY_REQUESTS
    if isinstance(error, UnreadableValueError):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    return _show(case_id, error=error, form=form), status


def _show(
    case_id: uuid.UUID, *, revealed: ShownNumber | None = None, error: OtklikError | None = None, form: str = ""
) -> str:
    user, now = access.staff().user, edge.now()
    sheet = read_case(edge.db(), case_id, access.scope(access.Gate.STAFF), now=now)
    may_work = _may_work(sheet.case)
    zone = sheet.time.time_zone
    definition = get_definition(edge.db(), sheet.response.survey_version_id) if sheet.response else None
    field = error.field if isinstance(error, InvalidInputError) else None
    spoken = sheet.contact_language or (sheet.response.language if sheet.response else None)
    return render_template(
        "manage/callbacks/case.html",
        sheet=sheet,
        case=sheet.case,
        zone=zone,
        now=now,
        may_work=may_work,
        mine=may_work and sheet.case.claimed_by_id == user.id,
        number=revealed
        or show_number(edge.db(), edge.wiring().vault, sheet.case, user_id=user.id if may_work else None),
        rating=_show_rating(definition, sheet.response.rating) if definition and sheet.response else None,
        survey=definition.name(edge.current_language(), edge.desk().company) if definition else None,
        answers=_show_answers(definition, sheet) if definition else [],
        about=find_interaction(edge.db(), sheet.response.interaction_id, scope=access.scope(), now=now)
        if sheet.response
        else None,
        channels=CHANNELS,
        show_time=words.say_time,
        timeline=_tell(sheet, zone),
        spoken=NAMES[Language(spoken)] if spoken else None,
        outcomes=[
            outcome
            for outcome in edge.wiring().case_rules.outcomes
            if sheet.case.contact_id is not None or not outcome.needs_number
        ],
        refusal=Refusal(form, words.say_refusal(error, zone), field, request.form.to_dict()) if error else None,
        words=words,
        rules=edge.wiring().case_rules,
    )


def _may_work(case: CallbackCase) -> bool:
    """A manager of one office may be an analyst of another, so the role alone does not say."""
    if not access.may(access.Gate.MANAGER):
        return False
    try:
        get_case(edge.db(), case.id, access.scope(access.Gate.MANAGER))
    except CaseNotFoundError:
        return False
    return True


def _actor() -> _Actor:
    return {"actor": access.staff().actor, "now": edge.now()}


def _show_rating(definition: Definition, rating: int) -> ShownRating:
    first = definition.first
    label = first.label(rating, edge.current_language())
    if first.type is QuestionType.NPS:
        label = gettext("%(rating)s of 10", rating=rating)
    return ShownRating(label, rating if first.type is QuestionType.RATING5 else None)


def _show_answers(definition: Definition, sheet: CaseSheet) -> list[tuple[str, str]]:
    """Return the later questions that were answered with the words of their answers, in the survey's order."""
    language, company = edge.current_language(), edge.desk().company
    shown = []
    for question in definition.later:
        said = [answer for answer in sheet.answers if answer.question_key == question.key]
        texts = [
            answer.text if answer.value is None else question.label(answer.value, language)
            for answer in sorted(said, key=lambda answer: answer.value or 0)
        ]
        if texts:
            shown.append((question.ask(language, company), ", ".join(filter(None, texts))))
    return shown


def _tell(sheet: CaseSheet, zone: ZoneInfo) -> list[Line]:
    lines = [
        Line(event.at, words.say_event(event, zone, edge.wiring().case_rules), event.who, event.note)
        for event in sheet.events
    ]
    if sheet.response is not None:
        names = {site: rules.name for site, rules in edge.desk().catalogue.sites.items()}
        lines += [
            Line(click.clicked_at, gettext("The respondent left for %(site)s", site=names.get(click.site, click.site)))
            for click in list_clicks(edge.db(), sheet.response.id)
        ]
    return sorted(lines, key=lambda line: line.at)


def _read_time(again: str, typed: str, zone: ZoneInfo) -> datetime | None:
    """Return when to ring again: in an hour, tomorrow at ten by the office's clock, or what was typed on that clock."""
    if again == "hour":
        return edge.now() + timedelta(hours=1)
    if again == "tomorrow":
        tomorrow = edge.now().astimezone(zone) + timedelta(days=1)
        return tomorrow.replace(hour=10, minute=0, second=0, microsecond=0)
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone)
    except ValueError:
        return None


def _read(kind: type[_EnumT], text: str | None) -> _EnumT | None:
    return kind(text) if text in list(kind) else None
