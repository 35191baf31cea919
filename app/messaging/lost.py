"""Messages that fell out of the queue, that nothing will take any more, and that have served."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, cast, delete, exists, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.kit.db import dialect_of
from app.kit.outbox import OutboxRow, OutboxState, record_event, withdraw
from app.messaging.models import InboundEvent, Message, MessageState, MessagingChannel
from app.messaging.service import SEND, once_key

# A message in a worker's hands has its row; one without any is noticed once it is so late.
_LATE = timedelta(minutes=10)
# Whoever sends drops what is too late by itself, and looks at least so often.
_DROPPED_BY = timedelta(hours=1)
# How long an answer in a chat is worth sending; it has no `send_by` of its own.
_REPLY_WORTH = timedelta(days=1)


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


def end_overdue(session: Session, *, now: datetime, limit: int = 1000) -> int:
    """End up to `limit` messages that are too late and that nobody takes, and return how many.

    A channel that lost its gateways is worked by nobody: what waits in it would wait for ever, and keep the person's
    address as long. One that a worker holds is the worker's.
    """
    too_late = or_(
        Message.send_by < now - _DROPPED_BY, and_(Message.send_by.is_(None), Message.due_at < now - _REPLY_WORTH)
    )
    overdue = session.scalars(
        select(Message)
        .where(
            Message.state == MessageState.WAITING,
            Message.channel.in_(list(MessagingChannel)),
            Message.due_at < now - _DROPPED_BY,
            too_late,
        )
        .order_by(Message.due_at)
        .limit(limit)
    ).all()
    ended = 0
    for message in overdue:
        if withdraw(session, [once_key(message.id)], now=now):
            message.state, message.failure, message.failed_at = MessageState.EXPIRED, "too_late", now
            ended += 1
    return ended


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
