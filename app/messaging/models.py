"""Tables of messages, of how gateways fare, and of what gateways tell us."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.contacts.models import AddressKind
from app.kit.db import Base, one_of


class MessagingChannel(StrEnum):
    """What a message travels by."""

    SMS = "sms"
    EMAIL = "email"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    VIBER = "viber"

    @property
    def address_kind(self) -> AddressKind:
        """By which address of a contact this channel reaches the person."""
        return _ADDRESS_KINDS[self]


_ADDRESS_KINDS = {
    MessagingChannel.SMS: AddressKind.PHONE,
    MessagingChannel.WHATSAPP: AddressKind.PHONE,
    MessagingChannel.EMAIL: AddressKind.EMAIL,
    MessagingChannel.TELEGRAM: AddressKind.TELEGRAM,
    MessagingChannel.VIBER: AddressKind.VIBER,
}


class MessagePurpose(StrEnum):
    """What a message is for; decides who composes it."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    # A turn of a conversation that the person began by answering in the channel.
    REPLY = "reply"
    # What came of a wish, to whoever uttered it.
    IMPROVEMENT = "improvement"
    # The question after a case was closed: "did we settle it?"
    ASKED_BACK = "asked_back"


class MessageState(StrEnum):
    """Where a message stands; only ever forwards, whatever order receipts come in."""

    WAITING = "waiting"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    READ = "read"
    # Refused for good, by the gateway at once or by a receipt.
    FAILED = "failed"
    # Four hours of tries; can be sent again by hand.
    FAILED_TECHNICAL = "failed_technical"
    # Not sent by its `send_by`.
    EXPIRED = "expired"
    # Not needed any more: answered meanwhile, or the person said stop.
    CANCELLED = "cancelled"


class Message(Base):
    """One text to one person. Its words are made anew at each try, so no link and no address is kept here."""

    __tablename__ = "message"
    __table_args__ = (
        one_of("channel", MessagingChannel),
        one_of("purpose", MessagePurpose),
        one_of("state", MessageState),
        CheckConstraint("segments >= 0", name="segments_counted"),
        # What a gateway calls a message is unique with that gateway: receipts find it by that.
        UniqueConstraint("gateway", "provider_id"),
        Index("ix_message_subject_id", "subject_id"),
        Index("ix_message_contact_id_created_at", "contact_id", "created_at"),
        Index("ix_message_unit_id_created_at", "unit_id", "created_at"),
        Index("ix_message_created_at", "created_at", "id"),
        # Wide, so that a million waiting ones are counted, and failures by reason, without a look at the rows.
        Index("ix_message_state_due_at", "state", "channel", "due_at", "gateway", "failure", "cost"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    channel: Mapped[str]
    purpose: Mapped[str]
    # Whose words: an invitation's, a response's or a question's (`asked_back`) id, by purpose.
    subject_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    language: Mapped[str]
    # Which text, and plain values for its placeholders; nothing personal.
    text_key: Mapped[str]
    params: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=MessageState.WAITING)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    # After this instant it is dropped rather than sent late; None for replies.
    send_by: Mapped[datetime | None]
    # The gateway that took it (or refused it last), and its name for the message.
    gateway: Mapped[str | None]
    provider_id: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    segments: Mapped[int] = mapped_column(default=0)
    # In hundredths of the currency of `config/delivery.yaml`; what the gateway says, else by price and segments.
    cost: Mapped[int] = mapped_column(default=0)
    handed_over_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    # A stable code: why it failed, expired or was cancelled.
    failure: Mapped[str | None]
    # The process died between the gateway's yes and our commit, so the person may have got it twice.
    maybe_duplicate: Mapped[bool] = mapped_column(default=False)
    # Set in a transaction of its own right before the gateway is called, cleared with the result.
    calling_since: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)


class GatewayHealth(Base):
    """How a gateway fares, shared by all workers: the breaker that keeps us from knocking at a closed door."""

    __tablename__ = "gateway_health"

    gateway: Mapped[str] = mapped_column(primary_key=True)
    # Failures in a row that were the gateway's own fault.
    failures: Mapped[int] = mapped_column(default=0)
    # Nothing is sent until then; afterwards one message tries the door.
    open_until: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    last_failure: Mapped[str | None]


class InboundState(StrEnum):
    """How far what came in is."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class InboundEvent(Base):
    """One thing a gateway told us (a receipt, a tap, a text), kept once by the provider's id, worked off by the worker.

    `content_enc` is the event as JSON, encrypted: it may hold a number and what somebody wrote.
    """

    __tablename__ = "inbound_event"
    __table_args__ = (
        one_of("channel", MessagingChannel),
        one_of("state", InboundState),
        UniqueConstraint("gateway", "provider_id"),
        Index("ix_inbound_event_received_at", "received_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    gateway: Mapped[str]
    channel: Mapped[str]
    # What tells a repeat: the provider's id of the update, with the status for receipts.
    provider_id: Mapped[str]
    content_enc: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(default=InboundState.WAITING)
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class MessageText(Base):
    """Words of a message that staff changed, in place of those of `config/messages.yaml`."""

    __tablename__ = "message_text"

    text_key: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))


class ChatTurn(Base):
    """What a chat is about right now: the response that was given or changed there last, and what we wait to be told.

    One row for a contact and channel; `awaits` is `comment` or `call`.
    """

    __tablename__ = "chat_turn"
    __table_args__ = (one_of("channel", MessagingChannel), UniqueConstraint("contact_id", "channel"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    channel: Mapped[str]
    subject_id: Mapped[uuid.UUID]
    awaits: Mapped[str]
    since: Mapped[datetime]


class SendingPause(Base):
    """The kill switch: while it stands, nobody at the unit or below it is asked and nothing that waits is sent."""

    __tablename__ = "sending_pause"
    __table_args__ = (
        Index(
            "uq_sending_pause_unit_id_standing",
            "unit_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    reason: Mapped[str]
    began_at: Mapped[datetime]
    began_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
