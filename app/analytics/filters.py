"""Which responses a list, a figure or an export is about; the same filter stands behind all three."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Exists, and_, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.analytics.finished import is_finished
from app.analytics.none_chosen import chose_none
from app.analytics.options import join_options
from app.analytics.series import Series, feeding, list_series, sort_by_type
from app.analytics.wall_clock import WallHour, hour_of_week
from app.callbacks.improvements.models import Wish
from app.invitations.models import Interaction
from app.organisation.models import Employee, UnitAncestor
from app.responses.models import ResponseAnswer, SurveyResponse, Via
from app.responses.reading.unread import is_customers, is_unread, unit_of_unread
from app.responses.topics.models import ResponseTopic
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick
from app.surveys.definition import Band, Metric, QuestionType
from app.surveys.models import SurveyVersion
from app.touchpoints.models import Touchpoint


@dataclass(frozen=True, slots=True)
class ResponseFilter:
    """Everything left out does not narrow. `unit_id` takes all units below with it; `until` is exclusive.

    `touchpoint` and `employee` are codes. `call_topic` is what the contact was about, as the other system told it.
    `answered` is a later question, with some of its values or with any, `answered_else` one with none of the values;
    `chose_none` is one of reasons that was shown and of which nothing was chosen. `waited` and `handled` are seconds
    of the contact, from and to before (None: without an end); `at_hour` is an hour of a weekday.

    `at_code` keeps walk-ups: whoever answered at a code, and was not asked about anything; `about_contact` whoever
    answered about a contact. `finished` keeps who sent all that was asked.

    `topic` is what the response itself is about; `""` is that it says something that no topic was found in; `said`
    keeps whatever says something.

    `unread` keeps what nobody has acknowledged, `improvement_id` what was gathered into the improvement.

    `metric` keeps whoever answered a question that feeds it, which is what a figure counts; of a metric that is asked
    on two scales, those on `scale` alone, if there is one. `ratings` are then their answers to it, and else those to
    the first question.
    """

    unit_id: uuid.UUID | None = None
    touchpoint: str | None = None
    employee: str | None = None
    employee_id: uuid.UUID | None = None
    has_employee: bool | None = None
    call_topic: str | None = None
    waited: tuple[int, int | None] | None = None
    handled: tuple[int, int | None] | None = None
    at_hour: WallHour | None = None
    answered: tuple[str, tuple[int, ...]] | None = None
    answered_else: tuple[str, tuple[int, ...]] | None = None
    chose_none: str | None = None
    at_code: bool = False
    about_contact: bool = False
    finished: bool = False
    topic: str | None = None
    said: bool = False
    survey: str | None = None
    metric: Metric | None = None
    scale: QuestionType | None = None
    ratings: tuple[int, ...] = ()
    bands: tuple[Band, ...] = ()
    channel: str | None = None
    via: str | None = None
    language: str | None = None
    suspect: bool | None = None
    has_comment: bool | None = None
    has_left: bool | None = None
    left_for: Site | None = None
    unread: bool = False
    improvement_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def response_conditions(session: Session, wanted: ResponseFilter, scope: Scope) -> list[ColumnElement[bool]]:
    """Return the WHERE of the filter over `survey_response`, the caller's scope included.

    What employees answered is never listed, exported or counted by it: `employee_figures` alone tells of that.
    """
    response = SurveyResponse
    unit_id = unit_of_unread(session) if wanted.unread else response.unit_id
    conditions: list[ColumnElement[bool]] = [scope.where(unit_id), is_customers()]
    if wanted.since is not None:
        conditions.append(response.answered_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(response.answered_at < wanted.until)
    if wanted.unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == wanted.unit_id)
        conditions.append(unit_id.in_(below))
    if wanted.touchpoint is not None:
        conditions.append(response.touchpoint_id.in_(select(Touchpoint.id).where(Touchpoint.code == wanted.touchpoint)))
    if wanted.employee is not None:
        conditions.append(response.employee_id.in_(select(Employee.id).where(Employee.code == wanted.employee)))
    conditions += _survey_conditions(session, wanted)
    if wanted.bands:
        conditions.append(response.band.in_(wanted.bands))
    for column, value in (
        (response.channel, wanted.channel),
        (response.via, wanted.via),
        (response.language, wanted.language),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.suspect is not None:
        conditions.append(response.suspect.is_(wanted.suspect))
    if wanted.has_comment is not None:
        conditions.append(response.comment.is_not(None) if wanted.has_comment else response.comment.is_(None))
    return [
        *conditions,
        *_hour_conditions(session, wanted),
        *_contact_conditions(wanted),
        *_answer_conditions(session, wanted),
        *_left_conditions(wanted),
        *_read_conditions(wanted),
    ]


def _survey_conditions(session: Session, wanted: ResponseFilter) -> list[ColumnElement[bool]]:
    """Return what narrows by what was asked and how it was rated."""
    if wanted.metric is not None:
        return [_feeds(session, wanted.metric, wanted)]
    conditions: list[ColumnElement[bool]] = []
    if wanted.survey is not None:
        conditions.append(SurveyResponse.survey_version_id.in_(_version_ids(session, wanted.survey)))
    if wanted.ratings:
        conditions.append(SurveyResponse.rating.in_(wanted.ratings))
    return conditions


def _contact_conditions(wanted: ResponseFilter) -> list[ColumnElement[bool]]:
    """Return what narrows by the contact: who served the customer, what it was about, how long it took."""
    employee_id = SurveyResponse.employee_id
    conditions: list[ColumnElement[bool]] = walk_up_conditions() if wanted.at_code else []
    if wanted.about_contact:
        conditions.append(SurveyResponse.interaction_id.is_not(None))
    if wanted.employee_id is not None:
        conditions.append(employee_id == wanted.employee_id)
    if wanted.has_employee is not None:
        conditions.append(employee_id.is_not(None) if wanted.has_employee else employee_id.is_(None))
    if wanted.call_topic is not None:
        told = aliased(Interaction)  # the counts by topic join the table too
        about = exists().where(told.id == SurveyResponse.interaction_id, told.topic == wanted.call_topic)
        conditions.append(about)
    for seconds, bounds in (("wait_seconds", wanted.waited), ("handle_seconds", wanted.handled)):
        if bounds is not None:
            took = aliased(Interaction)
            within = exists().where(took.id == SurveyResponse.interaction_id, getattr(took, seconds) >= bounds[0])
            if bounds[1] is not None:
                within = within.where(getattr(took, seconds) < bounds[1])
            conditions.append(within)
    return conditions


def walk_up_conditions() -> list[ColumnElement[bool]]:
    """Return the WHERE of the answers of people who came to a code by themselves."""
    response = SurveyResponse
    return [response.touchpoint_id.is_not(None), response.interaction_id.is_(None), response.via == Via.PAGE]


def _hour_conditions(session: Session, wanted: ResponseFilter) -> list[ColumnElement[bool]]:
    if wanted.at_hour is None:
        return []
    hour = hour_of_week(session, SurveyResponse.answered_at, wanted.at_hour.zone, wanted.since, wanted.until)
    return [hour == wanted.at_hour.place]


def _answer_conditions(session: Session, wanted: ResponseFilter) -> list[ColumnElement[bool]]:
    if wanted.chose_none is not None:
        return [chose_none(list_series(session, survey=wanted.survey), wanted.chose_none)]
    conditions: list[ColumnElement[bool]] = [is_finished(session)] if wanted.finished else []
    if wanted.answered is not None:
        key, values = wanted.answered
        said = _said(key)
        conditions.append(said.where(ResponseAnswer.value.in_(values)) if values else said)
    if wanted.answered_else is not None:
        key, values = wanted.answered_else
        said = _said(key).where(ResponseAnswer.value.is_not(None))
        conditions += [said, ~_said(key).where(ResponseAnswer.value.in_(values))]
    return conditions


def _said(key: str) -> Exists:
    return exists().where(ResponseAnswer.response_id == SurveyResponse.id, ResponseAnswer.question_key == key)


def _read_conditions(wanted: ResponseFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [is_unread()] if wanted.unread else []
    spoken = exists().where(ResponseTopic.response_id == SurveyResponse.id)
    if wanted.topic is not None:
        conditions.append(spoken.where(ResponseTopic.topic == wanted.topic))
    elif wanted.said:
        conditions.append(spoken)
    if wanted.improvement_id is not None:
        gathered = select(Wish.response_id).where(Wish.improvement_id == wanted.improvement_id)
        conditions.append(SurveyResponse.id.in_(gathered))
    return conditions


def _left_conditions(wanted: ResponseFilter) -> list[ColumnElement[bool]]:
    clicked = exists().where(ReviewClick.response_id == SurveyResponse.id)
    conditions: list[ColumnElement[bool]] = []
    if wanted.has_left is not None:
        conditions.append(clicked if wanted.has_left else ~clicked)
    if wanted.left_for is not None:
        conditions.append(clicked.where(ReviewClick.site == wanted.left_for))
    return conditions


def _feeds(session: Session, metric: Metric, wanted: ResponseFilter) -> ColumnElement[bool]:
    """Return that the response answers a question that feeds the metric, with one of the ratings if any are named."""
    by_scale = sort_by_type(feeding(list_series(session, survey=wanted.survey), metric), metric)
    scales = [asked for scale, asked in by_scale.items() if wanted.scale in (None, scale)]
    if not wanted.ratings:
        return _answers_any([one.series for asked in scales for one in asked])
    by_values: dict[tuple[int, ...], list[Series]] = {}
    for asked in scales:
        # A rating is the place of an option in all of them together, as the figure counts it.
        places = join_options([one.question for one in asked]).places
        for one, went in zip(asked, places, strict=True):
            values = tuple(value for value, place in went.items() if place in wanted.ratings)
            by_values.setdefault(values, []).append(one.series)
    return or_(false(), *(_answers_any(series, values) for values, series in by_values.items() if values))


def _answers_any(series: Sequence[Series], values: Sequence[int] | None = None) -> ColumnElement[bool]:
    """Return that the response answers one of the questions, with one of the values unless any will do."""
    response, answer = SurveyResponse, ResponseAnswer
    versions = sorted(one.version_id for one in series if one.is_first)
    first: ColumnElement[bool] = response.survey_version_id.in_(versions)
    if values is not None:
        first = and_(first, response.rating.in_(values))
    later = sorted((one.version_id, one.question_key) for one in series if not one.is_first)
    if not later:
        return first
    asked = or_(*(and_(response.survey_version_id == one, answer.question_key == key) for one, key in later))
    said = exists().where(answer.response_id == response.id, answer.value.is_not(None), asked)
    return or_(first, said if values is None else said.where(answer.value.in_(values)))


def _version_ids(session: Session, survey: str) -> list[uuid.UUID]:
    return list(session.scalars(select(SurveyVersion.id).where(SurveyVersion.key == survey)))
