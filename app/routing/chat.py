"""Who is at the other end of a chat, and what the chat is about right now."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.models import AddressKind, Contact
from app.contacts.service import find_contact_by
from app.invitations.models import Invitation
from app.kit.crypto import Vault
from app.kit.db import upsert
from app.kit.errors import InvalidInputError
from app.kit.ids import new_id
from app.kit.phones import normalise_phone
from app.messaging.models import ChatTurn, Message, MessagePurpose, MessageState, MessagingChannel

# How long after an invitation a number written back is an answer to it.
ANSWER_WINDOW = timedelta(hours=48)
_SENT = (MessageState.HANDED_OVER, MessageState.DELIVERED, MessageState.READ)
_ASKING = (MessagePurpose.INVITATION, MessagePurpose.REMINDER)


class Awaits(StrEnum):
    """What we wait to be told after a rating: a few words, or the number to ring."""

    COMMENT = "comment"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Asked:
    """The invitation that went out last by this channel, and when."""

    invitation_id: uuid.UUID
    interaction_id: uuid.UUID
    at: datetime


def read_chat(channel: MessagingChannel, chat: str, region: str) -> str | None:
    """Return the address of the chat as contacts keep it, or None for a number that cannot be one."""
    if channel.address_kind is not AddressKind.PHONE:
        return chat
    try:
        return normalise_phone(chat, region)
    except InvalidInputError:
        return None


def find_speaker(session: Session, vault: Vault, channel: MessagingChannel, address: str) -> Contact | None:
    """Return whose chat it is, locked: what one person says is heard one by one."""
    return find_contact_by(session, vault, channel.address_kind, address, for_update=True)


def find_asked(session: Session, contact: Contact, channel: MessagingChannel, *, now: datetime) -> Asked | None:
    """Return what we asked the person last by the channel within the time in which words answer it, or None."""
    row = session.execute(
        select(Invitation.id, Invitation.interaction_id, Message.handed_over_at)
        .join(Message, Message.subject_id == Invitation.id)
        .where(
            Message.contact_id == contact.id,
            Message.channel == channel,
            Message.purpose.in_(_ASKING),
            Message.state.in_(_SENT),
            Message.handed_over_at > now - ANSWER_WINDOW,
        )
        .order_by(Message.handed_over_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row[2] is None:
        return None
    return Asked(row[0], row[1], row[2])


def find_turn(session: Session, contact: Contact, channel: MessagingChannel) -> ChatTurn | None:
    """Return which response the chat is about, or None."""
    return session.scalars(
        select(ChatTurn)
        .where(ChatTurn.contact_id == contact.id, ChatTurn.channel == channel)
        .execution_options(populate_existing=True)
    ).one_or_none()


def note_turn(
    session: Session,
    contact: Contact,
    channel: MessagingChannel,
    *,
    response_id: uuid.UUID,
    awaits: Awaits,
    now: datetime,
) -> None:
    """Remember what the chat is about and what comes next."""
    values = {"subject_id": response_id, "awaits": awaits, "since": now}
    session.execute(
        upsert(session, ChatTurn)
        .values(id=new_id(), contact_id=contact.id, channel=channel, **values)
        .on_conflict_do_update(index_elements=["contact_id", "channel"], set_=values)
    )


def was_told_lately(session: Session, contact: Contact, channel: MessagingChannel, key: str, *, now: datetime) -> bool:
    """Tell whether a reply of this key has gone to the chat within a day: help is offered, not repeated."""
    told = select(Message.id).where(
        Message.contact_id == contact.id,
        Message.channel == channel,
        Message.text_key.startswith(key, autoescape=True),
        Message.created_at > now - timedelta(days=1),
    )
    return session.scalars(told.limit(1)).first() is not None
