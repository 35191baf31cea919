"""The counts that the worker keeps, added up. Read-only."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.analytics.counts.cover import Cover, month_end
from app.analytics.counts.question import CountQuestion, Counts, Group, add, below
from app.analytics.models import CountedSeries, Grain, Kind, ValueCount
from app.analytics.periods import DAY
from app.analytics.series import Series
from app.analytics.wanted import By
from app.organisation.models import UnitAncestor


def read_kept(session: Session, question: CountQuestion, cover: Cover, counts: Counts) -> None:
    """Add the months and days of the cover to the counts; two statements."""
    known = {
        one.id: Series(one.survey_version_id, one.question_key, one.is_first)
        for one in session.scalars(select(CountedSeries))
    }
    ids = [number for number, series in known.items() if series in question.series]
    if not ids:
        return
    kept = [_select_kept(question, ids, times) for times in _times_of(cover)]
    rows = session.execute(kept[0] if len(kept) == 1 else union_all(*kept))
    read = _reader_of(question.by)
    for group, number, value, n in rows:
        add(counts, read(group), known[number], value, int(n))


def _times_of(cover: Cover) -> list[ColumnElement[bool]]:
    """Return a condition for each run of months or days: each is one walk along the key, several at once are none."""
    months = [(Grain.MONTH, run[0], run[-1]) for run in _join_months(cover.months)]
    days = [(Grain.DAY, stretch.first, stretch.last) for stretch in cover.days]
    return [
        and_(ValueCount.grain == grain, ValueCount.starts_on.between(first, last))
        for grain, first, last in (*months, *days)
    ]


def _join_months(months: Sequence[date]) -> list[list[date]]:
    """Join months that follow each other."""
    runs: list[list[date]] = []
    for month in months:
        if runs and month == month_end(runs[-1][-1]) + DAY:
            runs[-1].append(month)
        else:
            runs.append([month])
    return runs


def _select_kept(question: CountQuestion, ids: Sequence[int], times: ColumnElement[bool]) -> Select[Any]:
    row, kind = ValueCount, question.kind
    alone = kind is Kind.EMPLOYEE
    by_unit = UnitAncestor.ancestor_id if alone else row.subject_id
    groups: dict[By | None, Any] = {
        By.UNIT: by_unit,
        By.DAY: row.starts_on,
        By.MONTH: row.starts_on,
    }
    told = row.part if question.by in (By.CHANNEL, By.CALL_TOPIC, By.EMPLOYEE) else literal(None)
    group = groups.get(question.by, told).label("grouped")
    n = func.sum(row.n).label("n")
    query = select(group, row.series_id, row.value, n).where(
        row.kind == kind, times, row.series_id.in_(ids), *_parts(question)
    )
    subjects = sorted(question.subjects)
    if alone and question.by is By.UNIT:
        query = query.join(UnitAncestor, UnitAncestor.unit_id == row.subject_id)
        query = query.where(UnitAncestor.ancestor_id.in_(subjects))
    elif alone:
        query = query.where(row.subject_id.in_(below(subjects)))
    else:
        query = query.where(row.subject_id.in_(subjects))
    keys = [row.series_id, row.value] if question.by is None else [group, row.series_id, row.value]
    return query.group_by(*keys)


def _parts(question: CountQuestion) -> list[ColumnElement[bool]]:
    wanted = question.wanted
    part = wanted.call_topic if question.kind is Kind.TOPIC else wanted.channel
    return [] if part is None else [ValueCount.part == part]


def _reader_of(by: By | None) -> Callable[[Any], Group]:
    if by is By.MONTH:
        return lambda group: group.replace(day=1)
    if by is By.EMPLOYEE:
        return uuid.UUID
    return lambda group: group
