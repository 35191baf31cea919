"""The page of the figures of callbacks, the cases behind a figure, and the file."""

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.callbacks.asking_back.models import AskedBack
from app.callbacks.models import CallbackCase
from app.kit.db import Database
from app.kit.ids import new_id
from app.organisation.models import Unit
from tests.callbacks.factories import make_case, make_contact, make_response
from tests.conftest import NOW
from tests.web.staff import Company, signed_in

HOME = "/manage/callbacks/figures"


@pytest.fixture
def fill(app: Flask, database: Database, company: Company) -> Callable[..., None]:
    """Close cases of an office whose person says that it is settled and gives five."""
    vault = app.extensions["otklik"].vault

    def build(session: Session, unit_id: uuid.UUID, n: int) -> None:
        contact = make_contact(session, vault, now=NOW)
        for _ in range(n):
            opened = NOW - timedelta(days=1)
            response = make_response(session, unit_id, comment="=1+1", now=opened)
            case = make_case(session, unit_id, response=response, contact=contact, now=opened)
            case.first_attempt_at, case.closed_at = opened + timedelta(hours=2), opened + timedelta(hours=3)
            case.outcome, case.cause, case.settled = "settled", "waiting", True
            _answer(session, case)

    def work(n: int = 11, office: str = "east_office") -> None:
        with database.transaction() as session:
            build(session, getattr(company, office), n)

    return work


def _answer(session: Session, case: CallbackCase) -> None:
    question_id = new_id()
    session.add(
        AskedBack(
            id=question_id,
            case_id=case.id,
            token_hash=question_id.bytes * 2,
            closed_at=NOW,
            ask_at=NOW,
            answer_by=NOW,
            decided_at=NOW,
            asked_at=NOW,
            answered_at=NOW,
            settled=True,
            rating=5,
            via="sms",
        )
    )


def words(page: str) -> str:
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


def test_figures_carry_their_n_and_lead_to_their_cases(manager: FlaskClient, fill: Callable[..., None]) -> None:
    fill()
    page = manager.get(HOME)
    said = words(page.text)
    assert "11 answers" in said
    assert "95 times in 100 between" in said
    assert "2 h 0 min" in said
    links = {str(link["href"]) for link in BeautifulSoup(page.text, "html.parser").find_all("a")}
    for link in sorted(link for link in links if link.startswith(f"{HOME}/cases")):
        shown = manager.get(link)
        assert shown.status_code == 200
        assert ("Rating: 1" in shown.text) is not any(empty in link for empty in ("late_", "reopened")), link


def test_ten_is_where_a_share_begins(manager: FlaskClient, fill: Callable[..., None]) -> None:
    fill(9)
    assert "Too few: shown from 10 on" in words(manager.get(HOME).text)
    assert "95 times" not in manager.get(HOME).text


def test_a_manager_elsewhere_sees_none_of_it(
    app: Flask, fill: Callable[..., None], database: Database, company: Company
) -> None:
    fill()
    with database.reading() as session:
        code = session.get_one(Unit, company.east_office).code
    other_manager = signed_in(app, "elsewhere")
    assert "Nothing to count yet." in words(other_manager.get(HOME).text)
    for path in ("", "/cases", "/units.csv"):
        assert other_manager.get(f"{HOME}{path}?unit={code}").status_code == 404
    assert "Rating: 1" not in other_manager.get(f"{HOME}/cases").text


def test_the_file_has_a_line_a_unit_and_one_for_the_whole(manager: FlaskClient, fill: Callable[..., None]) -> None:
    fill()
    reply = manager.get(f"{HOME}/units.csv")
    rows = list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    assert rows[-1]["unit"] == ""
    assert (rows[-1]["opened"], rows[-1]["recovery"], rows[-1]["recovery_n"]) == ("11", "1.0000", "11")
    assert rows[-1]["attempt_median_minutes"] == "120"
    assert reply.headers["Content-Disposition"].endswith('.csv"')


def test_the_file_tells_no_share_by_its_counts_below_ten(manager: FlaskClient, fill: Callable[..., None]) -> None:
    fill(9)
    row = list(csv.DictReader(io.StringIO(manager.get(f"{HOME}/units.csv").text.removeprefix("\ufeff"))))[-1]
    assert row["opened"] == "9"
    assert [row[name] for name in ("settled", "recovered", "reopened", "recovery")] == ["", "", "", ""]


@pytest.mark.parametrize(
    "query",
    [
        "?period=century",
        "?period=week&unit=%00",
        "?unit=nowhere",
        "?find=%00",
        "?find=nowhere",
        "/cases?which=all&page=-1",
        "/cases?cause=%00&outcome=" + "x" * 5000,
        "/cases?page=99999999",
        "/units.csv?period=%ff",
    ],
)
def test_an_address_that_somebody_bent_never_breaks_a_page(manager: FlaskClient, query: str) -> None:
    assert manager.get(f"{HOME}{query}").status_code in (200, 404)
