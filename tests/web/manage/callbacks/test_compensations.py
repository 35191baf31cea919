"""Compensation on the page of a case, the leader's tap, and the totals."""

import csv
import io
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.callbacks.compensation.models import Compensation
from app.kit.db import Database
from tests.web.manage.callbacks.case_pages import LIST, post
from tests.web.staff import Company, form_token, signed_in

HOME = "/manage/compensations"


@pytest.fixture
def proposed(manager: FlaskClient, database: Database, case_id: uuid.UUID) -> uuid.UUID:
    """A refund above what the region's manager may give."""
    post(manager, f"{case_id}/claim")
    status, _ = post(manager, f"{case_id}/compensations", kind="refund", amount="30 000", note="Charged twice")
    assert status == 303
    with database.reading() as session:
        return session.scalars(select(Compensation.id)).one()


def test_a_small_one_is_given_at_once_and_a_larger_one_waits(manager: FlaskClient, case_id: uuid.UUID) -> None:
    post(manager, f"{case_id}/claim")
    assert post(manager, f"{case_id}/compensations", kind="bonus", amount="5 000,50")[0] == 303
    assert post(manager, f"{case_id}/compensations", kind="refund", amount="30000")[0] == 303
    page = manager.get(f"{LIST}/{case_id}").text
    assert "5,000.50 KZT" in page
    assert "KZT30,000" not in page  # the story says an amount as the rest of the page does
    assert "Refund, 30,000 KZT" in page
    assert page.count("Approved") >= 1
    assert page.count("Waits for approval") == 1
    assert "Up to 25,000 KZT at once; up to 200,000 KZT after an approval." in page


def test_what_is_refused_says_why_and_keeps_what_was_typed(manager: FlaskClient, case_id: uuid.UUID) -> None:
    post(manager, f"{case_id}/claim")
    for typed, status, why in (
        ({"kind": "bonus", "amount": "lots"}, 422, "Write the amount in digits"),
        ({"kind": "", "amount": "100"}, 422, "Choose what is given."),
        ({"kind": "bonus", "amount": "200000.01"}, 409, "That is more than may be given: up to 200,000 KZT."),
        ({"kind": "bonus", "amount": "1", "note": "x" * 501}, 422, "500 characters fit"),
    ):
        found, page = post(manager, f"{case_id}/compensations", **typed)
        assert (found, why in page) == (status, True), typed
        assert f'value="{typed["amount"]}"' in page


def test_a_leader_approves_with_one_tap_and_nobody_their_own(
    app: Flask, manager: FlaskClient, proposed: uuid.UUID, company: Company
) -> None:
    assert "Nothing waits for you." in manager.get(HOME).text
    manager.post(f"{HOME}/{proposed}/approve", data={"csrf_token": form_token(manager)})
    assert "Somebody else has to decide" in manager.get(HOME).text
    elsewhere = signed_in(app, "elsewhere")
    assert elsewhere.post(f"{HOME}/{proposed}/approve", data={"csrf_token": form_token(elsewhere)}).status_code == 404

    admin = signed_in(app, "admin")
    assert "30,000 KZT" in admin.get(HOME).text
    assert admin.post(f"{HOME}/{proposed}/approve", data={"csrf_token": form_token(admin)}).status_code == 303
    page = admin.get(HOME).text
    assert "Nothing waits for you." in page
    assert "30,000 KZT" in page  # now among what was given
    assert "30,000 KZT" not in elsewhere.get(HOME).text
    rows = list(csv.DictReader(io.StringIO(admin.get(f"{HOME}.csv").text)))
    assert [(row["unit"], row["kind"], row["amount"], row["currency"]) for row in rows] == [
        ("east-1", "refund", "30000.00", "KZT")
    ]
    for month in ("2026-02", "1999-99", "\0", "2026-13"):
        assert admin.get(HOME, query_string={"month": month}).status_code == 200


def test_what_to_say_is_in_the_customers_language_with_its_gaps_filled(
    manager: FlaskClient, case_id: uuid.UUID
) -> None:
    post(manager, f"{case_id}/claim")
    page = manager.get(f"{LIST}/{case_id}").text
    assert "Здравствуйте! Меня зовут manager," in page
    assert "Обещаю" not in page  # nothing was promised yet
    post(manager, f"{case_id}/promises", promise="письмо с ответом", at="2026-03-05T18:00")
    assert "Обещаю: письмо с ответом." in manager.get(f"{LIST}/{case_id}").text
