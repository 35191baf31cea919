"""Our own figures beside public ratings lead to the responses that they are of."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.kit.db import Database
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick, ReviewListing
from app.review_sites.public_ratings.keeping import Reading, keep_readings
from app.review_sites.public_ratings.models import Origin
from app.review_sites.service import set_listing
from tests.web.acme import acme
from tests.web.staff import signed_in

HOME = "/manage/figures/public?unit=north"


def look(browser: FlaskClient, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def count(browser: FlaskClient, link: Tag | None) -> int:
    assert link is not None
    (listed,) = look(browser, str(link["href"])).select("p[role=status]")
    return int("".join(each for each in listed.get_text() if each.isdigit()) or 0)


def test_means_shares_and_taps_lead_to_their_responses(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {5: 15, 4: 3, 1: 6})
        office = company.units["n1"].id
        readings = [
            Reading(office, Site.GOOGLE, (now - timedelta(days=days)).date(), stars, stars)
            for days, stars in ((20, 410), (0, 460))
        ]
        keep_readings(company.session, readings, origin=Origin.API, now=now)
        set_listing(company.session, unit_id=office, site=Site.GOOGLE, link="https://maps.app.goo.gl/abc", now=now)
        page_there = company.session.scalars(select(ReviewListing.id)).one()
        for _ in range(3):
            company.click(company.answer("n1", 5), Site.GOOGLE)
        company.session.execute(update(ReviewClick).values(listing_id=page_there))
    browser = signed_in(app, "admin")

    page = look(browser, HOME)

    row = page.select_one(".stars-units tbody tr")
    assert row is not None
    mean, share, n = row.select("td:nth-last-child(-n+2) a")
    assert (share.get_text(), n.get_text()) == ("78%", "n = 27")
    assert [count(browser, link) for link in (mean, share, n)] == [27, 21, 27]
    for line in page.select(".stars-charts td a"):
        assert parse_qs(urlsplit(str(line["href"])).query).keys() >= {"from", "to", "figure"}
    assert page.select(".stars-charts td a")
    (cell,) = page.select("[data-head='Left by our buttons']")
    assert cell.get_text().split()[0] == "3"
    assert count(browser, cell.a) == 3
