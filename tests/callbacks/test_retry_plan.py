"""When somebody who did not answer is rung again, as a table. The unit works as each line says, in Almaty."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.callbacks.deadlines import add_working_hours
from app.callbacks.retry_plan import plan_retry
from app.callbacks.rules.clocks import Retries
from app.organisation.hours import parse_hours
from app.organisation.workdays import WorkingTime

ALMATY = ZoneInfo("Asia/Almaty")
WEEKDAYS = "Mo-Fr 09:00-18:00"
RULES = Retries(tries=4, at=["10:00", "13:30", "17:00"], least_hours=2)


@pytest.mark.parametrize(
    ("hours", "tried", "again"),
    [
        # 4 March 2026 is a Wednesday; each try counts as the hour of the rules that it is nearest to
        (WEEKDAYS, ["04 10:05"], "04 13:30"),
        (WEEKDAYS, ["04 10:05", "04 13:30"], "04 17:00"),
        (WEEKDAYS, ["04 11:40"], "04 17:00"),  # nearer to ten, and 13:30 comes too soon
        (WEEKDAYS, ["04 15:05"], "05 10:00"),  # two hours at least lie between
        (WEEKDAYS, ["04 16:50"], "05 10:00"),
        (WEEKDAYS, ["04 16:50", "05 10:00"], "05 13:30"),
        # the unit does not work on the weekend, nor at half past one
        (WEEKDAYS, ["06 17:00"], "09 10:00"),
        ("Mo-Fr 09:00-13:00,14:00-18:00", ["04 10:00"], "04 17:00"),
        # all three hours were tried: the next one of them
        (WEEKDAYS, ["04 10:00", "04 13:30", "04 17:00"], "05 10:00"),
        # it works at none of the hours: its first working moment
        ("Mo-Su 18:00-22:00", ["04 18:30"], "04 20:30"),
        ("Mo-Su 18:00-22:00", ["04 21:30"], "05 18:00"),
        (WEEKDAYS, ["04 10:00", "04 13:30", "04 17:00", "05 10:00"], None),
    ],
)
def test_next_try_falls_on_an_hour_that_was_not_tried_while_the_unit_works(
    hours: str, tried: list[str], again: str | None
) -> None:
    time = WorkingTime(ALMATY, parse_hours(hours))

    found = plan_retry(
        [_at(text) for text in tried],
        RULES,
        work=lambda start, length: add_working_hours(start, length, time),
        zone=ALMATY,
    )

    assert found == (_at(again) if again else None)


def _at(text: str) -> datetime:
    return datetime.strptime(f"2026-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ALMATY).astimezone(UTC)
