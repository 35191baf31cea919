"""Days and hours on the wall, where clocks change too."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.analytics.periods import HOUR, Period, last_days

ALMATY = ZoneInfo("Asia/Almaty")
KYIV = ZoneInfo("Europe/Kyiv")


def test_the_last_days_end_with_today_on_the_wall() -> None:
    late = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)  # one o'clock of the 5th in Almaty
    period = last_days(30, now=late, zone=ALMATY)
    assert (period.first, period.last, period.days) == (date(2026, 2, 4), date(2026, 3, 5), 30)
    assert period.since == datetime(2026, 2, 3, 19, 0, tzinfo=UTC)
    assert period.until == datetime(2026, 3, 5, 19, 0, tzinfo=UTC)


def test_the_period_before_ends_where_this_one_begins() -> None:
    period = last_days(7, now=datetime(2026, 3, 31, 12, 0, tzinfo=UTC), zone=KYIV)
    assert period.before.until == period.since
    assert period.before.days == 7


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)],
)
def test_a_day_has_the_hours_that_its_clocks_show(day: date, hours: int) -> None:
    slots = Period(day, day, KYIV).slots()
    assert len(slots) == hours
    assert all(slot.until - slot.start == HOUR for slot in slots)


@pytest.mark.parametrize("last", [date(2026, 3, 31), date(2026, 10, 27), date(2026, 1, 15)])
def test_days_follow_one_another_without_a_gap(last: date) -> None:
    period = Period(last - timedelta(days=29), last, KYIV)
    slots = period.slots()
    assert len(slots) == 30
    assert (slots[0].start, slots[-1].until) == (period.since, period.until)
    assert all(earlier.until == later.start for earlier, later in pairwise(slots))
    assert all(slot.start.astimezone(KYIV).hour == 0 for slot in slots)


def test_an_hour_that_half_an_hour_of_change_leaves_over_is_kept() -> None:
    lord_howe = Period(date(2026, 10, 4), date(2026, 10, 4), ZoneInfo("Australia/Lord_Howe"))
    slots = lord_howe.slots()
    assert slots[-1].until == lord_howe.until
    assert slots[-1].until - slots[-1].start == timedelta(minutes=30)
