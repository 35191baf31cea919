"""What the page of one case shows, also after a form on it was refused."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TypedDict
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app.accounts.permissions import Actor, Permission
from app.analytics.one_interaction import find_interaction
from app.callbacks.errors import CaseNotFoundError, TooManyRevealsError
from app.callbacks.handing_over import list_takers
from app.callbacks.holding import get_case
from app.callbacks.models import AttemptResult, CallbackCase
from app.callbacks.numbers import ShownNumber, show_number
from app.callbacks.sheet import CaseSheet, read_case
from app.kit.crypto import UnreadableValueError
from app.kit.errors import ConflictError, InvalidInputError, OtklikError
from app.kit.i18n import NAMES, Language
from app.surveys.definition import Definition
from app.surveys.service import get_definition
from app.web import access, edge
from app.web.manage.callbacks import compensation_words, words
from app.web.manage.callbacks.extras import read_extras
from app.web.manage.callbacks.story import tell
from app.web.manage.words import CHANNELS

HOME = "/manage/callbacks"
# What use cases call a field that is called otherwise on the page.
_FIELDS = {"next_attempt_at": "at", "due_at": "at", "to_user_id": "to", "other_ids": "case"}
# What was typed that is worth copying out where the form itself is gone.
_WORTH_KEEPING = ("note", "promise")


class ActsAs(TypedDict):
    """Who does something, to which units, and when."""

    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """What could not be done, beside the form that asked for it, with all that was typed there."""

    form: str
    words: str
    field: str | None
    typed: Mapping[str, str]

    @property
    def unsaved(self) -> list[str]:
        """The words that were typed, for where the page has no form any more to show them in."""
        return [self.typed[name] for name in _WORTH_KEEPING if self.typed.get(name)]


@dataclass(frozen=True, slots=True)
class Picked:
    """What the form of closing begins with, after an attempt that leads there."""

    open: bool = False
    outcome: str = ""


_PICKED: Mapping[str, Picked] = {
    AttemptResult.REACHED: Picked(open=True),
    AttemptResult.WRONG_NUMBER: Picked(True, "wrong_number"),
}


def acts_as() -> ActsAs:
    """Return what every use case of this request is told of whoever asks."""
    return {"actor": access.staff().actor, "now": edge.now()}


def work(
    case_id: uuid.UUID, form: str, act: Callable[[], object], done: str | None = None, then: str | None = None
) -> Response | tuple[str, int]:
    """Do it and lead back to the case, or on to `then`; refused, show the case with all that was typed."""
    try:
        act()
    except (InvalidInputError, ConflictError) as error:
        return refuse(case_id, form, error)
    if done:
        flash(done, "good")
    return redirect(then or f"{HOME}/{case_id}", 303)


def refuse(case_id: uuid.UUID, form: str, error: OtklikError) -> tuple[str, int]:
    """Return the page of the case as it stands, with why it was refused and what was typed."""
    edge.roll_back()  # what was begun before the refusal must not be shown as done
    status = HTTPStatus.CONFLICT if isinstance(error, ConflictError) else HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, TooManyRevealsError):
        status = HTTPStatus.TOO_MANY_REQUESTS
    if isinstance(error, UnreadableValueError):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    return render_case(case_id, error=error, form=form), status


def render_case(
    case_id: uuid.UUID, *, revealed: ShownNumber | None = None, error: OtklikError | None = None, form: str = ""
) -> str:
    """Return the page; raises CaseNotFoundError, for another office's case too."""
    user, now = access.staff().user, edge.now()
    session, scope = edge.db(), access.scope(access.Gate.STAFF)
    sheet = read_case(session, case_id, scope, now=now)
    case, zone = sheet.case, sheet.time.time_zone
    may_work = _may_work(case)
    mine = may_work and case.claimed_by_id == user.id
    definition = get_definition(session, sheet.response.survey_version_id) if sheet.response else None
    spoken = sheet.contact_language or (sheet.response.language if sheet.response else None) or case.language
    interaction_id = sheet.response.interaction_id if sheet.response else case.interaction_id
    return render_template(
        "manage/callbacks/case.html",
        sheet=sheet,
        case=case,
        zone=zone,
        now=now,
        tomorrow=_tomorrow_evening(now, zone),
        may_work=may_work,
        mine=mine,
        number=revealed or show_number(session, edge.wiring().vault, case, user_id=user.id if may_work else None),
        rating=words.show_rating(definition, sheet.response.rating) if definition and sheet.response else None,
        survey=definition.name(edge.current_language(), edge.desk().company) if definition else None,
        answers=_show_answers(definition, sheet) if definition else [],
        about=find_interaction(session, interaction_id, scope=scope, now=now),
        channels=CHANNELS,
        show_time=words.say_time,
        timeline=tell(sheet, zone, now),
        spoken=NAMES[Language(spoken)] if spoken else None,
        promises=sheet.promises,
        same_person=sheet.same_person,
        takers=list_takers(session, case, actor=access.staff().actor) if _may_hand_over(case) else [],
        outcomes=[
            outcome
            for outcome in edge.wiring().case_rules.outcomes
            if case.contact_id is not None or not outcome.needs_number
        ],
        picked=_PICKED.get(request.args.get("then", ""), Picked()),
        refusal=_explain(error, form, zone) if error else None,
        words=words,
        rules=edge.wiring().case_rules,
        extras=read_extras(sheet, sheet.promises, mine=mine, may_work=may_work, spoken=spoken),
        money=compensation_words,
        say_kind=lambda key, _language: compensation_words.say_kind(edge.wiring().case_rules.compensation, key),
    )


def read_time(again: str, typed: str, zone: ZoneInfo) -> datetime | None:
    """Return when to ring again: in an hour, tomorrow at ten by the office's clock, or what was typed on that clock."""
    if again == "hour":
        return edge.now() + timedelta(hours=1)
    if again == "tomorrow":
        tomorrow = edge.now().astimezone(zone) + timedelta(days=1)
        return tomorrow.replace(hour=10, minute=0, second=0, microsecond=0)
    return read_local(typed, zone)


def read_local(typed: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant that was typed on the office's clock, or None for what is none."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone)
    except ValueError:
        return None


def _explain(error: OtklikError, form: str, zone: ZoneInfo) -> Refusal:
    field = error.field if isinstance(error, InvalidInputError) else None
    why = compensation_words.say_refusal(error) or words.say_refusal(error, zone)
    return Refusal(form, why, _FIELDS.get(field, field) if field else None, request.form.to_dict())


def _tomorrow_evening(now: datetime, zone: ZoneInfo) -> str:
    """Return what the field of a promise begins with; most promise something by the next day."""
    return f"{now.astimezone(zone) + timedelta(days=1):%Y-%m-%d}T18:00"


def _may_work(case: CallbackCase) -> bool:
    """A manager of one office may be an analyst of another, so the role alone does not say."""
    if not access.staff().actor.may(Permission.WORK_CASES):
        return False
    try:
        get_case(edge.db(), case.id, access.staff().actor.scope(Permission.WORK_CASES))
    except CaseNotFoundError:
        return False
    return True


def _may_hand_over(case: CallbackCase) -> bool:
    return case.closed_at is None and _may_work(case)


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
