"""The page of one case: its own events, the call, what the same person said, their other cases, and our messages."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.callbacks.earlier import GivenResponse
from app.callbacks.handing_over import hand_over_case
from app.callbacks.models import AttemptResult, CallbackCase
from app.callbacks.promises import make_promise
from app.callbacks.sheet import read_case
from app.callbacks.working import log_attempt
from app.invitations.models import Interaction
from app.kit.crypto import Vault
from app.kit.ids import new_id
from app.messaging.models import Message
from app.organisation.models import Employee
from tests.callbacks.factories import RULES, acting, make_case, make_contact, make_office, make_response, make_user

HOUR = timedelta(hours=1)


def _call(session: Session, unit_id: uuid.UUID, *, now: datetime, contact_id: uuid.UUID | None = None) -> Interaction:
    employee = Employee(id=new_id(), code=str(new_id()), name="Erlan", unit_id=unit_id, created_at=now, updated_at=now)
    call = Interaction(
        id=new_id(),
        source="pbx",
        external_id=str(new_id()),
        body_hash=b"",
        channel="call",
        unit_id=unit_id,
        employee_id=employee.id,
        contact_id=contact_id,
        ended_at=now,
        wait_seconds=420,
        handle_seconds=61,
        topic="Router",
        resolved=False,
        recording_url="javascript:alert(1)",
        tags=["vip"],
        decision="invited",
        decided_at=now,
    )
    session.add(employee)
    session.flush()
    session.add(call)
    session.flush()
    return call


def _message(session: Session, unit_id: uuid.UUID, contact_id: uuid.UUID, *, now: datetime) -> None:
    session.add(
        Message(
            id=new_id(),
            channel="sms",
            purpose="invitation",
            subject_id=new_id(),
            contact_id=contact_id,
            unit_id=unit_id,
            language="ru",
            text_key="invitation",
            params={},
            state="delivered",
            created_at=now,
            due_at=now,
            handed_over_at=now + timedelta(minutes=1),
        )
    )


def test_timeline_has_all_that_happened_in_one_order(session: Session, vault: Vault, now: datetime) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    contact = make_contact(session, vault, now=now)
    call = _call(session, office.id, now=now, contact_id=contact.id)
    _message(session, office.id, contact.id, now=now + HOUR)
    said = make_response(session, office.id, rating=1, comment="Seven minutes on hold", now=now + 2 * HOUR)
    said.interaction_id = call.id
    before = make_response(session, office.id, rating=2, now=now - 30 * HOUR)
    old = make_case(session, office.id, contact=contact, response=before, now=now - 29 * HOUR)
    foreign = make_response(session, elsewhere.id, rating=2, now=now - 40 * HOUR)
    make_case(session, elsewhere.id, contact=contact, response=foreign, now=now - 39 * HOUR)
    case = make_case(session, office.id, contact=contact, response=said, now=now + 2 * HOUR)
    hand_over_case(session, case.id, actor=acting(me.id), to_user_id=other.id, note=None, now=now + 3 * HOUR)
    promised = acting(other.id)
    make_promise(session, case.id, actor=promised, promise="A call", due_at=now + 9 * HOUR, now=now + 4 * HOUR)

    sheet = read_case(session, case.id, Scope(frozenset({office.id})), now=now + 5 * HOUR)

    assert [entry.entry for entry in sheet.timeline] == [
        "response",
        "case",
        "call",
        "message",
        "response",
        "event",
        "event",
        "event",
    ]
    assert [entry.at for entry in sheet.timeline] == sorted(entry.at for entry in sheet.timeline)
    assert [one.id for one in sheet.same_person] == [old.id]
    assert sheet.call is not None
    assert (sheet.call.wait_seconds, sheet.call.employee, sheet.call.recording) == (420, "Erlan", None)
    given = [entry for entry in sheet.timeline if isinstance(entry, GivenResponse)]
    assert [(entry.id, entry.own) for entry in given] == [(before.id, False), (said.id, True)]
    handed = sheet.events[1]
    assert (handed.kind, handed.who, handed.given_to) == ("handed_over", "Aigul", "Bolat")
    assert [one.promise for one in sheet.promises] == ["A call"]
    assert len(read_case(session, case.id, EVERYTHING, now=now).timeline) == len(sheet.timeline) + 2


def test_case_of_somebody_unknown_tells_its_own_response_and_nothing_else(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    make_case(session, office.id, response=make_response(session, office.id, now=now), now=now)
    case = make_case(session, office.id, response=make_response(session, office.id, now=now), now=now)

    sheet = read_case(session, case.id, EVERYTHING, now=now)

    assert [entry.entry for entry in sheet.timeline] == ["response", "event"]


def test_long_story_takes_no_more_queries_than_a_short_one(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    contact = make_contact(session, vault, now=now)

    def add() -> CallbackCase:
        call = _call(session, office.id, now=now, contact_id=contact.id)
        response = make_response(session, office.id, now=now)
        response.interaction_id = call.id
        _message(session, office.id, contact.id, now=now)
        case = make_case(session, office.id, contact=contact, response=response, now=now)
        hand_over_case(session, case.id, actor=acting(other.id), to_user_id=me.id, note=None, now=now)
        return case

    def queries() -> int:
        session.flush()
        session.expunge_all()
        statements: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        event.listen(session.get_bind(), "before_cursor_execute", note)
        read_case(session, case.id, EVERYTHING, now=now)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(statements)

    case = add()
    add()
    short = queries()
    for number in range(5):
        add()
        log_attempt(
            session, case.id, actor=acting(me.id), rules=RULES, result=AttemptResult.REACHED, now=now + number * HOUR
        )
        make_promise(session, case.id, actor=acting(me.id), promise="x", due_at=now + 9 * HOUR, now=now)

    assert queries() == short
