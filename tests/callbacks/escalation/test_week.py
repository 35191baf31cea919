"""A week of the roster: who is on duty when, and where nobody is, as a table of a single day."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.callbacks.escalation.ladder import Shift
from app.callbacks.escalation.week import plan_week
from app.organisation.hours import parse_hours
from app.organisation.workdays import Holiday, MovedDay, OwnHours, SpecialDay, WorkingTime

ALMATY, KYIV = ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Kyiv")
WEDNESDAY = date(2026, 3, 4)
PEOPLE = {name: uuid.uuid4() for name in ("olga", "omar", "rauan")}
NAMES = {user_id: name for name, user_id in PEOPLE.items()}


def on(name: str, hours: str, zone: ZoneInfo = ALMATY, first: date | None = None, last: date | None = None) -> Shift:
    """Somebody's duty."""
    return Shift(PEOPLE[name], WorkingTime(zone, parse_hours(hours)), first, last)


def written(open_hours: str, *layers: list[Shift], day: date = WEDNESDAY, zone: ZoneInfo = ALMATY) -> list[str]:
    """Return the stretches of the first day as text."""
    plan = plan_week(day, WorkingTime(zone, parse_hours(open_hours)), layers)[0]
    return [
        f"{each.begins:%H:%M}-{each.ends:%H:%M} {'+'.join(NAMES[who] for who in each.people) or 'nobody'}"
        for each in plan.stretches
    ]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([], ["09:00-18:00 nobody"]),
        ([[on("olga", "Mo-Fr 09:00-18:00")]], ["09:00-18:00 olga"]),
        ([[on("olga", "Mo-Fr 09:00-13:00")]], ["09:00-13:00 olga", "13:00-18:00 nobody"]),
        (
            [[on("olga", "Mo-Fr 09:00-14:00"), on("omar", "Mo-Fr 13:00-20:00")]],
            ["09:00-13:00 olga", "13:00-14:00 olga+omar", "14:00-20:00 omar"],
        ),
        (  # the nearest unit's roster counts, the one above fills what it leaves
            [[on("olga", "Mo-Fr 10:00-12:00")], [on("rauan", "24/7")]],
            ["00:00-10:00 rauan", "10:00-12:00 olga", "12:00-00:00 rauan"],
        ),
        ([[on("olga", "Tu 22:00-02:00")]], ["00:00-02:00 olga", "09:00-18:00 nobody"]),
        ([[on("olga", "Mo-Fr 09:00-18:00", KYIV)]], ["09:00-12:00 nobody", "12:00-21:00 olga"]),
        ([[on("olga", "24/7", first=WEDNESDAY + timedelta(days=1))]], ["09:00-18:00 nobody"]),
        ([[on("olga", "24/7", last=WEDNESDAY)]], ["00:00-00:00 olga"]),
    ],
)
def test_a_day_shows_who_is_on_duty_and_where_nobody_is(layers: list[list[Shift]], expected: list[str]) -> None:
    assert written("Mo-Fr 09:00-18:00", *layers) == expected


def test_a_day_on_which_the_unit_does_not_work_has_no_gap() -> None:
    assert written("Mo-Fr 09:00-18:00", day=date(2026, 3, 7)) == []
    off = WorkingTime(ALMATY, parse_hours("24/7"), lambda day: OwnHours() if day == WEDNESDAY else None)
    assert [day.has_gap for day in plan_week(WEDNESDAY, off, [])] == [False] + [True] * 6


def test_a_day_on_which_the_clocks_change_is_covered_by_the_clock_on_the_wall() -> None:
    spring = date(2026, 3, 29)
    assert written("24/7", [on("olga", "Su 02:00-05:00", KYIV)], day=spring, zone=KYIV) == [
        "00:00-02:00 nobody",
        "02:00-05:00 olga",
        "05:00-00:00 nobody",
    ]


def test_a_special_day_changes_who_is_on_duty() -> None:
    """09:00-13:00 on that day, for somebody who has the morning, the evening, the whole clock."""
    short = OwnHours(((9 * 60, 13 * 60),))
    table: list[tuple[str, SpecialDay, list[int]]] = [
        ("Mo-Fr 09:00-18:00", Holiday(), []),
        ("Mo-Fr 09:00-18:00; PH 10:00-12:00", Holiday(), [10]),
        ("24/7", Holiday(), [8, 10, 15, 20]),
        ("Mo-Fr 09:00-18:00", short, [10]),
        ("Mo-Fr 14:00-22:00", short, []),
        ("Sa 09:00-13:00", short, []),
        ("24/7", OwnHours(), []),
        ("Sa 15:00-21:00", MovedDay(like=5), [15, 20]),
    ]
    for hours, special, expected in table:
        works = WorkingTime(ALMATY, parse_hours(hours), lambda day, special=special: special)  # type: ignore[misc]
        shift = Shift(PEOPLE["olga"], works)
        at = [hour for hour in (8, 10, 15, 20) if shift.covers(datetime(2026, 3, 4, hour, tzinfo=ALMATY))]
        assert at == expected, (hours, special)
        plan = plan_week(
            WEDNESDAY, WorkingTime(ALMATY, parse_hours("Mo-Fr 09:00-18:00"), lambda day: OwnHours()), [[shift]]
        )
        assert sum((each.ends - each.begins for each in plan[0].stretches), timedelta()) == sum(
            (timedelta(minutes=end - start) for start, end in shift.spans_on(WEDNESDAY)), timedelta()
        )
