"""The callback list and the case page, through the gate, on both databases."""

import re
import uuid
from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.accounts.models import AuditEntry, Role, StaffUser
from app.accounts.service import grant_role
from app.callbacks.models import EventKind
from app.callbacks.timeline import write_event
from app.kit.db import Database
from app.organisation.models import Unit
from tests.callbacks.factories import make_case, make_contact, make_response
from tests.web.conftest import StoppedClock
from tests.web.manage.callbacks.case_pages import LIST, PHONE, SHOWN, kinds_of, post, read_case_row, user_id_of
from tests.web.staff import Company, email_of, form_token, signed_in
from tests.web.statements import counted


def test_list_says_what_to_do_by_when_and_shows_the_comment_as_typed(
    case_id: uuid.UUID, manager: FlaskClient, clock: StoppedClock
) -> None:
    page = manager.get(LIST)

    assert page.headers["Cache-Control"] == "no-store"
    assert "<strong>Ring</strong>" in page.text
    assert "in 4 hours · today, 15:00" in page.text
    assert "<bdi>Forty minutes &lt;script&gt;" in page.text
    assert f'action="{LIST}/{case_id}/claim"' in page.text
    assert "Overdue</span>" not in page.text
    clock.move(minutes=30, hours=4)  # the sign-in lasts an hour without a page
    late = signed_in(manager.application, "manager").get(f"{LIST}?tab=overdue").text
    assert "</span>Overdue</span>" in late
    assert "30 minutes ago" in late


@pytest.mark.parametrize(
    "tab", ["callbacks", "mine", "unclaimed", "overdue", "scheduled", "look_into", "closed", "nonsense"]
)
def test_every_tab_opens(case_id: uuid.UUID, manager: FlaskClient, tab: str) -> None:
    assert manager.get(f"{LIST}?tab={tab}").status_code == 200
    assert manager.get(f"{LIST}?tab={tab}&after=x").status_code == 422


def test_claim_shows_the_number_to_ring_and_is_written_down(
    case_id: uuid.UUID, manager: FlaskClient, database: Database
) -> None:
    before = manager.get(f"{LIST}/{case_id}").text
    assert "+7 7** *** **67" in before
    assert "Wishes a call in the evening" in before

    status, _ = post(manager, f"{case_id}/claim")
    page = manager.get(f"{LIST}/{case_id}").text

    assert status == 303
    assert f'href="tel:{PHONE}"' in page
    assert SHOWN in page
    with database.reading() as session:
        shown = session.scalars(select(AuditEntry).where(AuditEntry.action == "callback.number_shown")).one()
    assert (shown.object_id, shown.user_id) == (str(case_id), user_id_of(database, "manager"))


def test_loser_of_a_claim_reads_who_was_faster(
    case_id: uuid.UUID, manager: FlaskClient, app: Flask, database: Database
) -> None:
    post(signed_in(app, "admin"), f"{case_id}/claim")

    status, page = post(manager, f"{case_id}/claim")

    assert status == 409
    assert "admin has worked this case since Wed 4 Mar 2026, 11:00." in page
    assert PHONE not in page
    assert read_case_row(database, case_id).claimed_by_id == user_id_of(database, "admin")


def test_analyst_reads_the_case_and_works_nothing(
    case_id: uuid.UUID, app: Flask, company: Company, database: Database
) -> None:
    analyst = signed_in(app, "analyst")

    page = analyst.get(f"{LIST}/{case_id}").text
    assert "Forty minutes" in page
    assert f'method="post" action="{LIST}' not in page
    assert f'method="post" action="{LIST}' not in analyst.get(LIST).text
    for step in ("claim", "release", "attempts", "notes", "close", "number"):
        assert post(analyst, f"{case_id}/{step}", note="x", reason="x")[0] == 403
    assert kinds_of(database, case_id) == ["opened"]


def test_manager_of_one_region_who_looks_at_another_is_offered_to_claim_at_home_alone(
    case_id: uuid.UUID, app: Flask, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        contact = make_contact(session, app.extensions["otklik"].vault, now=now)
        foreign = make_case(session, company.west_office, contact=contact, now=now).id
        user = session.scalars(select(StaffUser).where(StaffUser.email == email_of("manager"))).one()
        grant_role(session, user, role=Role.ANALYST, unit_id=company.west, now=now)
    manager = signed_in(app, "manager")

    page = manager.get(LIST).text

    assert f'action="{LIST}/{case_id}/claim"' in page
    assert f'href="{LIST}/{foreign}"' in page
    assert f'action="{LIST}/{foreign}' not in page
    assert post(manager, f"{foreign}/claim")[0] == 404


def test_writing_an_attempt_down_reads_no_timeline_and_no_answers(
    case_id: uuid.UUID, manager: FlaskClient, database: Database
) -> None:
    token = form_token(manager)
    with counted(database) as statements:
        answer = manager.post(f"{LIST}/{case_id}/attempts", data={"csrf_token": token, "result": "no_answer"})

    assert answer.status_code == 303
    read = " ".join(each for each in statements if each.startswith("SELECT"))
    assert "case_event.details" not in read
    assert "FROM answer" not in read


def test_case_of_another_region_does_not_exist(case_id: uuid.UUID, app: Flask, database: Database) -> None:
    elsewhere = signed_in(app, "elsewhere")

    assert str(case_id) not in elsewhere.get(LIST).text
    assert elsewhere.get(f"{LIST}/{case_id}").status_code == 404
    for step in ("claim", "release", "attempts", "notes", "close", "number"):
        fields = {"note": "x", "reason": "x", "result": "reached", "outcome": "settled", "cause": "other"}
        assert post(elsewhere, f"{case_id}/{step}", **fields)[0] == 404
    assert kinds_of(database, case_id) == ["opened"]


def test_case_is_claimed_attempted_noted_and_closed(
    case_id: uuid.UUID, manager: FlaskClient, database: Database
) -> None:
    steps = [
        ("claim", {}),
        ("attempts", {"result": "no_answer"}),
        ("attempts", {"again": "tomorrow", "note": "In a meeting"}),
        ("notes", {"note": "The office says sorry"}),
        ("attempts", {"result": "reached"}),
        ("close", {"outcome": "settled", "cause": "waiting", "note": "A coupon"}),
    ]
    for step, fields in steps:
        assert post(manager, f"{case_id}/{step}", **fields)[0] == 303
    page = manager.get(f"{LIST}/{case_id}").text

    assert kinds_of(database, case_id) == ["opened", "claimed", "attempt", "attempt", "note", "attempt", "closed"]
    for words in (
        "Rang: No answer. Again Wed 4 Mar 2026, 13:30",
        "Rang: Asked to be rung later. Again Thu 5 Mar 2026, 10:00",
        "In a meeting",
        "Rang: Reached",
        "Closed: Settled by phone. Behind it: Waiting time",
        "A coupon",
    ):
        assert words in page
    assert PHONE not in page
    assert read_case_row(database, case_id).outcome == "settled"
    assert "Settled by phone" in manager.get(f"{LIST}?tab=closed").text


def test_time_to_ring_again_is_read_on_the_offices_clock(
    case_id: uuid.UUID, manager: FlaskClient, database: Database
) -> None:
    assert post(manager, f"{case_id}/attempts", again="at", at="2026-03-06T16:30")[0] == 303

    due_at = read_case_row(database, case_id).due_at
    assert due_at.isoformat() == "2026-03-06T11:30:00+00:00"


@pytest.mark.parametrize(
    ("step", "fields", "words"),
    [
        ("attempts", {"again": "at", "at": "", "note": "kept words"}, "Choose when to ring again."),
        ("attempts", {"again": "at", "at": "2020-01-01T10:00", "note": "kept words"}, "next 60 days"),
        ("attempts", {"again": "at", "at": "9999-12-31T23:59", "note": "kept words"}, "next 60 days"),
        ("attempts", {"again": "at", "at": "0001-01-01T00:00", "note": "kept words"}, "next 60 days"),
        ("attempts", {"result": "nonsense", "note": "kept words"}, "Choose how the call went."),
        ("close", {"outcome": "settled", "note": "kept words"}, "Choose what lay behind it."),
        ("close", {"cause": "waiting", "note": "kept words"}, "Choose how it ended."),
        ("close", {"outcome": "settled", "cause": "waiting", "note": "kept words" + "x" * 2000}, "too long"),
        ("close", {"outcome": "settled", "cause": "waiting", "note": "kept words\0"}, "cannot be kept"),
        ("notes", {"note": " "}, "Write something first."),
    ],
)
def test_refused_form_says_why_and_keeps_what_was_typed(
    case_id: uuid.UUID, manager: FlaskClient, step: str, fields: dict[str, str], words: str
) -> None:
    post(manager, f"{case_id}/claim")

    status, page = post(manager, f"{case_id}/{step}", **fields)

    assert status == 422
    assert words in page
    assert fields["note"].strip("\0 ") in page
    if "outcome" in fields:
        assert f'<option value="{fields["outcome"]}" selected>' in page
    database = manager.application.extensions["otklik"].database
    assert kinds_of(database, case_id) == ["opened", "claimed"]


def test_refused_work_on_a_free_case_does_not_show_it_as_claimed(
    case_id: uuid.UUID, manager: FlaskClient, database: Database
) -> None:
    status, page = post(manager, f"{case_id}/attempts", again="at", at="")

    assert status == 422
    assert "Nobody works this case yet." in page
    assert PHONE not in page
    assert kinds_of(database, case_id) == ["opened"]


def test_work_on_a_closed_case_is_told_and_the_note_is_not_lost(
    case_id: uuid.UUID, manager: FlaskClient, app: Flask
) -> None:
    post(signed_in(app, "admin"), f"{case_id}/close", outcome="duplicate", cause="other")

    status, page = post(manager, f"{case_id}/attempts", result="reached", note="She will come on Monday")

    assert status == 409
    assert "This case was closed on Wed 4 Mar 2026, 11:00" in page
    assert "She will come on Monday" in page


def test_case_without_a_number_is_looked_into_and_closed(
    manager: FlaskClient, company: Company, case_id: uuid.UUID, database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        response = make_response(session, company.east_office, rating=2, now=now)
        quiet = make_case(session, company.east_office, response=response, now=now).id
    assert str(quiet) not in manager.get(LIST).text
    assert str(quiet) in manager.get(f"{LIST}?tab=look_into").text
    post(manager, f"{quiet}/claim")

    page = manager.get(f"{LIST}/{quiet}").text

    assert "there is nobody to ring" in page
    assert 'value="not_reached"' not in page
    assert "/attempts" not in page
    assert post(manager, f"{quiet}/attempts", result="reached")[0] == 409
    assert post(manager, f"{quiet}/close", outcome="settled_on_site", cause="premises")[0] == 303


def test_asking_for_a_call_where_the_number_was_known_reads_as_the_first_time(
    manager: FlaskClient, case_id: uuid.UUID, database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        write_event(session, case_id, EventKind.CALLBACK_REQUESTED, now=now)
    page = manager.get(f"{LIST}/{case_id}").text
    assert "The respondent asked for a call" in page
    assert "once more" not in page


def test_forms_without_their_token_or_from_another_site_change_nothing(
    case_id: uuid.UUID, manager: FlaskClient, database: Database
) -> None:
    token = form_token(manager)

    assert manager.post(f"{LIST}/{case_id}/claim").status_code == 400
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert manager.post(f"{LIST}/{case_id}/claim", data={"csrf_token": token}, headers=foreign).status_code == 403
    assert read_case_row(database, case_id).claimed_by_id is None


@pytest.mark.parametrize("language", ["kk", "ru", "uk", "en"])
def test_pages_open_in_every_language(case_id: uuid.UUID, manager: FlaskClient, language: str) -> None:
    for path in ("", f"/{case_id}"):
        page = manager.get(f"{LIST}{path}?lang={language}")
        assert page.status_code == 200
        assert 'style="' not in page.text
        assert not BeautifulSoup(page.text, "html.parser").find_all("script", src=False)


def test_offices_of_one_name_are_told_apart(
    case_id: uuid.UUID, manager: FlaskClient, database: Database, company: Company
) -> None:
    with database.transaction() as session:
        session.execute(update(Unit).where(Unit.id == company.east_office).values(address="Abay 10 <b>"))
    listed = manager.get(LIST).text
    assert '<span class="soft case-place"><bdi>Abay 10 &lt;b&gt;</bdi></span>' in listed
    assert re.search(r'aria-current="page">All <span class="badge">1</span>', listed)
    assert "<br><bdi>Abay 10 &lt;b&gt;</bdi></dd>" in manager.get(f"{LIST}/{case_id}").text
