"""What waits, what was taken and what failed is counted right, by an index alone, and within what one may see."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, NOTHING, Scope
from app.kit.crypto import Vault
from app.kit.db import Database, table_of
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow, claim_due, complete
from app.messaging.breaker import Door
from app.messaging.figures import Queue, count_sent, count_waiting, read_gateways
from app.messaging.health import note_failure, note_success
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.messaging.resending import NotResendableError, UnknownMessageError, resend_failed, resend_message
from app.messaging.service import queue_message
from app.organisation.models import Unit
from tests.callbacks.factories import make_contact, make_office

SMS, TELEGRAM = MessagingChannel.SMS, MessagingChannel.TELEGRAM


@pytest.fixture
def office(session: Session, now: datetime) -> Unit:
    return make_office(session, now=now)


def a_row(session: Session, unit: Unit, *, now: datetime, **values: object) -> uuid.UUID:
    row = {
        "id": new_id(),
        "channel": SMS,
        "purpose": "invitation",
        "subject_id": new_id(),
        "unit_id": unit.id,
        "language": "ru",
        "text_key": "invitation",
        "params": {},
        "state": "waiting",
        "created_at": now,
        "due_at": now,
    }
    session.add(message := Message(**{**row, **values}))
    session.flush()
    return message.id


def test_what_waits_is_told_by_channel_with_the_oldest_that_is_due(
    session: Session, office: Unit, now: datetime
) -> None:
    a_row(session, office, now=now, due_at=now - timedelta(minutes=9), failure="timeout")
    a_row(session, office, now=now, due_at=now - timedelta(minutes=3))
    a_row(session, office, now=now, due_at=now + timedelta(hours=1))
    a_row(session, office, now=now, channel=TELEGRAM, due_at=now + timedelta(hours=1))
    a_row(session, office, now=now, state="delivered")

    assert count_waiting(session, scope=EVERYTHING, now=now) == {
        SMS: Queue(due=2, later=1, retried=1, oldest_due_at=now - timedelta(minutes=9)),
        TELEGRAM: Queue(due=0, later=1),
    }
    assert count_waiting(session, scope=NOTHING, now=now) == {}
    assert count_waiting(session, scope=Scope(frozenset({office.id})), now=now)[SMS].due == 2


def test_the_time_it_takes_follows_from_the_rate() -> None:
    assert Queue(due=90_000).drain_time(50) == timedelta(minutes=30)
    assert Queue(due=1).drain_time(0) is None


def test_what_became_of_messages_is_told_by_gateway_and_reason(session: Session, office: Unit, now: datetime) -> None:
    for state in ("handed_over", "delivered", "read"):
        a_row(session, office, now=now, state=state, gateway="smsc", cost=1700)
    a_row(session, office, now=now, state="delivered", gateway="twilio", cost=5000)
    a_row(session, office, now=now, state="failed", gateway="smsc", failure="unknown_number", cost=1700)
    a_row(session, office, now=now, state="failed_technical", gateway="smsc", failure="timeout")
    a_row(session, office, now=now, state="expired", failure="too_late")
    a_row(session, office, now=now, state="cancelled", failure="answered")
    a_row(session, office, now=now, state="delivered", gateway="smsc", due_at=now - timedelta(days=9), cost=1)

    sent = count_sent(session, scope=EVERYTHING, since=now - timedelta(days=7))

    smsc = sent.gateway(SMS, "smsc")
    assert (smsc.taken, smsc.delivered, smsc.read, smsc.failed, smsc.cost) == (3, 2, 1, 2, 5100)
    assert (sent.channel(SMS).taken, sent.cost) == (4, 10_100)
    assert {(each.state.value, each.reason, each.count) for each in sent.failures} == {
        ("failed", "unknown_number", 1),
        ("failed_technical", "timeout", 1),
        ("expired", "too_late", 1),
        ("cancelled", "answered", 1),
    }
    assert count_sent(session, scope=NOTHING, since=now - timedelta(days=7)).by_gateway == {}
    inside = count_sent(session, scope=Scope(frozenset({office.id})), since=now - timedelta(days=7))
    assert inside.cost == sent.cost


@pytest.mark.plans
def test_figures_are_read_from_the_index_alone(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        office = make_office(session, now=now)
        same = {"channel": SMS, "purpose": "invitation", "unit_id": office.id, "language": "ru", "text_key": "x"}
        same |= {"params": {}, "state": "waiting", "created_at": now, "due_at": now}
        same |= {"tries": 0, "segments": 0, "cost": 0, "maybe_duplicate": False, "demo": False}
        rows = [{**same, "id": new_id(), "subject_id": new_id()} for _ in range(3000)]
        session.execute(insert(table_of(Message)), rows)
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE message"))
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    with database.reading() as session:
        connection = session.connection()
        event.listen(database.engine, "before_cursor_execute", note)
        try:
            assert count_waiting(session, scope=EVERYTHING, now=now)[SMS].due == 3000
            count_sent(session, scope=EVERYTHING, since=now - timedelta(days=7))
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        plans = []
        if connection.dialect.name == "sqlite":
            how, alone = "EXPLAIN QUERY PLAN", "COVERING INDEX ix_message_state_due_at"
        else:
            how, alone = "EXPLAIN", "Index Only Scan using ix_message_state_due_at"
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # a small table is read faster as a whole
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        for statement, parameters in asked:
            found = connection.exec_driver_sql(f"{how} {statement}", parameters)
            plans.append("\n".join(str(row[-1]) for row in found))
    assert len(plans) == 2
    assert all(alone in plan for plan in plans), plans


def test_a_gateways_news_follow_its_failures(session: Session, now: datetime) -> None:
    note_success(session, "smsc", now=now)
    for _ in range(3):
        note_failure(session, "smsc", code="timeout", now=now, is_probe=False)
    session.flush()
    news = read_gateways(session, now=now)["smsc"]
    assert (news.door, news.failures, news.reason, news.last_success_at) == (Door.RESTING, 3, "timeout", now)
    assert read_gateways(session, now=now + timedelta(hours=1))["smsc"].door is Door.PROBING


def _queued(session: Session, vault: Vault, office: Unit, now: datetime) -> Message:
    contact = make_contact(session, vault, now=now)
    return queue_message(
        session,
        channel=SMS,
        purpose=MessagePurpose.INVITATION,
        subject_id=new_id(),
        contact_id=contact.id,
        unit_id=office.id,
        language=Language.RU,
        text_key="invitation",
        send_by=now,
        now=now,
    )


def test_a_message_that_is_sent_again_waits_with_a_row_of_its_own(
    database: Database, vault: Vault, now: datetime
) -> None:
    with database.transaction() as session:
        message = _queued(session, vault, make_office(session, now=now), now)
        message_id = message.id
        claims = claim_due(session, owner="w", limit=9, lease=timedelta(minutes=1), lane=SMS)
        complete(session, claims, now=now)
        message.state, message.failure, message.failed_at = MessageState.FAILED, "no_money", now
        message.gateway, message.provider_id, message.tries = "smsc", "77", 3
    with database.transaction() as session:
        again = resend_message(session, message_id, now=now)
        assert (again.state, again.failure, again.provider_id, again.tries) == ("waiting", None, None, 0)
        assert again.send_by == now + timedelta(hours=24)
    with database.transaction() as session:
        claims = claim_due(session, owner="w", limit=9, lease=timedelta(minutes=1), lane=SMS)
        assert [claim.payload for claim in claims] == [{"message_id": str(message_id)}]
        assert claims[0].attempts == 1
    with database.transaction() as session, pytest.raises(NotResendableError):
        resend_message(session, message_id, now=now)


def test_a_message_whose_row_is_gone_gets_a_new_one(session: Session, office: Unit, now: datetime) -> None:
    message_id = a_row(session, office, now=now, state="expired", failure="too_late")
    resend_message(session, message_id, now=now)
    assert session.scalars(select(OutboxRow.once_key)).one() == f"message:{message_id}"


@pytest.mark.parametrize("state", ["waiting", "handed_over", "delivered", "read", "cancelled"])
def test_what_was_taken_or_is_not_needed_is_not_sent_again(
    session: Session, office: Unit, now: datetime, state: str
) -> None:
    message_id = a_row(session, office, now=now, state=state)
    with pytest.raises(NotResendableError):
        resend_message(session, message_id, now=now)
    with pytest.raises(UnknownMessageError):
        resend_message(session, message_id, scope=NOTHING, now=now)
    assert resend_failed(session, since=now - timedelta(days=7), now=now) == 0


def test_many_are_sent_again_by_gateway_reason_and_scope(session: Session, office: Unit, now: datetime) -> None:
    for gateway, failure in (("smsc", "timeout"), ("smsc", "no_money"), ("twilio", "timeout")):
        a_row(session, office, now=now, state="failed_technical", gateway=gateway, failure=failure, failed_at=now)
    a_row(session, office, now=now, state="failed", gateway="smsc", failure="timeout", failed_at=now)
    a_row(session, office, now=now, state="failed_technical", failure="timeout", due_at=now - timedelta(days=8))
    since = now - timedelta(days=7)
    assert resend_failed(session, since=since, scope=NOTHING, now=now) == 0
    assert resend_failed(session, since=since, gateway="smsc", failure="timeout", now=now) == 1
    assert resend_failed(session, since=since, failure="timeout", now=now) == 1
    assert resend_failed(session, since=since, now=now) == 1
    assert resend_failed(session, since=since, now=now) == 0
