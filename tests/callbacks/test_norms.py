"""The two clocks as tables: score, channel, hurry and the customer's window, over working time with its days off."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.callbacks.deadlines import Deadline, add_working_hours, working_between
from app.callbacks.norms import Norms, hurried, run_first_attempt, run_settlement, write_hurried
from app.callbacks.rules.clocks import ChannelNorm, Hurried, Hurry, Windows
from app.organisation.holidays import HolidayRules, Holidays
from app.organisation.hours import parse_hours
from app.organisation.workdays import Calendar, Holiday, WorkingTime, no_special_days

ALMATY, KYIV, BERLIN = ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Kyiv"), ZoneInfo("Europe/Berlin")
WEEKDAYS = "Mo-Fr 09:00-18:00"
KZ = Holidays(HolidayRules(), "KZ").calendar_at(())
SCORE = Deadline(first_attempt_hours=4, settle_hours=24)
CHAT, WRITTEN = ChannelNorm(first_attempt_minutes=5), ChannelNorm(first_attempt_days=1, settle_days=15)


def _works(week: str = WEEKDAYS, zone: ZoneInfo = ALMATY, calendar: Calendar = no_special_days) -> WorkingTime:
    return WorkingTime(zone, parse_hours(week), calendar)


def _norms(norm: ChannelNorm | None = None, *hurries: Hurried, deadline: Deadline = SCORE) -> Norms:
    return Norms(deadline, norm, Hurry(), frozenset(hurries), Windows(), 80)


def _at(text: str, zone: ZoneInfo = ALMATY) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def _told(instant: datetime, zone: ZoneInfo = ALMATY) -> str:
    assert instant.tzinfo is UTC
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("norm", "start", "due", "warn"),
    [
        # by score: four hours, warned when 3 h 12 min of them are up
        (None, "2026-03-04 10:00", "2026-03-04 14:00", "2026-03-04 13:12"),
        (None, "2026-03-04 16:00", "2026-03-05 11:00", "2026-03-05 10:12"),
        (None, "2026-03-06 16:00", "2026-03-09 11:00", "2026-03-09 10:12"),  # over a weekend
        (None, "2026-12-31 16:00", "2027-01-01 11:00", "2027-01-01 10:12"),  # over the year's end
        (None, "2028-02-28 16:00", "2028-02-29 11:00", "2028-02-29 10:12"),  # 29 February
        # a chat's five minutes: on the spot, a minute before closing, at night
        (CHAT, "2026-03-04 10:00", "2026-03-04 10:05", "2026-03-04 10:04"),
        (CHAT, "2026-03-04 17:59", "2026-03-05 09:04", "2026-03-05 09:03"),
        (CHAT, "2026-03-04 23:10", "2026-03-05 09:05", "2026-03-05 09:04"),
        # in writing: an interim answer by the same time of the next working day, or before it closes
        (WRITTEN, "2026-03-04 10:00", "2026-03-05 10:00", "2026-03-04 17:12"),
        (WRITTEN, "2026-03-06 17:30", "2026-03-09 17:30", "2026-03-09 15:42"),
        (WRITTEN, "2026-03-07 12:00", "2026-03-09 12:00", "2026-03-09 11:24"),
        (WRITTEN, "2026-03-04 20:00", "2026-03-05 18:00", "2026-03-05 16:12"),
    ],
)
def test_first_attempt_is_due_by_score_or_by_the_channels_norm(
    norm: ChannelNorm | None, start: str, due: str, warn: str
) -> None:
    clock = run_first_attempt(_norms(norm), _works(), start=_at(start), window=None)

    assert (_told(clock.due_at), _told(clock.warn_at)) == (due, warn)


@pytest.mark.parametrize(
    ("window", "week", "start", "due"),
    [
        ("any", WEEKDAYS, "2026-03-04 10:00", "2026-03-04 14:00"),
        ("morning", WEEKDAYS, "2026-03-04 10:00", "2026-03-04 12:00"),
        ("morning", WEEKDAYS, "2026-03-04 08:00", "2026-03-04 12:00"),
        # ten minutes are no room: the next day's, past the weekend
        ("morning", WEEKDAYS, "2026-03-04 11:50", "2026-03-05 12:00"),
        ("morning", WEEKDAYS, "2026-03-06 12:30", "2026-03-09 12:00"),
        ("afternoon", WEEKDAYS, "2026-03-04 10:00", "2026-03-04 17:00"),
        # the evening lasts until nine, the office works until six of it
        ("evening", WEEKDAYS, "2026-03-04 10:00", "2026-03-04 18:00"),
        ("evening", WEEKDAYS, "2026-03-04 17:45", "2026-03-05 18:00"),
        # it works at no time of the evening: the customer's word stands over its hours, though not over its days off
        ("evening", "Mo-Fr 09:00-16:00", "2026-03-04 10:00", "2026-03-04 21:00"),
        ("evening", "Mo-Fr 09:00-16:00", "2026-03-06 20:45", "2026-03-09 21:00"),
        ("evening", "24/7", "2026-03-07 22:00", "2026-03-08 21:00"),
        ("morning", "We 11:40-12:40", "2026-03-04 11:30", "2026-03-04 12:00"),
        ("morning", "We 15:00-16:00", "2026-03-05 10:00", "2026-03-11 12:00"),
    ],
)
def test_the_customers_window_wins_over_every_norm(window: str, week: str, start: str, due: str) -> None:
    for norm in (None, CHAT) if window != "any" else (None,):
        clock = run_first_attempt(_norms(norm, Hurried.VIP), _works(week), start=_at(start), window=window)
        if window == "any":  # hurried: half of the four hours
            due = "2026-03-04 12:00"

        assert _told(clock.due_at) == due
        assert _at(start) <= clock.warn_at <= clock.due_at


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        # Saturday to Monday over both changes of the clocks: the evening is the evening
        (BERLIN, "2026-03-28 20:45", "2026-03-29 21:00"),
        (BERLIN, "2026-10-24 20:45", "2026-10-25 21:00"),
        (KYIV, "2026-03-28 20:45", "2026-03-29 21:00"),
        (KYIV, "2026-10-24 20:45", "2026-10-25 21:00"),
        # Almaty went from UTC+6 to UTC+5 at midnight to 1 March 2024
        (ALMATY, "2024-02-29 20:45", "2024-03-01 21:00"),
    ],
)
def test_a_window_is_told_by_the_units_clock_through_its_changes(zone: ZoneInfo, start: str, due: str) -> None:
    clock = run_first_attempt(_norms(), _works("24/7", zone), start=_at(start, zone), window="evening")

    assert _told(clock.due_at, zone) == due


@pytest.mark.parametrize(
    ("zone", "start", "hours", "due"),
    [
        # an hour is skipped in spring and worked twice in autumn, round the clock
        (BERLIN, "2026-03-29 01:00", 4, "2026-03-29 06:00"),
        (BERLIN, "2026-10-25 01:00", 4, "2026-10-25 04:00"),
        (KYIV, "2026-03-29 01:00", 4, "2026-03-29 06:00"),
        (KYIV, "2026-10-25 01:00", 4, "2026-10-25 04:00"),
        (ALMATY, "2024-02-29 22:00", 4, "2024-03-01 01:00"),
    ],
)
def test_round_the_clock_a_clock_is_plain_time(zone: ZoneInfo, start: str, hours: float, due: str) -> None:
    norms = _norms(deadline=Deadline(hours, 24))
    clock = run_first_attempt(norms, _works("24/7", zone), start=_at(start, zone), window=None)

    assert _told(clock.due_at, zone) == due


@pytest.mark.parametrize(
    ("week", "start", "due"),
    [
        # Nauryz 2026: 21 and 22 March are a weekend, 23 to 25 are off
        (WEEKDAYS, "2026-03-20 16:00", "2026-03-26 11:00"),
        # the holiday itself, from morning on
        (WEEKDAYS, "2026-03-23 11:00", "2026-03-26 13:00"),
        # New Year and the days after it
        (WEEKDAYS, "2025-12-31 16:00", "2026-01-05 11:00"),
        # what the hours say of holidays, and who knows no closing
        ("Mo-Fr 09:00-18:00; PH 10:00-12:00", "2026-03-20 16:00", "2026-03-21 12:00"),
        ("24/7", "2026-03-20 16:00", "2026-03-20 20:00"),
        ("24/7; PH off", "2026-03-20 22:00", "2026-03-26 02:00"),
        # a Sunday worked in place of a Friday (5 January 2025, for the 3rd): with a Friday's hours
        (WEEKDAYS, "2025-01-04 12:00", "2025-01-05 13:00"),
    ],
)
def test_holidays_stand_still(week: str, start: str, due: str) -> None:
    clock = run_first_attempt(_norms(), _works(week, calendar=KZ), start=_at(start), window=None)

    assert _told(clock.due_at) == due


def test_a_window_and_a_written_answer_pass_over_holidays() -> None:
    works = _works(calendar=KZ)

    evening = run_first_attempt(_norms(), works, start=_at("2026-03-20 17:50"), window="evening")
    interim = run_first_attempt(_norms(WRITTEN), works, start=_at("2026-03-20 10:00"), window=None)

    assert _told(evening.due_at) == "2026-03-26 18:00"
    assert _told(interim.due_at) == "2026-03-26 10:00"


def test_a_unit_with_an_hour_a_week_gets_to_it_even_when_a_holiday_takes_one() -> None:
    def off(day: date) -> Holiday | None:
        return Holiday() if day == date(2026, 3, 11) else None

    clock = run_first_attempt(
        _norms(deadline=Deadline(2, 3)),
        _works("We 10:00-11:00", calendar=off),
        start=_at("2026-03-04 10:30"),
        window=None,
    )

    assert _told(clock.due_at) == "2026-03-25 10:30"


@pytest.mark.parametrize(
    ("norm", "deadline", "start", "due"),
    [
        (None, SCORE, "2026-03-04 10:00", "2026-03-06 16:00"),
        (CHAT, SCORE, "2026-03-04 10:00", "2026-03-06 16:00"),
        (ChannelNorm(settle_hours=9), SCORE, "2026-03-04 10:00", "2026-03-05 10:00"),
        # fifteen days of the calendar at most, by the unit's clock
        (WRITTEN, Deadline(4, 400), "2026-03-04 10:00", "2026-03-19 10:00"),
        (WRITTEN, Deadline(4, 400), "2024-02-20 10:00", "2024-03-06 10:00"),
    ],
)
def test_settlement_is_due_by_score_or_by_the_channels_norm(
    norm: ChannelNorm | None, deadline: Deadline, start: str, due: str
) -> None:
    clock = run_settlement(_norms(norm, deadline=deadline), _works(), start=_at(start), first_attempt=None)

    assert _told(clock.due_at) == due


def test_nothing_is_to_be_settled_before_it_was_tried() -> None:
    norms, works, start = _norms(deadline=Deadline(1, 2)), _works(), _at("2026-03-06 16:00")
    first = run_first_attempt(norms, works, start=start, window="morning")

    settle = run_settlement(norms, works, start=start, first_attempt=first)

    assert _told(settle.due_at) == _told(first.due_at) == "2026-03-09 12:00"


@pytest.mark.parametrize(
    ("reasons", "first", "settle"),
    [
        ((), "2026-03-04 14:00", "2026-03-06 16:00"),
        ((Hurried.VIP,), "2026-03-04 12:00", "2026-03-05 13:00"),
        ((Hurried.REPEATED, Hurried.VIP), "2026-03-04 12:00", "2026-03-05 13:00"),  # not a quarter
    ],
)
def test_hurry_halves_both_clocks_once(reasons: tuple[Hurried, ...], first: str, settle: str) -> None:
    norms, start = _norms(None, *reasons), _at("2026-03-04 10:00")

    assert _told(run_first_attempt(norms, _works(), start=start, window=None).due_at) == first
    assert _told(run_settlement(norms, _works(), start=start, first_attempt=None).due_at) == settle
    assert hurried(write_hurried(reasons)) == set(reasons)


@pytest.mark.parametrize(
    ("week", "zone"), [(WEEKDAYS, ALMATY), ("Fr 22:00-02:00; Mo 09:00-12:00", KYIV), ("24/7", BERLIN)]
)
def test_what_is_worked_between_leads_back_to_where_it_ended(week: str, zone: ZoneInfo) -> None:
    works = _works(week, zone, calendar=KZ)
    for day in range(1, 29):
        start = datetime(2026, 3, day, day % 24, 17, tzinfo=zone)
        due = add_working_hours(start, 7.25, works)
        assert working_between(start, due, works).total_seconds() == 7.25 * 3600
    assert not working_between(due, start, works)
