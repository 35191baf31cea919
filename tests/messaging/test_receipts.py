"""Receipts: the same end in any order and however often they come."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy.orm import Session

from app.kit.crypto import Vault
from app.messaging.inbound.events import Receipt, ReceiptState
from app.messaging.models import Message, MessageState
from app.messaging.receipts import apply_receipt, find_told
from tests.conftest import NOW
from tests.routing.chatting import SMS, add_message, make_person

HANDED, DELIVERED, READ, FAILED = ReceiptState


@pytest.fixture
def message(session: Session, vault: Vault) -> Message:
    person = make_person(session, vault, SMS)
    invitation = person.call.invitation
    return add_message(
        session,
        person.contact.id,
        invitation.unit_id,
        invitation.id,
        channel=SMS,
        at=NOW,
        state=MessageState.HANDED_OVER,
        provider_id="481516",
    )


def receipt(state: ReceiptState) -> Receipt:
    return Receipt("481516", state, "unreachable" if state is FAILED else None)


@pytest.mark.parametrize("order", list(permutations([HANDED, DELIVERED, READ, DELIVERED])))
def test_a_message_that_was_read_is_read_in_whatever_order_we_hear_of_it(
    message: Message, order: tuple[ReceiptState, ...]
) -> None:
    for step, state in enumerate(order):
        apply_receipt(message, receipt(state), now=NOW + timedelta(seconds=step))
    assert message.state == MessageState.READ
    assert message.delivered_at is not None


@pytest.mark.parametrize("order", [(FAILED, DELIVERED), (DELIVERED, FAILED)])
def test_a_delivery_proves_itself_against_a_failure(message: Message, order: tuple[ReceiptState, ...]) -> None:
    for state in order:
        apply_receipt(message, receipt(state), now=NOW)
    assert (message.state, message.failure) == (MessageState.DELIVERED, None)


def test_a_failure_is_told_once(message: Message) -> None:
    assert apply_receipt(message, receipt(FAILED), now=NOW)
    assert not apply_receipt(message, receipt(FAILED), now=NOW)
    assert (message.state, message.failure, message.failed_at) == (MessageState.FAILED, "unreachable", NOW)


@pytest.mark.parametrize("state", [MessageState.CANCELLED, MessageState.EXPIRED, MessageState.FAILED_TECHNICAL])
def test_a_message_that_we_ended_stays_ended(message: Message, state: MessageState) -> None:
    message.state = state
    assert not apply_receipt(message, receipt(FAILED), now=NOW)
    apply_receipt(message, receipt(DELIVERED), now=NOW)
    assert message.state == state


def test_a_message_is_found_by_its_gateway_and_the_gateways_name_for_it(session: Session, message: Message) -> None:
    assert find_told(session, "smsc", "481516") is message
    assert find_told(session, "twilio", "481516") is None
    assert find_told(session, "smsc", "481517") is None
