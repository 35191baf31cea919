"""Messages that fell out of the queue, and messages that have served."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, delete, exists, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from app.kit.db import dialect_of
from app.kit.outbox import OutboxRow, OutboxState, record_event
from app.messaging.models import InboundEvent, Message, MessageState, MessagingChannel
from app.messaging.service import SEND, once_key

# A message in a worker's hands has its row; one without any is noticed once it is so late.
_LATE = timedelta(minutes=10)


def requeue_lost(session: Session, *, now: datetime, limit: int = 1000) -> int:
    """Give up to `limit` messages that wait without a row in the outbox a row again, and return how many.

    There should be none: it is what a restored backup, or a fault of ours, would leave behind. So it counts first, from
    indexes alone, and looks closer only if there are fewer rows than messages.
    """
    waiting = session.scalar(select(func.count()).where(Message.state == MessageState.WAITING)) or 0
    rows = select(func.count()).where(
        OutboxRow.state == OutboxState.WAITING, OutboxRow.lane.in_(list(MessagingChannel))
    )
    if waiting <= (session.scalar(rows) or 0):
        return 0
    row = exists().where(OutboxRow.once_key == _key_of(session), OutboxRow.state == OutboxState.WAITING)
    late = select(Message.id, Message.channel).where(
        Message.state == MessageState.WAITING, Message.due_at < now - _LATE, ~row
    )
    lost = session.execute(late.limit(limit)).all()
    for message_id, channel in lost:
        key = once_key(message_id)
        session.execute(delete(OutboxRow).where(OutboxRow.once_key == key))  # one that was done or given up
        record_event(session, SEND, {"message_id": str(message_id)}, now=now, once_key=key, lane=channel)
    return len(lost)


def forget_messages(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` messages made before the instant that wait for nothing any more, and return how many."""
    old = (
        select(Message.id)
        .where(Message.created_at < before, Message.state != MessageState.WAITING)
        .order_by(Message.created_at)
        .limit(limit)
    )
    gone = delete(Message).where(Message.id.in_(old.scalar_subquery())).execution_options(synchronize_session=False)
    return int(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def forget_inbound(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` things that gateways told us before the instant, and return how many."""
    old = select(InboundEvent.id).where(InboundEvent.received_at < before).limit(limit)
    gone = delete(InboundEvent).where(InboundEvent.id.in_(old.scalar_subquery()))
    return int(session.execute(gone.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def _key_of(session: Session) -> ColumnElement[str]:
    """The key of a message's outbox row, in the database; SQLite keeps an id as 32 hex digits without dashes."""
    if dialect_of(session) != "sqlite":
        return literal("message:") + cast(Message.id, String)
    digits = type_coerce(Message.id, String)
    key: ColumnElement[str] = literal("message:")
    for place, (start, length) in enumerate(((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))):
        key = key + ("-" if place else "") + func.substr(digits, start, length)
    return key
