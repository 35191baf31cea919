"""One metric of a unit and a period as its page shows it: now, before, over time, by the units below. Read-only.

Of a metric that is asked in two ways (effort on five points and ease on seven), the way with more answers is shown;
they are never added up.
"""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.before_after import Change, find_change
from app.analytics.beside_others import compare_with_others
from app.analytics.differences import Verdict
from app.analytics.histograms import count_values
from app.analytics.measured import Measured, add_counts, protect_groups
from app.analytics.periods import DAY
from app.analytics.series import feeding, list_series
from app.analytics.suppression import MINIMUM
from app.analytics.wanted import By, Wanted
from app.analytics.ways import Way, choose_way, merge
from app.organisation.models import Unit
from app.surveys.definition import Metric, Question, QuestionType

# So many points are as many as a line on a phone can hold.
_MOST_POINTS = 62
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Point:
    """One stretch of the trend, both days included; a hidden figure is a gap in the line."""

    first: date
    last: date
    measured: Measured


@dataclass(frozen=True, slots=True)
class UnitMeasured:
    """A unit right below, with all below it: its figure, and how it stands to all the others together.

    HIGHER and LOWER are said only where they still hold after so many comparisons.
    """

    code: str
    name: str
    kind: str
    measured: Measured
    against_others: Verdict


@dataclass(frozen=True, slots=True)
class MetricView:
    """All of it; None of `read_metric` stands for a metric that nobody answered for in this period or before.

    `question` is the one that was asked last of those that feed it, with the options of all: it has the words of the
    values.
    `before` is the same of as many days right before. `siblings` is how the unit stands to the others of its parent
    together, None where it has no parent that may be seen. `other_ways` are types of question that fed the metric in
    another way, with how many answers.
    """

    question: Question
    measured: Measured
    before: Measured
    change: Change
    trend: tuple[Point, ...]
    units: tuple[UnitMeasured, ...]
    siblings: Change | None
    other_ways: tuple[tuple[QuestionType, int], ...]


def read_metric(
    session: Session, wanted: Wanted, scope: Scope, metric: Metric, *, survey: str | None = None
) -> MetricView | None:
    """Return the metric of what is wanted; a number of statements that depends on no row."""
    way = choose_way(session, wanted, scope, metric, feeding(list_series(session, survey=survey), metric))
    if way is None:
        return None
    by_time = By.DAY if wanted.period.days <= _MOST_POINTS * _WEEK else By.MONTH
    times = merge(count_values(session, wanted, scope, way.asked, by=by_time), way)
    total = add_counts(times.values())
    before = add_counts(merge(count_values(session, wanted.before, scope, way.asked), way).values())
    measured, earlier = way.measure(total), way.measure(before)
    return MetricView(
        question=way.question,
        measured=measured,
        before=earlier,
        change=find_change(measured, earlier),
        trend=_make_trend(way, wanted, {day: n for day, n in times.items() if isinstance(day, date)}, by_time),
        units=_read_units(session, wanted, scope, way, total),
        siblings=_read_siblings(session, wanted, scope, way, measured),
        other_ways=way.others,
    )


def _make_trend(way: Way, wanted: Wanted, times: Mapping[date, Counter[int]], by: By) -> tuple[Point, ...]:
    stretches = _stretch(wanted, times, by)
    found = [
        add_counts(histogram for day, histogram in times.items() if first <= day <= last) for first, last in stretches
    ]
    # The period's total stands above the line: one stretch left out of it could be worked out from all the others.
    measured = {place: way.measure(each) for place, each in enumerate(found)}
    shown = protect_groups(way.measure(add_counts(found)), measured)
    return tuple(Point(first, last, shown[place]) for place, (first, last) in enumerate(stretches))


def _stretch(wanted: Wanted, times: Mapping[date, Counter[int]], by: By) -> list[tuple[date, date]]:
    """Return days, or weeks where days are many or thin, or months; together they are the whole period."""
    first, last = wanted.period.first, wanted.period.last
    if by is By.MONTH:
        starts = [first]
        while (following := (starts[-1].replace(day=28) + timedelta(days=4)).replace(day=1)) <= last:
            starts.append(following)
    else:
        answered = [sum(each.values()) for each in times.values()]
        thin = 2 * sum(1 for n in answered if n >= MINIMUM) < len(answered)
        step = _WEEK if wanted.period.days > _MOST_POINTS // 2 or (thin and wanted.period.days > _WEEK) else 1
        # Counted back from the last day, so that the latest week is a whole one.
        starts = [last - timedelta(days=step * index - 1) for index in range(wanted.period.days // step, 0, -1)]
        if starts[0] != first:
            starts.insert(0, first)
    return [
        (start, (starts[index + 1] - DAY) if index + 1 < len(starts) else last) for index, start in enumerate(starts)
    ]


def _read_units(
    session: Session, wanted: Wanted, scope: Scope, way: Way, total: Counter[int]
) -> tuple[UnitMeasured, ...]:
    """Return the units right below with answers, the best first; hidden ones last, by name."""
    listed = {row.id: row for row in session.execute(_below(wanted, scope))}
    counts = count_values(session, wanted, scope, way.asked, by=By.UNIT, units=list(listed))
    found = {group: histogram for group, histogram in merge(counts, way).items() if isinstance(group, uuid.UUID)}
    measured = protect_groups(way.measure(total), {unit: way.measure(each) for unit, each in found.items()})
    against = compare_with_others(way.measure, total, found, measured)
    rows = [
        UnitMeasured(listed[unit].code, listed[unit].name, listed[unit].kind, one, against[unit])
        for unit, one in measured.items()
        if one.n
    ]
    rows.sort(key=lambda row: row.name.casefold())
    rows.sort(key=lambda row: (row.measured.figure.value is None, -(row.measured.figure.value or 0)))
    return tuple(rows)


def _below(wanted: Wanted, scope: Scope) -> Select[uuid.UUID, str, str, str]:
    query = select(Unit.id, Unit.code, Unit.name, Unit.kind).where(scope.where(Unit.id))
    if wanted.unit_id is not None:
        return query.where(Unit.parent_id == wanted.unit_id)
    if scope.everything:
        return query.where(Unit.parent_id.in_(select(Unit.id).where(Unit.parent_id.is_(None))))
    granted = sorted(scope.unit_ids)
    if len(granted) == 1:
        return query.where(Unit.parent_id == granted[0])
    return query.where(Unit.id.in_(granted))


def _read_siblings(session: Session, wanted: Wanted, scope: Scope, way: Way, measured: Measured) -> Change | None:
    if wanted.unit_id is None:
        return None
    parent = session.scalar(select(Unit.parent_id).where(Unit.id == wanted.unit_id))
    if parent is None:
        return None
    siblings = session.scalars(
        select(Unit.id).where(Unit.parent_id == parent, scope.where(Unit.id), scope.where(Unit.parent_id))
    ).all()
    others = [unit for unit in siblings if unit != wanted.unit_id]
    if not others:
        return None
    beside = Wanted(
        wanted.period,
        None,
        wanted.employee_id,
        employee_known=wanted.employee_known,
        channel=wanted.channel,
        call_topic=wanted.call_topic,
    )
    total = add_counts(merge(count_values(session, beside, scope, way.asked, by=By.UNIT, units=others), way).values())
    return find_change(measured, way.measure(total))
