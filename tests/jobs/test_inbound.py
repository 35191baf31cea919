"""The worker's way through what gateways told us: once each, together with what follows, in any order."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.jobs.handlers import PermanentFailureError
from app.jobs.inbound import InboundWork
from app.jobs.lanes import RetryAtError
from app.kit.crypto import DataKey, Vault
from app.kit.db import Database
from app.kit.outbox import Claim, OutboxRow, claim_due
from app.messaging.gateway import Accepted, DeliveryError, Outgoing
from app.messaging.hooks import Hook
from app.messaging.inbound.events import Event, Inbound, Receipt, ReceiptState, Tap, Text
from app.messaging.models import InboundEvent, InboundState, Message, MessageState, MessagingChannel
from app.messaging.receiving import LANE, keep_inbound
from app.messaging.registry import Gateways
from app.responses.models import SurveyResponse
from tests.callers import AskedCall
from tests.conftest import NOW
from tests.routing.chatting import CHAT, SMS, TELEGRAM, add_message, make_person, make_talk
from tests.web.conftest import StoppedClock

HOOK = Hook("telegram", TELEGRAM, "slug", "secret")
SMSC = Hook("smsc", SMS, "slug")


@dataclass
class Bot:
    """A gateway with buttons; keeps what it was asked to do, and refuses if told so."""

    refusal: DeliveryError | None = None
    name: str = "telegram"
    per_second: float = 100.0
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Take it."""
        return Accepted(str(outgoing.message_id))

    def answer_tap(self, tap_id: str, text: str) -> None:
        """Keep it, or refuse."""
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(("answer", tap_id, text))

    def drop_keyboard(self, chat: str, message_id: str) -> None:
        """Keep it."""
        self.asked.append(("drop", chat, message_id))


@dataclass
class Desk:
    """A worker, its bot, a person who was asked, and the messages that were to be sent another way."""

    database: Database
    vault: Vault
    clock: StoppedClock
    bot: Bot
    call: AskedCall
    rerouted: list[str]
    work: InboundWork

    def receive(self, event: Event, *, once: str = "1", hook: Hook = HOOK) -> list[Claim]:
        """Keep an event and return the rows that a worker claims for it."""
        with self.database.transaction() as session:
            keep_inbound(session, self.vault, hook, [Inbound(once, event)], now=self.clock.now)
        with self.database.transaction() as session:
            return claim_due(session, owner="here", limit=100, lease=timedelta(seconds=60), lane=LANE)

    def tap(self, value: int) -> Tap:
        """Return a tap on an answer of the invitation."""
        return Tap(CHAT, f"r:{self.call.token}:{value}", f"tap-{value}", "77")


@pytest.fixture
def desk(database: Database, vault: Vault) -> Desk:
    with database.transaction() as session:
        call = make_person(session, vault).call
    clock, bot, rerouted = StoppedClock(NOW), Bot(), list[str]()

    def reroute(_session: Session, message: Message, _now: object) -> None:
        rerouted.append(str(message.failure))

    work = InboundWork(database, clock, make_talk(vault), Gateways({TELEGRAM: [bot]}), reroute)
    return Desk(database, vault, clock, bot, call, rerouted, work)


def count(database: Database, model: type[object]) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def test_a_tap_is_worked_off_once_however_often_its_row_is_tried(desk: Desk) -> None:
    (claim,) = desk.receive(desk.tap(5))
    desk.work.handle(claim)
    desk.work.handle(claim)
    assert count(desk.database, SurveyResponse) == 1
    assert desk.bot.asked == [("answer", "tap-5", ""), ("drop", CHAT, "77")]
    with desk.database.reading() as session:
        row = session.scalars(select(InboundEvent)).one()
        assert (row.state, row.done_at, row.content_enc) == (InboundState.DONE, NOW, None)


def test_a_tap_that_does_not_count_stops_waiting_but_keeps_its_buttons(desk: Desk) -> None:
    (claim,) = desk.receive(Tap(CHAT, "r:0000000000000000:5", "tap", "77"))
    desk.work.handle(claim)
    assert desk.bot.asked == [("answer", "tap", "")]


def test_a_bot_that_refuses_costs_no_answer(desk: Desk) -> None:
    desk.bot.refusal = DeliveryError(code="unavailable", gateway_down=True)
    (claim,) = desk.receive(desk.tap(4))
    desk.work.handle(claim)
    assert count(desk.database, SurveyResponse) == 1


def test_an_answer_counts_from_the_moment_it_came_in(desk: Desk) -> None:
    (claim,) = desk.receive(desk.tap(1))
    desk.clock.move(days=10)  # the worker was away, and the invitation is long over
    desk.work.handle(claim)
    with desk.database.reading() as session:
        assert session.scalars(select(SurveyResponse.answered_at)).one() == NOW


def test_one_update_a_hundred_times_at_once_is_one_event(desk: Desk) -> None:
    barrier = Barrier(8)

    def post(first: int) -> int:
        barrier.wait()
        kept = 0
        for _ in range(first, 100, 8):
            with desk.database.transaction() as session:
                kept += keep_inbound(session, desk.vault, HOOK, [Inbound("873201", desk.tap(1))], now=NOW)
        return kept

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(post, range(8))) == 1
    with desk.database.reading() as session:
        lane = select(func.count()).select_from(OutboxRow).where(OutboxRow.lane == LANE)
        assert session.scalars(lane).one() == 1


def test_what_one_person_wrote_in_a_row_is_heard_in_a_row_and_nobody_else_waits_for_it(desk: Desk) -> None:
    batch: list[Event] = [Text(CHAT, "5"), Text("other", "4"), Text(CHAT, "спасибо"), Receipt("1", ReceiptState.READ)]
    with desk.database.transaction() as session:
        told = [Inbound(str(number), event) for number, event in enumerate(batch)]
        assert keep_inbound(session, desk.vault, HOOK, told, now=NOW) == 4
    with desk.database.reading() as session:
        due = session.scalars(select(OutboxRow.due_at).where(OutboxRow.lane == LANE).order_by(OutboxRow.id)).all()
    assert [(at - NOW).total_seconds() for at in due] == [0, 0, 1, 0]


def test_a_hundred_taps_at_once_are_one_response_and_one_case(desk: Desk) -> None:
    claims: list[Claim] = []
    for number in range(40):
        claims += desk.receive(desk.tap(1), once=str(number))
    barrier = Barrier(8)

    def work(first: int) -> None:
        barrier.wait()
        for claim in claims[first::8]:
            handle_until_done(desk.work, claim)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert count(desk.database, SurveyResponse) == 1
    assert count(desk.database, CallbackCase) == 1
    with desk.database.reading() as session:
        thanks = select(func.count()).where(Message.text_key == "reply.thanks")
        assert session.scalars(thanks).one() == 1
        assert session.scalars(select(InboundEvent.state).distinct()).all() == [InboundState.DONE]


def handle_until_done(work: InboundWork, claim: Claim) -> None:
    """As the lane does: what fails is tried again."""
    for _ in range(20):
        try:
            work.handle(claim)
        except Exception:  # noqa: BLE001, S112 -- whatever it was, the row is tried again
            continue
        return
    raise AssertionError("it never worked")


def add_sms(desk: Desk, provider_id: str = "481516") -> None:
    assert desk.call.contact is not None
    with desk.database.transaction() as session:
        add_message(
            session,
            desk.call.contact.id,
            desk.call.invitation.unit_id,
            desk.call.invitation.id,
            channel=MessagingChannel.SMS,
            at=NOW,
            state=MessageState.HANDED_OVER,
            provider_id=provider_id,
        )


def test_a_receipt_moves_its_message_on(desk: Desk) -> None:
    add_sms(desk)
    (claim,) = desk.receive(Receipt("481516", ReceiptState.DELIVERED), hook=SMSC)
    desk.work.handle(claim)
    with desk.database.reading() as session:
        assert session.scalars(select(Message.state).where(Message.provider_id == "481516")).one() == "delivered"
    assert desk.rerouted == []


def test_an_invitation_that_did_not_arrive_is_sent_another_way_once(desk: Desk) -> None:
    add_sms(desk)
    for once in ("a", "b"):
        for claim in desk.receive(Receipt("481516", ReceiptState.FAILED, "unreachable"), once=once, hook=SMSC):
            desk.work.handle(claim)
    assert desk.rerouted == ["unreachable"]


def test_a_receipt_that_is_faster_than_our_own_note_is_tried_again_and_then_let_go(desk: Desk) -> None:
    (claim,) = desk.receive(Receipt("481516", ReceiptState.DELIVERED), hook=SMSC)
    with pytest.raises(RetryAtError) as refused:
        desk.work.handle(claim)
    assert refused.value.retry_at == NOW + timedelta(seconds=15)
    desk.clock.move(seconds=60)
    with pytest.raises(RetryAtError) as refused:
        desk.work.handle(claim)
    assert refused.value.retry_at == NOW + timedelta(seconds=120)  # ever more rarely
    add_sms(desk)
    desk.work.handle(claim)
    with desk.database.reading() as session:
        assert session.scalars(select(Message.state).where(Message.provider_id == "481516")).one() == "delivered"


def test_a_receipt_of_nothing_that_we_sent_is_let_go_after_a_while(desk: Desk) -> None:
    (claim,) = desk.receive(Receipt("nobody's", ReceiptState.READ), hook=SMSC)
    desk.clock.move(minutes=11)
    desk.work.handle(claim)
    with desk.database.reading() as session:
        assert session.scalars(select(InboundEvent.state)).one() == InboundState.DONE


def test_an_event_that_was_purged_is_done(desk: Desk) -> None:
    (claim,) = desk.receive(Text(CHAT, "Алло"))
    with desk.database.transaction() as session:
        session.delete(session.scalars(select(InboundEvent)).one())
    desk.work.handle(claim)


def test_an_event_sealed_with_a_lost_key_is_not_tried_for_ever(desk: Desk) -> None:
    with desk.database.transaction() as session:
        lost = Vault([DataKey("other", bytes(32))])
        keep_inbound(session, lost, HOOK, [Inbound("1", Text(CHAT, "Алло"))], now=NOW)
    with desk.database.transaction() as session:
        (claim,) = claim_due(session, owner="here", limit=9, lease=timedelta(seconds=60), lane=LANE)
    with pytest.raises(PermanentFailureError):
        desk.work.handle(claim)
    on_failure = desk.work.lane().on_failure
    assert on_failure is not None
    with desk.database.transaction() as session:
        on_failure(session, claim, PermanentFailureError(), True)
    with desk.database.reading() as session:
        assert session.scalars(select(InboundEvent.state)).one() == InboundState.DEAD


def test_what_somebody_wrote_cannot_be_read_in_the_database(desk: Desk) -> None:
    desk.receive(Text(CHAT, "Мой номер 8 701 123 45 67"))
    with desk.database.reading() as session:
        sealed = session.scalars(select(InboundEvent.content_enc)).one()
        payload = session.scalars(select(OutboxRow.payload).where(OutboxRow.lane == LANE)).one()
    assert sealed is not None
    assert b"701" not in sealed
    assert set(payload) == {"inbound_id"}
