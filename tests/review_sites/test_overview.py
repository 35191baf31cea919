"""Which units are on which sites."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.organisation.models import Unit, UnitKind
from app.organisation.service import add_unit, get_company
from app.review_sites.catalogue import Site
from app.review_sites.overview import Column, Held, Line, Wanted, count_coverage, list_coverage
from app.review_sites.service import set_listing

LINK = "https://2gis.kz/firm/{}/tab/reviews/addreview"


@pytest.fixture
def units(session: Session, now: datetime) -> Mapping[str, Unit]:
    """Almaty, on 2GIS, with an own page (a1) and an inherited one (a2); Astana with an office that has none."""
    root = get_company(session).id
    found: dict[str, Unit] = {}

    def add(code: str, name: str, kind: UnitKind, parent: uuid.UUID, address: str | None = None) -> None:
        found[code] = add_unit(session, name=name, kind=kind, parent_id=parent, code=code, address=address, now=now)

    add("almaty", "Алматы", UnitKind.CITY, root)
    add("astana", "Астана", UnitKind.CITY, root)
    add("a1", "Филиал на Абая", UnitKind.OFFICE, found["almaty"].id, "пр. Абая, 10")
    add("a2", "Branch B", UnitKind.OFFICE, found["almaty"].id)
    add("b1", "Branch A", UnitKind.OFFICE, found["astana"].id, "Kabanbay 1")
    set_listing(session, unit_id=found["almaty"].id, site=Site.TWOGIS, link=LINK.format(1), now=now)
    set_listing(session, unit_id=found["a1"].id, site=Site.TWOGIS, link=LINK.format(2), now=now)
    set_listing(session, unit_id=found["a1"].id, site=Site.GOOGLE, link="https://g.page/r/x/review", now=now)
    return found


def listed(
    session: Session, wanted: Wanted, *, sort: Column = Column.CODE, descending: bool = False, offset: int = 0
) -> list[Line]:
    return list_coverage(session, wanted, sort=sort, descending=descending, offset=offset, limit=50)[0]


def codes(lines: list[Line]) -> list[str]:
    return [line.place.code for line in lines]


def test_each_office_says_what_it_has_and_from_whom(session: Session, units: Mapping[str, Unit]) -> None:
    own, inherited, none = listed(session, Wanted(EVERYTHING))
    assert codes([own, inherited, none]) == ["a1", "a2", "b1"]
    assert {site: (cell.held, cell.link) for site, cell in own.cells.items()} == {
        Site.TWOGIS: (Held.OWN, LINK.format(2)),
        Site.GOOGLE: (Held.OWN, "https://g.page/r/x/review"),
    }
    cell = inherited.cells[Site.TWOGIS]
    assert (cell.held, cell.link, cell.from_code, cell.from_name) == (
        Held.INHERITED,
        LINK.format(1),
        "almaty",
        "Алматы",
    )
    assert none.cells == {}


def test_an_owner_outside_the_scope_is_named_without_a_way_to_it(session: Session, units: Mapping[str, Unit]) -> None:
    [line] = listed(session, Wanted(Scope(frozenset({units["a2"].id}))))
    cell = line.cells[Site.TWOGIS]
    assert (cell.from_code, cell.from_name) == (None, "Алматы")


@pytest.mark.parametrize(
    ("site", "held", "expected"),
    [
        (Site.TWOGIS, Held.OWN, ["a1"]),
        (Site.TWOGIS, Held.INHERITED, ["a2"]),
        (Site.TWOGIS, Held.NONE, ["b1"]),
        (Site.GOOGLE, Held.NONE, ["a2", "b1"]),
        (Site.GOOGLE, Held.INHERITED, []),
        (None, Held.OWN, ["a1"]),
        (None, Held.INHERITED, ["a2"]),
        (None, Held.NONE, ["b1"]),
        (Site.TWOGIS, None, ["a1", "a2", "b1"]),
    ],
)
def test_offices_are_found_by_how_they_hold_a_page(
    session: Session, units: Mapping[str, Unit], site: Site | None, held: Held | None, expected: list[str]
) -> None:
    assert codes(listed(session, Wanted(EVERYTHING, site=site, held=held))) == expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("абая", ["a1"]),
        ("АБАЯ 10", ["a1"]),
        ("branch", ["a2", "b1"]),
        ("b1", ["b1"]),
        ("50%", []),
        ("алматы", ["a1", "a2"]),
        ("АСТАНА branch", ["b1"]),
    ],
)
def test_offices_are_found_by_name_code_address_and_city(
    session: Session, units: Mapping[str, Unit], search: str, expected: list[str]
) -> None:
    assert codes(listed(session, Wanted(EVERYTHING, search=search))) == expected
    assert count_coverage(session, Wanted(EVERYTHING, search=search)).units == len(expected)


def test_a_city_narrows_to_what_lies_below_it_and_every_kind_can_be_shown(
    session: Session, units: Mapping[str, Unit]
) -> None:
    below = units["almaty"].id
    assert codes(listed(session, Wanted(EVERYTHING, below=below))) == ["a1", "a2"]
    assert codes(listed(session, Wanted(EVERYTHING, below=below, kind=None))) == ["a1", "a2", "almaty"]


def test_the_list_is_sorted_either_way_and_cut_into_pages(session: Session, units: Mapping[str, Unit]) -> None:
    assert codes(listed(session, Wanted(EVERYTHING), sort=Column.NAME)) == ["b1", "a2", "a1"]
    assert codes(listed(session, Wanted(EVERYTHING), sort=Column.NAME, descending=True)) == ["a1", "a2", "b1"]
    # Without an address last, either way round.
    assert codes(listed(session, Wanted(EVERYTHING), sort=Column.ADDRESS))[-1] == "a2"
    assert codes(listed(session, Wanted(EVERYTHING), sort=Column.ADDRESS, descending=True))[-1] == "a2"
    lines, total = list_coverage(session, Wanted(EVERYTHING), sort=Column.CODE, descending=False, offset=1, limit=1)
    assert (codes(lines), total) == (["a2"], 3)


def test_totals_count_offices_with_an_own_and_with_any_page(session: Session, units: Mapping[str, Unit]) -> None:
    coverage = count_coverage(session, Wanted(EVERYTHING, site=Site.GOOGLE, held=Held.NONE))
    assert coverage.units == 3
    told = {site: (coverage.own.get(site, 0), coverage.inherited(site), coverage.missing(site)) for site in Site}
    assert told[Site.TWOGIS] == (1, 1, 1)
    assert told[Site.GOOGLE] == (1, 0, 2)
    assert told[Site.YANDEX] == (0, 0, 3)


def test_a_manager_sees_and_counts_her_own_units_alone(session: Session, units: Mapping[str, Unit]) -> None:
    wanted = Wanted(Scope(frozenset({units["astana"].id})))
    assert codes(listed(session, wanted)) == ["b1"]
    assert count_coverage(session, wanted).missing(Site.TWOGIS) == 1


def test_a_closed_office_is_left_out(session: Session, units: Mapping[str, Unit], now: datetime) -> None:
    units["b1"].closed_at = now
    session.flush()
    assert codes(listed(session, Wanted(EVERYTHING))) == ["a1", "a2"]


def test_more_offices_take_no_more_queries(session: Session, units: Mapping[str, Unit], now: datetime) -> None:
    def count() -> int:
        statements: list[str] = []
        note = lambda *call: statements.append(call[2])  # noqa: E731 -- removed again by its name
        event.listen(session.connection(), "before_cursor_execute", note)
        wanted = Wanted(EVERYTHING, search="Алматы", site=Site.TWOGIS, held=Held.INHERITED)
        list_coverage(session, wanted, sort=Column.NAME, descending=False, offset=0, limit=50)
        count_coverage(session, wanted)
        event.remove(session.connection(), "before_cursor_execute", note)
        return len(statements)

    few = count()
    for number in range(20):
        add_unit(session, name=f"N{number}", kind="office", parent_id=units["almaty"].id, now=now)
    assert count() == few == 7
