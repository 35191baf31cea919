"""Deadlines as tables: nights, weekends, holidays of the clocks, the leap day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.callbacks.deadlines import add_working_hours, when_due
from app.organisation.hours import parse_hours
from app.organisation.workdays import WorkingTime

ALMATY, KYIV, NEW_YORK = ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Kyiv"), ZoneInfo("America/New_York")
CAIRO, CHATHAM = ZoneInfo("Africa/Cairo"), ZoneInfo("Pacific/Chatham")
WEEKDAYS, ALWAYS = "Mo-Fr 09:00-18:00", "24/7"


def _local(text: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def _time(week: str, zone: ZoneInfo) -> WorkingTime:
    return WorkingTime(zone, parse_hours(week))


@pytest.mark.parametrize(
    ("start", "hours", "week", "zone", "due"),
    [
        # in hours, on one day
        ("2026-03-04 10:00", 4, WEEKDAYS, ALMATY, "2026-03-04 14:00"),
        ("2026-03-04 10:00", 0, WEEKDAYS, ALMATY, "2026-03-04 10:00"),
        ("2026-03-04 10:15:30", 0.5, WEEKDAYS, ALMATY, "2026-03-04 10:45:30"),
        # up exactly at closing time is closing time, a moment more is the next morning
        ("2026-03-04 14:00", 4, WEEKDAYS, ALMATY, "2026-03-04 18:00"),
        ("2026-03-04 14:00:01", 4, WEEKDAYS, ALMATY, "2026-03-05 09:00:01"),
        # the night, before opening, at closing
        ("2026-03-04 16:00", 4, WEEKDAYS, ALMATY, "2026-03-05 11:00"),
        ("2026-03-04 03:00", 4, WEEKDAYS, ALMATY, "2026-03-04 13:00"),
        ("2026-03-04 18:00", 4, WEEKDAYS, ALMATY, "2026-03-05 13:00"),
        ("2026-03-04 23:59", 4, WEEKDAYS, ALMATY, "2026-03-05 13:00"),
        # weekends
        ("2026-03-06 16:00", 4, WEEKDAYS, ALMATY, "2026-03-09 11:00"),
        ("2026-03-07 12:00", 24, WEEKDAYS, ALMATY, "2026-03-11 15:00"),
        ("2026-03-06 09:00", 48, WEEKDAYS, ALMATY, "2026-03-13 12:00"),
        # a lunch break and a short Saturday
        ("2026-03-04 12:00", 4, "Mo-Fr 09:00-13:00,14:00-18:00", ALMATY, "2026-03-04 17:00"),
        ("2026-03-06 17:00", 4, "Mo-Fr 09:00-18:00; Sa 10:00-14:00", ALMATY, "2026-03-07 13:00"),
        # one hour in the week
        ("2026-03-04 12:00", 3, "Mo 10:00-11:00", ALMATY, "2026-03-23 11:00"),
        # over midnight
        ("2026-03-06 23:00", 4, "Fr 22:00-02:00", ALMATY, "2026-03-13 23:00"),
        # the leap day
        ("2024-02-28 17:00", 10, WEEKDAYS, ZoneInfo("Asia/Tashkent"), "2024-02-29 18:00"),
        ("2028-02-28 17:00", 11, WEEKDAYS, ALMATY, "2028-03-01 10:00"),
        # round the clock
        ("2026-03-06 16:00", 48, ALWAYS, ALMATY, "2026-03-08 16:00"),
        # Almaty put its clocks back an hour at the midnight after 29 February 2024: the last hour came twice
        ("2024-02-29 12:00", 24, ALWAYS, ALMATY, "2024-03-01 11:00"),
        ("2024-02-29 17:00", 4, WEEKDAYS, ALMATY, "2024-03-01 12:00"),
        ("2024-02-29 22:00", 2.5, "Mo-Su 22:00-24:00", ALMATY, "2024-02-29 23:30 second"),
        # clocks forward in Kyiv, 29 March 2026, 03:00 to 04:00: the hour is not worked
        ("2026-03-29 02:00", 2, ALWAYS, KYIV, "2026-03-29 05:00"),
        ("2026-03-29 00:00", 2, "Su 03:30-06:00", KYIV, "2026-03-29 06:00"),
        ("2026-03-29 00:00", 3, "Su 02:00-03:30,05:00-09:00", KYIV, "2026-03-29 07:00"),
        ("2026-03-28 16:00", 4, "Mo-Su 09:00-18:00", KYIV, "2026-03-29 11:00"),
        # clocks back in Kyiv, 25 October 2026, 04:00 to 03:00: the hour is worked twice
        ("2026-10-25 02:00", 3, ALWAYS, KYIV, "2026-10-25 04:00"),
        ("2026-10-25 00:00", 2, "Su 02:00-04:00", KYIV, "2026-10-25 03:00 second"),
        # closed when the hour begins for the first time, so it is no hour of work the second time either
        ("2026-10-25 00:00", 1.5, "Su 02:00-03:00,06:00-08:00", KYIV, "2026-10-25 06:30"),
        # half of the doubled hour: open 03:00-03:30, twice
        ("2026-10-25 00:00", 1.75, "Su 02:00-03:30,06:00-08:00", KYIV, "2026-10-25 03:15 second"),
        ("2026-11-01 01:30 second", 1, ALWAYS, NEW_YORK, "2026-11-01 02:30"),
        # Cairo skips midnight itself; Chatham keeps quarters of an hour
        ("2026-04-23 23:00", 2, ALWAYS, CAIRO, "2026-04-24 02:00"),
        ("2026-04-24 01:00", 1, "Fr 00:00-12:00", CAIRO, "2026-04-24 02:00"),
        ("2026-04-05 03:00", 2, ALWAYS, CHATHAM, "2026-04-05 04:00"),
    ],
)
def test_deadline_falls_where_the_office_will_have_worked_so_long(
    start: str, hours: float, week: str, zone: ZoneInfo, due: str
) -> None:
    begin = _local(start.removesuffix(" second"), zone, fold=int(start.endswith("second")))
    expected = _local(due.removesuffix(" second"), zone, fold=int(due.endswith("second")))

    assert add_working_hours(begin, hours, _time(week, zone)) == expected.astimezone(UTC)


def test_deadline_is_told_in_utc_whatever_zone_the_start_is_in() -> None:
    start = datetime(2026, 3, 4, 8, 0, tzinfo=KYIV)  # 11:00 in Almaty

    due = add_working_hours(start, 4, _time(WEEKDAYS, ALMATY))

    assert due == datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    assert due.tzinfo is UTC


@pytest.mark.parametrize("zone", [ALMATY, KYIV, NEW_YORK, CAIRO, CHATHAM])
def test_round_the_clock_is_plain_elapsed_time_through_every_change_of_the_clocks(zone: ZoneInfo) -> None:
    time = _time(ALWAYS, zone)
    for day in range(0, 366 * 3, 5):
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day, hours=day % 24, minutes=day % 60)
        assert add_working_hours(start, 100, time) == start + timedelta(hours=100)


@pytest.mark.parametrize("zone", [ALMATY, KYIV, NEW_YORK])
def test_hours_in_two_steps_come_to_the_same_instant_as_in_one(zone: ZoneInfo) -> None:
    time = _time("Mo-Fr 09:00-13:00,14:00-18:00; Sa 01:30-03:30; Su 00:00-04:30", zone)
    for day in range(0, 740, 3):
        start = datetime(2024, 2, 1, tzinfo=UTC) + timedelta(days=day, minutes=day * 37 % 1440)
        halfway = add_working_hours(start, 5.25, time)
        assert add_working_hours(halfway, 20.5, time) == add_working_hours(start, 25.75, time)


_FIRST, _SETTLE, _NEXT, _DONE = (datetime(2026, 3, day, 9, tzinfo=UTC) for day in (5, 7, 9, 4))


@pytest.mark.parametrize(
    ("next_attempt_at", "first_due", "first_at", "settle_due", "promise_due", "due"),
    [
        (None, _FIRST, None, _SETTLE, None, _FIRST),
        (None, _FIRST, _DONE, _SETTLE, None, _SETTLE),
        (None, None, None, _SETTLE, None, _SETTLE),
        (_NEXT, _FIRST, _DONE, _SETTLE, None, _NEXT),
        # a number that was left late: the matter is due no later for it
        (None, _NEXT, None, _SETTLE, None, _SETTLE),
        # a promise brings it forward and never puts it off
        (_NEXT, _FIRST, _DONE, _SETTLE, _FIRST, _FIRST),
        (None, _FIRST, _DONE, _SETTLE, _NEXT, _SETTLE),
    ],
)
def test_list_sorts_by_what_must_happen_next(
    *,
    next_attempt_at: datetime | None,
    first_due: datetime | None,
    first_at: datetime | None,
    settle_due: datetime,
    promise_due: datetime | None,
    due: datetime,
) -> None:
    assert due == when_due(
        next_attempt_at=next_attempt_at,
        first_attempt_due_at=first_due,
        first_attempt_at=first_at,
        settle_due_at=settle_due,
        promise_due_at=promise_due,
    )
