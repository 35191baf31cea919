"""The pages of public ratings: stars beside our own figures, and stars typed in by hand."""

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import AuditEntry
from app.kit.db import Database
from app.organisation.models import Unit
from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.keeping import Reading, keep_readings
from app.review_sites.public_ratings.models import Origin, PublicRatingDay
from app.review_sites.service import set_listing
from tests.web.staff import Company, form_token, signed_in

HOME = "/manage/figures/public"
ONE, MANY = f"{HOME}/units/east-1", f"{HOME}/table"
TODAY = "2026-03-04"
GOOD = {"site": "yandex", "day": TODAY, "rating": "4,6", "count": "1 287"}


def words(answer: TestResponse) -> str:
    page = BeautifulSoup(answer.text, "html.parser")
    return " ".join((page.find("main") or page).get_text(" ").split())


def send(client: FlaskClient, address: str, fields: Mapping[str, object]) -> TestResponse:
    return client.post(address, data={"csrf_token": form_token(client), **fields})


def known(database: Database) -> list[tuple[str, str, date, int, int, str]]:
    row = PublicRatingDay
    with database.reading() as session:
        found = session.execute(
            select(Unit.code, row.site, row.day, row.rating, row.count, row.source)
            .join(Unit, Unit.id == row.unit_id)
            .order_by(Unit.code, row.site, row.day)
        )
        return [(code, site, day, stars, count, source) for code, site, day, stars, count, source in found]


def noted(database: Database) -> list[tuple[str, dict[str, object]]]:
    with database.reading() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action.startswith("public_rating")).order_by(AuditEntry.id)
        )
        return [(entry.action, entry.details) for entry in entries]


@pytest.fixture
def starred(database: Database, company: Company, now: datetime) -> None:
    """The office in the east rose from 4.1 to 4.6 on Google, and nobody looked at the west for two weeks."""
    days = ((company.east_office, date(2026, 2, 20), 410, 100), (company.east_office, date(2026, 3, 4), 460, 150))
    with database.transaction() as session:
        readings = [Reading(unit, Site.GOOGLE, day, stars, count) for unit, day, stars, count in days]
        readings.append(Reading(company.west_office, Site.TWOGIS, date(2026, 2, 18), 200, 9))
        keep_readings(session, readings, origin=Origin.API, now=now)


def test_the_page_says_stars_reviews_as_of_when_and_since_when(app: Flask, company: Company, starred: None) -> None:
    told = words(signed_in(app, "admin").get(HOME))
    assert "4.6 ★" in told
    assert "150 reviews" in told
    assert "as of 4 Mar" in told
    assert "4.1 → 4.6 since Feb 20, 2026" in told
    assert "last known, as of 18 Feb older than a week" in told
    assert "+50" in told


def test_each_sees_the_stars_of_their_own_units_alone(app: Flask, company: Company, starred: None) -> None:
    east, west = (words(signed_in(app, name).get(HOME)) for name in ("analyst", "elsewhere"))
    assert "Google Maps over time" in east
    assert "2GIS over time" not in east
    assert "2GIS over time" in west
    assert "Google Maps over time" not in west
    assert "Type in stars" not in east
    assert "Type in stars" in west


def test_nothing_known_says_what_to_do(app: Flask, company: Company) -> None:
    told = words(signed_in(app, "manager").get(HOME))
    assert "No stars yet" in told
    assert "Type in stars of many" in told


def test_a_manager_types_in_what_a_site_shows_and_takes_it_away_again(
    app: Flask, database: Database, company: Company
) -> None:
    manager = signed_in(app, "manager")
    answer = send(manager, ONE, GOOD)
    assert (answer.status_code, answer.location) == (303, f"{ONE}?site=yandex")
    assert known(database) == [("east-1", "yandex", date(2026, 3, 4), 460, 1287, "manual")]
    send(manager, ONE, {**GOOD, "rating": "4.7"})
    assert known(database)[0][3] == 470
    assert "4.7 1,287 typed in" in words(manager.get(ONE))
    gone = {"site": "yandex", "day": TODAY, "do": "remove"}
    assert send(manager, ONE, gone).status_code == 303
    assert known(database) == []
    assert send(manager, ONE, gone).status_code == 404
    assert [action for action, _ in noted(database)] == ["public_rating.entered"] * 2 + ["public_rating.removed"]
    assert noted(database)[0][1] == {"site": "yandex", "day": TODAY, "stars": 4.6, "count": 1287}


def test_what_the_site_told_itself_cannot_be_taken_away(
    app: Flask, database: Database, company: Company, starred: None
) -> None:
    before = known(database)
    gone = {"site": "google", "day": TODAY, "do": "remove"}
    assert send(signed_in(app, "manager"), ONE, gone).status_code == 404
    assert known(database) == before


def test_whatever_cannot_be_is_told_beside_its_field_and_loses_nothing(
    app: Flask, database: Database, company: Company
) -> None:
    manager = signed_in(app, "manager")
    for field, typed, said in (
        ("rating", "5,1", "Stars are a number from 1 to 5"),
        ("rating", "\0", "Stars are a number from 1 to 5"),
        ("count", "0", "whole number, 1 or more"),
        ("day", "2026-03-05", "still to come"),
        ("day", "soon", "This is not a day"),
        ("site", "yelp", "Choose a site"),
    ):
        answer = send(manager, ONE, {**GOOD, field: typed})
        page = BeautifulSoup(answer.text, "html.parser")
        assert answer.status_code == 422, (field, typed)
        error = page.find(id=f"{field}-error")
        assert error is not None
        assert said in error.text
        kept = {name: page.find(id=name) for name in ("rating", "count")}
        assert all(kept[name]["value"] == GOOD[name] for name in kept if name != field and kept[name])  # type: ignore[index]
    assert send(manager, ONE, {**GOOD, "day": "x", "do": "remove"}).status_code == 422
    assert known(database) == []


def test_a_table_is_reported_first_and_taken_whole(app: Flask, database: Database, company: Company) -> None:
    admin = signed_in(app, "admin")
    lines = f"code;site;date;stars;reviews\neast-1;Google Maps;{TODAY};4,6;150\nwest-1;яндекс;03.03.2026;3.9;20"
    report = send(admin, MANY, {"lines": lines})
    assert "2 new" in words(report)
    assert known(database) == []
    mark = BeautifulSoup(report.text, "html.parser").find("input", {"name": "mark"})["value"]  # type: ignore[index]
    taken = send(admin, MANY, {"lines": lines, "mark": mark, "do": "take"})
    assert (taken.status_code, taken.location) == (303, HOME)
    assert known(database) == [
        ("east-1", "google", date(2026, 3, 4), 460, 150, "manual"),
        ("west-1", "yandex", date(2026, 3, 3), 390, 20, "manual"),
    ]
    assert noted(database) == [("public_rating.entered_many", {"added": 2, "changed": 0})]
    assert send(admin, MANY, {"lines": lines, "mark": mark, "do": "take"}).status_code == 409
    assert "All of this is known already" in words(send(admin, MANY, {"lines": lines}))


def test_one_refused_line_keeps_the_whole_table_out_and_says_why(
    app: Flask, database: Database, company: Company
) -> None:
    lines = [
        f"east-1;google;{TODAY};4,6;150",
        f"east-1;google;{TODAY};4,7;150",
        f"west-1;google;{TODAY};4,6;150",
        f"east-1;yelp;{TODAY};4,6;150",
        f"east-1;2gis;{TODAY};6;150",
        "east-1;2gis",
    ]
    told = words(send(signed_in(app, "manager"), MANY, {"lines": "\n".join(lines)}))
    for said in (
        "5 lines cannot be taken",
        "2 east-1 East 1 This unit, site and day stand in the table twice.",
        "3 west-1 You have no unit with this code.",
        "4 east-1 East 1 There is no such review site.",
        "5 east-1 East 1 Stars are a number from 1 to 5",
        "6 east-1 East 1 A line has five columns",
    ):
        assert said in told
    assert known(database) == []


def test_a_file_is_read_as_what_is_pasted_is(app: Flask, database: Database, company: Company) -> None:
    manager = signed_in(app, "manager")
    text = f"код;сайт;дата;звёзды;отзывы\neast-1;яндекс;{TODAY};4,6;150"
    for content in (text.encode("cp1251"), text.encode("utf-8-sig")):
        answer = send(manager, MANY, {"file": (BytesIO(content), "stars.csv"), "lines": ""})
        assert "1 new" in words(answer)
    for content in (b"PK\x03\x04\0\0", b""):
        answer = send(manager, MANY, {"file": (BytesIO(content), "stars.xlsx"), "lines": ""})
        assert answer.status_code == 422


def test_a_table_of_anything_is_answered(app: Flask, company: Company) -> None:
    manager = signed_in(app, "manager")
    for lines in ("\0;\0;\0;\0;\0", "x" * 900_000, "a;b;c;d;e\n" * 6000, "'\"" * 1000):
        assert send(manager, MANY, {"lines": lines}).status_code in (200, 422)
    assert send(manager, MANY, {"lines": "x" * 2_000_000}).status_code == 413
    for query in ("?sort=-google&level=offices", "?lack=stale&site=google", "?site=yelp&lack=x&page=9", "?q=%00"):
        assert manager.get(HOME + query).status_code == 200


def test_settings_say_which_sources_are_on(app: Flask, company: Company) -> None:
    told = words(signed_in(app, "admin").get("/manage/settings"))
    assert "Google Maps off: there is no key OTKLIK_GOOGLE_PLACES_KEY" in told


def test_the_form_leads_to_the_pages_that_the_unit_has(
    app: Flask, database: Database, company: Company, now: datetime
) -> None:
    link = "https://2gis.kz/firm/7/tab/reviews/addreview"
    with database.transaction() as session:
        set_listing(session, unit_id=company.east_office, site=Site.TWOGIS, link=link, now=now)
    page = BeautifulSoup(signed_in(app, "manager").get(ONE).text, "html.parser")
    assert page.find("a", href=link) is not None
