"""Which quarters of an hour are marked for answers that came late: few, and one in every day of every zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.responses.days import choose_marks

# Days of 23 hours, quarters of an hour from Greenwich, and a day that began twice, among others.
ZONES = ("UTC", "Asia/Almaty", "Asia/Kathmandu", "Europe/Kyiv", "Pacific/Chatham", "Australia/Lord_Howe")
FIRST = datetime(2024, 2, 20, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize("minutes", [1, 15, 7 * 60, 19 * 60 + 59, 23 * 60, 70 * 60])
@pytest.mark.parametrize("zone", ZONES)
def test_every_day_with_an_answer_has_a_mark_and_no_other_day(zone: str, minutes: int) -> None:
    until = FIRST + timedelta(days=60)
    step = timedelta(minutes=minutes)
    instants = [FIRST + number * step for number in range((until - FIRST) // step)]

    def days(moments: list[datetime]) -> set[object]:
        return {moment.astimezone(ZoneInfo(zone)).date() for moment in moments}

    assert days(choose_marks(reversed(instants))) == days(instants)


def test_a_full_year_is_few_marks() -> None:
    assert len(choose_marks(FIRST + timedelta(minutes=number * 5) for number in range(365 * 288))) < 1000


def test_nothing_marks_nothing() -> None:
    assert choose_marks([]) == []
