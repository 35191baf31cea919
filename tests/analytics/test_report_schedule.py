"""When a report is due and which days it is about."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.analytics.kept.models import Every
from app.analytics.kept.schedule import LATEST, Rhythm, days_of, is_to_send, last_due, next_due

ALMATY, KYIV = ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Kyiv")
MONDAYS_AT_EIGHT = Rhythm(Every.WEEK, 1, 8 * 60)
FIRST_AT_EIGHT = Rhythm(Every.MONTH, 1, 8 * 60)


def at(text: str, zone: ZoneInfo = ALMATY) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("rhythm", "now", "last", "following"),
    [
        (MONDAYS_AT_EIGHT, "2026-03-04 11:00", "2026-03-02 08:00", "2026-03-09 08:00"),
        (MONDAYS_AT_EIGHT, "2026-03-02 08:00", "2026-03-02 08:00", "2026-03-09 08:00"),
        (MONDAYS_AT_EIGHT, "2026-03-02 07:59", "2026-02-23 08:00", "2026-03-02 08:00"),
        (FIRST_AT_EIGHT, "2026-03-04 11:00", "2026-03-01 08:00", "2026-04-01 08:00"),
        (Rhythm(Every.MONTH, 28, 0), "2026-03-04 11:00", "2026-02-28 00:00", "2026-03-28 00:00"),
        (Rhythm(Every.WEEK, 7, 1439), "2027-01-01 00:00", "2026-12-27 23:59", "2027-01-03 23:59"),
    ],
)
def test_a_report_is_due_by_the_companys_clock(rhythm: Rhythm, now: str, last: str, following: str) -> None:
    assert last_due(rhythm, now=at(now), zone=ALMATY).at == at(last)
    assert next_due(rhythm, now=at(now), zone=ALMATY).at == at(following)


def test_a_minute_that_clocks_skip_is_reached_with_the_skip() -> None:
    half_past_three_on_sundays = Rhythm(Every.WEEK, 7, 3 * 60 + 30)
    due = last_due(half_past_three_on_sundays, now=at("2026-03-29 12:00", KYIV), zone=KYIV)
    assert (due.slot, due.at) == (date(2026, 3, 29), datetime(2026, 3, 29, 1, 0, tzinfo=UTC))


def test_what_was_missed_goes_once_and_only_while_it_is_fresh() -> None:
    since, due_at = at("2026-01-01 00:00"), at("2026-03-02 08:00")
    table = [
        (due_at - timedelta(seconds=1), None),  # the one of a week ago is too old
        (due_at, date(2026, 3, 2)),
        (due_at + LATEST, date(2026, 3, 2)),
        (due_at + LATEST + timedelta(seconds=1), None),
    ]
    for now, slot in table:
        due = is_to_send(MONDAYS_AT_EIGHT, since=since, now=now, zone=ALMATY)
        assert (due.slot if due else None) == slot, now


def test_a_plan_made_after_its_minute_waits_for_the_next_one() -> None:
    now = at("2026-03-02 09:00")
    assert is_to_send(MONDAYS_AT_EIGHT, since=now, now=now, zone=ALMATY) is None


@pytest.mark.parametrize(
    ("every", "slot", "first", "last"),
    [
        (Every.WEEK, date(2026, 3, 2), date(2026, 2, 23), date(2026, 3, 1)),
        (Every.WEEK, date(2026, 3, 8), date(2026, 2, 23), date(2026, 3, 1)),
        (Every.MONTH, date(2026, 3, 1), date(2026, 2, 1), date(2026, 2, 28)),
        (Every.MONTH, date(2026, 1, 28), date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_it_is_about_the_last_whole_week_or_month(every: Every, slot: date, first: date, last: date) -> None:
    period = days_of(every, slot, ALMATY)
    assert (period.first, period.last) == (first, last)
