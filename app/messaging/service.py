"""Queue a message and end one that nobody needs any more. Sending is the worker's, which calls the gateways."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.outbox import record_event, withdraw
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel

# The kind of its outbox row, which waits in the lane of its channel: a slow gateway holds up no other.
SEND = "message.send"


def once_key(message_id: uuid.UUID) -> str:
    """Return the key of the outbox row that sends the message."""
    return f"message:{message_id}"


def queue_message(
    session: Session,
    *,
    channel: MessagingChannel,
    purpose: MessagePurpose,
    subject_id: uuid.UUID,
    contact_id: uuid.UUID,
    unit_id: uuid.UUID,
    language: Language,
    text_key: str,
    params: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    send_by: datetime | None = None,
    segments: int = 0,
    cost: int = 0,
    demo: bool = False,
    now: datetime,
) -> Message:
    """Return a message that a worker sends once it is due, written with its outbox row into the caller's transaction.

    `cost` is what it is expected to cost, in hundredths; the gateway's word replaces it.
    """
    message = Message(
        id=new_id(),
        channel=channel,
        purpose=purpose,
        subject_id=subject_id,
        contact_id=contact_id,
        unit_id=unit_id,
        language=language,
        text_key=text_key,
        params=dict(params or {}),
        created_at=now,
        due_at=due_at or now,
        send_by=send_by,
        segments=segments,
        cost=cost,
        demo=demo,
    )
    session.add(message)
    session.flush()  # the worker may ask for it as soon as its row is there
    record_event(
        session,
        SEND,
        {"message_id": str(message.id)},
        now=now,
        due_at=message.due_at,
        once_key=once_key(message.id),
        lane=channel,
    )
    return message


def cancel_messages(session: Session, subject_id: uuid.UUID, *, failure: str, now: datetime) -> int:
    """End the messages about the subject that still wait and return how many; one in a worker's hands is the worker's.

    `failure` says why, as a stable code: `answered`, `opted_out`, `paused`.
    """
    waiting = session.scalars(
        select(Message).where(Message.subject_id == subject_id, Message.state == MessageState.WAITING)
    ).all()
    ended = 0
    for message in waiting:
        if withdraw(session, [once_key(message.id)], now=now):
            message.state, message.failure, message.failed_at = MessageState.CANCELLED, failure, now
            ended += 1
    return ended
