"""Which clocks are up, which of them is told, and the morning after: tables."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.callbacks.escalation.models import EscalationRule as Rule
from app.callbacks.escalation.timing import Clocks, choose_told, next_reminder, rules_up
from app.organisation.hours import parse_hours
from app.organisation.tree import WorkingTime

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
MINUTES = {"since": NOW - timedelta(minutes=6), "now": NOW}


def _at(minutes: float | None) -> datetime | None:
    return None if minutes is None else NOW + timedelta(minutes=minutes)


# Warn and due of the first attempt, when it was tried, warn and due of the settlement, the promise: minutes from now.
@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ((10, 20, None, 30, 40, None), set()),
        ((0, 20, None, 30, 40, None), {Rule.FIRST_ATTEMPT_SOON}),
        ((-6, 20, None, 30, 40, None), set()),  # the look before told of it
        ((-5, 0, None, 30, 40, None), {Rule.FIRST_ATTEMPT_LATE}),  # late is not soon
        ((-5, 20, -1, 30, 40, None), set()),  # somebody has tried
        ((-9, -5, -1, 30, 40, None), set()),
        ((None, None, None, -1, 40, None), {Rule.SETTLE_SOON}),  # to look into: no first attempt
        ((None, None, None, -3, -1, None), {Rule.SETTLE_LATE}),
        ((-90, -80, -85, 30, 40, -2), {Rule.PROMISE_LATE}),
        ((-90, -80, None, -5, 40, None), {Rule.SETTLE_SOON}),  # its first attempt was told of long ago
        ((-5, -4, None, -3, -2, -1), {Rule.FIRST_ATTEMPT_LATE, Rule.SETTLE_LATE, Rule.PROMISE_LATE}),
    ],
)
def test_a_clock_is_up_once_its_time_has_come(minutes: tuple[float | None, ...], expected: set[Rule]) -> None:
    warn, due, tried, settle_warn, settle, promise = map(_at, minutes)
    clocks = Clocks(warn, due, tried, settle_warn, settle or NOW, promise)
    assert rules_up(clocks, **MINUTES) == expected


@pytest.mark.parametrize(
    ("up", "told"),
    [
        (set(), set()),
        ({Rule.SETTLE_SOON}, {Rule.SETTLE_SOON}),
        ({Rule.FIRST_ATTEMPT_LATE, Rule.SETTLE_LATE, Rule.PROMISE_LATE}, {Rule.SETTLE_LATE}),
        ({Rule.FIRST_ATTEMPT_LATE, Rule.PROMISE_LATE}, {Rule.PROMISE_LATE}),
        ({Rule.FIRST_ATTEMPT_SOON, Rule.SETTLE_SOON}, {Rule.FIRST_ATTEMPT_SOON}),
        ({Rule.FIRST_ATTEMPT_LATE, Rule.SETTLE_SOON}, {Rule.FIRST_ATTEMPT_LATE, Rule.SETTLE_SOON}),
    ],
)
def test_of_clocks_that_came_up_together_one_late_and_one_soon_is_told(up: set[Rule], told: set[Rule]) -> None:
    assert choose_told(up) == told


@pytest.mark.parametrize(
    ("zone", "hours", "after", "expected"),
    [
        ("Asia/Almaty", "Mo-Fr 09:00-18:00", "2026-03-04T06:00+00:00", "2026-03-05T09:30+05:00"),
        ("Asia/Almaty", "Mo-Fr 09:00-18:00", "2026-03-06T06:00+00:00", "2026-03-09T09:30+05:00"),  # over a weekend
        ("Asia/Almaty", "24/7", "2026-03-06T20:00+00:00", "2026-03-08T09:30+05:00"),  # Saturday there already
        ("Asia/Almaty", "We 09:00-10:00", "2026-03-04T03:00+00:00", "2026-03-11T09:30+05:00"),  # once a week
        ("Europe/Kyiv", "24/7", "2026-03-28T10:00+00:00", "2026-03-29T09:30+03:00"),  # the clocks went forward
        ("Asia/Almaty", "24/7", "2024-02-29T06:00+00:00", "2024-03-01T09:30+05:00"),  # the zone changed that night
        ("Asia/Almaty", "24/7", "2024-02-28T06:00+00:00", "2024-02-29T09:30+06:00"),
    ],
)
def test_a_reminder_comes_on_the_next_working_day_by_the_units_clock(
    zone: str, hours: str, after: str, expected: str
) -> None:
    when = WorkingTime(ZoneInfo(zone), parse_hours(hours))
    assert next_reminder(datetime.fromisoformat(after), "09:30", when) == datetime.fromisoformat(expected)
