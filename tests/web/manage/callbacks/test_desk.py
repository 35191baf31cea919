"""The page of a case as a desk: every step its form, what comes next, complaints by hand, and pages left open."""

import re
import uuid
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, SignIn
from app.accounts.service import add_user
from app.callbacks.models import CallbackCase, CasePromise
from app.kit.db import Database
from tests.callbacks.factories import make_case, make_contact
from tests.web.conftest import StoppedClock
from tests.web.manage.callbacks.case_pages import LIST, PHONE, kinds_of, post, read_case_row, user_id_of
from tests.web.staff import Company, form_token, signed_in


def test_page_says_after_each_result_what_comes_next(
    case_id: uuid.UUID, manager: FlaskClient, database: Database, now: datetime
) -> None:
    def tap(**fields: str) -> str:
        answer = manager.post(
            f"{LIST}/{case_id}/attempts", data={"csrf_token": form_token(manager), **fields}, follow_redirects=True
        )
        return answer.text

    assert "No answer is written down. Next try: today, 13:30." in tap(result="no_answer")
    assert "Written down. Ring again Thu 5 Mar, 10:00." in tap(again="tomorrow")
    assert re.search(r'<details[^>]* id="close" open>', tap(result="reached"))
    wrong = tap(result="wrong_number")
    assert '<option value="wrong_number" selected>' in wrong
    assert "Tried 4 times" in wrong


def test_agreed_time_is_kept_without_a_try(case_id: uuid.UUID, manager: FlaskClient, database: Database) -> None:
    post(manager, f"{case_id}/claim")

    assert post(manager, f"{case_id}/reschedule", again="at", at="2026-03-06T16:30", note="On the way")[0] == 303

    row = read_case_row(database, case_id)
    assert row.next_attempt_at is not None
    assert (row.next_attempt_at.isoformat(), row.attempts) == ("2026-03-06T11:30:00+00:00", 0)
    assert "To be rung Fri 6 Mar 2026, 16:30" in manager.get(f"{LIST}/{case_id}").text


def test_promise_holds_the_case_open_until_it_is_kept(
    case_id: uuid.UUID, manager: FlaskClient, database: Database
) -> None:
    post(manager, f"{case_id}/promises", promise="A new <card>", at="2026-03-05T18:00")
    refused, page = post(manager, f"{case_id}/close", outcome="settled", cause="other", note="All well")
    with database.reading() as session:
        promise_id = session.scalars(select(CasePromise.id)).one()

    assert refused == 409
    assert "A promise is still to be kept by Thu 5 Mar 2026, 18:00: A new &lt;card&gt;." in page
    assert page.count("All well") == 1  # in its form, and nowhere called lost
    assert post(manager, f"{case_id}/promises/{uuid.uuid4()}/keep")[0] == 404
    assert post(manager, f"{case_id}/promises/{promise_id}/keep")[0] == 303
    assert post(manager, f"{case_id}/close", outcome="settled", cause="other")[0] == 303


def test_case_is_handed_to_a_colleague_who_may_work_it(
    case_id: uuid.UUID, manager: FlaskClient, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        email = "colleague@otklik.example"
        taker = add_user(
            session, email=email, name="Gulnar", password=None, role=Role.MANAGER, unit_id=company.east_office, now=now
        ).id
    post(manager, f"{case_id}/claim")

    assert f'<option value="{taker}">Gulnar · 0 open cases' in manager.get(f"{LIST}/{case_id}").text
    assert post(manager, f"{case_id}/hand-over", to=str(user_id_of(database, "elsewhere")))[0] == 422
    assert post(manager, f"{case_id}/hand-over", to=str(taker), note="Speaks Kazakh")[0] == 303

    assert read_case_row(database, case_id).claimed_by_id == taker
    assert PHONE not in manager.get(f"{LIST}/{case_id}").text


def test_cases_of_one_person_become_one(
    case_id: uuid.UUID, manager: FlaskClient, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        contact = make_contact(session, manager.application.extensions["otklik"].vault, now=now)
        other = make_case(session, company.east_office, contact=contact, now=now).id
    post(manager, f"{case_id}/claim")

    page = manager.get(f"{LIST}/{case_id}").text
    assert "1 more case of this person" in page
    assert post(manager, f"{case_id}/merge")[0] == 422
    assert post(manager, f"{case_id}/merge", case=str(other))[0] == 303

    assert read_case_row(database, other).merged_into_id == case_id
    assert f'href="{LIST}/{case_id}"' in manager.get(f"{LIST}/{other}").text


def test_matter_settled_at_the_office_closes_by_one_tap_on_its_cause(
    case_id: uuid.UUID, manager: FlaskClient, database: Database
) -> None:
    post(manager, f"{case_id}/claim")

    assert post(manager, f"{case_id}/on-site", cause="waiting")[0] == 303

    row = read_case_row(database, case_id)
    assert (row.outcome, row.cause, row.settled) == ("settled_on_site", "waiting", True)


@pytest.mark.parametrize(
    ("step", "fields", "words"),
    [
        ("reschedule", {"again": "at", "at": "", "note": "kept words"}, "Choose when to ring again."),
        ("reschedule", {"again": "at", "at": "2020-01-01T10:00", "note": "kept words"}, "next 60 days"),
        ("promises", {"promise": "kept words", "at": "soon"}, "Say by when."),
        ("promises", {"promise": "kept words" + "x" * 500, "at": "2026-03-05T18:00"}, "500 characters fit"),
        ("promises", {"promise": "kept words\0", "at": "2026-03-05T18:00"}, "cannot be kept"),
        ("hand-over", {"to": "", "note": "kept words"}, "Choose who gets it."),
        ("on-site", {"cause": "", "note": "kept words"}, "Choose what lay behind it."),
        ("merge", {"case": "nonsense", "note": "kept words"}, "Choose the cases."),
    ],
)
def test_refused_step_says_why_and_keeps_what_was_typed(
    case_id: uuid.UUID, manager: FlaskClient, step: str, fields: dict[str, str], words: str
) -> None:
    post(manager, f"{case_id}/claim")

    status, page = post(manager, f"{case_id}/{step}", **fields)

    assert status == 422
    assert words in page
    assert step == "merge" or "kept words" in page
    database = manager.application.extensions["otklik"].database
    assert kinds_of(database, case_id) == ["opened", "claimed"]


def test_open_page_is_told_what_others_did_and_nothing_else(
    case_id: uuid.UUID, manager: FlaskClient, app: Flask
) -> None:
    page = manager.get(f"{LIST}/{case_id}").text
    found = re.search(r'data-changes="([^"]+)"', page)
    assert found is not None
    address = found[1].replace("&amp;", "&")

    assert manager.get(address).status_code == 204
    post(signed_in(app, "admin"), f"{case_id}/notes", note="They <rang> us")
    told = manager.get(address)

    assert told.status_code == 200
    assert "They &lt;rang&gt; us" in told.text
    assert "admin" in told.text
    assert PHONE not in told.text
    assert signed_in(app, "elsewhere").get(address).status_code == 404


def test_page_left_open_does_not_keep_anybody_signed_in(
    case_id: uuid.UUID, manager: FlaskClient, database: Database, clock: StoppedClock
) -> None:
    def seen_at() -> datetime:
        with database.reading() as session:
            return session.scalars(
                select(SignIn.seen_at).where(SignIn.user_id == user_id_of(database, "manager"))
            ).one()

    addresses = [f"{LIST}/{case_id}/changes?since=99", f"{LIST}/rows", f"{LIST}/version"]
    before = seen_at()
    for _ in range(4):
        clock.move(minutes=14)
        for address in addresses:
            assert manager.get(address).status_code in (200, 204)
    assert seen_at() == before
    clock.move(minutes=14)
    for address in addresses:
        assert manager.get(address).status_code == 302
    assert manager.get(LIST).status_code == 302


def test_most_urgent_free_case_is_taken_and_shown(
    case_id: uuid.UUID, app: Flask, manager: FlaskClient, database: Database
) -> None:
    token = form_token(manager)

    taken = manager.post(f"{LIST}/most-urgent", data={"csrf_token": token})
    none = manager.post(f"{LIST}/most-urgent", data={"csrf_token": token}, follow_redirects=True)

    assert taken.location == f"{LIST}/{case_id}"
    assert read_case_row(database, case_id).claimed_by_id == user_id_of(database, "manager")
    assert "No free case waits for a call now." in none.text


def test_complaint_is_written_down_by_hand(manager: FlaskClient, database: Database, company: Company) -> None:
    complaint = {"unit": "east-1", "text": "The queue <again>", "phone": "8 701 123 45 67", "channel": "call"}

    status, _ = post(manager, "new", **complaint, language="kk", call_window="evening")

    assert status == 303
    with database.reading() as session:
        case = session.scalars(select(CallbackCase)).one()
    assert (case.reason, case.complaint, case.call_window) == ("complaint", "The queue <again>", "evening")
    assert case.opened_by_id == user_id_of(database, "manager")
    page = manager.get(f"{LIST}/{case.id}").text
    assert "The queue &lt;again&gt;" in page
    assert "Complaint" in page


def test_two_taps_write_a_complaint_down_once(manager: FlaskClient, database: Database, company: Company) -> None:
    shown = re.search(r'name="form_key" value="([^"]+)"', manager.get(f"{LIST}/new").text)
    assert shown is not None
    form = {"csrf_token": form_token(manager), "unit": "east-1", "text": "Nobody came", "form_key": shown[1]}
    led = [
        manager.post(f"{LIST}/new", data={**form, **more}).location
        for more in ({}, {}, {"text": "Nobody came again"}, {"form_key": "of another page"})
    ]
    assert led[0] == led[1]
    assert len(set(led)) == 3
    with database.reading() as session:
        assert len(session.scalars(select(CallbackCase)).all()) == 3


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"unit": "east-1", "text": " "}, "Say what happened."),
        ({"unit": "east-1", "text": "kept words", "phone": "12"}, "not a telephone number"),
        ({"unit": "west-1", "text": "kept words"}, "no such unit"),
        ({"unit": "", "text": "kept words"}, "Name a unit."),
        ({"unit": "east-1", "text": "kept words" + "x" * 2000}, "too long"),
        ({"unit": "east-1", "text": "kept words\0"}, "cannot be kept"),
    ],
)
def test_refused_complaint_keeps_what_was_typed(
    manager: FlaskClient, database: Database, fields: dict[str, str], words: str
) -> None:
    status, page = post(manager, "new", **fields)

    assert status == 422
    assert words in page
    assert fields["text"].strip("\0 ") in page
    with database.reading() as session:
        assert session.scalars(select(CallbackCase)).all() == []


def test_analyst_writes_no_complaint(app: Flask, company: Company) -> None:
    analyst = signed_in(app, "analyst")
    assert analyst.get(f"{LIST}/new").status_code == 403
    assert post(analyst, "new", unit="east-1", text="x")[0] == 403
