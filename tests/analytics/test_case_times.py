"""Times in working hours and on the wall, and what their median and 90th percentile are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.analytics.case_times import Quantile, Spread, Waits, WorkClock, quantile, spread_of
from app.callbacks.deadlines import working_between
from app.organisation.hours import parse_hours
from app.organisation.workdays import WorkingTime

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("Asia/Almaty", "Mo-Fr 09:00-18:00"),
        ("Europe/Kyiv", "Mo-Sa 08:00-12:30,13:30-22:00"),  # clocks change on 29 March and 25 October
        ("Europe/Berlin", "24/7"),
        ("Asia/Almaty", "We 09:00-10:00"),
    ],
)
def test_the_clock_says_what_the_deadlines_say(zone: str, hours: str) -> None:
    work = WorkingTime(ZoneInfo(zone), parse_hours(hours))
    clock = WorkClock(work, SINCE, UNTIL)
    for number in range(200):
        start = SINCE + timedelta(hours=37.3 * number)
        end = min(start + timedelta(minutes=7 * number * number / 3), UNTIL)
        told = timedelta(seconds=clock.between(int(start.timestamp()), int(end.timestamp())))
        assert abs(told - working_between(start, end, work)) <= timedelta(seconds=1), (start, end)


def test_time_does_not_run_backwards() -> None:
    clock = WorkClock(WorkingTime(ZoneInfo("UTC"), parse_hours("24/7")), SINCE, UNTIL)
    now = int(SINCE.timestamp()) + 1000
    assert clock.between(now, now - 500) == 0


@pytest.mark.parametrize(
    ("values", "part", "told"),
    # As numpy.quantile and PostgreSQL's percentile_cont have them.
    [
        ([7], 0.9, 7),
        ([1, 2], 0.5, 1.5),
        ([1, 2, 3], 0.5, 2),
        (range(1, 11), 0.5, 5.5),
        (range(1, 11), 0.9, 9.1),
        ([15, 20, 35, 40, 50], 0.4, 29),
    ],
)
def test_quantiles_lie_between_two_values_in_proportion(values: list[int], part: float, told: float) -> None:
    assert quantile(list(values), part) == pytest.approx(told)


def test_few_times_are_not_shown() -> None:
    assert spread_of(Waits(done=list(range(9)))) == Spread(9, 0, None, None)
    assert spread_of(Waits(done=list(range(9)), so_far=[60])).median is not None


def test_whoever_still_waits_counts_as_waiting_longest_of_all() -> None:
    spread = spread_of(Waits(done=[60] * 11 + [7200], so_far=[3600] * 8))
    assert (spread.n, spread.waiting) == (20, 8)
    assert spread.median == Quantile(timedelta(minutes=1), at_least=False)
    assert spread.p90 == Quantile(timedelta(hours=2), at_least=True)
    nobody_was_tried = spread_of(Waits(so_far=[3600] * 10))
    assert nobody_was_tried.median == Quantile(timedelta(hours=1), at_least=True)
