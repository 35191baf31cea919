"""What became of a message after the gateway took it: states only go forwards, in whatever order receipts come."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messaging.inbound.events import Receipt, ReceiptState
from app.messaging.models import Message, MessageState

# The end is the same in any order. A delivery proves itself, so it outranks a failure that was told before or after.
_RANKS = {
    MessageState.WAITING: 0,
    MessageState.HANDED_OVER: 1,
    MessageState.FAILED: 2,
    MessageState.DELIVERED: 3,
    MessageState.READ: 4,
}


def find_told(session: Session, gateway: str, provider_id: str) -> Message | None:
    """Return the message that the gateway calls so, locked, or None."""
    return session.scalars(
        select(Message)
        .where(Message.gateway == gateway, Message.provider_id == provider_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def apply_receipt(message: Message, receipt: Receipt, *, now: datetime) -> bool:
    """Move the message on to what the receipt says, if that is forwards, and tell whether it has failed by it."""
    told = MessageState(receipt.state)
    if told is MessageState.READ:
        message.read_at = message.read_at or now
    if told in (MessageState.READ, MessageState.DELIVERED):
        message.delivered_at = message.delivered_at or now
    rank = _RANKS.get(MessageState(message.state))
    if rank is None or _RANKS[told] <= rank:
        return False
    message.state = told
    if receipt.state is ReceiptState.FAILED:
        message.failed_at, message.failure = now, receipt.failure or "refused"
        return True
    message.failed_at = message.failure = None
    return False
