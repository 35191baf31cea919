"""The pages of review sites: which office is on which, one unit's links, a pasted list."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import AuditEntry
from app.kit.db import Database
from app.organisation.models import Unit
from app.organisation.service import add_unit
from app.review_sites.catalogue import Audience, Catalogue, Site
from app.review_sites.service import listings_for, set_listing
from app.web.edge import Wiring
from tests.review_sites.test_links import HOSTILE
from tests.web.staff import Company, form_token, signed_in
from tests.web.statements import counted

LINK = "https://2gis.kz/firm/{}/tab/reviews/addreview"
HOME = "/manage/review-sites"
ONE = f"{HOME}/east-1"
MANY = "/manage/review-links"


@pytest.fixture
def listed(database: Database, company: Company, now: datetime) -> None:
    """The company is on Google, the east on 2GIS."""
    with database.transaction() as session:
        set_listing(session, unit_id=company.root, site=Site.GOOGLE, link="https://g.page/r/x/review", now=now)
        set_listing(session, unit_id=company.east, site=Site.TWOGIS, link=LINK.format(1), now=now)


def read(client: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def main_words(page: BeautifulSoup | Tag) -> str:
    return " ".join((page.find("main") or page).get_text(" ").split())


def rows(page: BeautifulSoup) -> list[list[str]]:
    body = page.find("tbody")
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in (body.find_all("tr") if isinstance(body, Tag) else [])
    ]


def send(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    return client.post(address, data={"csrf_token": form_token(client), **fields})


def own_links(database: Database, code: str) -> Mapping[Site, str]:
    with database.reading() as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == code)).one()
        return {each.site: each.link for each in listings_for(session, unit_id) if not each.inherited}


def notes(database: Database) -> list[str]:
    with database.reading() as session:
        return list(
            session.scalars(
                select(AuditEntry.action).where(AuditEntry.action.startswith("review")).order_by(AuditEntry.id)
            )
        )


def change_catalogue(app: Flask, site: Site, **changes: object) -> None:
    wired: Wiring = app.extensions["otklik"]
    sites = dict(wired.desk.catalogue.sites)
    sites[site] = sites[site].model_copy(update=changes)
    app.extensions["otklik"] = replace(wired, desk=replace(wired.desk, catalogue=Catalogue(sites=sites)))


def test_the_list_says_of_each_office_what_it_has_and_from_whom(app: Flask, company: Company, listed: None) -> None:
    page = read(signed_in(app, "admin"), HOME)
    assert rows(page) == [
        ["East 1 East", "east-1", "from above Acme", "from above East", "none", "none", "none"],
        ["West 1 West", "west-1", "from above Acme", "none", "none", "none", "none"],
    ]
    told = " ".join(page.find(class_="sites-told").get_text(" ").split())  # type: ignore[union-attr]
    assert "2GIS 1 of 2 offices 1 has none · 1 from above" in told
    assert "Google Maps 2 of 2 offices All have one" in told


def test_a_search_that_finds_no_office_claims_nothing_about_them(app: Flask, company: Company, listed: None) -> None:
    page = read(signed_in(app, "admin"), f"{HOME}?q=nowhere")
    assert page.find(class_="sites-told") is None
    assert "All have one" not in main_words(page)
    assert "Nothing fits" in main_words(page)


def test_links_lead_straight_to_the_site_and_give_nothing_away(app: Flask, company: Company, listed: None) -> None:
    browser = signed_in(app, "admin")
    for page in (read(browser, HOME), read(browser, ONE)):
        led = [link for link in page.find_all("a") if str(link["href"]).startswith("https://")]
        assert LINK.format(1) in {str(link["href"]) for link in led}
        for link in led:
            assert link["target"] == "_blank"
            assert {"noopener", "noreferrer"} <= set(link["rel"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("site=2gis&state=none", ["west-1"]),
        ("site=2gis&state=inherited", ["east-1"]),
        ("site=2gis&state=own&kind=all", ["east"]),
        ("site=google&state=none", []),
        ("state=none", []),
        ("unit=west", ["west-1"]),
        ("q=east", ["east-1"]),
        ("sort=-name", ["west-1", "east-1"]),
        ("site=yelp&state=odd&kind=planet&sort=colour&page=x", ["east-1", "west-1"]),
    ],
)
def test_the_address_keeps_filter_and_order(
    app: Flask, company: Company, listed: None, query: str, expected: list[str]
) -> None:
    assert [row[1] for row in rows(read(signed_in(app, "admin"), f"{HOME}?{query}"))] == expected


def test_the_totals_lead_to_the_offices_they_count(app: Flask, company: Company, listed: None) -> None:
    browser = signed_in(app, "admin")
    told = read(browser, HOME).find(class_="sites-told")
    assert isinstance(told, Tag)
    for link in told.find_all("a"):
        found = read(browser, unescape(str(link["href"])))
        assert len(rows(found)) == int(link.get_text().split()[0]), link["href"]


def test_a_site_that_is_chosen_is_the_only_column(app: Flask, company: Company, listed: None) -> None:
    assert [len(row) for row in rows(read(signed_in(app, "admin"), f"{HOME}?site=2gis"))] == [3, 3]


def test_a_manager_sees_and_counts_her_own_offices(app: Flask, company: Company, listed: None) -> None:
    browser = signed_in(app, "manager")
    page = read(browser, HOME)
    assert [row[1] for row in rows(page)] == ["east-1"]
    assert "of 1 office" in main_words(page)
    for address in (f"{HOME}?unit=west", f"{HOME}?unit=company", f"{HOME}?unit=%00", f"{HOME}/west-1", f"{HOME}/%00"):
        assert browser.get(address).status_code == 404, address


def test_an_owner_outside_the_units_is_named_without_a_way_to_it(app: Flask, company: Company, listed: None) -> None:
    page = read(signed_in(app, "manager"), ONE)
    assert "It is the link of Acme" in main_words(page)
    assert not page.find_all("a", href=f"{HOME}/company")
    assert page.find_all("a", href=f"{HOME}/east")


def test_names_are_text_wherever_they_stand(app: Flask, database: Database, company: Company, now: datetime) -> None:
    name = "<script>alert(1)</script>"
    with database.transaction() as session:
        add_unit(session, name=name, kind="office", parent_id=company.east, code="a/b c", address=name, now=now)
    browser = signed_in(app, "manager")
    for address in (f"{HOME}?q=script", f"{HOME}/a/b%20c"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert name not in answer.text
        assert "&lt;script&gt;" in answer.text


def test_an_empty_company_is_told_what_to_do_first(app: Flask, database: Database, company: Company) -> None:
    with database.transaction() as session:
        for unit in session.scalars(select(Unit).where(Unit.kind == "office")):
            unit.closed_at = unit.created_at
    page = read(signed_in(app, "admin"), HOME)
    assert "No offices yet" in main_words(page)
    assert page.find("main").find("a", href="/manage/units")  # type: ignore[union-attr]


def test_a_manager_pastes_a_link_and_takes_it_away_again(
    app: Flask, database: Database, company: Company, listed: None
) -> None:
    browser = signed_in(app, "manager")
    saved = send(browser, ONE, site="2gis", **{"link-2gis": " 2gis.kz/almaty/firm/7 "})
    assert (saved.status_code, saved.location) == (303, ONE)
    assert own_links(database, "east-1") == {Site.TWOGIS: "https://2gis.kz/almaty/firm/7/tab/reviews/addreview"}
    words = main_words(read(browser, ONE))
    assert "The link to 2GIS is saved" in words
    assert "Without it, the link of this unit holds: East" in words
    gone = send(browser, ONE, site="2gis", do="remove")
    assert gone.status_code == 303
    assert own_links(database, "east-1") == {}
    words = main_words(read(browser, ONE))
    assert "The link to 2GIS is taken away" in words
    assert "It is the link of East" in words
    assert notes(database) == ["review_listing.set", "review_listing.remove"]


@pytest.mark.parametrize("pasted", HOSTILE)
def test_what_is_no_page_of_the_site_is_refused_with_what_was_typed(
    app: Flask, database: Database, company: Company, pasted: str
) -> None:
    browser = signed_in(app, "manager")
    answer = send(browser, ONE, site="2gis", **{"link-2gis": pasted})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    field, error = page.find(id="link-2gis"), page.find(id="link-2gis-error")
    assert isinstance(field, Tag)
    assert isinstance(error, Tag)
    assert field["aria-invalid"] == "true"
    assert "copy the address of its page" in error.get_text()
    assert page.find("a", href="#link-2gis") is not None
    if pasted.isprintable():
        assert field["value"] == pasted
    assert own_links(database, "east-1") == {}
    assert notes(database) == []
    assert all(not str(link["href"]).startswith("https://evil") for link in page.find_all("a"))


def test_a_refusal_is_in_the_readers_language(app: Flask, company: Company) -> None:
    browser = signed_in(app, "manager")
    send(browser, "/manage/account/language", language="ru")
    answer = send(browser, ONE, site="2gis", **{"link-2gis": "https://evil.example/firm/1"})
    assert '<html lang="ru">' in answer.text
    assert "evil.example" in answer.text


def test_who_may_not_change_is_not_offered_it(app: Flask, database: Database, company: Company) -> None:
    analyst = signed_in(app, "analyst")
    page = read(analyst, ONE)
    assert not page.find_all("button", class_="danger")
    assert "To change a link, ask a manager of this unit." in main_words(page)
    assert MANY not in str(read(analyst, HOME))
    assert send(analyst, ONE, site="2gis", **{"link-2gis": "https://2gis.kz/firm/1"}).status_code == 403
    foreign = signed_in(app, "elsewhere")
    assert send(foreign, ONE, site="2gis", **{"link-2gis": "https://2gis.kz/firm/1"}).status_code == 404
    assert own_links(database, "east-1") == {}


def test_a_site_nobody_knows_is_refused(app: Flask, company: Company) -> None:
    assert send(signed_in(app, "manager"), ONE, site="yelp").status_code == 422


def preview(app: Flask, query: str = "") -> tuple[list[str], str]:
    """Return the sites that visitors see in order, and the words about those they do not."""
    section = read(signed_in(app, "manager"), f"{ONE}{query}").find(id="preview")
    assert isinstance(section, Tag)
    shown = [str(item.find("b").get_text()) for item in section.select("ol li")]  # type: ignore[union-attr]
    return shown, " ".join(part.get_text(" ") for part in section.select(".withheld"))


def test_the_preview_says_what_visitors_see_and_why_not_the_rest(
    app: Flask, database: Database, company: Company, listed: None, now: datetime
) -> None:
    with database.transaction() as session:
        link = "https://www.trustpilot.com/evaluate/example.kz"
        set_listing(session, unit_id=company.root, site=Site.TRUSTPILOT, link=link, now=now)
    shown, rest = preview(app)
    assert shown == ["Google Maps", "2GIS"]
    assert re.search(r"Trustpilot\s+Not after a code that hangs in the office", rest)
    assert re.search(r"Facebook\s+Neither this unit nor one above it has a link", rest)
    assert preview(app, "?channel=call")[0] == ["Google Maps", "2GIS", "Trustpilot"]
    change_catalogue(app, Site.GOOGLE, offer_to=Audience.HAPPY, acknowledge_policy=True)
    change_catalogue(app, Site.TWOGIS, enabled=False)
    shown, rest = preview(app, "?band=unhappy")
    assert shown == []
    assert "Offered after a good rating only" in rest
    assert "Switched off for the whole company" in rest
    change_catalogue(app, Site.GOOGLE, hosts=["maps.google.com"], offer_to=Audience.EVERYONE)
    assert "a host that config/review_sites.yaml no longer allows" in preview(app)[1]


LIST = "east-1, https://2gis.kz/firm/5\neast, https://2gis.kz/firm/1"


def test_a_list_is_shown_before_it_is_taken_whole(
    app: Flask, database: Database, company: Company, listed: None
) -> None:
    browser = signed_in(app, "manager")
    report = send(browser, MANY, site="2gis", lines=LIST)
    assert report.status_code == 200
    assert own_links(database, "east-1") == {}
    page = BeautifulSoup(report.text, "html.parser")
    assert "1 new 0 changed 1 as it is 0 refused" in main_words(page)
    form = page.find("form", attrs={"action": MANY})
    assert isinstance(form, Tag)
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input, button")}
    assert fields["lines"].splitlines() == LIST.splitlines()
    taken = browser.post(MANY, data=fields)
    assert (taken.status_code, taken.location) == (303, f"{HOME}?site=2gis")
    assert own_links(database, "east-1") == {Site.TWOGIS: LINK.format(5)}
    again = browser.post(MANY, data=fields)
    assert again.status_code == 409
    assert "nothing to save" in again.text
    assert notes(database) == ["review_listing.set_many"]


def test_a_list_with_a_refused_line_cannot_be_taken(app: Flask, database: Database, company: Company) -> None:
    browser = signed_in(app, "manager")
    lines = "east-1, https://2gis.kz/firm/5\nwest-1, https://2gis.kz/firm/6\neast, https://evil.example/firm/7"
    report = send(browser, MANY, site="2gis", lines=lines)
    page = BeautifulSoup(report.text, "html.parser")
    assert rows(page)[0] == ["2", "west-1", "You have no unit with this code."]
    assert "evil.example does not belong to 2GIS" in main_words(page)
    assert page.find("button", attrs={"value": "take"}) is None
    kept = page.find("textarea")
    assert isinstance(kept, Tag)
    assert kept.get_text().strip().splitlines() == lines.splitlines()
    forced = send(browser, MANY, site="2gis", lines=lines, do="take", mark="guessed")
    assert forced.status_code == 409
    assert own_links(database, "east-1") == {}


def test_a_list_whose_office_changed_meanwhile_is_reported_again(
    app: Flask, database: Database, company: Company, now: datetime
) -> None:
    browser = signed_in(app, "manager")
    mark = re.search(r'name="mark" value="(\w+)"', send(browser, MANY, site="2gis", lines=LIST).text)
    assert mark is not None
    with database.transaction() as session:
        set_listing(session, unit_id=company.east_office, site=Site.TWOGIS, link=LINK.format(9), now=now)
    late = send(browser, MANY, site="2gis", lines=LIST, do="take", mark=mark[1])
    assert late.status_code == 409
    assert "has changed since the report" in late.text
    assert own_links(database, "east-1") == {Site.TWOGIS: LINK.format(9)}


@pytest.mark.parametrize(("site", "lines"), [("", LIST), ("yelp", LIST), ("2gis", " \n"), ("2gis", "code, link")])
def test_a_list_without_a_site_or_a_line_is_asked_for_again(
    app: Flask, company: Company, site: str, lines: str
) -> None:
    answer = send(signed_in(app, "manager"), MANY, site=site, lines=lines)
    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").find(class_="error") is not None


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize("query", ["", "?site=2gis&state=own", "?state=inherited&sort=-address", "?q=office"])
def test_sixty_offices_take_as_many_queries_as_two(
    app: Flask, database: Database, company: Company, now: datetime, query: str
) -> None:
    browser = signed_in(app, "admin")
    browser.get(HOME + query)
    with database.transaction() as session:
        first = add_unit(session, name="Office 0", kind="office", parent_id=company.west, now=now)
        set_listing(session, unit_id=first.id, site=Site.TWOGIS, link=LINK.format(2), now=now)
    with counted(database) as few:
        assert browser.get(HOME + query).status_code == 200
    with database.transaction() as session:
        for number in range(1, 60):
            office = add_unit(session, name=f"Office {number}", kind="office", parent_id=company.west, now=now)
            for site in (Site.TWOGIS, Site.YANDEX):
                set_listing(session, unit_id=office.id, site=site, link=LINK.format(number), now=now)
    with counted(database) as many:
        assert browser.get(HOME + query).status_code == 200
    assert len(many) == len(few), "\n".join(many)


def test_a_list_of_thousands_of_lines_is_read(app: Flask, company: Company) -> None:
    lines = "\n".join(f"office-{number}, https://2gis.kz/almaty/firm/7000000{number:010d}" for number in range(2500))
    report = send(signed_in(app, "manager"), MANY, site="2gis", lines=lines)
    assert report.status_code == 200
    words = main_words(BeautifulSoup(report.text, "html.parser"))
    assert "2,500 refused" in words
    assert "and 2,300 more" in words


def test_taps_of_the_last_thirty_days_are_told(app: Flask, company: Company, listed: None, now: datetime) -> None:
    words = main_words(read(signed_in(app, "manager"), ONE))
    assert "Left for it in 30 days 0 people" in words
    assert f"Last change {(now + timedelta(hours=5)).strftime('%-d %b %Y, %H:%M')}" in words
