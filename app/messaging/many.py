"""Queue many messages in a few statements, as `service.queue_message` queues one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.kit.db import table_of
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow, OutboxState
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.messaging.service import SEND, once_key


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be sent once it is due; the fields are those of `service.queue_message`."""

    channel: MessagingChannel
    purpose: MessagePurpose
    subject_id: uuid.UUID
    contact_id: uuid.UUID
    unit_id: uuid.UUID
    language: Language
    text_key: str
    due_at: datetime
    send_by: datetime | None
    segments: int = 0
    cost: int = 0
    demo: bool = False


def queue_messages(session: Session, messages: Sequence[NewMessage], *, now: datetime) -> list[uuid.UUID]:
    """Write the messages with their outbox rows into the caller's transaction and return their ids."""
    if not messages:
        return []
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "channel": message.channel,
            "purpose": message.purpose,
            "subject_id": message.subject_id,
            "contact_id": message.contact_id,
            "unit_id": message.unit_id,
            "language": message.language,
            "text_key": message.text_key,
            "params": {},
            "state": MessageState.WAITING,
            "created_at": now,
            "due_at": message.due_at,
            "send_by": message.send_by,
            "tries": 0,
            "segments": message.segments,
            "cost": message.cost,
            "maybe_duplicate": False,
            "demo": message.demo,
        }
        for message in messages
    ]
    session.execute(insert(table_of(Message)), rows)
    session.execute(
        insert(table_of(OutboxRow)),
        [
            {
                "id": new_id(),
                "lane": row["channel"],
                "kind": SEND,
                "payload": {"message_id": str(row["id"])},
                "created_at": now,
                "due_at": row["due_at"],
                "state": OutboxState.WAITING,
                "attempts": 0,
                "once_key": once_key(row["id"]),
            }
            for row in rows
        ],
    )
    return [row["id"] for row in rows]
