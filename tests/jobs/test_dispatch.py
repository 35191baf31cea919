"""Messages on their way out: what stops them, what repeats them, and what a gateway's troubles lead to."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.contacts.suppression import opt_out
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.outbox import OutboxRow, OutboxState
from app.messaging.content import Content, NothingToSayError
from app.messaging.gateway import Accepted, DeliveryError
from app.messaging.models import GatewayHealth, Message, MessagePurpose, MessageState, MessagingChannel
from app.messaging.pausing import pause
from app.messaging.resending import resend_message
from tests.jobs.sending import (
    DOWN,
    ScriptedGateway,
    end_rest,
    health_of,
    loop,
    make_due,
    message_of,
    queue,
    row_of,
    sender,
    sent_ids,
)

SOON = timedelta(seconds=1)


def test_a_due_message_is_handed_over_with_its_id_and_everything_is_written(database: Database) -> None:
    message_id = queue(database)
    gateway = ScriptedGateway(script=[Accepted("sms-77", cost=1250)])

    loop(database, sender(gateway)).run_once()

    (outgoing,) = gateway.sent
    assert (outgoing.message_id, outgoing.to) == (message_id, "+77010000001")
    message, row = message_of(database, message_id), row_of(database, message_id)
    assert (message.state, message.gateway, message.provider_id, message.cost) == (
        MessageState.HANDED_OVER,
        "first",
        "sms-77",
        1250,
    )
    assert (message.tries, message.calling_since, message.maybe_duplicate) == (1, None, False)
    assert row.state == OutboxState.DONE
    with database.reading() as session:
        told = session.scalars(select(OutboxRow).where(OutboxRow.kind == "invitation.sent")).one()
    assert told.payload == {"invitation_id": str(message.subject_id), "message_id": str(message_id)}


def test_a_reply_is_not_told_as_an_invitation(database: Database) -> None:
    queue(database, purpose=MessagePurpose.REPLY, text_key="reply.thanks")

    loop(database, sender(ScriptedGateway())).run_once()

    with database.reading() as session:
        assert session.scalars(select(OutboxRow).where(OutboxRow.kind == "invitation.sent")).all() == []


def test_what_comes_too_late_is_dropped(database: Database) -> None:
    message_id = queue(database, send_by=utc_now() - timedelta(milliseconds=1))
    gateway = ScriptedGateway()

    loop(database, sender(gateway)).run_once()

    message = message_of(database, message_id)
    assert (message.state, message.failure, gateway.sent) == (MessageState.EXPIRED, "too_late", [])
    assert row_of(database, message_id).state == OutboxState.DONE


def test_a_message_of_the_demo_reaches_the_console_alone(database: Database) -> None:
    message_id = queue(database, demo=True)

    loop(database, sender(gateway := ScriptedGateway())).run_once()

    message = message_of(database, message_id)
    assert (message.state, message.failure, gateway.sent) == (MessageState.CANCELLED, "demo", [])
    assert row_of(database, message_id).state == OutboxState.DONE
    shown = queue(database, demo=True, number=2)
    loop(database, sender(ScriptedGateway(name="console"))).run_once()
    assert message_of(database, shown).state == MessageState.HANDED_OVER


def test_a_message_of_the_demo_that_is_sent_again_reaches_no_gateway(database: Database) -> None:
    message_id = queue(database, demo=True)
    with database.transaction() as session:
        failed = {"state": MessageState.FAILED_TECHNICAL, "gateway": "console", "tries": 1}
        session.execute(update(Message).values(failed))
        resend_message(session, message_id, now=utc_now() - SOON)

    loop(database, sender(first := ScriptedGateway(), second := ScriptedGateway(name="second"))).run_once()

    assert message_of(database, message_id).failure == "demo"
    assert sent_ids([first, second]) == []


def test_somebody_who_has_said_stop_gets_only_that_it_was_heard(database: Database) -> None:
    asked = queue(database)
    heard = queue(database, purpose=MessagePurpose.REPLY, text_key="reply.stopped")
    with database.transaction() as session:
        opt_out(session, session.scalars(select(Contact)).one(), via="sms", now=utc_now())
    gateway = ScriptedGateway()

    loop(database, sender(gateway)).run_once()

    assert sent_ids([gateway]) == [heard]
    message = message_of(database, asked)
    assert (message.state, message.failure) == (MessageState.CANCELLED, "opted_out")


def test_somebody_whose_number_was_forgotten_is_left_alone(database: Database) -> None:
    message_id = queue(database)
    with database.transaction() as session:
        session.execute(update(Contact).values(phone_enc=None, phone_index=None))
    rerouted: list[Message] = []

    loop(
        database, sender(ScriptedGateway(), reroute=lambda _session, message, _now: rerouted.append(message))
    ).run_once()

    assert (message_of(database, message_id).state, message_of(database, message_id).failure) == (
        "failed",
        "no_address",
    )
    assert [message.id for message in rerouted] == [message_id]


def test_what_has_nothing_to_say_any_more_is_cancelled(database: Database) -> None:
    message_id = queue(database)

    def answered(_session: Session, _message: Message, _now: object) -> Content:
        raise NothingToSayError("answered")

    loop(database, sender(ScriptedGateway(), compose=answered)).run_once()

    message = message_of(database, message_id)
    assert (message.state, message.failure) == (MessageState.CANCELLED, "answered")


def test_a_text_that_cannot_be_made_does_not_stop_the_next_message(database: Database) -> None:
    bad, good = queue(database, number=1), queue(database, number=2)

    def compose(_session: Session, message: Message, _now: object) -> Content:
        if message.id == bad:
            raise RuntimeError("the key is missing")
        return Content("hello")

    gateway = ScriptedGateway()
    loop(database, sender(gateway, compose=compose)).run_once()

    assert sent_ids([gateway]) == [good]
    message, row = message_of(database, bad), row_of(database, bad)
    assert (message.state, message.failure, message.calling_since) == (MessageState.WAITING, "not_composed", None)
    assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "RuntimeError: the key is missing")


def test_the_night_and_the_kill_switch_are_no_tries(database: Database) -> None:
    night, paused = queue(database, number=1), queue(database, number=2)
    morning = utc_now() + timedelta(hours=9)
    gateway = ScriptedGateway()

    loop(database, sender(gateway, may_send_at=lambda _session, _message, _now: morning)).take(1)[0].run()
    with database.transaction() as session:
        pause(session, message_of(database, paused).unit_id, reason="a wrong text", user_id=None, now=utc_now())
    loop(database, sender(gateway)).run_once()

    assert gateway.sent == []
    assert (row_of(database, night).attempts, row_of(database, night).due_at) == (0, morning)
    assert (row_of(database, paused).attempts, row_of(database, paused).state) == (0, "waiting")
    assert row_of(database, paused).due_at > utc_now() + timedelta(minutes=4)


def test_a_night_that_ends_too_late_drops_the_message(database: Database) -> None:
    message_id = queue(database, send_by=utc_now() + timedelta(hours=1))
    morning = utc_now() + timedelta(hours=9)

    loop(database, sender(ScriptedGateway(), may_send_at=lambda _session, _message, _now: morning)).run_once()

    assert message_of(database, message_id).state == MessageState.EXPIRED


def test_a_number_refused_for_good_fails_and_the_queue_is_not_to_blame(database: Database) -> None:
    message_id = queue(database)

    loop(database, sender(ScriptedGateway(script=[DeliveryError(code="unknown_number", permanent=True)]))).run_once()

    message = message_of(database, message_id)
    assert (message.state, message.failure) == (MessageState.FAILED, "unknown_number")
    assert row_of(database, message_id).state == OutboxState.DONE


def test_a_chat_that_blocked_us_is_forgotten_and_another_channel_tried(database: Database) -> None:
    telegram = MessagingChannel.TELEGRAM
    message_id = queue(database, channel=telegram)
    seen: list[tuple[str, bytes | None]] = []

    def reroute(session: Session, message: Message, _now: object) -> None:
        contact = session.scalars(select(Contact)).one()
        seen.append((message.state, contact.telegram_index))

    gateway = ScriptedGateway(script=[DeliveryError(code="blocked", permanent=True)])
    loop(database, sender(gateway, channel=telegram, reroute=reroute)).run_once()

    assert seen == [(MessageState.FAILED, None)]
    assert message_of(database, message_id).failure == "blocked"
    with database.reading() as session:
        assert session.scalars(select(Contact)).one().phone_index is not None


def test_whose_number_there_is_not_is_tried_by_another_channel(database: Database) -> None:
    message_id = queue(database)
    tried: list[object] = []
    gateway = ScriptedGateway(script=[DeliveryError(code="unknown_number", permanent=True)])

    loop(database, sender(gateway, reroute=lambda _session, message, _now: tried.append(message.id))).run_once()

    assert tried == [message_id]


def test_a_refusal_for_now_is_tried_again_by_the_schedule(database: Database) -> None:
    message_id = queue(database)
    gateway = ScriptedGateway(script=[DeliveryError(code="busy"), Accepted()])
    looping = loop(database, sender(gateway))

    looping.run_once()
    row, message = row_of(database, message_id), message_of(database, message_id)
    assert (row.attempts, message.tries, message.failure) == (1, 1, "busy")
    assert timedelta(seconds=3) < row.due_at - utc_now() < timedelta(seconds=7)
    make_due(database)
    looping.run_once()

    message = message_of(database, message_id)
    assert (message.state, message.tries, message.failure, message.maybe_duplicate) == ("handed_over", 2, None, False)


def test_retry_after_is_honoured_the_gateway_rests_and_it_is_no_try(database: Database) -> None:
    first, second = queue(database, number=1), queue(database, number=2)
    slow_down = DeliveryError(code="rate_limited", retry_after=timedelta(seconds=90))
    gateway = ScriptedGateway(script=[slow_down])
    looping = loop(database, sender(gateway))

    looping.take(1)[0].run()
    looping.run_once()

    assert sent_ids([gateway]) == [first]  # the second waits with the gateway
    row = row_of(database, first)
    assert row.attempts == 0
    assert timedelta(seconds=85) < row.due_at - utc_now() <= timedelta(seconds=90)
    assert row_of(database, second).attempts == 0
    health = health_of(database)
    assert health is not None
    assert health.failures == 0


def test_what_was_on_its_way_does_not_end_a_rest_that_the_gateway_asked_for(database: Database) -> None:
    queue(database, number=1), queue(database, number=2)
    slow_down = DeliveryError(code="rate_limited", retry_after=timedelta(seconds=90))
    wired = sender(gateway := ScriptedGateway(script=[slow_down, Accepted()]))
    looping = loop(database, wired)
    (asked,), (on_its_way,) = looping.take(1), loop(database, wired, owner="there:2").take(1)

    asked.run()
    with database.transaction() as session:  # so long ago that it is noted again
        session.execute(update(GatewayHealth).values(last_success_at=utc_now() - timedelta(minutes=1)))
    on_its_way.run()
    queue(database, number=3)

    assert looping.run_once() == 0
    assert len(gateway.sent) == 2


def test_a_gateway_that_is_down_is_left_alone_and_what_waits_is_no_try(database: Database) -> None:
    ids = [queue(database, number=number) for number in range(6)]
    gateway = ScriptedGateway(script=[DOWN], per_second=20.0)
    looping = loop(database, sender(gateway))

    looping.run_once()
    tried = [message_of(database, message_id).tries for message_id in ids]
    assert looping.run_once() == 0

    health = health_of(database)
    assert health is not None
    assert health.failures == 3  # those under way when it began to rest say nothing new
    assert health.open_until is not None
    assert health.open_until > utc_now()
    assert sum(tried) == len(gateway.sent) < 6
    assert [row_of(database, message_id).attempts for message_id in ids] == tried


def test_one_message_tries_the_door_and_its_luck_opens_it(database: Database) -> None:
    for number in range(4):
        queue(database, number=number)
    gateway = ScriptedGateway(script=[DOWN])
    looping = loop(database, sender(gateway))
    looping.run_once()
    before = len(gateway.sent)

    end_rest(database)
    make_due(database)
    assert looping.run_once() == 1  # the probe, which fails: it rests again, and longer
    assert len(gateway.sent) == before + 1
    health = health_of(database)
    assert health is not None
    assert health.failures == 4
    gateway.script = [Accepted()]
    end_rest(database)
    make_due(database)
    looping.run_once()

    with database.reading() as session:
        assert set(session.scalars(select(Message.state))) == {MessageState.HANDED_OVER}
    health = health_of(database)
    assert health is not None
    assert (health.failures, health.open_until) == (0, None)


def test_two_workers_make_one_probe(database: Database) -> None:
    for number in range(8):
        queue(database, number=number)
    gateway = ScriptedGateway(script=[DOWN])
    wired = sender(gateway)
    loop(database, wired).run_once()
    end_rest(database)
    make_due(database)

    first = loop(database, wired, owner="a:1").take(4)
    second = loop(database, wired, owner="b:2").take(4)

    assert (len(first), len(second)) == (1, 0)


def test_the_second_gateway_takes_over_while_the_first_is_down(database: Database) -> None:
    ids = [queue(database, number=number) for number in range(8)]
    first, second = ScriptedGateway("first", [DOWN], per_second=20.0), ScriptedGateway("second")
    looping = loop(database, sender(first, second))

    looping.run_once()
    make_due(database)
    looping.run_once()

    assert {message_of(database, message_id).state for message_id in ids} == {MessageState.HANDED_OVER}
    assert {message_of(database, message_id).gateway for message_id in ids} == {"second"}
    assert len(first.sent) <= 4


def test_a_single_message_that_the_first_gateway_failed_goes_by_the_second_at_its_next_try(database: Database) -> None:
    message_id = queue(database)
    first, second = ScriptedGateway("first", [DOWN]), ScriptedGateway("second")
    looping = loop(database, sender(first, second))

    looping.run_once()
    make_due(database)
    looping.run_once()

    assert sent_ids([first, second]) == [message_id, message_id]
    assert message_of(database, message_id).gateway == "second"
