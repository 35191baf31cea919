"""Every page of figures is a file as well: the numbers of the page, hidden where it hides them."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.analytics.events.models import EventKind, TimeLineEvent
from app.kit.db import Database
from app.kit.ids import new_id
from app.responses.models import SurveyResponse
from app.responses.topics.sorting import SETTLED, sort_responses
from app.touchpoints.service import add_touchpoint
from tests.analytics.contacts import clerk, contact
from tests.analytics.test_paper import read_pages
from tests.web.acme import acme
from tests.web.staff import signed_in

HOME = "/manage/figures"
PAGES = ("hours", "who-answers", "contact-centre", "drivers", "employees", "topics", "events?days=7", "public")
Row = dict[str, str]


@pytest.fixture
def admin(app: Flask, database: Database, now: datetime) -> FlaskClient:
    """The admin's browser over contacts, ratings, reasons, a comment, and an event with a name that would compute."""
    with acme(database, now) as company:
        asel = clerk(company, "asel")
        for number in range(60):
            at = now - timedelta(days=10, hours=number % 3)
            rating = 5 if number % 3 else 1
            contact(company, rating, employee=asel, topic="billing", wait=number % 40, resolved=number % 2 == 0, at=at)
        for _ in range(4):
            contact(company, 5, unit="s1", topic="=cards", wait=70, at=now - timedelta(days=2))
        for number in range(120):
            response = company.answer("n2", 5 if number % 4 else 2)
            company.said(response, "waiting", 5 if number % 4 else 1)
            response.finished_at = response.answered_at
            if number < 12:
                company.said(response, "reasons", 1)
        company.answer("n1", 1, comment="Очередь", at=now - timedelta(hours=3))
        company.session.add(
            TimeLineEvent(
                id=new_id(),
                unit_id=company.units["company"].id,
                day=(now - timedelta(days=10)).date(),
                kind=EventKind.SCRIPT,
                title="=New script",
                created_at=now,
                updated_at=now,
            )
        )
    with database.transaction() as session:
        sort_responses(session, app.extensions["otklik"].topics.classifier, now=now + SETTLED, limit=1000)
    return signed_in(app, "admin")


def page_of(client: FlaskClient, name: str) -> BeautifulSoup:
    reply = client.get(f"{HOME}/{name}")
    assert reply.status_code == 200, reply.text
    return BeautifulSoup(reply.text, "html.parser")


def table_of(client: FlaskClient, name: str) -> list[Row]:
    """Return the file that the page links to."""
    link = page_of(client, name).select_one(".take-along a[download][href*='.csv']")
    assert link is not None, name
    reply = client.get(str(link["href"]))
    assert (reply.status_code, reply.mimetype) == (200, "text/csv"), reply.text[:300]
    assert "attachment" in reply.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))


def test_each_page_leads_to_a_file_of_its_own_numbers(admin: FlaskClient) -> None:
    found = {name.partition("?")[0]: table_of(admin, name) for name in PAGES}

    def one(page: str, **sought: str) -> Row:
        rows = [row for row in found[page] if sought.items() <= row.items()]
        assert len(rows) == 1, (page, sought, rows)
        return rows[0]

    assert one("hours", row="whole")["n"] == "185"
    assert sum(int(row["n"]) for row in found["hours"] if row["row"] == "hour") == 185
    assert one("contact-centre", row="whole", figure="contacts")["n"] == "64"
    assert one("contact-centre", row="topic", key="billing", figure="resolved")["value"] == "0.5"
    bands = [row for row in found["contact-centre"] if row["row"] == "waiting" and row["figure"] == "csat"]
    assert [row["key"] for row in bands][:2] == ["0-15", "15-30"]
    assert one("drivers", question="waiting", figure="difference")["value"] == "1.0"
    assert one("employees", row="employee", employee="asel")["n"] == "60"
    assert one("topics", row="reason", option="queue")["n"] == "12"
    assert one("topics", row="reason", figure="none_chosen")["n"] == "108"
    assert one("events", row="event", side="after")["event"] == "'=New script"
    assert one("public", row="unit", unit="north", figure="mean")["n"] == "181"
    assert one("who-answers", row="contacts")["n"] == "0", "history was not asked about"


def test_what_a_page_hides_is_no_number_in_its_file(admin: FlaskClient) -> None:
    hidden = [row for row in table_of(admin, "contact-centre") if row["key"] == "'=cards" and row["figure"] == "csat"]
    assert [(row["value"], row["ci_low"], row["suppressed"]) for row in hidden] == [("", "", "true")]
    hours = [row for row in table_of(admin, "hours?unit=s1") if row["row"] in ("whole", "hour")]
    assert hours
    assert {row["value"] for row in hours} == {""}


def test_the_file_follows_the_filter_and_the_readers_units(app: Flask, admin: FlaskClient) -> None:
    stranger = signed_in(app, "elsewhere")
    for name in PAGES:
        path, _, more = name.partition("?")
        reply = admin.get(f"{HOME}/{path}.csv?unit=nowhere&{more}")
        assert reply.status_code == 422, name
        assert f'href="{HOME}' in reply.text, name
        theirs = stranger.get(f"{HOME}/{path}.csv?unit=n2")
        assert theirs.status_code == 422, name
    assert {row["n"] for row in table_of(stranger, "hours") if row["row"] == "whole"} == {"4"}
    assert admin.get(f"{HOME}/nothing.csv").status_code == 404


def test_those_who_chose_no_reason_are_listed(admin: FlaskClient) -> None:
    link = page_of(admin, "topics").select_one(".reasons a[href*='none']")
    assert link is not None
    row = link.find_parent("tr")
    assert row is not None
    assert row.select(".numbers")[0].get_text() == "108"
    assert "108 responses" in admin.get(str(link["href"])).text


def test_walk_ups_are_listed_as_they_are_counted(admin: FlaskClient, database: Database, now: datetime) -> None:
    with database.transaction() as session:
        one = session.scalars(select(SurveyResponse).where(SurveyResponse.interaction_id.is_(None))).first()
        assert one is not None
        one.touchpoint_id = add_touchpoint(session, unit_id=one.unit_id, survey_key="visit", now=now).id
    link = page_of(admin, "who-answers").select_one("a[href*='walk_up']")
    assert link is not None
    assert link.get_text() == "1"
    assert "1 response" in admin.get(str(link["href"])).text


def test_the_report_tells_contacts_and_topics_as_their_pages_do(admin: FlaskClient) -> None:
    report = " ".join(read_pages(admin.get(f"{HOME}/report.pdf").data))
    centre = " ".join(page_of(admin, "contact-centre").get_text(" ").split())
    assert "Settled at once 50%" in centre
    for said in ("Contact centre", "Settled at once 50%", "of 64 contacts", "Call 64 100%"):
        assert said in report, said
    table = page_of(admin, "topics").select_one("table.topics tbody tr")
    assert table is not None
    name, share = (str(table.select(part)[0].get_text(" ", strip=True)) for part in ("th", "td:nth-of-type(2)"))
    assert f"{name} " in report
    assert share.split()[0] in report
    assert "What customers speak of Topic Mentions" in report
    assert "Contact centre" not in " ".join(read_pages(admin.get(f"{HOME}/report.pdf?unit=n2").data))


BENT: tuple[tuple[str, Callable[[int], bool]], ...] = (
    ("hours.csv?unit=%00", lambda status: status == 422),
    ("public.csv?site=%ed%a0%80&level=x", lambda status: status == 200),
    ("events.csv?days=" + "9" * 5000, lambda status: status == 200),
    (re.escape("..") + ".csv", lambda status: status == 404),
)


def test_an_address_that_somebody_bent_breaks_no_file(admin: FlaskClient) -> None:
    for address, right in BENT:
        assert right(admin.get(f"{HOME}/{address}").status_code), address
