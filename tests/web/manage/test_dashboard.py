"""The dashboard of staff: figures in words, hidden ones with the reason, each a way to the answers behind it."""

import re
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from app.accounts.models import Role
from app.kit.db import Database
from app.organisation.models import UnitKind
from app.organisation.service import add_unit, get_company, sync_company
from app.review_sites.catalogue import Site
from app.web.manage.responses import query as response_query
from tests.web.acme import acme
from tests.web.kept_app import forget_site
from tests.web.staff import add_staff, signed_in


def _page(app: Flask, address: str = "/manage/", name: str = "admin") -> BeautifulSoup:
    answer = signed_in(app, name).get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def _found(app: Flask, typed: str, name: str = "admin") -> str:
    answer = signed_in(app, name).get("/manage/", query_string={"find": typed})
    return _words(BeautifulSoup(answer.text, "html.parser"))


def _figures(page: str) -> set[str]:
    """Return every number of the source, attributes and all."""
    return set(re.findall(r"\d+(?:\.\d+)?%?", page))


def _told(link: Tag) -> str:
    """Return the number that a link says: its own, or that of its line of the bars."""
    row = link.find_parent("tr") if link.find_parent(class_="bars") else None
    said = row.find(class_="numbers") if row else link.find("b") or link
    assert said is not None
    return said.get_text().split()[0]


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
        told = _told(link)
        if "%" in told or "." in told:  # a share or a mean; the count behind it stands below
            continue
        listed = BeautifulSoup(browser.get(address).text, "html.parser").find("p", role="status")
        assert listed is not None
        assert listed.get_text().split()[0] == told, address
        led += 1
    assert led >= 9


def test_every_number_of_cases_leads_to_as_many(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {1: 2, 3: 3, 5: 10})
        company.case(unit="n1", number=True)
        company.case(unit="n1", due_in=timedelta(hours=-1))
        company.case(unit="n2", number=True, due_in=timedelta(hours=-2))
        company.case(unit="s1", number=True)
    browser = signed_in(app, "admin")
    for query, links in (("", 6), ("?view=offices", 8), ("?unit=north", 7)):
        page = BeautifulSoup(browser.get(f"/manage/{query}").text, "html.parser")
        found = page.select("main a[href^='/manage/callbacks?']")
        assert len(found) == links
        for link in found:
            listed = BeautifulSoup(browser.get(str(link["href"])).text, "html.parser").select(".case")
            assert _told(link) == str(len(listed)), link["href"]


def test_a_manager_sees_the_figures_of_her_units(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {5: 12})
        company.answers("s1", {1: 31})
        company.case(unit="s1", number=True)
    words = _words(_page(app, name="manager"))
    assert "12 answers" in words
    assert "31" not in words
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


@pytest.mark.parametrize(
    "query",
    [
        "?unit=north",
        "?unit=north&line=mean",
        "?unit=north&sort=csat",
        "?view=offices",
        "?view=offices&sort=-csat&q=n",
        "?unit=n1",
        "?unit=n1&line=mean",
        "?unit=north&period=week",
        "?unit=north&period=today",
    ],
)
def test_a_hidden_figure_stands_nowhere_on_the_page(app: Flask, database: Database, now: datetime, query: str) -> None:
    with acme(database, now) as company:
        company.answers("n1", {1: 4, 5: 3})  # 43 %, 2.71
        company.answers("n2", {1: 6, 5: 17})  # 74 %, 3.96; less the whole, it would give the other away
        company.answers("s1", {1: 30, 5: 170})
    browser = signed_in(app, "admin")
    page = browser.get(f"/manage/{query}").text
    assert _figures(page).isdisjoint({"43%", "2.71", "74%", "3.96"})
    assert _figures(page)


def test_a_thin_day_stands_nowhere_on_the_page(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        for day, ratings in ((1, {1: 4, 5: 3}), (2, {1: 6, 5: 17}), (3, {1: 10, 5: 90}), (4, {2: 10, 5: 70})):
            for number, rating in enumerate(rating for rating, times in ratings.items() for _ in range(times)):
                company.answer("n1", rating, at=now - timedelta(days=day, minutes=number))
    for line in ("", "&line=mean"):
        page = signed_in(app, "admin").get(f"/manage/?period=week{line}").text
        assert _figures(page).isdisjoint({"43%", "2.71", "74%", "3.96"})
        assert "88%" in _figures(page)
        drawn = BeautifulSoup(page, "html.parser")
        assert len(drawn.select(".plot-dot")) == 2
        rows = [row.get_text(" ", strip=True) for row in drawn.select(".trend details")[0].select("tbody tr")]
        assert rows[4] == "2 Mar 23 – – – –"
        assert rows[3].startswith("1 Mar 100 90%")


def test_the_chart_has_a_name_and_no_style_of_its_own(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {1: 5, 5: 15})
    page = _page(app)
    charts = page.select("svg.plot")
    assert len(charts) == 2
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    assert page.select("[style]") == []


def test_the_table_of_units_keeps_its_state_in_the_address(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {5: 12})
        company.answers("s1", {5: 14})
    page = _page(app, "/manage/?view=offices&sort=name&period=week&q=unit")
    assert [one.get_text(" ", strip=True) for one in page.select(".units th[scope=row] a")] == [
        "Unit n1",
        "Unit n2",
        "Unit s1",
    ]
    again = page.select_one("th[aria-sort=ascending] a")
    assert again is not None
    asked = parse_qs(urlsplit(str(again["href"])).query)
    assert asked == {"view": ["offices"], "sort": ["-name"], "period": ["week"], "q": ["unit"]}
    assert urlsplit(str(again["href"])).fragment == "units"
    form = page.select_one("#units form")
    assert form is not None
    hidden = {one["name"]: one["value"] for one in form.select("[type=hidden]")}
    assert hidden == {"view": "offices", "period": "week", "sort": "name"}
    assert "No unit here is called that." in _words(_page(app, "/manage/?q=nowhere"))


def test_where_nobody_answered_the_next_step_is_offered(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        add_staff(company.session, "analyst", Role.ANALYST, company.units["north"].id, now=now)
        company.answer("s1", at=now - timedelta(days=3))
    page = _page(app, "/manage/?unit=n1")
    links = [str(link["href"]) for link in page.select(".empty a")]
    assert links == ["/manage/posters?unit=n1", "/manage/touchpoints/new?unit=n1"]
    assert _page(app, name="analyst").select(".empty a") == []
    today = _page(app, "/manage/?period=today")
    assert "Nobody has answered today." in _words(today)
    assert [str(link["href"]) for link in today.select(".empty a")] == ["/manage/?period=month"]


def test_a_company_without_offices_is_led_to_its_units(app: Flask, database: Database, now: datetime) -> None:
    with database.transaction() as session:
        sync_company(session, name="Acme", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=now)
        root = get_company(session).id
        add_staff(session, "admin", Role.ADMIN, root, now=now)
        add_staff(session, "manager", Role.MANAGER, root, now=now)
        add_staff(session, "analyst", Role.ANALYST, root, now=now)
    page = _page(app)
    assert "No offices yet" in _words(page)
    assert [str(link["href"]) for link in page.select(".empty a")] == ["/manage/units/import", "/manage/units"]
    for name in ("manager", "analyst"):
        assert [str(link["href"]) for link in _page(app, name=name).select(".empty a")] == ["/manage/units"]
    with database.transaction() as session:
        add_unit(session, name="One", kind=UnitKind.OFFICE, parent_id=root, code="one", now=now)
    assert str(_page(app).select(".empty a")[0]["href"]) == "/manage/posters"


def test_a_unit_is_found_by_a_part_of_its_name(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.units["s1"].address = "Kyiv, Main street 1"
    browser = signed_in(app, "admin")
    for typed in ("s1", "main street"):
        answer = browser.get("/manage/", query_string={"find": typed, "period": "week"})
        assert (answer.status_code, answer.location) == (303, "/manage/?unit=s1&period=week")
    assert "Which of these do you mean?" in _found(app, "unit n")
    assert "There is no such unit among those you may see." in _found(app, "nowhere")
    assert "There is no such unit among those you may see." in _found(app, "s1", name="manager")


def test_units_beyond_a_list_are_asked_for_by_name(
    app: Flask, database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme(database, now):
        pass
    assert len(_page(app).select("#unit option")) == 7
    monkeypatch.setattr(response_query, "MOST_UNITS", 3)
    page = _page(app)
    assert page.select("#unit") == []
    assert len(page.select("#find")) == 1


def test_a_manager_of_one_unit_begins_there(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {5: 12})
    page = _page(app, name="manager")
    assert page.find("h1").get_text() == "Unit north"  # type: ignore[union-attr]
    assert [one.get_text() for one in page.select(".units th[scope=row] a")] == ["Unit n1", "Unit n2"]


def test_an_arrow_stands_only_where_the_difference_is_clear(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        for number in range(40):
            company.answer("n1", 5 if number < 36 else 1, at=now - timedelta(days=10, minutes=number))
            company.answer("n1", 5 if number < 20 else 1)
            company.answer("s1", 5 if number < 32 else 1, at=now - timedelta(days=10, minutes=number))
            company.answer("s1", 5 if number < 30 else 1)
    week = "period=week&unit="
    assert "▼ Lower than the 7 days before (90%)" in _words(_page(app, f"/manage/?{week}n1"))
    words = _words(_page(app, f"/manage/?{week}s1"))
    assert "No clear difference from the 7 days before (80%)" in words
    assert "▼" not in words
    looked_at = _page(app, "/manage/?period=week").find(class_="concerns")
    assert looked_at is not None
    told = " ".join(looked_at.get_text(" ").split())
    assert told.startswith("Unit n1 Unit north 50% satisfied : clearly less than")
    assert "clearly less than here in the 7 days before (90%)" in told
    assert "40 answers" in told


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
