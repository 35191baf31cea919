"""What is sent again after a mishap, put back, given up, or marked as perhaps sent twice."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.outbox import MAX_ATTEMPTS, OutboxRow, OutboxState, claim_due
from app.messaging.gateway import Accepted, DeliveryError, Outgoing
from app.messaging.lost import end_overdue, requeue_lost
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.messaging.resending import NotResendableError, resend_failed, resend_message
from tests.jobs.sending import (
    ScriptedGateway,
    health_of,
    loop,
    message_of,
    queue,
    row_of,
    sender,
    sent_ids,
)

SOON = timedelta(seconds=1)


def test_after_four_hours_of_tries_a_message_is_given_up_and_can_be_sent_by_hand(database: Database) -> None:
    message_id = queue(database)
    gateway = ScriptedGateway(script=[DeliveryError(code="busy")])
    looping = loop(database, sender(gateway))
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(attempts=MAX_ATTEMPTS - 1))

    looping.run_once()
    message = message_of(database, message_id)
    assert (message.state, message.failure) == (MessageState.FAILED_TECHNICAL, "busy")
    assert row_of(database, message_id).state == OutboxState.DEAD
    gateway.script = [Accepted()]
    with database.transaction() as session:
        resend_message(session, message_id, now=utc_now() - SOON)
    looping.run_once()

    assert message_of(database, message_id).state == MessageState.HANDED_OVER
    assert sent_ids([gateway]) == [message_id, message_id]
    with database.transaction() as session, pytest.raises(NotResendableError):
        resend_message(session, message_id, now=utc_now())


def test_what_is_sent_again_after_a_call_that_never_came_back_is_marked(database: Database) -> None:
    message_id = queue(database)
    with database.transaction() as session:
        session.execute(update(Message).values(state=MessageState.FAILED_TECHNICAL, calling_since=utc_now() - SOON))
        resend_message(session, message_id, now=utc_now() - SOON)

    loop(database, sender(ScriptedGateway())).run_once()

    assert message_of(database, message_id).maybe_duplicate


def test_many_that_were_given_up_are_sent_again_at_once(database: Database) -> None:
    given_up, refused = queue(database, number=1), queue(database, number=2)
    with database.transaction() as session:
        values = {"gateway": "first", "failed_at": utc_now(), "failure": "busy"}
        session.execute(update(Message).where(Message.id == given_up).values(state="failed_technical", **values))
        session.execute(update(Message).where(Message.id == refused).values(state="failed", **values))
        assert resend_failed(session, since=utc_now() - SOON, gateway="second", now=utc_now()) == 0
        assert resend_failed(session, since=utc_now() - timedelta(hours=1), gateway="first", now=utc_now()) == 1

    assert message_of(database, given_up).state == MessageState.WAITING
    assert message_of(database, refused).state == MessageState.FAILED


def test_a_message_that_fell_out_of_the_outbox_is_put_back(database: Database) -> None:
    lost, kept = queue(database, number=1), queue(database, number=2)
    with database.transaction() as session:
        assert requeue_lost(session, now=utc_now() + timedelta(hours=1)) == 0
        session.execute(update(OutboxRow).where(OutboxRow.once_key == f"message:{lost}").values(state="dead"))
        assert requeue_lost(session, now=utc_now()) == 0  # not late enough to be lost
        assert requeue_lost(session, now=utc_now() + timedelta(hours=1)) == 1

    assert row_of(database, lost).state == row_of(database, kept).state == "waiting"


def test_what_waits_in_a_channel_that_lost_its_gateways_ends_when_it_is_too_late(database: Database) -> None:
    now = utc_now()
    late, in_time = queue(database, send_by=now, number=1), queue(database, send_by=now + timedelta(days=2), number=2)
    reply = queue(database, purpose=MessagePurpose.REPLY, number=3)
    held = queue(database, send_by=now, channel=MessagingChannel.TELEGRAM, number=4)
    with database.transaction() as session:
        assert end_overdue(session, now=now + timedelta(minutes=59)) == 0
        claim_due(session, owner="there:2", limit=1, lease=timedelta(days=9), lane="telegram")
        assert end_overdue(session, now=now + timedelta(hours=25)) == 2

    ended, answer = message_of(database, late), message_of(database, reply)
    assert (ended.state, ended.failure, answer.state) == (MessageState.EXPIRED, "too_late", MessageState.EXPIRED)
    assert row_of(database, late).state == OutboxState.DONE
    assert message_of(database, in_time).state == message_of(database, held).state == MessageState.WAITING


def test_a_worker_that_lost_its_lease_writes_nothing(database: Database) -> None:
    message_id = queue(database)

    def outlive_the_lease(_outgoing: Outgoing) -> Accepted:
        with database.transaction() as session:
            session.execute(update(OutboxRow).values(lease_until=utc_now() - SOON))
        with database.transaction() as session:
            assert len(claim_due(session, owner="there:2", limit=1, lease=timedelta(minutes=1), lane="sms")) == 1
        return Accepted("late")

    loop(database, sender(ScriptedGateway(script=[outlive_the_lease]))).take(1)[0].run()

    message = message_of(database, message_id)
    assert (message.state, message.provider_id) == (MessageState.WAITING, None)
    assert row_of(database, message_id).owner == "there:2"


def test_what_was_being_sent_when_its_worker_died_is_sent_again_and_marked(database: Database) -> None:
    message_id = queue(database)

    class _DiedError(BaseException):
        """As far as the database sees: the process is gone."""

    def die(_outgoing: Outgoing) -> Accepted:
        raise _DiedError

    gateway = ScriptedGateway(script=[die, Accepted()])
    with pytest.raises(_DiedError):
        loop(database, sender(gateway)).take(1)[0].run()
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(lease_until=utc_now() - SOON))
    loop(database, sender(gateway), owner="there:2").run_once()

    assert sent_ids([gateway]) == [message_id, message_id]
    message = message_of(database, message_id)
    assert (message.state, message.maybe_duplicate, message.tries) == (MessageState.HANDED_OVER, True, 2)


def test_a_gateway_that_names_two_messages_alike_is_not_asked_again_for_ever(database: Database) -> None:
    ids = [queue(database, number=number) for number in range(2)]

    loop(database, sender(ScriptedGateway(script=[Accepted("same")]))).run_once()

    assert [message_of(database, message_id).state for message_id in ids] == [MessageState.HANDED_OVER] * 2
    assert sorted(str(message_of(database, message_id).provider_id) for message_id in ids) == ["None", "same"]


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "9" * 5000, ""])
def test_a_name_that_cannot_be_kept_does_not_send_the_message_again(database: Database, name: str) -> None:
    message_id = queue(database)
    gateway = ScriptedGateway(script=[Accepted(name, cost=10**12)])

    loop(database, sender(gateway)).run_once()

    message = message_of(database, message_id)
    assert (message.state, message.provider_id, message.cost) == (MessageState.HANDED_OVER, None, 0)
    assert len(gateway.sent) == 1


def test_a_fault_in_a_gateways_file_is_one_messages_trouble(database: Database) -> None:
    message_id = queue(database)

    def stumble(_outgoing: Outgoing) -> Accepted:
        raise KeyError("id")

    loop(database, sender(ScriptedGateway(script=[stumble]))).run_once()

    message = message_of(database, message_id)
    assert (message.state, message.failure) == (MessageState.WAITING, "unexpected")
    assert health_of(database) is None or health_of(database).failures == 0  # type: ignore[union-attr]


def test_no_more_is_claimed_than_the_gateways_rate_allows(database: Database) -> None:
    for number in range(6):
        queue(database, number=number)
    gateway = ScriptedGateway(per_second=10.0)
    looping = loop(database, sender(gateway))

    begun = time.monotonic()
    first = looping.take(4)
    again = looping.take(4)
    for task in first:
        task.run()
    looping.run_once()
    took = time.monotonic() - begun

    assert (len(first), len(again)) == (1, 0)
    assert len(gateway.sent) == 6
    assert took > 0.45
