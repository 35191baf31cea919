"""The tree of units."""

import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.organisation.facts import InvalidUnitError
from app.organisation.hours import InvalidHoursError
from app.organisation.models import Unit, UnitAncestor
from app.organisation.service import (
    UnitCycleError,
    UnitExistsError,
    UnknownUnitError,
    add_unit,
    change_unit,
    find_unit,
    get_company,
    get_unit,
    list_children,
    move_unit,
    path_of,
    search_units,
    sync_company,
    units_below,
    working_time,
)

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

Add = Callable[..., Unit]


@pytest.fixture
def add(session: Session) -> Add:
    """Adds a unit below the company unless told otherwise."""

    def add(name: str, parent: Unit | None = None, **facts: Any) -> Unit:
        parent = parent or get_company(session)
        return add_unit(session, **{"name": name, "kind": "office", "parent_id": parent.id, "now": NOW, **facts})

    return add


def pairs(session: Session) -> set[tuple[uuid.UUID, uuid.UUID, int]]:
    return {(row.unit_id, row.ancestor_id, row.distance) for row in session.scalars(select(UnitAncestor))}


def true_pairs(session: Session) -> set[tuple[uuid.UUID, uuid.UUID, int]]:
    """What the pairs must be, walked up from every unit by its parents."""
    parents = {unit.id: unit.parent_id for unit in session.scalars(select(Unit))}
    found = set()
    for unit in parents:
        above: uuid.UUID | None = unit
        distance = 0
        while above is not None:
            found.add((unit, above, distance))
            above, distance = parents[above], distance + 1
    return found


def test_a_unit_knows_everything_above_it(session: Session, add: Add) -> None:
    city = add("Алматы", kind="city")
    office = add("Абая 10", city)

    assert pairs(session) == true_pairs(session)
    assert path_of(session, [office.id, city.id]) == {
        office.id: (get_company(session).name, "Алматы", "Абая 10"),
        city.id: (get_company(session).name, "Алматы"),
    }


def test_a_moved_unit_takes_everything_below_it_along(session: Session, add: Add) -> None:
    north, south = add("North", kind="region"), add("South", kind="region")
    city = add("City", north, kind="city")
    desk = add("Desk", add("Office", city), kind="desk")

    assert move_unit(session, city, parent_id=south.id, now=LATER)

    assert pairs(session) == true_pairs(session)
    assert path_of(session, [desk.id])[desk.id][1:] == ("South", "City", "Office", "Desk")
    assert city.updated_at == LATER
    assert not move_unit(session, city, parent_id=south.id, now=LATER)


def test_a_unit_cannot_be_moved_below_itself(session: Session, add: Add) -> None:
    city = add("City", kind="city")
    office = add("Office", city)

    for target in (city, office):
        with pytest.raises(UnitCycleError):
            move_unit(session, city, parent_id=target.id, now=NOW)
    with pytest.raises(InvalidUnitError):
        move_unit(session, get_company(session), parent_id=office.id, now=NOW)
    assert pairs(session) == true_pairs(session)


def test_pairs_stay_right_through_any_moves(session: Session, add: Add) -> None:
    chance = random.Random(7)  # noqa: S311 -- a repeatable shuffle
    units = [add(f"Unit {number}") for number in range(12)]

    for _ in range(40):
        try:
            move_unit(session, chance.choice(units), parent_id=chance.choice(units).id, now=NOW)
        except UnitCycleError:
            continue
        assert pairs(session) == true_pairs(session)


def test_zone_and_hours_come_from_the_nearest_ancestor_that_has_them(session: Session, add: Add) -> None:
    sync_company(session, name="Company", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=NOW)
    region = add("Region", kind="region", time_zone="Asia/Vladivostok")
    city = add("City", region, kind="city", hours="Mo-Su 10:00-20:00; Su off")
    office = add("Office", city)

    found = working_time(session, office.id)

    assert (str(found.time_zone), str(found.hours)) == ("Asia/Vladivostok", "Mo-Sa 10:00-20:00")
    assert str(working_time(session, region.id).hours) == "Mo-Fr 09:00-18:00"
    assert str(working_time(session, get_company(session).id).time_zone) == "Asia/Almaty"
    with pytest.raises(UnknownUnitError):
        working_time(session, uuid.uuid4())


def test_inherited_working_time_is_one_query(session: Session, add: Add) -> None:
    sync_company(session, name="Company", time_zone="Asia/Almaty", hours="24/7", now=NOW)
    desk = add("Desk", add("Office", add("City")))
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))

    working_time(session, desk.id)
    path_of(session, [desk.id, get_company(session).id])

    assert len([text for text in statements if "unit_ancestor" in text]) == 2


def test_the_company_is_changed_only_when_a_setting_differs(session: Session) -> None:
    facts = {"name": "Halyq", "time_zone": "Asia/Almaty", "hours": "Mo-Fr 09:00-18:00"}

    assert sync_company(session, **facts, now=NOW)
    assert not sync_company(session, **facts, now=LATER)
    assert get_company(session).updated_at == NOW
    assert sync_company(session, **{**facts, "name": "Халық"}, now=LATER)
    assert get_company(session).name == "Халық"


def test_a_changed_unit_says_whether_anything_differed(session: Session, add: Add) -> None:
    office = add("Office", address="Абая 10", hours="Mo-Fr 9-18")
    facts: dict[str, Any] = {
        "name": "Office",
        "kind": "office",
        "address": "Абая 10",
        "latitude": None,
        "longitude": None,
        "time_zone": None,
        "hours": "Mo-Fr 09:00-18:00",
    }

    assert not change_unit(session, office, **facts, now=LATER)
    assert change_unit(session, office, **{**facts, "hours": None, "latitude": 43.2, "longitude": 76.9}, now=LATER)
    assert (office.hours, office.latitude, office.updated_at) == (None, 43.2, LATER)
    with pytest.raises(InvalidUnitError):
        change_unit(session, get_company(session), **facts, now=LATER)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"name": " "}, InvalidUnitError),
        ({"name": "x" * 201}, InvalidUnitError),
        ({"name": "a\x00b"}, InvalidUnitError),
        ({"name": "a\ud800b"}, InvalidUnitError),
        ({"kind": "company"}, InvalidUnitError),
        ({"kind": "branch"}, InvalidUnitError),
        ({"latitude": 43.2}, InvalidUnitError),
        ({"latitude": 91.0, "longitude": 0.0}, InvalidUnitError),
        ({"latitude": 0.0, "longitude": 180.5}, InvalidUnitError),
        ({"latitude": float("nan"), "longitude": 0.0}, InvalidUnitError),
        ({"time_zone": "Asia/Nowhere"}, InvalidUnitError),
        ({"hours": "always"}, InvalidHoursError),
        ({"address": "x" * 501}, InvalidUnitError),
        ({"parent_id": uuid.uuid4()}, UnknownUnitError),
    ],
)
def test_a_wrong_fact_is_refused(add: Add, facts: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        add(**{"name": "Office", **facts})


def test_a_code_names_one_unit(session: Session, add: Add) -> None:
    office = add("Office", code=" ALA-01 ")

    assert find_unit(session, "ALA-01") is office
    assert get_unit(session, office.id) is office
    assert find_unit(session, "ala-01") is None
    with pytest.raises(UnitExistsError):
        add("Another", code="ALA-01")
    with pytest.raises(UnknownUnitError):
        get_unit(session, "ALA-02")


def test_units_of_one_name_get_codes_of_their_own(add: Add) -> None:
    first, second = add("СберБанк"), add("СберБанк")

    assert first.code.startswith("sberbank-")
    assert first.code != second.code


def test_nothing_outside_the_scope_is_found(session: Session, add: Add) -> None:
    mine, theirs = add("Mine", kind="city"), add("Theirs", kind="city")
    office, foreign = add("Office 1", mine), add("Office 2", theirs)
    scope = Scope(frozenset({mine.id}))

    assert find_unit(session, office.code, scope) is office
    assert find_unit(session, foreign.code, scope) is None
    assert search_units(session, "office", scope=scope) == [office]
    assert search_units(session, "office", scope=EVERYTHING) == [office, foreign]
    assert list_children(session, get_company(session).id, scope=scope) == [mine]
    assert units_below(session, get_company(session).id, kind="office", scope=scope) == [office]


def test_a_search_finds_cyrillic_in_any_case_and_takes_signs_literally(session: Session, add: Add) -> None:
    office = add("Отделение", address="улица Абая, 10")

    for text in ("абая", "оТДЕЛ", "ОТДЕЛЕНИЕ", "УЛИЦА абая", "10 абая отделение", office.code[:9].upper()):
        assert search_units(session, text, scope=EVERYTHING) == [office], text
    for text in ("%", "_", "абая 11"):
        assert search_units(session, text, scope=EVERYTHING) == [], text


def test_all_below_a_unit_come_by_name(session: Session, add: Add) -> None:
    city = add("City", kind="city")
    second, first = add("B", city), add("A", city)

    assert units_below(session, city.id, kind="office") == [first, second]
    assert set(units_below(session, city.id)) == {city, first, second}
