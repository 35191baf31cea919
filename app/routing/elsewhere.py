"""Ratings that were taken elsewhere: a key pressed in a call, an app, a clerk's own form.

They go the way of every other answer: routed, followed by a case or an offer, heard of by webhooks. There is no device
and no form to tell one person from another: whoever holds the API key answers for that, and a repeat is known by the
interaction or by the key that its sender gave it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.invitations.models import Interaction, Invitation
from app.invitations.places import find_places
from app.invitations.rules import DeliveryPolicy
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.i18n import Language, read_language
from app.kit.ids import new_id
from app.kit.outbox import record_event
from app.organisation.models import Unit
from app.responses import service as responses
from app.responses.models import SurveyResponse, Via
from app.responses.service import About, Sender
from app.routing.complaints import UnknownInteractionError
from app.routing.desk import Desk
from app.routing.invited import AnswerIn, take_rating_about
from app.routing.rules import Answer, choose
from app.routing.service import RatingNotOnScaleError, Taken, follow, taken, version_of
from app.surveys.answers import FIELD, parse_answers, read_text
from app.surveys.definition import Band, Definition
from app.surveys.loader import SurveyLibrary
from app.surveys.question import Question
from app.surveys.service import get_definition
from app.touchpoints.models import Channel
from app.touchpoints.service import find_live

# An answer as programs write it: a value of a scale, the key of an option, words, or several of the first two.
Given = int | str | Sequence[int | str]


class UnknownTouchpointError(InvalidInputError):
    """No touchpoint is in use under this code."""

    code = "unknown_touchpoint"


class SurveyMissingError(InvalidInputError):
    """Nothing says which survey the rating answers."""

    code = "survey_missing"


class UnknownQuestionError(InvalidInputError):
    """The survey has no such later question."""

    code = "unknown_question"


class RatedByAnotherSurveyError(ConflictError):
    """An interaction has one response, and it answers another survey."""

    code = "rated_by_another_survey"


@dataclass(frozen=True, slots=True)
class RatedElsewhere:
    """A rating with what else was said. `answers` are by question key; a comment is a text."""

    rating: int
    answers: Mapping[str, Given] = field(default_factory=dict)
    comment: str | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """What an interaction's answer is about, and what says which survey it answers."""

    about: About
    unit_code: str
    survey_key: str | None
    language: str | None


def rate_touchpoint(
    session: Session,
    desk: Desk,
    surveys: SurveyLibrary,
    code: str,
    said: RatedElsewhere,
    *,
    same: bytes | None = None,
    now: datetime,
) -> Taken:
    """Store a rating for the touchpoint with the code; `same` (a hash) makes a repeat find the first one.

    Raises UnknownTouchpointError, RatingNotOnScaleError, and InvalidInputError for an answer that does not fit.
    """
    touchpoint = find_live(session, code)
    if touchpoint is None:
        raise UnknownTouchpointError("no touchpoint is in use under this code", field="touchpoint")
    definition = surveys.current(touchpoint.survey_key)
    if not definition.first.accepts(said.rating):
        raise RatingNotOnScaleError(_scale(definition), field="rating")
    about = responses.about_touchpoint(touchpoint)
    response_id, sender = new_id(), Sender(form_hash=same, device_hash=None, address_hash=None)
    step = choose(Answer(definition, said.rating), desk.policy)
    if not responses.insert_response(
        session,
        desk.vault,
        response_id=response_id,
        about=about,
        definition=definition,
        version_id=version_of(session, desk, definition, now=now),
        rating=said.rating,
        band=step.band,
        routed=step.routed,
        reasons=(),
        sender=sender,
        language=_language(definition, said.language),
        via=Via.API,
        now=now,
    ):
        known = responses.find_by_form(session, same or b"")
        if known is None:
            raise NotFoundError("the response was deleted while it was being given")
        return taken(desk, known.id, known.band, created=False)
    follow(session, desk, response_id, about, step, now=now)
    record_event(session, "response.created", {"response_id": str(response_id)}, now=now)
    _add(session, response_id, definition, said, now=now)
    return taken(desk, response_id, step.band, created=True)


def rate_interaction(
    session: Session,
    desk: Desk,
    surveys: SurveyLibrary,
    policy: DeliveryPolicy,
    *,
    source: str,
    external_id: str,
    survey: str | None = None,
    said: RatedElsewhere,
    now: datetime,
) -> Taken:
    """Store a rating about the interaction, asked about or not; told again it changes the answer, in time.

    The survey is the one named, else the invitation's, else the one that `policy` asks after such an interaction.
    Raises UnknownInteractionError, SurveyMissingError, RatingNotOnScaleError, RatedByAnotherSurveyError, LinkSpentError
    and ResponseClosedError when it is too late to change, and InvalidInputError for an answer that does not fit.
    """
    found = _find_source(session, source, external_id)
    key = survey or found.survey_key or _asked_there(session, policy, found)
    if key is None or key not in surveys:
        why = f"no survey {key!r}" if key else "no survey is asked after such an interaction"
        raise SurveyMissingError(f"{why}; name one of {', '.join(surveys.keys())}", field="survey")
    definition = surveys.current(key)
    if not definition.first.accepts(said.rating):
        raise RatingNotOnScaleError(_scale(definition), field="rating")
    answer = AnswerIn(
        via=Via.API,
        language=_language(definition, said.language or (read_language(found.language) if found.language else None)),
        same_person=True,
    )
    result = take_rating_about(
        session, desk, about=found.about, definition=definition, rating=said.rating, answer=answer, now=now
    )
    if not result.created:
        definition = _check_known(session, desk, result.response_id, definition, said, now=now)
    _add(session, result.response_id, definition, said, now=now)
    return result


def _find_source(session: Session, source: str, external_id: str) -> _Source:
    row = session.execute(
        select(Interaction, Unit.code, Invitation.survey_key, Invitation.language)
        .join(Unit, Unit.id == Interaction.unit_id)
        .outerjoin(Invitation, Invitation.interaction_id == Interaction.id)
        .where(Interaction.source == _name(source), Interaction.external_id == _name(external_id))
    ).one_or_none()
    if row is None:
        raise UnknownInteractionError("no interaction was told under this source and external_id", field="external_id")
    interaction, unit_code, survey_key, language = row
    about = About(
        interaction.unit_id,
        interaction.employee_id,
        Channel(interaction.channel),
        interaction.demo,
        interaction_id=interaction.id,
        contact_id=interaction.contact_id,
    )
    return _Source(about, unit_code, survey_key, language or interaction.language)


def _asked_there(session: Session, policy: DeliveryPolicy, found: _Source) -> str | None:
    path = find_places(session, {found.unit_code})[found.unit_code].path
    return policy.rules_at(path).surveys.get(found.about.channel)


def _check_known(
    session: Session, desk: Desk, response_id: uuid.UUID, asked: Definition, said: RatedElsewhere, *, now: datetime
) -> Definition:
    """Return the version that the response answers; raises if what is said cannot be added to it any more."""
    response = session.get_one(SurveyResponse, response_id, with_for_update=True, populate_existing=True)
    definition = get_definition(session, response.survey_version_id)
    if definition.key != asked.key:
        raise RatedByAnotherSurveyError(f"the interaction was rated by {definition.key!r}; it has one response")
    says_more = bool(said.answers) or (
        said.comment is not None and read_text(said.comment, "comment") != response.comment
    )
    if says_more and not responses.is_open(response, now=now, window=timedelta(hours=desk.policy.change_hours)):
        raise responses.ResponseClosedError("this answer takes no more additions")
    return definition


def _add(
    session: Session, response_id: uuid.UUID, definition: Definition, said: RatedElsewhere, *, now: datetime
) -> None:
    """Write the later answers and the comment; what was not sent stays as it was."""
    if not said.answers and said.comment is None:
        return
    response = session.get_one(SurveyResponse, response_id, with_for_update=True, populate_existing=True)
    if said.answers:
        form = _as_form(definition, said.answers)
        band = Band(response.band) if response.band else None
        try:
            parsed = parse_answers(definition, form, band, response.rating)
        except InvalidInputError as error:
            error.field = f"answers.{(error.field or '').removeprefix(FIELD)}"
            raise
        responses.write_answers(session, response, keys=list(said.answers), answers=parsed, now=now)
    words = read_text(said.comment, "comment") if said.comment is not None else response.comment
    if words != response.comment:
        response.comment, response.touched_at = words, now
    if response.finished_at is None:
        response.finished_at = now
        record_event(session, "response.completed", {"response_id": str(response.id)}, now=now)


def _as_form(definition: Definition, answers: Mapping[str, Given]) -> dict[str, list[str]]:
    """Return the answers as the page's form holds them: options by their position, all as text."""
    questions = {question.key: question for question in definition.later}
    form: dict[str, list[str]] = {}
    for key, given in answers.items():
        question = questions.get(key)
        if question is None:
            known = ", ".join(questions) or "none"
            raise UnknownQuestionError(f"no later question {key!r}; there are: {known}", field=f"answers.{key}")
        values = [given] if isinstance(given, int | str) else given
        form[FIELD + key] = [_as_value(question, value) for value in values]
    return form


def _as_value(question: Question, value: int | str) -> str:
    positions = {option.key: position for position, option in enumerate(question.options, start=1)}
    return str(positions.get(value, value)) if isinstance(value, str) else str(value)


def _language(definition: Definition, wanted: Language | None) -> Language:
    return wanted if wanted in definition.languages and wanted is not None else definition.languages[0]


def _scale(definition: Definition) -> str:
    values = list(definition.first.values())
    return f"{definition.key} begins with a whole number from {values[0]} to {values[-1]}"


def _name(text: str) -> str:
    """Return the name as interactions are kept under: in single spaces."""
    return " ".join(text.split())
