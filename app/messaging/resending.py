"""Send again by hand what was not sent: one message, or all that failed since a moment.

It is the same message with the same id, so that a gateway that knows our ids recognises it; its words are made anew.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.scope import EVERYTHING, Scope
from app.kit.db import upsert
from app.kit.errors import ConflictError, NotFoundError
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow, OutboxState
from app.messaging.models import Message, MessageState
from app.messaging.service import SEND, once_key

# What was not sent for a reason that may be over. What was cancelled nobody needs any more.
RESENDABLE = (MessageState.FAILED_TECHNICAL, MessageState.FAILED, MessageState.EXPIRED)
MOST_AT_ONCE = 1000
# How long a message that is sent again by hand is worth sending; whether there is still something to say is asked anew.
_WORTH = timedelta(hours=24)


class UnknownMessageError(NotFoundError):
    """There is no such message, or the asker may not know of it."""

    code = "unknown_message"


class NotResendableError(ConflictError):
    """The message waits, was taken by a gateway, or is not needed any more."""

    code = "not_resendable"


def resend_message(
    session: Session,
    message_id: uuid.UUID,
    *,
    user_id: uuid.UUID | None = None,
    scope: Scope = EVERYTHING,
    now: datetime,
) -> Message:
    """Return the message, which waits again; raises UnknownMessageError, NotResendableError."""
    message = session.scalars(
        select(Message).where(Message.id == message_id, scope.where(Message.unit_id)).with_for_update()
    ).one_or_none()
    if message is None:
        raise UnknownMessageError("no such message")
    if message.state not in RESENDABLE:
        raise NotResendableError("only what was not sent is sent again", state=message.state)
    _begin_again(session, [message.id], now=now)
    record(session, "message.resend", now=now, user_id=user_id, object_type="message", object_id=message.id)
    session.refresh(message)
    return message


def resend_failed(
    session: Session,
    *,
    since: datetime,
    gateway: str | None = None,
    failure: str | None = None,
    user_id: uuid.UUID | None = None,
    scope: Scope = EVERYTHING,
    now: datetime,
) -> int:
    """Send again what was given up after hours of tries and was due since then, and return how many, up to 1,000.

    Refusals for good stay as they are: a wrong number is wrong again. The oldest first, so that a second call goes on.
    """
    wanted = select(Message.id).where(
        Message.state == MessageState.FAILED_TECHNICAL, Message.due_at >= since, scope.where(Message.unit_id)
    )
    if gateway is not None:
        wanted = wanted.where(Message.gateway == gateway)
    if failure is not None:
        wanted = wanted.where(Message.failure == failure)
    chosen = session.scalars(wanted.order_by(Message.due_at).limit(MOST_AT_ONCE).with_for_update(skip_locked=True))
    ids = chosen.all()
    if ids:
        _begin_again(session, ids, now=now)
        details = {"messages": len(ids), "gateway": gateway, "failure": failure}
        record(session, "message.resend_failed", now=now, user_id=user_id, object_type="message", details=details)
    return len(ids)


def _begin_again(session: Session, ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Set the messages back to waiting, with a fresh row of the outbox for each."""
    session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(
            state=MessageState.WAITING,
            due_at=now,
            send_by=case((Message.send_by.is_(None), None), else_=now + _WORTH),
            tries=0,
            failure=None,
            failed_at=None,
            # A call that never came back may have been taken all the same.
            maybe_duplicate=or_(Message.maybe_duplicate, Message.calling_since.is_not(None)),
            calling_since=None,
            # The receipts of a try that failed must not speak for the next one.
            gateway=None,
            provider_id=None,
        )
        .execution_options(synchronize_session=False)
    )
    lanes = session.execute(select(Message.id, Message.channel).where(Message.id.in_(ids))).all()
    fresh = upsert(session, OutboxRow).values(
        [
            {
                "id": new_id(),
                "lane": channel,
                "kind": SEND,
                "payload": {"message_id": str(message_id)},
                "created_at": now,
                "due_at": now,
                "state": OutboxState.WAITING,
                "attempts": 0,
                "once_key": once_key(message_id),
            }
            for message_id, channel in lanes
        ]
    )
    session.execute(
        fresh.on_conflict_do_update(
            index_elements=["once_key"],
            set_={
                "state": OutboxState.WAITING,
                "due_at": now,
                "attempts": 0,
                "owner": None,
                "lease_until": None,
                "done_at": None,
                "last_error": None,
            },
        )
    )
