"""The figures of the dashboard."""

from datetime import datetime, timedelta

import pytest

from app.accounts.scope import EVERYTHING, Scope
from app.analytics import dashboard as dashboards
from app.analytics.dashboard import Dashboard, read_dashboard
from app.analytics.metrics import Reason
from app.review_sites.catalogue import Site
from tests.analytics.company import Company


def _read(company: Company, *, unit: str | None = None, scope: Scope = EVERYTHING, days: int = 7) -> Dashboard:
    return read_dashboard(
        company.session,
        scope=scope,
        unit_id=company.units[unit].id if unit else None,
        since=company.now - timedelta(days=days),
        until=company.now,
    )


def test_nothing_answered_gives_no_figures(company: Company) -> None:
    found = _read(company)
    assert (found.responses, found.suspect, found.clicked) == (0, 0, 0)
    assert found.csat.reason is Reason.NO_ANSWERS
    assert found.units == ()


def test_csat_counts_fours_and_fives(company: Company) -> None:
    company.answers("n1", {1: 2, 2: 1, 3: 2, 4: 5, 5: 10})
    found = _read(company)
    assert (found.csat.value, found.csat.n) == (0.75, 20)
    assert found.csat_mean.value == pytest.approx(4.0)
    assert found.histogram == {1: 2, 2: 1, 3: 2, 4: 5, 5: 10}
    assert found.responses == 20


def test_nine_answers_hide_the_figure_and_what_it_comes_from(company: Company) -> None:
    company.answers("n1", {5: 9})
    found = _read(company)
    assert (found.responses, found.csat.n, found.csat.value) == (9, 9, None)
    assert found.histogram == {}


def test_another_scale_is_counted_and_enters_no_csat(company: Company) -> None:
    company.answers("n1", {5: 12})
    company.answers("n1", {4: 7}, survey="nps")
    found = _read(company)
    assert (found.responses, found.csat.n) == (19, 12)


def test_suspect_answers_are_counted_apart(company: Company) -> None:
    company.answers("n1", {5: 10})
    for _ in range(3):
        company.click(company.answer("n1", 1, suspect="too_fast"))
    found = _read(company)
    assert (found.responses, found.suspect, found.csat.n, found.csat.value) == (10, 3, 10, 1.0)
    assert found.clicked == 0


def test_demo_answers_count(company: Company) -> None:
    company.answer("n1", 4, demo=True)
    assert _read(company).responses == 1


def test_the_period_is_from_since_to_before_until(company: Company, now: datetime) -> None:
    company.answer(at=now - timedelta(days=7))
    company.answer(at=now - timedelta(days=7, seconds=1))
    company.answer(at=now)
    assert _read(company, days=7).responses == 1


def test_clicks_are_counted_by_site(company: Company) -> None:
    first, second = company.answer(), company.answer()
    company.click(first, Site.TWOGIS)
    company.click(second, Site.TWOGIS)
    company.click(second, Site.GOOGLE)
    found = _read(company)
    assert dict(found.clicks) == {Site.GOOGLE: 1, Site.TWOGIS: 2}
    assert found.clicked == 3


def test_a_unit_takes_everything_below_it(company: Company) -> None:
    company.answers("n1", {5: 11})
    company.answers("n2", {1: 12})
    company.answers("s1", {3: 13})
    found = _read(company, unit="north")
    assert found.responses == 23
    assert [(unit.code, unit.csat.n, unit.csat.value) for unit in found.units] == [("n2", 12, 0.0), ("n1", 11, 1.0)]


def test_the_table_of_the_whole_company_names_what_is_right_below_it(company: Company) -> None:
    company.answers("n1", {5: 11})
    company.answers("s1", {5: 13})
    assert [unit.code for unit in _read(company).units] == ["south", "north"]


def test_a_manager_sees_her_units_and_nothing_else(company: Company) -> None:
    company.answers("n1", {5: 11})
    company.answers("s1", {1: 13})
    company.click(company.answer("s1", 1))
    found = _read(company, scope=Scope(frozenset({company.units["north"].id})))
    assert (found.responses, found.csat.value, found.clicked) == (11, 1.0, 0)
    assert [unit.code for unit in found.units] == ["north"]


def test_a_foreign_unit_gives_nothing(company: Company) -> None:
    company.answers("s1", {1: 13})
    assert _read(company, unit="s1", scope=Scope(frozenset({company.units["n1"].id}))).responses == 0


def test_the_next_smallest_unit_is_hidden_with_a_small_one(company: Company) -> None:
    company.answers("n1", {5: 4})
    company.answers("n2", {5: 30})
    company.answers("s1", {5: 40})
    by_code = {unit.code: unit.csat for unit in _read(company, unit="north").units}
    assert by_code["n1"].reason is Reason.TOO_FEW
    assert by_code["n2"].reason is Reason.PROTECTS_ANOTHER
    assert by_code["n2"].n == 30


def test_answers_at_the_unit_itself_cover_a_small_one_below(company: Company) -> None:
    company.answers("north", {5: 12})
    company.answers("n1", {5: 4})
    company.answers("n2", {5: 30})
    by_code = {unit.code: unit.csat for unit in _read(company, unit="north").units}
    assert by_code["n1"].suppressed
    assert not by_code["n2"].suppressed


def test_the_table_is_cut_after_the_units_with_the_most_answers(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboards, "SHOWN_UNITS", 1)
    company.answers("n1", {5: 11})
    company.answers("n2", {5: 12})
    found = _read(company, unit="north")
    assert ([unit.code for unit in found.units], found.more_units) == (["n2"], 1)
