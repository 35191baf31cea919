"""The page of a metric: every number on it leads to as many responses, and the filter goes along."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient

from app.kit.db import Database
from app.surveys.loader import parse_survey
from app.surveys.service import store_version
from config.settings import ROOT
from tests.analytics.company import Company
from tests.surveys.surveys import define, question, words
from tests.web.acme import acme
from tests.web.staff import signed_in

LABELS = {value: words() for value in range(1, 6)}


@pytest.fixture
def company(database: Database, now: datetime) -> Company:
    """Answers of both surveys at three offices, some of them suspect, some before the last thirty days."""
    with acme(database, now) as company:
        company.answers("n1", {5: 30, 4: 12, 3: 5, 2: 4, 1: 6})
        company.answers("n2", {5: 12, 1: 25})
        company.answers("s1", {4: 20})
        company.answers("n1", {10: 14, 9: 3, 7: 2, 2: 5}, survey="nps")
        pmf = parse_survey((ROOT / "surveys" / "pmf.yaml").read_bytes(), "pmf.yaml")
        company.versions["pmf"] = store_version(company.session, pmf, now=now)
        company.answers("n1", {1: 20, 2: 15, 3: 10, 4: 3}, survey="pmf")  # three no longer use it
        for definition in (
            define(question("ease", "ces7", metric="ces"), key="ease"),
            define(question(), question("effort", metric="ces", labels=LABELS), key="effort"),
        ):
            company.versions[definition.key] = store_version(company.session, definition, now=now)
        company.answers("n1", {7: 8, 5: 4, 2: 2}, survey="ease")
        for _ in range(11):
            company.said(company.answer("n1", 4, survey="effort"), "effort", 2)
        company.answer("n1", 1, suspect="burst")
        for _ in range(40):
            company.answer("n1", 3, at=now - timedelta(days=35))
    return company


def read(app: Flask, address: str, name: str = "admin", status: int = 200) -> BeautifulSoup:
    return look(signed_in(app, name), address, status)


def look(browser: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def count(browser: FlaskClient, address: str) -> int:
    """Return how many responses the list at the address says it has."""
    page = look(browser, address)
    (found,) = re.findall(r"(\d+) responses?", page.get_text(" "))
    return int(found)


def test_every_number_leads_to_as_many_responses(app: Flask, company: Company) -> None:
    browser = signed_in(app, "admin")
    for address in (
        "/manage/figures",
        "/manage/figures?unit=n1",
        "/manage/figures?metric=nps",
        "/manage/figures?metric=pmf",
        "/manage/figures?metric=ces",
    ):
        page = look(browser, address)
        links = [link for link in page.select("main a") if "/manage/responses" in str(link["href"])]
        told = [(link, number) for link in links if (number := told_by(link)) is not None]
        assert len(told) > 6, address
        for link, number in told:
            assert count(browser, str(link["href"])) == number, link


def test_a_share_in_the_tables_leads_to_those_who_chose_it(app: Flask, company: Company) -> None:
    browser = signed_in(app, "admin")
    page = look(browser, "/manage/figures?unit=north")
    told = {row.th.get_text().strip(): row.select_one("td.numbers a") for row in page.select(".ranking tbody tr")}  # type: ignore[union-attr]
    assert {name: link.get_text() for name, link in told.items() if link} == {"Unit n1": "74%", "Unit n2": "32%"}
    for name, satisfied in (("Unit n1", 42), ("Unit n2", 12)):
        link = told[name]
        assert link is not None
        assert count(browser, str(link["href"])) == satisfied, name
    shares = [link for link in page.select(".trend td a") if link.get_text().endswith("%")]
    assert shares
    for link in shares:
        assert parse_qs(urlsplit(str(link["href"])).query)["rating"] == ["4", "5"]


def test_a_list_of_one_scale_says_so_and_leaves_it_with_its_figure(app: Flask, company: Company) -> None:
    browser = signed_in(app, "admin")
    dashboard = look(browser, "/manage/")
    (link, *_) = [link for link in dashboard.select("main a") if "figure=ces" in str(link["href"])]
    assert parse_qs(urlsplit(str(link["href"])).query)["scale"] == ["ces7"]

    page = look(browser, str(link["href"]))
    taken = {each.get_text(" ", strip=True): str(each["href"]) for each in page.select("a.taken")}
    assert [name for name in taken if "on a scale from 1 to 7" in name]
    (without,) = [address for name, address in taken.items() if "Counted in CES" in name]
    assert not {"figure", "scale"} & parse_qs(urlsplit(without).query).keys()
    look(browser, "/manage/responses?figure=ces&scale=ces9", status=422)

    (others,) = [link for link in look(browser, "/manage/figures?metric=ces").select("main a") if "more" in link.text]
    assert "11 more answers were given on a scale from 1 to 5" in others.text
    assert count(browser, str(others["href"])) == 11


def told_by(link: Tag) -> int | None:
    """Return the count that a link says, or that stands in its row; a share or a mean says none."""
    if (row := link.find_parent("tr")) is not None and link.find_parent(class_="bars"):
        return int(row.select(".numbers")[0].get_text())
    found = re.fullmatch(r"([\d,]+)(?: answers?)?", link.get_text().strip())
    return int(found[1].replace(",", "")) if found else None


def test_the_filter_goes_along_to_other_metrics_periods_and_units(app: Flask, company: Company) -> None:
    page = read(app, "/manage/figures?unit=north&channel=visit&from=2026-01-01&to=2026-03-04")
    addresses = {
        link.get_text().strip(): parse_qs(urlsplit(str(link["href"])).query) for link in page.select("main nav.tabs a")
    }
    kept = {"unit": ["north"], "channel": ["visit"]}
    assert addresses["Recommendation (NPS)"] == {
        **kept,
        "from": ["2026-01-01"],
        "to": ["2026-03-04"],
        "metric": ["nps"],
    }
    assert addresses["90 days"] == {**kept, "period": ["quarter"]}, "a period offered takes the place of days chosen"
    below = [parse_qs(urlsplit(str(link["href"])).query) for link in page.select(".ranking th a")]
    assert sorted(each["unit"][0] for each in below) == ["n1", "n2"]
    assert all(each["channel"] == ["visit"] for each in below)


@pytest.mark.parametrize(
    "query",
    [
        "unit=nowhere",
        "unit=%00",
        "from=2026-02-30",
        "from=2026-03-04&to=2026-03-01",
        "from=0001-01-01",
        "period=never",
        "channel=pigeon",
        "employee=nobody",
        "metric=joy",
        "about=" + "x" * 5000,
        "unit=" + "y" * 5000,
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field_and_breaks_nothing(
    app: Flask, company: Company, query: str
) -> None:
    page = read(app, f"/manage/figures?{query}")
    assert page.select_one(".narrow[open]"), "the filter stands open"
    assert page.select_one("[aria-invalid=true]") or "metric" in query or "period" in query


def test_a_manager_of_another_city_sees_nothing_of_this_one(app: Flask, company: Company) -> None:
    own = read(app, "/manage/figures", "elsewhere").get_text(" ")
    assert "20 answers" in own
    named = read(app, "/manage/figures?unit=north", "elsewhere")
    assert "57" not in named.get_text(" ")
    assert named.select_one("[aria-invalid=true]")


def test_a_group_below_ten_is_hidden_with_the_one_that_would_give_it_away(
    app: Flask, database: Database, now: datetime
) -> None:
    with acme(database, now) as company:
        company.answers("n1", {5: 40})
        company.answers("n2", {1: 9})
        company.answers("s1", {5: 30})
    page = read(app, "/manage/figures?unit=north")
    cells = [row.select(".numbers")[0].get_text(" ").split() for row in page.select(".ranking tbody tr")]
    assert cells == [["–", "–"], ["–", "–"]]


def test_without_an_answer_the_page_says_so(app: Flask, company: Company) -> None:
    assert "No answers in these days" in read(app, "/manage/figures?metric=acquisition").get_text(" ")


def test_all_days_begin_with_the_first_answer_however_old(
    app: Flask, company: Company, database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        company.session = session
        company.answer("n1", 5, at=now - timedelta(days=1500))
    page = read(app, "/manage/figures?period=all&unit=n1")
    assert "98 answers" in page.get_text(" ")
    assert page.select_one("a[aria-current=true]").get_text() == "All days"  # type: ignore[union-attr]


def test_days_of_other_years_say_their_year(app: Flask, company: Company, database: Database, now: datetime) -> None:
    with database.transaction() as session:
        company.session = session
        company.answer("n1", 4, at=now - timedelta(days=800))
    page = read(app, "/manage/figures?unit=n1&period=all")
    told = [cell.get_text() for cell in page.select("section.trend tbody th")]
    assert str((now - timedelta(days=800)).year) in told[0]
    assert str(now.year) not in told[-1]


def test_what_is_not_there_is_not_spoken_of(app: Flask, company: Company) -> None:
    assert "the time before" not in read(app, "/manage/figures?period=all").get_text()
    assert "Ranked" not in read(app, "/manage/figures?unit=n1").get_text()


def test_the_address_with_a_slash_leads_to_the_first_page_and_keeps_the_filter(app: Flask, company: Company) -> None:
    answer = signed_in(app, "admin").get("/manage/figures/?unit=n1&metric=nps")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/manage/figures?unit=n1&metric=nps"
    assert signed_in(app, "admin").get("/manage/figures/?endpoint=x&_external=1&a=%0d%0ab").status_code == 303
    assert "/sign-in" in app.test_client().get("/manage/figures/").headers["Location"]


def test_every_minus_of_a_figure_is_the_sign_of_that_name(app: Flask, company: Company, database: Database) -> None:
    with database.transaction() as session:
        company.session = session
        company.answers("s1", {0: 25, 9: 5}, survey="nps")
    page = read(app, "/manage/figures?metric=nps&unit=s1").select_one("main")
    assert page is not None
    told = page.get_text(" ")
    assert "−67" in told
    assert not re.search(r"(?<![\w-])-\d", told), "no hyphen stands for a minus, on the axis, in a range, in a table"


def test_on_a_phone_what_is_shown_unfolds_all_that_the_tabs_have(app: Flask, company: Company) -> None:
    for address in ("/manage/figures?unit=n1&period=year", "/manage/figures/events?unit=n1&metric=nps"):
        page = read(app, address)
        for tabs in page.select("nav.one-of"):
            (few,) = [each for each in page.select("nav.one-of-few") if each["aria-label"] == tabs["aria-label"]]
            links = [[(link["href"], link.get("aria-current")) for link in nav.select("a")] for nav in (tabs, few)]
            assert links[0] == links[1]
            shown = tabs.select_one("a[aria-current]")
            assert shown is not None
            assert few.select_one("details > summary").get_text() == shown.get_text()  # type: ignore[union-attr]
        assert len(page.select("nav.one-of-few")) == 2
    assert read(app, "/manage/").select_one("main a[href='/manage/figures']"), "the dashboard leads there on any screen"
