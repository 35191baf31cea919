"""Counting ahead and the pages of figures over the history, by the functions that the worker and the pages call."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.analytics.counts.counting import count_days
from app.analytics.hours import MOST_DAYS, read_hours
from app.analytics.metric_view import read_metric
from app.analytics.models import ValueCount
from app.analytics.periods import Period, last_days
from app.analytics.topics import read_reasons, read_topics
from app.analytics.wanted import Wanted
from app.kit.db import table_of
from app.organisation.models import Unit
from app.responses.models import SurveyResponse
from app.surveys.definition import Metric
from app.web.edge import Wiring
from bench.place import Place
from bench.report import Report, Row
from bench.timing import time_reading

_YEARS = 3 * 365


def measure_metrics(report: Report, place: Place, *, responses: int) -> None:
    """Read the pages of figures for the company, a region and an office, for a month and for all years."""
    with place.wired() as wiring:
        office, region = _find_units(wiring)
        for what, unit_id in (("the company", None), ("a region", region), ("one office", office)):
            for days in (30, _YEARS):
                read_one = partial(_read_metric, unit_id)
                _time(report, place, wiring, what=f"a metric of {what}", days=days, responses=responses, read=read_one)
        for what, days, read in (
            ("hours of the week", MOST_DAYS, _read_hours),
            ("topics", 30, _read_topics),
            ("topics", 365, _read_topics),
        ):
            _time(report, place, wiring, what=f"{what} of the company", days=days, responses=responses, read=read)


def _time(
    report: Report, place: Place, wiring: Wiring, *, what: str, days: int, responses: int, read: Callable[..., None]
) -> None:
    def work() -> None:
        with wiring.database.reading() as session:
            read(session, last_days(days, now=wiring.clock(), zone=wiring.desk.zone))

    taken = time_reading(wiring.database, work)
    what = f"{place.name}: {what}, {days:,} days of {responses:,} answers"
    report.add(Row(what, "", str(taken), "", "≤ 100 ms", met=taken.database <= 0.1))


def measure_counting(report: Report, place: Place, *, responses: int) -> None:
    """Count every day ahead, as the worker does."""
    with place.wired() as wiring:
        _measure_counting(report, place, wiring, responses=responses)


@dataclass(frozen=True, slots=True)
class _Counting:
    """How long the days took, all together and the slowest."""

    days: int
    seconds: float
    slowest: float


def _measure_counting(report: Report, place: Place, wiring: Wiring, *, responses: int) -> None:
    found = _count_all(wiring)
    with wiring.database.transaction() as session:
        rows = session.scalar(select(func.count()).select_from(ValueCount)) or 0
        if not wiring.database.is_sqlite:
            for model in (ValueCount, SurveyResponse):
                session.connection().exec_driver_sql(f"ANALYZE {table_of(model).name}")
    what = f"{place.name}: counting {found.days:,} days of {responses:,} answers ahead"
    told = f"{found.seconds:.0f} s, the slowest {found.slowest * 1000:.0f} ms, {rows:,} rows"
    report.add(Row(what, "", told, "", "≤ 1 s a day", met=found.slowest <= 1))


def _count_all(wiring: Wiring) -> _Counting:
    begin, days, slowest = time.perf_counter(), 0, 0.0
    while True:
        started = time.perf_counter()
        with wiring.database.transaction() as session:
            counted = count_days(session, wiring.desk.zone, now=wiring.clock())
        if not counted:
            return _Counting(days, time.perf_counter() - begin, slowest)
        slowest = max(slowest, time.perf_counter() - started)
        days += counted


def _find_units(wiring: Wiring) -> tuple[uuid.UUID, uuid.UUID]:
    """Return an office, and what it hangs below."""
    with wiring.database.reading() as session:
        office = session.scalars(select(Unit).where(Unit.code == "office-7")).one()
        assert office.parent_id is not None
        return office.id, office.parent_id


def _read_metric(unit_id: uuid.UUID | None, session: Session, period: Period) -> None:
    view = read_metric(session, Wanted(period, unit_id=unit_id), EVERYTHING, Metric.CSAT)
    assert view is not None
    assert view.measured.n


def _read_hours(session: Session, period: Period) -> None:
    read_hours(session, Wanted(period), EVERYTHING)


def _read_topics(session: Session, period: Period) -> None:
    read_topics(session, Wanted(period), EVERYTHING)
    read_reasons(session, Wanted(period), EVERYTHING)
