"""What employees say of their work (ESAT, eNPS), told so that nobody can be found out. Read-only.

Only whole calendar months that are over are told, of units chosen by `employee_privacy` from the company down, whoever
asks; months in which too few answered are left out of a sum. There is no other way to cut them: not by day, channel,
employee or survey. Histograms are not told either: in one, a single angry colleague is a bar of its own.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.before_after import find_change
from app.analytics.counts.cover import month_end
from app.analytics.counts.raw import slot_number
from app.analytics.employee_privacy import visible_units
from app.analytics.measured import NOTHING, Measured
from app.analytics.measures import measure
from app.analytics.metric_figures import Earlier, MetricFigures, MetricGroup, Split, list_units
from app.analytics.metrics import Reason
from app.analytics.periods import DAY, Period, start_of
from app.analytics.series import Asked, feeding, list_series
from app.organisation.models import Unit
from app.responses.models import ResponseAnswer, SurveyResponse
from app.surveys.definition import Metric

# An answer may be changed for twelve hours: a month whose figures still move would tell who moved them.
_SETTLES = timedelta(days=1)
_Cell = dict[uuid.UUID, Counter[int]]


@dataclass(frozen=True, slots=True)
class EmployeeAsking:
    """What is asked for: `metric` is ESAT or ENPS, `split` a month, a unit or nothing."""

    metric: Metric
    period: Period
    unit_id: uuid.UUID | None = None
    split: Split | None = None
    before: bool = False


def whole_months(period: Period, *, now: datetime) -> tuple[date, ...]:
    """Return the first day of each month that lies within the period and has been over for a day."""
    day = period.first if period.first.day == 1 else month_end(period.first) + DAY
    months = []
    while month_end(day) <= period.last and start_of(month_end(day) + DAY, period.zone) + _SETTLES <= now:
        months.append(day)
        day = month_end(day) + DAY
    return tuple(months)


def read_employee_figures(
    session: Session, asking: EmployeeAsking, scope: Scope, *, minimum: int, now: datetime
) -> MetricFigures:
    """Return the metric of a unit within the scope with all below it; of the company, if there is no unit.

    `minimum` is how many answers a month must have to be told. Five statements, whatever there is.

    Raises ValueError for a split by anything else than months and units.
    """
    if asking.split not in (None, Split.MONTH, Split.UNIT):
        raise ValueError("figures of employees are told by month or unit only")
    months = whole_months(asking.period, now=now)
    past = _months_before(months) if asking.before else ()
    tree = _Tree(session, asking.metric, [*past, *months], asking.period.zone, minimum)
    top = asking.unit_id or tree.company_id
    # A unit beyond the scope has nothing to tell.
    seen = session.scalar(select(Unit.id).where(Unit.id == top, scope.where(Unit.id)))
    at = months if seen is not None else ()
    whole = tree.measure(top, at)
    groups: tuple[MetricGroup, ...] = ()
    if asking.split is Split.MONTH:
        groups = tuple(MetricGroup(f"{month:%Y-%m}", None, _bare(tree.measure(top, [month]))) for month in at)
    elif asking.split is Split.UNIT and seen is not None:
        units = list_units(session, top, scope)
        groups = tuple(
            MetricGroup(label.key, label.name, _bare(tree.measure(unit_id, at)))
            for unit_id, label in units.items()
            if isinstance(unit_id, uuid.UUID)
        )
    earlier = None
    if past and seen is not None:
        measured = tree.measure(top, past)
        period = Period(past[0], month_end(past[-1]), asking.period.zone)
        earlier = Earlier(period, _bare(measured), find_change(whole, measured))
    return MetricFigures(_bare(whole), groups, earlier)


class _Tree:
    """The answers of some months by the unit they were given at, and what of them may be told."""

    def __init__(self, session: Session, metric: Metric, months: Sequence[date], zone: ZoneInfo, minimum: int) -> None:
        self.metric, self.minimum = metric, minimum
        rows = session.execute(select(Unit.id, Unit.parent_id)).all()
        self.parents: dict[uuid.UUID, uuid.UUID | None] = dict(rows)
        self.company_id = next(unit_id for unit_id, parent_id in self.parents.items() if parent_id is None)
        asked = feeding(list_series(session), metric)
        self.cells = _count_by_month(session, asked, months, zone) if asked and months else {}
        self.told = {
            month: visible_units(
                self.parents, {unit_id: histogram.total() for unit_id, histogram in cell.items()}, minimum=minimum
            )
            for month, cell in self.cells.items()
        }

    def measure(self, unit_id: uuid.UUID, months: Sequence[date]) -> Measured:
        """Return the figures of the months in which the unit may be told; too few, where that is none of them."""
        total: Counter[int] = Counter()
        left_out = False
        for month in months:
            within = [
                histogram for own, histogram in self.cells.get(month, {}).items() if self._is_within(own, unit_id)
            ]
            if unit_id in self.told.get(month, ()):
                for histogram in within:
                    total.update(histogram)
            else:
                left_out = left_out or bool(within)
        measured = measure(self.metric, total, minimum=self.minimum)
        if total or not left_out:
            return measured
        # How many they are is not told either.
        parts = {name: replace(part, reason=Reason.TOO_FEW) for name, part in measured.parts.items()}
        return replace(measured, parts=MappingProxyType(parts))

    def _is_within(self, own: uuid.UUID, unit_id: uuid.UUID) -> bool:
        at: uuid.UUID | None = own
        while at is not None and at != unit_id:
            at = self.parents[at]
        return at is not None


def _count_by_month(
    session: Session, asked: Sequence[Asked], months: Sequence[date], zone: ZoneInfo
) -> dict[date, _Cell]:
    """Return the answers by month, unit and value; two statements at most."""
    response, answer = SurveyResponse, ResponseAnswer
    place: Any = slot_number(response.answered_at, [start_of(month, zone) for month in months]).label("place")
    times = and_(
        response.answered_at >= start_of(months[0], zone),
        response.answered_at < start_of(month_end(months[-1]) + DAY, zone),
        response.suspect.is_(False),
    )
    firsts = [one.series.version_id for one in asked if one.series.is_first]
    later = [one.series for one in asked if not one.series.is_first]
    queries: list[Any] = []
    if firsts:
        first = select(place, response.unit_id, response.rating, func.count())
        first = first.where(times, response.survey_version_id.in_(firsts))
        queries.append(first.group_by("place", response.unit_id, response.rating))
    if later:
        pairs = or_(
            *(
                and_(response.survey_version_id == one.version_id, answer.question_key == one.question_key)
                for one in later
            )
        )
        other = select(place, response.unit_id, answer.value, func.count())
        other = other.join(answer, answer.response_id == response.id).where(times, answer.value.is_not(None), pairs)
        queries.append(other.group_by("place", response.unit_id, answer.value))
    cells: dict[date, _Cell] = {}
    for query in queries:
        for number, unit_id, value, n in session.execute(query):
            cells.setdefault(months[number], {}).setdefault(unit_id, Counter())[value] += n
    return cells


def _months_before(months: Sequence[date]) -> tuple[date, ...]:
    """Return as many months right before."""
    found: list[date] = []
    for _ in months:
        found.insert(0, ((found or months)[0] - DAY).replace(day=1))
    return tuple(found)


def _bare(measured: Measured) -> Measured:
    return replace(measured, histogram=NOTHING)
