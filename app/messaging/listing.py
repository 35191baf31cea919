"""Messages as staff see them: a list with filters, and one message with all that happened to it. Read-only."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.contacts.models import Contact
from app.contacts.service import read_address
from app.kit.crypto import UnreadableValueError, Vault
from app.kit.cursors import read_cursor, write_cursor
from app.kit.outbox import OutboxRow, OutboxState
from app.messaging.masking import mask_address
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.messaging.resending import UnknownMessageError
from app.messaging.service import once_key
from app.organisation.models import Unit, UnitAncestor

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages; everything that is None is not asked about. The instants are of making them."""

    state: MessageState | None = None
    channel: MessagingChannel | None = None
    purpose: MessagePurpose | None = None
    gateway: str | None = None
    failure: str | None = None
    unit_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One line of the list; `address` is masked, None where the person was forgotten or their key is missing."""

    message: Message
    unit_code: str
    unit_name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """`older` is the cursor of the next page, if there is one."""

    lines: tuple[MessageLine, ...]
    older: str | None


@dataclass(frozen=True, slots=True)
class MessageSheet:
    """One message with its place in the outbox: when it is tried next while it waits, and what was said last."""

    line: MessageLine
    next_try_at: datetime | None
    last_error: str | None


def list_messages(
    session: Session,
    vault: Vault,
    wanted: MessageFilter,
    *,
    scope: Scope,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> MessagePage:
    """Return a page of messages, the latest made first; two queries. Raises InvalidInputError for a foreign cursor."""
    page = select(Message.id).where(*_conditions(wanted, scope))
    if cursor is not None:
        page = page.where(tuple_(Message.created_at, Message.id) < tuple_(*read_cursor(cursor)))
    # The page is chosen by index first; what is shown beside it is looked up for these rows only.
    ids = session.scalars(page.order_by(Message.created_at.desc(), Message.id.desc()).limit(limit + 1)).all()
    rows = session.execute(
        _lines().where(Message.id.in_(ids[:limit])).order_by(Message.created_at.desc(), Message.id.desc())
    ).all()
    lines = tuple(_line(vault, *row) for row in rows)
    last = lines[-1].message if len(ids) > limit and lines else None
    older = write_cursor(last.created_at, last.id) if last is not None else None
    return MessagePage(lines, older)


def read_message(session: Session, vault: Vault, message_id: uuid.UUID, *, scope: Scope) -> MessageSheet:
    """Return one message with all about it; raises UnknownMessageError."""
    row = session.execute(_lines().where(Message.id == message_id, scope.where(Message.unit_id))).one_or_none()
    if row is None:
        raise UnknownMessageError("no such message")
    queued = session.scalars(select(OutboxRow).where(OutboxRow.once_key == once_key(message_id))).one_or_none()
    waits = queued is not None and queued.state == OutboxState.WAITING
    return MessageSheet(
        _line(vault, *row),
        queued.due_at if queued is not None and waits else None,
        queued.last_error if queued is not None else None,
    )


def list_about(session: Session, subject_id: uuid.UUID, *, scope: Scope) -> list[Message]:
    """Return all messages about the same invitation or response, the first one first."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.subject_id == subject_id, scope.where(Message.unit_id))
            .order_by(Message.created_at, Message.id)
        )
    )


def mask(vault: Vault, contact: Contact | None, channel: MessagingChannel) -> str | None:
    """Return the contact's address in the channel, enough of it to recognise and too little to write to, or None."""
    if contact is None:
        return None
    try:
        address = read_address(vault, contact, channel.address_kind)
    except UnreadableValueError:
        return None
    return mask_address(channel, address) if address is not None else None


def _conditions(wanted: MessageFilter, scope: Scope) -> list[ColumnElement[Any]]:
    conditions: list[ColumnElement[Any]] = [scope.where(Message.unit_id)]
    for column, value in (
        (Message.state, wanted.state),
        (Message.channel, wanted.channel),
        (Message.purpose, wanted.purpose),
        (Message.gateway, wanted.gateway),
        (Message.failure, wanted.failure),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == wanted.unit_id)
        conditions.append(Message.unit_id.in_(below))
    if wanted.since is not None:
        conditions.append(Message.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Message.created_at < wanted.until)
    return conditions


def _lines() -> Select[Message, str, str, Contact]:
    return (
        select(Message, Unit.code, Unit.name, Contact)
        .join(Unit, Unit.id == Message.unit_id)
        .outerjoin(Contact, Contact.id == Message.contact_id)
    )


def _line(vault: Vault, message: Message, code: str, name: str, contact: Contact | None) -> MessageLine:
    return MessageLine(message, code, name, mask(vault, contact, MessagingChannel(message.channel)))
