"""Looking through units and employees, and closing units."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, NOTHING, Scope
from app.organisation.browse import Taken, UnitSort, UnitState, find_lines, list_level, list_tops, read_sheet
from app.organisation.closing import close_unit, reopen_unit
from app.organisation.employee_list import EmployeeSort, list_employees
from app.organisation.employees import add_employee
from app.organisation.facts import InvalidUnitError
from app.organisation.models import Unit
from app.organisation.service import (
    UnitClosedError,
    UnknownUnitError,
    add_unit,
    get_company,
    move_unit,
    sync_company,
)

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


class Town:
    """Two regions, one with a city of two offices."""

    def __init__(self, session: Session) -> None:
        self.session = session
        sync_company(session, name="Acme", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=NOW)
        self.company = get_company(session)
        self.east = self.add("Восток", self.company, kind="region", time_zone="Asia/Omsk")
        self.west = self.add("Запад", self.company, kind="region")
        self.city = self.add("Риддер", self.east, kind="city")
        self.second = self.add("Отделение 2", self.city, address="улица Абая, 10", hours="24/7")
        self.first = self.add("отделение 1", self.city)

    def add(self, name: str, parent: Unit, *, kind: str = "office", **facts: Any) -> Unit:
        return add_unit(self.session, name=name, kind=kind, parent_id=parent.id, now=NOW, **facts)


@pytest.fixture
def town(session: Session) -> Town:
    """A small company."""
    return Town(session)


def test_the_tree_begins_at_what_one_was_granted(session: Session, town: Town) -> None:
    tops = list_tops(session, scope=EVERYTHING)
    assert [(line.unit, line.below) for line in tops] == [(town.company, 5)]

    granted = Scope(frozenset({town.city.id, town.first.id, town.west.id}))
    assert [(line.unit, line.below) for line in list_tops(session, scope=granted)] == [(town.west, 0), (town.city, 2)]
    assert list_tops(session, scope=NOTHING) == []


def test_a_level_comes_by_name_in_pages_without_what_is_closed(session: Session, town: Town) -> None:
    page = list_level(session, town.city.id, scope=EVERYTHING, limit=1)
    assert ([line.unit for line in page.lines], page.total) == ([town.first], 2)
    page = list_level(session, town.city.id, scope=EVERYTHING, limit=1, offset=1)
    assert [line.unit for line in page.lines] == [town.second]

    close_unit(session, town.first, now=LATER)
    assert list_level(session, town.city.id, scope=EVERYTHING, limit=9).total == 1
    assert list_level(session, town.city.id, scope=EVERYTHING, state=UnitState.ALL, limit=9).total == 2
    assert list_level(session, town.city.id, scope=NOTHING, limit=9).total == 0


def test_units_are_found_by_words_kind_and_state(session: Session, town: Town) -> None:
    def found(**asked: object) -> list[Unit]:
        page = find_lines(session, **{"scope": EVERYTHING, "limit": 9, **asked})  # type: ignore[arg-type]
        assert page.total == len(page.lines)
        return [line.unit for line in page.lines]

    assert found(text="ОТДЕЛЕНИЕ") == [town.first, town.second]
    assert found(text="абая отд") == [town.second]
    assert found(kind="city") == [town.city]
    assert found(text="риддер") == [town.city]
    assert found(text="риддер", kind="office") == [town.first, town.second]
    assert found(text="РИДДЕР абая", kind="office") == [town.second]
    assert found(text="acme", kind="company") == [town.company]
    assert found(kind="office", sort=UnitSort.ADDRESS, descending=True) == [town.second, town.first]
    assert found(text="отд", scope=Scope(frozenset({town.west.id}))) == []
    close_unit(session, town.second, now=LATER)
    assert found(text="отд") == [town.first]
    assert found(state=UnitState.CLOSED) == [town.second]


def test_a_sheet_says_what_is_own_and_from_whom_the_rest_is(session: Session, town: Town) -> None:
    sheet = read_sheet(session, town.second.code, scope=Scope(frozenset({town.city.id})))

    assert [(step.name, step.seen) for step in sheet.path] == [("Acme", False), ("Восток", False), ("Риддер", True)]
    assert (sheet.time_zone, sheet.zone_above) == ("Asia/Omsk", Taken("Asia/Omsk", "Восток"))
    assert (sheet.hours, sheet.hours_above) == ("24/7", Taken("Mo-Fr 09:00-18:00", "Acme"))
    assert read_sheet(session, town.first.code, scope=EVERYTHING).hours == "Mo-Fr 09:00-18:00"
    assert read_sheet(session, "company", scope=EVERYTHING).path == ()
    with pytest.raises(UnknownUnitError):
        read_sheet(session, town.west.code, scope=Scope(frozenset({town.city.id})))


def test_a_unit_is_closed_with_all_below_and_reopened_with_what_was_closed_then(session: Session, town: Town) -> None:
    assert close_unit(session, town.first, now=NOW) == 1
    assert close_unit(session, town.east, now=LATER) == 3
    assert close_unit(session, town.east, now=LATER) == 0
    session.expire_all()
    assert (town.first.closed_at, town.second.closed_at, town.second.updated_at) == (NOW, LATER, LATER)

    with pytest.raises(UnitClosedError):
        reopen_unit(session, town.city, now=LATER)
    assert reopen_unit(session, town.east, now=LATER + timedelta(hours=1)) == 3
    session.expire_all()
    assert (town.second.closed_at, town.second.updated_at) == (None, LATER + timedelta(hours=1))
    assert town.first.closed_at == NOW
    assert reopen_unit(session, town.first, now=LATER) == 1
    assert reopen_unit(session, town.first, now=LATER) == 0


def test_nothing_open_can_come_below_a_closed_unit_and_the_company_stays_open(session: Session, town: Town) -> None:
    close_unit(session, town.east, now=LATER)
    session.expire_all()

    with pytest.raises(UnitClosedError):
        town.add("New", town.city)
    with pytest.raises(UnitClosedError):
        move_unit(session, town.west, parent_id=town.east.id, now=LATER)
    assert move_unit(session, town.first, parent_id=town.east.id, now=LATER)
    with pytest.raises(InvalidUnitError):
        close_unit(session, town.company, now=LATER)


def test_employees_are_found_by_words_unit_and_state(session: Session, town: Town) -> None:
    add_employee(session, code="E2", name="Борис", unit_id=town.first.id, now=NOW)
    add_employee(session, code="E1", name="Әсел", unit_id=town.second.id, active=False, now=NOW)
    made = add_employee(session, name="Айгүл Серікова", unit_id=town.west.id, now=NOW)

    def names(**asked: object) -> list[str]:
        page = list_employees(session, **{"scope": EVERYTHING, "limit": 9, **asked})  # type: ignore[arg-type]
        assert page.total == len(page.lines)
        return [line.name for line in page.lines]

    assert made.code.startswith("aygul-serikova-")
    assert sorted(names()) == sorted(["Борис", "Әсел", "Айгүл Серікова"])
    assert names(text="әСЕЛ") == ["Әсел"]
    assert names(text="запад айгүл") == ["Айгүл Серікова"]
    assert names(below=town.city.id, sort=EmployeeSort.CODE, descending=True) == ["Борис", "Әсел"]
    assert names(active=False) == ["Әсел"]
    assert names(scope=Scope(frozenset({town.west.id}))) == ["Айгүл Серікова"]
    assert list_employees(session, scope=EVERYTHING, limit=1, offset=2).total == 3


def test_looking_takes_as_many_queries_for_many_units_as_for_few(session: Session, town: Town) -> None:
    def count() -> int:
        statements: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        event.listen(session.get_bind(), "before_cursor_execute", note)
        list_tops(session, scope=EVERYTHING)
        list_level(session, town.city.id, scope=EVERYTHING, limit=50)
        find_lines(session, scope=EVERYTHING, text="отд", limit=50)
        read_sheet(session, town.first.code, scope=EVERYTHING)
        list_employees(session, scope=EVERYTHING, limit=50)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(statements)

    few = count()
    for number in range(20):
        office = town.add(f"Отделение {number}", town.city)
        add_employee(session, code=f"N{number}", name="A", unit_id=office.id, now=NOW)
    assert count() == few
