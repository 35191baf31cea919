"""The table of units on the dashboard: which are in it, in which order, and what is hidden in it."""

from datetime import datetime, timedelta

from app.accounts.scope import Scope
from app.analytics.metrics import Reason
from app.analytics.unit_table import Column, Level
from app.organisation.models import UnitKind
from app.organisation.service import add_unit
from tests.analytics.company import Company
from tests.analytics.dashboards import codes, list_lines, read, units


def test_a_unit_takes_everything_below_it(company: Company) -> None:
    company.answers("n1", {5: 11})
    company.answers("n2", {1: 12})
    company.answers("s1", {3: 13})
    found = read(company, unit="north")
    assert found.responses == 23
    assert [(unit.code, unit.csat.n, unit.csat.value) for unit in units(found)] == [("n2", 12, 0.0), ("n1", 11, 1.0)]


def test_the_table_of_the_whole_company_names_what_is_right_below_it(company: Company) -> None:
    company.answers("n1", {5: 11})
    company.answers("s1", {5: 13})
    assert codes(read(company)) == ["south", "north"]


def test_a_manager_sees_her_unit_and_nothing_else(company: Company) -> None:
    company.answers("n1", {5: 11})
    company.answers("s1", {1: 13})
    company.click(company.answer("s1", 1))
    company.case(unit="s1")
    found = read(company, scope=Scope(frozenset({company.units["north"].id})))
    assert (found.responses, found.csat.value, found.left, found.cases.open) == (11, 1.0, 0, 0)
    assert [place.code for place in found.path] == ["north"]
    assert codes(found) == ["n1", "n2"]


def test_several_granted_units_stand_side_by_side_and_count_once(company: Company) -> None:
    company.answers("n1", {5: 11})
    company.answers("s1", {1: 13})
    granted = frozenset(company.units[code].id for code in ("north", "n1", "s1"))
    found = read(company, scope=Scope(granted))
    assert found.path == ()
    assert (found.responses, found.csat.n) == (24, 24)
    assert codes(found) == ["s1", "north"]
    assert codes(found, Level.OFFICES, sort=Column.NAME, descending=False) == ["n1", "n2", "s1"]


def test_nothing_granted_gives_nothing(company: Company) -> None:
    company.answers("s1", {1: 13})
    found = read(company, scope=Scope())
    assert (found.responses, found.path, codes(found)) == (0, (), [])


def test_a_foreign_unit_gives_nothing(company: Company) -> None:
    company.answers("s1", {1: 13})
    found = read(company, unit="s1", scope=Scope(frozenset({company.units["n1"].id})))
    assert (found.responses, found.csat.n, found.path, codes(found)) == (0, 0, (), [])


def test_cases_are_those_of_the_unit_and_below(company: Company) -> None:
    company.case(unit="n1", number=True)
    company.case(unit="n2", due_in=timedelta(hours=-1))
    company.case(unit="s1", number=True)
    company.case(unit="n1", closed=True)
    found = read(company, unit="north")
    assert (found.cases.to_ring, found.cases.look_into, found.cases.overdue, found.cases.open) == (1, 1, 1, 2)
    lines = units(found, sort=Column.OVERDUE)
    assert [(line.code, line.open, line.overdue) for line in lines] == [("n2", 1, 1), ("n1", 1, 0)]
    assert read(company).cases.open == 3


def test_the_next_smallest_unit_is_hidden_with_a_small_one(company: Company) -> None:
    company.answers("n1", {5: 4})
    company.answers("n2", {5: 30})
    company.answers("s1", {5: 40})
    by_code = {unit.code: unit.csat for unit in units(read(company, unit="north"))}
    assert by_code["n1"].reason is Reason.TOO_FEW
    assert by_code["n2"].reason is Reason.PROTECTS_ANOTHER
    assert by_code["n2"].n == 30


def test_answers_at_the_unit_itself_cover_a_small_one_below(company: Company) -> None:
    company.answers("north", {5: 12})
    company.answers("n1", {5: 4})
    company.answers("n2", {5: 30})
    by_code = {unit.code: unit.csat for unit in units(read(company, unit="north"))}
    assert by_code["n1"].suppressed
    assert not by_code["n2"].suppressed


def test_sorting_tells_nothing_of_a_hidden_figure(company: Company) -> None:
    company.answers("n1", {1: 4})
    company.answers("n2", {1: 30})
    company.answers("s1", {5: 40})
    found = read(company)
    assert codes(found, Level.OFFICES, sort=Column.CSAT, descending=False) == ["s1", "n1", "n2"]
    assert codes(found, Level.OFFICES, sort=Column.CSAT, descending=True) == ["s1", "n1", "n2"]


def test_the_table_is_sought_sorted_and_cut_into_pages(company: Company) -> None:
    company.units["n2"].address = "Проспект АБАЯ, 10"
    company.session.flush()
    company.answers("n1", {5: 11})
    company.answers("n2", {4: 9, 1: 11})
    found = read(company)
    assert codes(found, Level.OFFICES, search="абая") == ["n2"]
    assert codes(found, Level.OFFICES, search="UNIT S") == ["s1"]
    assert codes(found, Level.OFFICES, sort=Column.CSAT, descending=True) == ["n1", "n2", "s1"]
    assert codes(found, Level.OFFICES, sort=Column.NAME, descending=True) == ["s1", "n2", "n1"]
    page = list_lines(found, Level.OFFICES, offset=1, limit=1)
    assert ([line.code for line in page.lines], page.total) == (["n1"], 3)


def test_a_closed_unit_is_listed_only_while_it_has_figures(company: Company, now: datetime) -> None:
    company.units["n1"].closed_at = company.units["n2"].closed_at = now
    company.session.flush()
    company.answer("n2")
    assert codes(read(company, unit="north")) == ["n2"]


def test_what_hangs_in_an_office_is_part_of_it(company: Company, now: datetime) -> None:
    desk = add_unit(
        company.session, name="Desk", kind=UnitKind.DESK, parent_id=company.units["n1"].id, code="d1", now=now
    )
    company.units["d1"] = desk
    company.answers("d1", {5: 10})
    found = read(company)
    assert next((line.code, line.csat.n) for line in units(found, Level.OFFICES)) == ("n1", 10)
    assert "d1" not in codes(found, Level.OFFICES)
    assert codes(read(company, unit="n1")) == ["d1"]
