"""Days off by country, by file and by unit, as tables."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.kit.errors import ConfigurationError
from app.organisation.holidays import KEPT_AS, HolidayRules, Holidays, load_holidays
from app.organisation.hours import parse_hours
from app.organisation.models import UnitKind
from app.organisation.service import add_unit, get_company, sync_company, working_time, working_times
from app.organisation.workdays import WorkingTime
from config.settings import ROOT

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
RULES = HolidayRules.model_validate(
    {
        "days": [{"day": "2026-12-31", "hours": "09:00-13:00"}, {"day": "2026-08-28", "hours": "off"}],
        "units": {
            "kyiv": {"country": "UA", "days": [{"day": "2026-12-31", "hours": "off"}]},
            "centre": {"public_holidays": False},
            "east": {"days": [{"day": "2026-03-28", "like": "Mo"}, {"day": "2026-03-23", "hours": "10:00-12:00"}]},
        },
    }
)


@pytest.mark.parametrize(
    ("codes", "day", "worked"),
    [
        ((), date(2026, 3, 20), [(540, 1080)]),
        ((), date(2026, 3, 24), []),  # Nauryz, transferred from the weekend
        ((), date(2026, 12, 31), [(540, 780)]),
        ((), date(2026, 8, 28), []),
        # the unit's own stand before the company's and the country's; the nearest unit wins
        (("kyiv", "company"), date(2026, 12, 31), []),
        (("kyiv",), date(2026, 3, 24), [(540, 1080)]),  # no days off in Ukraine while it is at war
        (("kyiv",), date(2021, 8, 24), []),
        (("desk", "centre"), date(2026, 3, 24), [(540, 1080)]),
        (("centre",), date(2026, 8, 28), []),
        (("east",), date(2026, 3, 23), [(600, 720)]),
        (("east",), date(2026, 3, 28), [(540, 1080)]),  # a Saturday, worked as a Monday
        (("east", "kyiv"), date(2026, 12, 31), []),
        (("kyiv", "east"), date(2026, 3, 28), [(540, 1080)]),
        (("unknown",), date(2026, 3, 24), []),
    ],
)
def test_days_of_a_unit(codes: tuple[str, ...], day: date, worked: list[tuple[int, int]]) -> None:
    calendar = Holidays(RULES, "KZ").calendar_at(codes)

    assert (
        list(WorkingTime(ZoneInfo("Asia/Almaty"), parse_hours("Mo-Fr 09:00-18:00"), calendar).spans_on(day)) == worked
    )


@pytest.mark.parametrize(("country", "off"), [("KZ", True), ("RU", False), (None, False), ("UA", False)])
def test_public_holidays_are_those_of_the_country(country: str | None, off: bool) -> None:
    works = WorkingTime(
        ZoneInfo("Asia/Almaty"),
        parse_hours("Mo-Fr 09:00-18:00"),
        Holidays(HolidayRules(), country).calendar_at(()),
    )

    assert (works.spans_on(date(2026, 3, 23)) == ()) is off
    if country == "RU":  # a Saturday worked in place of the Monday that became free
        assert works.spans_on(date(2025, 11, 1)) == ((540, 1080),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days: [{day: 2026-13-01, hours: off}]\n", "holidays.yaml:1: day 1.day"),
        ("days:\n  - {day: 2026-12-31}\n", "holidays.yaml:2: day 1: write either hours"),
        ("days: [{day: 2026-12-31, hours: nine}]\n", "cannot read"),
        ("days: [{day: 2026-12-31, hours: 'Sa 10:00-14:00'}]\n", "names weekdays"),
        ("days: [{day: 2026-12-31, like: Holiday}]\n", "no weekday"),
        ("days: [{day: 2026-12-31, hours: off}, {day: 2026-12-31, hours: off}]\n", "each day once"),
        ("units:\n  kyiv: {country: Ukraine}\n", "holidays.yaml:2"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "holidays.yaml"
    path.write_text(text)

    with pytest.raises(ConfigurationError) as refused:
        load_holidays(path, "KZ")

    assert said in str(refused.value)


def test_shipped_file_adds_nothing() -> None:
    calendar = load_holidays(ROOT / "config" / "holidays.yaml", None).calendar_at(("any",))

    assert calendar(date(2026, 3, 23)) is None


def test_working_time_of_a_unit_carries_its_days_off_without_another_query(session: Session) -> None:
    sync_company(session, name="Aru Bank", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=NOW)
    city = add_unit(session, name="Kyiv", kind=UnitKind.CITY, code="kyiv", parent_id=get_company(session).id, now=NOW)
    office = add_unit(session, name="Office", kind=UnitKind.OFFICE, code="k-1", parent_id=city.id, now=NOW)
    nauryz, eve = date(2026, 3, 24), date(2026, 12, 31)
    assert working_time(session, office.id).spans_on(nauryz)

    session.info[KEPT_AS] = Holidays(RULES, "KZ")
    found = working_times(session, [office.id, get_company(session).id])

    assert found[office.id].spans_on(nauryz) == ((540, 1080),)
    assert found[office.id].spans_on(eve) == ()
    assert found[get_company(session).id].spans_on(nauryz) == ()


def test_the_library_is_not_loaded_before_a_day_is_asked_for() -> None:
    script = "import sys, app.factory; sys.exit('holidays' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
