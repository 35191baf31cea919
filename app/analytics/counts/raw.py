"""The answers themselves, counted when they are asked for. Read-only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, and_, func, literal_column, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.counts.cover import Stretch
from app.analytics.counts.question import CountQuestion, Counts, add
from app.analytics.filters import response_conditions
from app.analytics.periods import DAY, start_of
from app.analytics.series import Asked, Series
from app.analytics.wanted import By
from app.invitations.models import Interaction
from app.organisation.models import UnitAncestor
from app.responses.models import ResponseAnswer, SurveyResponse

_TIMES = (By.HOUR, By.DAY, By.MONTH)


def read_raw(
    session: Session, question: CountQuestion, stretches: Sequence[Stretch], scope: Scope, counts: Counts
) -> None:
    """Add the answers of these days to the counts; a statement for first questions and one for later ones."""
    slots = _list_slots(question, stretches)
    # The days once and no more: of two bounds a planner may take the wider one for its walk along the index.
    narrowed = replace(question.wanted.as_filter(), since=None, until=None)
    conditions = [
        *response_conditions(session, narrowed, scope),
        *_within(stretches, question.wanted.period.zone),
    ]
    firsts = [one for one in question.series if one.is_first]
    later = [one for one in question.series if not one.is_first]
    group = _group_of(question.by, [start for _, start in slots])
    queries = [_select_firsts(group, firsts)] if firsts else []
    queries += [_select_later(group, later)] if later else []
    keys = {one.version_id: one for one in firsts}
    for query in queries:
        for place, version_id, key, value, n in session.execute(_narrow(query.where(*conditions), question)):
            found = slots[place][0] if question.by in _TIMES else place
            add(counts, found, keys[version_id] if key is None else Series(version_id, key, is_first=False), value, n)


def count_apart(
    session: Session,
    place: ColumnElement[int],
    asked: Sequence[Asked],
    conditions: Sequence[ColumnElement[bool]],
    *,
    with_contact: bool = False,
) -> dict[int | None, Counter[int]]:
    """Return the histogram of the questions' answers by a place that SQL finds, in a statement for first and for later.

    The place may be read from the contact, of which an answer has one or none, `with_contact`.
    """
    firsts = [one.series for one in asked if one.series.is_first]
    later = [one.series for one in asked if not one.series.is_first]
    found: dict[int | None, Counter[int]] = {}
    for select_answers, series in ((_select_firsts, firsts), (_select_later, later)):
        if not series:
            continue
        query = select_answers(place, series).where(*conditions)
        if with_contact:
            query = query.outerjoin(Interaction, Interaction.id == SurveyResponse.interaction_id)
        for at, _, _, value, n in session.execute(query):
            found.setdefault(at, Counter())[value] += n
    return found


def _group_of(by: By | None, starts: Sequence[datetime]) -> Any:
    if by in _TIMES:
        return slot_number(SurveyResponse.answered_at, starts)
    groups: dict[By | None, Any] = {
        By.CHANNEL: SurveyResponse.channel,
        By.CALL_TOPIC: Interaction.topic,
        By.EMPLOYEE: SurveyResponse.employee_id,
        By.UNIT: UnitAncestor.ancestor_id,
    }
    return groups.get(by, literal_column("NULL"))


def _select_firsts(group: Any, series: Sequence[Series]) -> Select[Any]:
    response, place = SurveyResponse, group.label("place")
    return (
        select(place, response.survey_version_id, literal_column("NULL"), response.rating, func.count())
        .where(response.survey_version_id.in_(sorted(one.version_id for one in series)))
        .group_by("place", response.survey_version_id, response.rating)
    )


def _select_later(group: Any, series: Sequence[Series]) -> Select[Any]:
    response, answer, place = SurveyResponse, ResponseAnswer, group.label("place")
    asked = sorted((one.version_id, one.question_key) for one in series)
    pairs = or_(*(and_(response.survey_version_id == one, answer.question_key == key) for one, key in asked))
    return (
        select(place, response.survey_version_id, answer.question_key, answer.value, func.count())
        .join(answer, answer.response_id == response.id)
        .where(answer.value.is_not(None), pairs)
        .group_by("place", response.survey_version_id, answer.question_key, answer.value)
    )


def _narrow(query: Select[Any], question: CountQuestion) -> Select[Any]:
    """Join what the groups are read from; an answer without one belongs to none of them."""
    response = SurveyResponse
    match question.by:
        case By.CALL_TOPIC:
            query = query.join(Interaction, Interaction.id == response.interaction_id)
            return query.where(Interaction.topic.is_not(None))
        case By.EMPLOYEE:
            return query.where(response.employee_id.is_not(None))
        case By.UNIT:
            query = query.join(UnitAncestor, UnitAncestor.unit_id == response.unit_id)
            return query.where(UnitAncestor.ancestor_id.in_(sorted(question.subjects)))
        case _:
            return query


def _within(stretches: Sequence[Stretch], zone: ZoneInfo) -> list[ColumnElement[bool]]:
    at = SurveyResponse.answered_at
    bounds = [(start_of(one.first, zone), start_of(one.last + DAY, zone)) for one in stretches]
    whole = [at >= bounds[0][0], at < bounds[-1][1]]
    if len(bounds) == 1:
        return whole
    return [*whole, or_(*(and_(at >= since, at < until) for since, until in bounds))]


def slot_number(column: Any, starts: Sequence[datetime], first: int = 0, end: int | None = None) -> ColumnElement[int]:
    """Return the number of the slot that an instant lies in, given where each starts; the first takes all before it.

    Bounds are instants that the calendar made, so a day of 23 hours is one; halved again and again, thirty days cost
    five comparisons, the same on both databases.
    """
    end = len(starts) if end is None else end
    if end - first == 1:
        return literal_column(str(first), Integer)
    middle = (first + end) // 2
    return sql_case(
        (column < starts[middle], slot_number(column, starts, first, middle)),
        else_=slot_number(column, starts, middle, end),
    )


def _list_slots(question: CountQuestion, stretches: Sequence[Stretch]) -> list[tuple[date, datetime]]:
    """Return each group by time that the stretches touch and when it starts, in order."""
    period = question.wanted.period
    if question.by is By.HOUR:
        return [(slot.start, slot.start) for slot in period.slots()]
    found = set()
    for stretch in stretches if question.by in (By.DAY, By.MONTH) else ():
        for offset in range((stretch.last - stretch.first).days + 1):
            day = stretch.first + timedelta(days=offset)
            found.add(day if question.by is By.DAY else day.replace(day=1))
    return [(first, start_of(first, period.zone)) for first in sorted(found)]
