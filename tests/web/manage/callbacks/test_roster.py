"""The duty roster as pages: a week with its gaps, owners, load, and what somebody was told of."""

import uuid
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import StaffUser
from app.callbacks.escalation.escalating import escalate_cases
from app.callbacks.escalation.models import Duty, Escalation, UnitOwner
from app.callbacks.models import CallbackCase
from app.callbacks.rules.escalation import EscalationRules
from app.kit.db import Database
from app.kit.ids import new_id
from tests.web.staff import Company, email_of, form_token, signed_in


@pytest.fixture
def admin(app: Flask, company: Company) -> FlaskClient:
    """The browser of the administrator."""
    return signed_in(app, "admin")


def post(browser: FlaskClient, address: str, **form: str) -> tuple[int, str]:
    """Send a form and return status and text of where it led."""
    answer = browser.post(address, data={**form, "csrf_token": form_token(browser)}, follow_redirects=True)
    return answer.status_code, answer.text


def user_id(database: Database, name: str) -> uuid.UUID:
    """Return the id of one of the cast."""
    with database.reading() as session:
        return session.scalars(select(StaffUser.id).where(StaffUser.email == email_of(name))).one()


def test_somebody_is_put_on_duty_changed_and_taken_off(admin: FlaskClient, database: Database) -> None:
    manager = str(user_id(database, "manager"))
    asked = admin.get("/manage/roster/duties/new?unit=east")
    assert manager in asked.text
    assert str(user_id(database, "elsewhere")) not in asked.text  # manages the other region
    status, page = post(
        admin, "/manage/roster/duties/new", unit="east", user=manager, hours="Mo-Fr 09:00-13:00", until_on="2026-03-06"
    )
    assert status == 200
    assert "13:00–18:00" in page
    assert page.count("<strong>nobody</strong>") == 5
    with database.reading() as session:
        duty_id = session.scalars(select(Duty.id)).one()
    assert "2026-03-06" in admin.get(f"/manage/roster/duties/{duty_id}").text
    status, page = post(admin, f"/manage/roster/duties/{duty_id}", user=manager, hours="24/7", from_on="", until_on="")
    assert (status, page.count("<strong>nobody</strong>")) == (200, 0)
    post(admin, f"/manage/roster/duties/{duty_id}/remove")
    with database.reading() as session:
        assert session.scalars(select(Duty)).all() == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hours": "whenever"}, "cannot be read as hours"),
        ({"hours": "x" * 10_000}, "Too long"),
        ({"hours": "\0"}, "cannot be read as hours"),
        ({"user": ""}, "Choose somebody."),
        ({"user": "not an id"}, "Choose somebody."),
        ({"user": str(uuid.UUID(int=5))}, "cannot work the cases"),
        ({"from_on": "31.12.2026"}, "Write the day as"),
        ({"from_on": "2026-03-05", "until_on": "2026-03-04"}, "The last day comes before the first."),
        ({"unit": "nowhere"}, "no such unit"),
    ],
)
def test_what_cannot_be_kept_says_why_and_loses_nothing(
    admin: FlaskClient, database: Database, wrong: dict[str, str], words: str
) -> None:
    form = {"unit": "east", "user": str(user_id(database, "manager")), "hours": "Sa 11:11-12:12", **wrong}
    status, page = post(admin, "/manage/roster/duties/new", **form)
    assert status == 422
    assert words in page
    if "hours" not in wrong:
        assert "Sa 11:11-12:12" in page


def test_a_week_is_shown_by_the_units_clock_and_found_by_any_day_of_it(admin: FlaskClient) -> None:
    page = admin.get("/manage/roster?unit=east").text
    assert "Wednesday, 4 March" in page
    assert "Asia/Almaty" in page
    assert "Monday, 9 March" in admin.get("/manage/roster?unit=east&week=2026-03-11").text
    for odd in ("never", "9999-12-31", "0001-01-01", "2026-02-30", "1" * 5000):
        assert "Wednesday, 4 March" in admin.get(f"/manage/roster?unit=east&week={quote(odd)}").text
    assert admin.get("/manage/roster?unit=nowhere").status_code == 404


def test_a_manager_sees_the_roster_of_their_units_and_changes_nothing(app: Flask, company: Company) -> None:
    browser = signed_in(app, "manager")
    page = browser.get("/manage/roster").text
    assert "East" in page
    assert "duties/new" not in page
    assert browser.get("/manage/roster?unit=west-1").status_code == 404
    assert "West" not in browser.get("/manage/roster/owners").text
    assert browser.post("/manage/roster/owners", data={"csrf_token": form_token(browser)}).status_code == 403


def test_the_owner_of_a_unit_is_named_and_removed(admin: FlaskClient, database: Database, company: Company) -> None:
    before = admin.get("/manage/roster/owners").text
    assert "5 units have none." in before
    assert "Choose somebody of the list" in post(admin, "/manage/roster/owners", unit="east", user=str(uuid.uuid4()))[1]
    manager = str(user_id(database, "manager"))
    status, page = post(admin, "/manage/roster/owners", unit="east", user=manager)
    assert status == 200
    assert "3 units have none." in page
    with database.reading() as session:
        assert session.get_one(UnitOwner, company.east).user_id == uuid.UUID(manager)
    assert "5 units have none." in post(admin, "/manage/roster/owners", unit="east", do="remove")[1]
    assert post(admin, "/manage/roster/owners", unit="nowhere")[0] == 422


def test_load_shows_who_holds_what_and_tries_another_threshold(
    app: Flask, admin: FlaskClient, database: Database, case_id: uuid.UUID
) -> None:
    with database.transaction() as session:
        case = session.get_one(CallbackCase, case_id)
        case.claimed_by_id, case.claimed_at = user_id(database, "manager"), case.opened_at
    page = admin.get("/manage/roster/load").text
    assert "<bdi>manager</bdi>" in page
    for path in ("", "/owners", "/duties/new"):
        assert admin.get(f"/manage/roster{path}?unit=no%00where").status_code in (200, 404)
    for odd in ("3", "9", "x", "\u0663"):
        assert admin.get(f"/manage/roster/load?unhappy_at_most={quote(odd)}").status_code == 200
    assert "<bdi>elsewhere</bdi>" not in signed_in(app, "manager").get("/manage/roster/load").text


def test_who_was_told_finds_the_case_and_says_that_they_saw_it(
    app: Flask, database: Database, case_id: uuid.UUID, now: datetime
) -> None:
    with database.transaction() as session:
        case = session.get_one(CallbackCase, case_id)
        case.settle_due_at = now
        session.flush()
        escalate_cases(session, EscalationRules(), since=now - timedelta(minutes=5), now=now)
        row = session.scalars(select(Escalation)).one()
        row.to_user_id = user_id(database, "manager")
        escalation_id = row.id
    browser = signed_in(app, "manager")
    page = browser.get("/manage/escalations").text
    assert "It was not settled in time" in page
    assert f"/manage/callbacks/{case_id}" in page
    assert "I have seen it" in browser.get(f"/manage/callbacks/{case_id}").text
    for name, status in (("elsewhere", 404), ("analyst", 409)):
        other = signed_in(app, name)
        answer = post(other, f"/manage/escalations/{escalation_id}/acknowledge")
        assert answer[0] == status
        assert ("was told of it, and has to say so" in answer[1]) is (status == 409)
        assert "It was not settled in time" not in other.get("/manage/escalations").text
    assert post(browser, f"/manage/escalations/{escalation_id}/acknowledge")[0] == 200
    assert "Nothing waits for you" in browser.get("/manage/escalations").text
    assert "I have seen it" not in browser.get(f"/manage/callbacks/{case_id}").text
    assert post(browser, f"/manage/escalations/{new_id()}/acknowledge")[0] == 404
