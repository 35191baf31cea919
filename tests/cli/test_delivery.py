"""`flask delivery` and `flask contacts`: rules shown and tried, people suppressed and allowed again."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import AuditEntry
from app.contacts.models import Suppression
from app.factory import create_app
from app.invitations.models import Decision, Reason
from app.invitations.service import accept_interaction
from app.kit.db import Database
from config.settings import Settings
from tests.conftest import NOW
from tests.invitations.calls import call, make_place


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    settings = Settings(var_dir=tmp_path, database_url=database.url.render_as_string(hide_password=False))
    with database.transaction() as session:
        make_place(session)
    return create_app(settings, clock=lambda: NOW, database=database)


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


def test_the_rules_of_a_unit_are_printed(app: Flask) -> None:
    code, said = run(app, "delivery", "show", "--unit", "abay")
    assert code == 0
    assert said.startswith("# company > almaty > abay\n")
    assert "ask_again_after_days: 7" in said
    assert run(app, "delivery", "show", "--unit", "nowhere")[0] == 1


def test_a_policy_is_tried_and_a_broken_one_is_told_with_its_line(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    with database.transaction() as session:
        for number in range(3):
            draft = call(external_id=str(number), ended_at=NOW - timedelta(hours=number + 1))
            accept_interaction(session, app.extensions["otklik"].ask, draft, now=NOW)
    code, said = run(app, "delivery", "try", "--days", "7")
    assert code == 0
    assert "interactions  3" in said
    assert "asked         1 (33%); really asked: 1" in said
    other = tmp_path / "other.yaml"
    other.write_text(
        "surveys: {call: nps}\nchannels: [sms]\nask_again_after_days: 0\ncurrency: KZT\nprices: {sms: 5}\n"
    )
    assert "messages      3, about 15.00 KZT" in run(app, "delivery", "try", "--rules", str(other))[1]
    other.write_text("channels: [sms]\nask: perhaps\ncurrency: KZT\n")
    code, said = run(app, "delivery", "try", "--rules", str(other))
    assert (code, said) == (1, "other.yaml:2: ask: must be true or false\n")


def test_people_are_suppressed_and_allowed_again(app: Flask, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "staff.txt"
    file.write_text("\ufeff# the night shift\n8 701 123 45 67\n\nASEL@example.kz  # of the desk\n+77011234567\n")
    assert run(app, "contacts", "suppress", "--file", str(file)) == (0, "2 suppressed (staff)\n")
    with database.transaction() as session:
        told = accept_interaction(session, app.extensions["otklik"].ask, call(), now=NOW)
        assert told.reason is Reason.STAFF
        assert session.scalars(select(AuditEntry.details)).all()[-1] == {"count": 2, "reason": "staff"}
    assert "0 of 1" in run(app, "contacts", "allow", "+77011234567", "--reason", "opted_out")[1]
    assert "1 of 1" in run(app, "contacts", "allow", "+77011234567", "--reason", "staff")[1]
    with database.transaction() as session:
        later = call(external_id="2", ended_at=NOW)
        told = accept_interaction(session, app.extensions["otklik"].ask, later, now=NOW)
        assert told.decision is Decision.INVITED


def test_one_address_that_cannot_be_read_changes_nothing(app: Flask, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("+77011234567\nnobody\n")
    code, said = run(app, "contacts", "suppress", "--file", str(file))
    assert (code, said) == (1, "neither a number nor an e-mail: line 2; nothing was changed\n")
    assert run(app, "contacts", "suppress")[0] == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Suppression)) == 0
