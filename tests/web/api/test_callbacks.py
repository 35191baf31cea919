"""The callback list for other systems: complaints come in, cases are worked for staff who may."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import select

from app.accounts.models import AuditEntry
from app.callbacks.models import EventKind
from app.callbacks.timeline import write_event
from app.kit.db import Database
from tests.web.api.callers import System
from tests.web.conftest import StoppedClock
from tests.web.staff import email_of

_COMPLAINT = {
    "unit": "east-1",
    "text": "The courier came a day late",
    "topic": "Delivery",
    "contact": {"phone": "+7 701 123 45 67"},
    "call_window": "evening",
}


def _complain(system: System, **changes: object) -> str:
    answer = system.post("/callbacks", {**_COMPLAINT, **changes})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_a_complaint_is_a_case_with_a_clock_and_a_masked_number(system: System) -> None:
    told = system.get(f"/callbacks/{_complain(system)}").json
    assert (told["unit"], told["reason"], told["has_number"], told["next_move"]) == (
        "east-1",
        "complaint",
        True,
        "ring",
    )
    assert told["call_window"] == "evening"
    assert told["phone"].endswith("67")
    assert "123" not in told["phone"].replace(" ", "")
    assert [one["kind"] for one in told["events"]] == ["opened"]
    assert told["complaint"] == "Delivery\nThe courier came a day late"


def test_without_a_number_it_is_to_look_into(system: System) -> None:
    told = system.get(f"/callbacks/{_complain(system, contact=None)}").json
    assert (told["has_number"], told["phone"], told["next_move"]) == (False, None, "look_into")


def test_a_complaint_sent_again_with_its_key_is_one_case(system: System) -> None:
    first = system.post("/callbacks", _COMPLAINT, once="c-1")
    again = system.post("/callbacks", _COMPLAINT, once="c-1")
    assert (again.status_code, again.data) == (201, first.data)
    assert len(system.get("/callbacks").json["items"]) == 1


def test_the_lists_are_those_of_the_page(system: System, clock: StoppedClock) -> None:
    ring, look = _complain(system), _complain(system, contact=None, unit="west-1")

    def ids(**query: str) -> list[str]:
        return [one["id"] for one in system.get("/callbacks", **query).json["items"]]

    assert sorted(ids()) == sorted([ring, look])
    assert ids(state="look_into") == [look]
    assert ids(state="callbacks", unit="east") == [ring]
    assert ids(unit="west") == [look]
    assert ids(state="overdue") == []
    clock.move(days=60)
    assert sorted(ids(state="overdue")) == sorted([ring, look])
    page = system.get("/callbacks", limit=1).json
    rest = system.get("/callbacks", limit=1, cursor=page["next_cursor"]).json
    assert {page["items"][0]["id"], rest["items"][0]["id"]} == {ring, look}
    assert rest["next_cursor"] is None


def test_a_case_is_claimed_rung_and_closed_for_its_manager(system: System, database: Database) -> None:
    case, user = _complain(system), email_of("manager")
    assert system.post(f"/callbacks/{case}/claim", {"user": user.upper()}).json["claimed_by"]
    tried = system.post(f"/callbacks/{case}/attempts", {"user": user, "result": "no_answer", "note": "busy"}).json
    assert tried["next_move"] in ("ring_again", "settle")
    closed = system.post(f"/callbacks/{case}/close", {"user": user, "outcome": "settled", "cause": "waiting"})
    assert (closed.status_code, closed.json["outcome"]) == (200, "settled")
    assert closed.json["closed_at"] is not None
    again = system.post(f"/callbacks/{case}/close", {"user": user, "outcome": "settled", "cause": "waiting"})
    assert (again.status_code, again.json["code"]) == (409, "case_closed")
    assert [one["id"] for one in system.get("/callbacks", state="closed").json["items"]] == [case]
    with database.reading() as session:
        noted = select(AuditEntry).where(AuditEntry.action.like("callback.%by_api"), AuditEntry.object_id == case)
        entries = session.scalars(noted.order_by(AuditEntry.id)).all()
    assert [entry.details.get("step") for entry in entries] == [None, "claim", "attempt", "close"]
    assert {entry.details["key"] for entry in entries} == {system.key[:12]}


def test_only_staff_who_manage_the_unit_can_be_named(system: System) -> None:
    case = _complain(system)
    codes = {
        name: system.post(f"/callbacks/{case}/claim", {"user": email_of(name)}).json.get("code")
        for name in ("elsewhere", "analyst", "nobody")
    }
    assert codes == {"elsewhere": "user_may_not", "analyst": "user_may_not", "nobody": "unknown_user"}
    assert system.post(f"/callbacks/{case}/claim", {"user": email_of("manager")}).status_code == 200
    taken = system.post(f"/callbacks/{case}/claim", {"user": email_of("admin")})
    assert (taken.status_code, taken.json["code"]) == (409, "case_taken")


def test_a_timeline_names_no_ids_of_users(system: System, database: Database) -> None:
    case = _complain(system)
    who, now = str(uuid.uuid4()), datetime.now(UTC)
    with database.transaction() as session:
        write_event(
            session,
            uuid.UUID(case),
            EventKind.ESCALATED,
            now=now,
            rule="settle_late",
            held_by=who,
            to=who,
            to_user_id=who,
        )
    (escalated,) = (one for one in system.get(f"/callbacks/{case}").json["events"] if one["kind"] == "escalated")
    assert escalated["details"] == {"rule": "settle_late"}


def test_an_unknown_case_is_404_whoever_is_named(system: System) -> None:
    for step, more in (("claim", {}), ("attempts", {"result": "reached"}), ("close", _CLOSED)):
        answer = system.post(f"/callbacks/{uuid.uuid4()}/{step}", {"user": email_of("nobody"), **more})
        assert (answer.status_code, answer.json["code"]) == (404, "unknown_case")


_CLOSED = {"outcome": "settled", "cause": "other"}


def test_what_is_missing_in_the_work_is_named(system: System) -> None:
    case, user = _complain(system), email_of("manager")
    later = system.post(f"/callbacks/{case}/attempts", {"user": user, "result": "call_later"})
    assert [one["field"] for one in later.json["errors"]] == ["next_attempt_at"]
    silent = system.post(f"/callbacks/{_complain(system, contact=None)}/attempts", {"user": user, "result": "reached"})
    assert (silent.status_code, silent.json["code"]) == (409, "no_number")
    for text in (" ", "x" * 2001, "\x00"):
        assert system.post("/callbacks", {**_COMPLAINT, "text": text}).status_code == 422
    phone = system.post("/callbacks", {**_COMPLAINT, "contact": {"phone": "nobody"}})
    assert [one["field"] for one in phone.json["errors"]] == ["contact.phone"]
    assert system.post("/callbacks", {**_COMPLAINT, "unit": "nowhere"}).json["code"] == "unknown_unit"
