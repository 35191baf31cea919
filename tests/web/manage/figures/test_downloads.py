"""What is taken along says what the page says: the report as PDF, the tables as CSV, the evidence on both ways."""

import csv
import io
import re
import uuid
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.service import get_user
from app.invitations.models import Interaction
from app.kit.db import Database
from app.kit.ids import new_id
from tests.analytics.company import Company
from tests.analytics.test_paper import read_pages
from tests.web.acme import acme
from tests.web.staff import email_of, signed_in

HOME = "/manage/figures"


def fill(company: Company) -> None:
    """Answers of two cities, one office with too few, a name that a spreadsheet would compute."""
    company.units["n2"].name = "=1+1"
    company.answers("n1", {1: 2, 3: 2, 4: 15, 5: 21})
    company.answers("n2", {1: 20, 2: 5, 5: 8})
    company.answers("s1", {4: 3, 5: 4})
    company.answers("n1", {0: 3, 7: 4, 9: 6, 10: 7}, survey="nps")
    company.answer("n1", 1, suspect="too_fast")


@pytest.fixture
def admin(app: Flask, database: Database, now: datetime) -> FlaskClient:
    """The admin's browser over the filled company."""
    with acme(database, now) as company:
        fill(company)
    return signed_in(app, "admin")


def words(page: str) -> str:
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


def pdf(client: FlaskClient, address: str) -> str:
    """Return the words of a report, all pages together."""
    reply = client.get(address)
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf"), reply.text[:500]
    assert "attachment" in reply.headers["Content-Disposition"]
    return " ".join(read_pages(reply.data))


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).text.removeprefix("\ufeff"))))


def test_the_report_says_what_the_page_says(admin: FlaskClient) -> None:
    page, report = words(admin.get(f"{HOME}?unit=north").text), pdf(admin, f"{HOME}/report.pdf?unit=north")
    for said in ("60%", "between 49% and 71%", "73 answers", "lower than the others"):
        assert said in page, said
        assert said in report, said
    for said in ("Otklik", "Unit north", "Page 1 of", "As of 4 Mar 2026, 11:00", "Recommendation (NPS)", "+50"):
        assert said in report, said


def test_a_report_hides_what_the_page_hides(admin: FlaskClient) -> None:
    report = pdf(admin, f"{HOME}/report.pdf?unit=south")
    assert "7 answers" in report
    assert not re.search(r"\d%", report), report


def test_a_report_is_in_the_readers_language(app: Flask, database: Database, admin: FlaskClient) -> None:
    with database.transaction() as session:
        get_user(session, email_of("admin")).language = "ru"
    assert "выбрали 4 или 5" in pdf(admin, f"{HOME}/report.pdf?unit=north")


def test_the_file_has_the_very_numbers_and_nothing_that_computes(admin: FlaskClient) -> None:
    found = rows(admin, f"{HOME}/figures.csv?unit=north")
    whole = next(row for row in found if row["row"] == "whole" and row["figure"] == "top_2")
    assert (float(whole["value"]), whole["n"], whole["suppressed"]) == (44 / 73, "73", "false")
    assert whole["first_day"] == "2026-02-03"
    before = next(row for row in found if row["row"] == "before")
    assert (before["first_day"], before["last_day"]) == ("2026-01-04", "2026-02-02")
    units = {row["unit_name"]: row for row in found if row["row"] == "unit" and row["figure"] == "top_2"}
    assert (units["'=1+1"]["value"], units["'=1+1"]["verdict"]) == (repr(8 / 33), "lower")
    assert sum(int(row["n"]) for row in found if row["row"] == "rating") == 73
    assert sum(int(row["n"]) for row in found if row["row"] == "time") == 73
    hidden = rows(admin, f"{HOME}/figures.csv?unit=south")
    assert {row["value"] for row in hidden if row["row"] in ("whole", "unit", "time")} == {""}
    assert not [row for row in hidden if row["row"] == "rating"]


def test_evidence_tells_wording_frame_and_figures_on_the_page_and_on_paper(
    app: Flask, database: Database, now: datetime
) -> None:
    with acme(database, now) as company:
        fill(company)
        for reason in (None, None, "opted_out"):
            company.session.add(told(company, now, reason))
    client = signed_in(app, "admin")
    page, paper = words(client.get(f"{HOME}/evidence").text), pdf(client, f"{HOME}/evidence.pdf")
    for said in (
        "It is no certificate",
        "Как вам в Otklik?",
        "How was it at Otklik?",
        "version 1",
        "Said stop",
        "Response rate (RR1)",
        "chose 4 or 5",
        "chose 1 or 2",
        "Wilson’s score interval",
        "Employees’ satisfaction",
        "What was left out",
    ):
        assert said in page, said
        assert said in paper, said
    assert "Contacts that we were told of 3 Asked about 2 Not asked about 1" in page
    assert "Answers that do not seem to come from customers 1" in page


def told(company: Company, now: datetime, reason: str | None) -> Interaction:
    return Interaction(
        id=new_id(),
        source="pbx",
        external_id=str(uuid.uuid4()),
        body_hash=b"1",
        channel="call",
        unit_id=company.units["n1"].id,
        ended_at=now - timedelta(days=1),
        tags=[],
        decision="skipped" if reason else "invited",
        reason=reason,
        decided_at=now,
    )


def test_another_citys_manager_gets_nothing_of_it(app: Flask, admin: FlaskClient) -> None:
    stranger = signed_in(app, "elsewhere")
    for address in ("figures.csv", "report.pdf", "evidence", "evidence.pdf"):
        reply = stranger.get(f"{HOME}/{address}?unit=n1")
        said = "".join(read_pages(reply.data)) if reply.mimetype == "application/pdf" else reply.text
        assert "73" not in said, address
        assert "=1+1" not in said, address


def test_a_report_of_some_units_does_not_call_itself_the_companys(app: Flask, admin: FlaskClient) -> None:
    assert "Report: Otklik" in pdf(admin, f"{HOME}/report.pdf")
    theirs = pdf(signed_in(app, "elsewhere"), f"{HOME}/report.pdf")
    assert "Report: All that the reader may see" in theirs


@pytest.mark.parametrize("name", ["figures.csv", "public.csv", "report.pdf", "evidence.pdf"])
def test_no_file_is_given_for_a_filter_with_a_problem(admin: FlaskClient, name: str) -> None:
    for asked, said in (
        ("unit=nowhere&period=week", "Unit: There is no such unit among those you may see."),
        ("from=2024-05-01&to=2024-01-01", "To: The last day comes before the first."),
    ):
        reply = admin.get(f"{HOME}/{name}?{asked}")
        assert (reply.status_code, reply.mimetype) == (422, "text/html")
        assert "attachment" not in reply.headers.get("Content-Disposition", "")
        assert said in words(reply.text)
        way = BeautifulSoup(reply.text, "html.parser").select_one("main a.button")
        assert way is not None
        assert said.split(": ")[1] in words(admin.get(str(way["href"])).text), "the page says it as well"


@pytest.mark.parametrize("address", ["figures.csv", "evidence"])
@pytest.mark.parametrize(
    "query",
    ["?unit=%00", "?from=9999-12-31&to=0001-01-01", "?metric=esat", "?unit=" + "x" * 5000, "?employee=%ed%a0%80"],
)
def test_an_address_that_somebody_bent_never_breaks_it(admin: FlaskClient, address: str, query: str) -> None:
    assert admin.get(f"{HOME}/{address}{query}", follow_redirects=True).status_code in (200, 422)
