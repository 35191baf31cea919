"""The dashboard of staff: figures in words, hidden ones with the reason, each a way to the answers behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.accounts.models import Role
from app.kit.db import Database
from app.review_sites.catalogue import Catalogue, Site
from app.web.edge import Wiring
from tests.analytics.company import Company, build_company
from tests.web.staff import add_staff, signed_in


@contextmanager
def acme(database: Database, now: datetime) -> Iterator[Company]:
    """The company of the figures, an admin of everything, and managers of either city."""
    with database.transaction() as session:
        company = build_company(session, now)
        add_staff(session, "admin", Role.ADMIN, company.units["company"].id, now=now)
        add_staff(session, "manager", Role.MANAGER, company.units["north"].id, now=now)
        add_staff(session, "elsewhere", Role.MANAGER, company.units["south"].id, now=now)
        yield company


def forget_site(app: Flask, site: Site) -> None:
    """Take the site out of the catalogue, as an edit of config/review_sites.yaml and a restart do."""
    wired: Wiring = app.extensions["otklik"]
    sites = {key: rules for key, rules in wired.desk.catalogue.sites.items() if key != site}
    app.extensions["otklik"] = replace(wired, desk=replace(wired.desk, catalogue=Catalogue(sites=sites)))


def _page(app: Flask, address: str = "/manage/", name: str = "admin") -> BeautifulSoup:
    answer = signed_in(app, name).get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def _words(page: BeautifulSoup) -> str:
    return " ".join(page.find("main").get_text(" ").split())  # type: ignore[union-attr]


def test_the_dashboard_tells_figures_with_n_and_range(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {1: 2, 2: 1, 3: 2, 4: 5, 5: 10})
        company.answer("n1", 1, suspect="too_fast")
        company.case(unit="n1", due_in=timedelta(hours=-1), number=True)
    words = _words(_page(app))
    assert "75%" in words
    assert "between 53% and 89%" in words
    assert "4.00" in words
    assert "20 answers" in words
    assert "1 more looks suspect and is not counted" in words
    assert "1 to ring" in words
    assert "1 overdue" in words


def test_a_figure_of_nine_is_hidden_with_the_reason(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {5: 9})
    page = _page(app)
    assert "Shown from 10 answers on" in _words(page)
    assert "%" not in _words(page)
    assert page.find(class_="bars") is None


def test_an_empty_company_has_a_dashboard(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now):
        pass
    assert "Nobody has answered yet." in _words(_page(app))


@pytest.mark.parametrize("query", ["", "?period=today", "?period=week", "?unit=north&period=month"])
def test_every_figure_leads_to_as_many_responses(app: Flask, database: Database, now: datetime, query: str) -> None:
    with acme(database, now) as company:
        company.answers("n1", {1: 2, 3: 3, 5: 10})
        company.answers("s1", {2: 11})
        company.answers("n2", {9: 4}, survey="nps")
        company.answer("n2", 5, at=now - timedelta(days=3))
        company.click(company.answer("n2", 5))
        company.answer("n2", 1, suspect="burst")
    browser = signed_in(app, "admin")
    page = BeautifulSoup(browser.get(f"/manage/{query}").text, "html.parser")
    led = 0
    for link in page.find("main").find_all("a"):  # type: ignore[union-attr]
        address = unescape(str(link["href"]))
        if not address.startswith("/manage/responses?"):
            continue
        figure = link.find_parent("tr")
        told = figure.find(class_="numbers").get_text() if figure else link.get_text().split()[0]  # type: ignore[union-attr]
        if "%" in told or "." in told:  # a share or a mean; the count behind it stands below
            continue
        listed = BeautifulSoup(browser.get(address).text, "html.parser").find("p", role="status")
        assert listed is not None
        assert listed.get_text().split()[0] == told, address
        led += 1
    assert led >= 9


def test_a_manager_sees_the_figures_of_her_units(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {5: 12})
        company.answers("s1", {1: 30})
        company.case(unit="s1", number=True)
    words = _words(_page(app, name="manager"))
    assert "12 answers" in words
    assert "30" not in words.replace("30 days", "")
    assert "0 to ring" in words


def test_a_site_that_was_taken_out_is_told_by_its_key(app: Flask, database: Database, now: datetime) -> None:
    forget_site(app, Site.TWOGIS)
    with acme(database, now) as company:
        company.click(company.answer("n1", 5))
    assert "2gis 1" in _words(_page(app))


def test_a_foreign_unit_is_not_there(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now):
        pass
    browser = signed_in(app, "manager")
    assert browser.get("/manage/?unit=s1").status_code == 404
    assert browser.get("/manage/?unit=company").status_code == 404
    assert browser.get("/manage/?unit=nowhere").status_code == 404
    assert browser.get("/manage/?unit=%00").status_code == 404
    assert browser.get("/manage/?unit=n1").status_code == 200


def test_the_period_begins_at_midnight_of_the_company(app: Flask, database: Database, now: datetime) -> None:
    midnight = datetime.fromisoformat("2026-03-04T00:00:00+05:00")
    with acme(database, now) as company:
        company.answer("n1", at=midnight)
        company.answer("n1", at=midnight - timedelta(seconds=1))
    assert "1 answer " in _words(_page(app, "/manage/?period=today"))
    assert "2 answers" in _words(_page(app, "/manage/?period=week"))


def test_the_bars_are_a_table_that_can_be_read_out(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {1: 5, 5: 15})
    table = _page(app).find(class_="bars")
    assert table is not None
    rows = [" ".join(row.get_text(" ").split()) for row in table.find_all("tr")[1:]]
    assert rows[0] == "Very satisfied 15 75%"
    assert rows[4] == "Very dissatisfied 5 25%"
    assert all(svg["aria-hidden"] == "true" for svg in table.find_all("svg"))


def test_a_small_unit_cannot_be_worked_out_from_its_siblings(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {5: 4})
        company.answers("n2", {5: 30})
    words = _words(_page(app, "/manage/?unit=north"))
    assert "Hidden, so that a unit with few answers cannot be worked out." in words


def test_a_units_address_stands_beside_its_name(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.units["n1"].address = "Abay 10 <b>"
        company.answers("n1", {4: 10})
        company.answers("n2", {4: 10})
    page = _page(app, "/manage/?unit=north")
    assert [one.get_text() for one in page.select(".units th[scope=row]")] == ["Unit n1 Abay 10 <b>", "Unit n2"]
    heads = [one.get_text() for one in page.select(".units thead th.numbers")]
    assert [one["data-head"] for one in page.select(".units tbody tr")[0].select("td.numbers")] == heads
    assert "Abay 10 <b>" in _words(_page(app, "/manage/?unit=n1"))
