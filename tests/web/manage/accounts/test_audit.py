"""`/manage/audit`: found, told in words, downloaded by whoever shows anew who they are."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.audit import record
from app.accounts.models import AuditEntry, SignIn
from app.kit.db import Database
from tests.web.staff import Company, form_token, signed_in

HOME = "/manage/audit"


@pytest.fixture
def admin(app: Flask, company: Company) -> FlaskClient:
    """The browser of the company's administrator."""
    return signed_in(app, "admin")


def test_entries_are_told_in_words_and_a_filter_that_is_none_keeps_what_was_typed(
    admin: FlaskClient, database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        record(session, "units.imported", now=now, object_type="import", details={"added": 3}, address="203.0.113.9")
    shown = admin.get(f"{HOME}?action=units.imported").text
    assert "Units taken in from a file" in shown
    assert "new: 3" in shown
    for bad in ("from=yesterday", "action=nothing", "who=%00", "from=2026-02-02&to=2026-02-01", "object=" + "x" * 5000):
        answer = admin.get(f"{HOME}?address=203.0.113.9&{bad}")
        assert (answer.status_code, "203.0.113.9" in answer.text) == (422, True), bad
    assert admin.get(f"{HOME}?before=nothing").status_code == 422


def test_the_file_holds_what_fits_and_taking_it_is_an_entry(
    admin: FlaskClient, database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        record(session, "units.imported", now=now, object_type="import", object_id="=1+1", details={"added": 3})
    form = {"action": "units.imported", "csrf_token": form_token(admin)}
    answer = admin.post(f"{HOME}/export", data=form)
    assert answer.mimetype == "text/csv"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["action"], row["object_id"], row["details"]) == ("units.imported", "'=1+1", '{"added": 3}')
    with database.transaction() as session:
        taken = session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.exported")).one()
        assert taken.details == {"filters": ["action"]}
        for sign_in in session.scalars(select(SignIn)):
            sign_in.proved_at = now - timedelta(hours=1)
    asked = admin.post(f"{HOME}/export", data=form)
    assert (asked.status_code, asked.location.partition("?")[0]) == (307, "/sign-in/again")
