"""The worker's part: days that are over counted ahead, days that were changed counted anew, and months added up.

A day is counted in one transaction: its rows go, its answers are counted by the database itself, its marks go. A mark
made meanwhile by somebody else is another row and stays, so the day is counted once more. A month is added up from its
days with the last of them that was to be counted.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, cast, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from app.analytics.counts.cover import Counted, month_end
from app.analytics.models import CountedDays, CountedSeries, Grain, Kind, ValueCount
from app.analytics.periods import DAY, start_of
from app.analytics.series import list_series
from app.invitations.models import Interaction
from app.organisation.models import UnitAncestor, UnitMove
from app.responses.days import SETTLED_AFTER, mark_days
from app.responses.models import ChangedDay, ResponseAnswer, SurveyResponse

_COLUMNS = ["subject_id", "kind", "grain", "starts_on", "series_id", "part", "value", "n"]


def count_days(session: Session, zone: ZoneInfo, *, now: datetime, limit: int = 1) -> int:
    """Count up to `limit` days that wait for it, the latest first, and return how many; a day is from 10 ms to 1 s."""
    today = (now - SETTLED_AFTER).astimezone(zone).date()
    state = _hold_state(session, zone, today)
    if state is None:
        return 0
    marks = _read_marks(session, state, zone)
    waiting = sorted(marks, reverse=True)[:limit]
    if not waiting:
        return 0
    _number_series(session)
    for day in waiting:
        _count_day(session, day, zone)
        session.execute(_quiet(delete(ChangedDay).where(ChangedDay.id.in_(marks.pop(day)))))
        if not any((day.year, day.month) == (other.year, other.month) for other in marks):
            _add_month(session, day.replace(day=1), Counted(state.first, state.until))
    return len(waiting)


def forget_counts(session: Session) -> None:
    """Throw away all that was counted, so that it is made anew from the answers."""
    session.execute(_quiet(delete(ValueCount)))
    session.execute(_quiet(delete(CountedDays)))


def _hold_state(session: Session, zone: ZoneInfo, today: date) -> CountedDays | None:
    """Return how far the counts go, today excluded, with a mark for each day that came to them; None without answers.

    The row is held, so that two workers count one after the other.
    """
    state = session.get(CountedDays, 1, with_for_update=True, populate_existing=True)
    earliest = session.scalar(select(func.min(SurveyResponse.answered_at)))
    if earliest is None:
        return None
    first = min(earliest.astimezone(zone).date(), today)
    if state is not None and state.zone != zone.key:
        forget_counts(session)
        session.expunge(state)
        state = None
    if state is None:
        state = CountedDays(id=1, zone=zone.key, first=today, until=today)
        session.add(state)
        session.flush()
    new = [*_days(min(first, state.first), state.first), *_days(state.until, today)]
    state.first, state.until = min(first, state.first), max(state.until, today)
    session.flush()
    mark_days(session, [start_of(day, zone) for day in new])
    _mark_moved(session)
    return state


def _mark_moved(session: Session) -> None:
    """Turn what moved in the tree into marks of every day on which any of it was answered for."""
    moved = session.execute(select(UnitMove.id, UnitMove.unit_id)).all()
    if not moved:
        return
    response = SurveyResponse
    query = select(response.answered_at)
    units = [unit_id for _, unit_id in moved]
    if None not in units:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(units))
        query = query.where(response.unit_id.in_(below))
    mark_days(session, session.scalars(query))
    session.execute(_quiet(delete(UnitMove).where(UnitMove.id.in_([one for one, _ in moved]))))


def _read_marks(session: Session, state: CountedDays, zone: ZoneInfo) -> dict[date, list[uuid.UUID]]:
    """Return the marks of each day that was counted; those of other days say nothing, and go."""
    marks: dict[date, list[uuid.UUID]] = {}
    idle = []
    for mark_id, answered_at in session.execute(select(ChangedDay.id, ChangedDay.answered_at)):
        day = answered_at.astimezone(zone).date()
        if state.first <= day < state.until:
            marks.setdefault(day, []).append(mark_id)
        elif day < state.first:
            idle.append(mark_id)  # no answer is left of that time: `first` would reach it
    session.execute(_quiet(delete(ChangedDay).where(ChangedDay.id.in_(idle))))
    return marks


def _number_series(session: Session) -> None:
    """Give a number to every question that has none yet."""
    known = {
        (version_id, key)
        for version_id, key in session.execute(select(CountedSeries.survey_version_id, CountedSeries.question_key))
    }
    last = session.scalar(select(func.max(CountedSeries.id))) or 0
    new = [one.series for one in list_series(session) if (one.series.version_id, one.series.question_key) not in known]
    session.add_all(
        CountedSeries(id=number, survey_version_id=one.version_id, question_key=one.question_key, is_first=one.is_first)
        for number, one in enumerate(new, start=last + 1)
    )
    session.flush()


def _count_day(session: Session, day: date, zone: ZoneInfo) -> None:
    row = ValueCount
    session.execute(_quiet(delete(row).where(row.starts_on == day, row.grain == Grain.DAY)))
    for select_answers in (_select_firsts, _select_later):
        for kind in Kind:
            counted = select_answers(kind, day, zone)
            session.execute(insert(row).from_select(_COLUMNS, counted, include_defaults=False))


def _select_firsts(kind: Kind, day: date, zone: ZoneInfo) -> Select[Any]:
    response, series = SurveyResponse, CountedSeries
    query = _select_counts(kind, day, response.rating).join(
        series, (series.survey_version_id == response.survey_version_id) & series.is_first
    )
    return _of_day(query, kind, day, zone).group_by(series.id, response.rating)


def _select_later(kind: Kind, day: date, zone: ZoneInfo) -> Select[Any]:
    response, answer, series = SurveyResponse, ResponseAnswer, CountedSeries
    query = (
        _select_counts(kind, day, answer.value)
        .join(answer, answer.response_id == response.id)
        .join(
            series,
            (series.survey_version_id == response.survey_version_id) & (series.question_key == answer.question_key),
        )
        .where(answer.value.is_not(None), ~series.is_first)
    )
    return _of_day(query, kind, day, zone).group_by(series.id, answer.value)


def _select_counts(kind: Kind, day: date, value: ColumnElement[Any] | Any) -> Select[Any]:
    subject, part = _told_apart(kind)
    grain = literal(Grain.DAY.value, String)
    return select(
        subject,
        literal(kind.value, String),
        grain,
        literal(day, ValueCount.starts_on.type),
        CountedSeries.id,
        part,
        value,
        func.count(),
    ).select_from(SurveyResponse)


def _of_day(query: Select[Any], kind: Kind, day: date, zone: ZoneInfo) -> Select[Any]:
    response = SurveyResponse
    subject, part = _told_apart(kind)
    if kind is not Kind.EMPLOYEE:
        query = query.join(UnitAncestor, UnitAncestor.unit_id == response.unit_id)
    if kind is Kind.TOPIC:
        query = query.join(Interaction, Interaction.id == response.interaction_id).where(Interaction.topic.is_not(None))
    if kind is Kind.EMPLOYEE:
        query = query.where(response.employee_id.is_not(None))
    return query.where(
        response.answered_at >= start_of(day, zone),
        response.answered_at < start_of(day + DAY, zone),
        response.suspect.is_(False),
    ).group_by(subject, part)


def _told_apart(kind: Kind) -> tuple[Any, Any]:
    if kind is Kind.EMPLOYEE:
        return SurveyResponse.unit_id, cast(SurveyResponse.employee_id, String)
    return UnitAncestor.ancestor_id, SurveyResponse.channel if kind is Kind.UNIT else Interaction.topic


def _add_month(session: Session, first: date, counted: Counted) -> None:
    """Add up a whole month of counted days; of any other there are no rows."""
    row, last = ValueCount, month_end(first)
    session.execute(_quiet(delete(row).where(row.starts_on == first, row.grain == Grain.MONTH)))
    if not (counted.has(first) and counted.has(last)):
        return
    keys = [row.subject_id, row.kind, row.series_id, row.part, row.value]
    days = (
        select(
            row.subject_id,
            row.kind,
            literal(Grain.MONTH.value, String),
            literal(first, row.starts_on.type),
            row.series_id,
            row.part,
            row.value,
            func.sum(row.n),
        )
        .where(row.starts_on.between(first, last), row.grain == Grain.DAY)
        .group_by(*keys)
    )
    session.execute(insert(row).from_select(_COLUMNS, days, include_defaults=False))


def _days(first: date, until: date) -> Sequence[date]:
    return [first + index * DAY for index in range((until - first).days)]


def _quiet(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
