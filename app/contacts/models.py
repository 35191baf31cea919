"""Tables of the people we ask."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class Purpose(StrEnum):
    """What a consent is for."""

    CALLBACK = "callback"


class AddressKind(StrEnum):
    """By what a person is reached: a number (SMS, WhatsApp, a call), an e-mail, the id that a messenger gave."""

    PHONE = "phone"
    EMAIL = "email"
    TELEGRAM = "telegram"
    VIBER = "viber"


# Some address is known; in brackets, since it stands among other conditions.
REACHABLE = text(f"({' OR '.join(f'{kind}_index IS NOT NULL' for kind in AddressKind)})")


class Contact(Base):
    """A person we can reach. The ciphertexts are bound to this row; the indexes are HMACs of the normalised value."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("(phone_enc IS NULL) = (phone_index IS NULL)", name="phone_with_its_index"),
        CheckConstraint("(email_enc IS NULL) = (email_index IS NULL)", name="email_with_its_index"),
        CheckConstraint("(telegram_enc IS NULL) = (telegram_index IS NULL)", name="telegram_with_its_index"),
        CheckConstraint("(viber_enc IS NULL) = (viber_index IS NULL)", name="viber_with_its_index"),
        # The purge finds the few that it forgets among millions that have been forgotten.
        Index("ix_contact_updated_at_reachable", "updated_at", sqlite_where=REACHABLE, postgresql_where=REACHABLE),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    phone_enc: Mapped[bytes | None]
    phone_index: Mapped[bytes | None] = mapped_column(unique=True)
    email_enc: Mapped[bytes | None]
    email_index: Mapped[bytes | None] = mapped_column(unique=True)
    # The chat with our bot: a bot cannot write first, so the person opened it.
    telegram_enc: Mapped[bytes | None]
    telegram_index: Mapped[bytes | None] = mapped_column(unique=True)
    viber_enc: Mapped[bytes | None]
    viber_index: Mapped[bytes | None] = mapped_column(unique=True)
    # WhatsApp lets us write freely for 24 hours after the person has written.
    whatsapp_seen_at: Mapped[datetime | None]
    # Of the token of `/u/<token>`, which is derived from the id and written into messages.
    unsubscribe_hash: Mapped[bytes | None] = mapped_column(unique=True)
    # When an invitation was last decided on, over all channels.
    asked_at: Mapped[datetime | None]
    language: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SuppressionReason(StrEnum):
    """Why an address gets nothing from us."""

    OPTED_OUT = "opted_out"
    STAFF = "staff"


class Suppression(Base):
    """An address that must not be written to, by its blind index alone: it outlives the contact."""

    __tablename__ = "suppression"
    __table_args__ = (one_of("kind", AddressKind), one_of("reason", SuppressionReason))

    address_index: Mapped[bytes] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    # How it was said: a channel, `page` for the link in a message, `staff` for somebody of the company.
    via: Mapped[str]
    created_at: Mapped[datetime]


class Consent(Base):
    """One agreement to one purpose, provable: which text, which version, when, in what language and by what way."""

    __tablename__ = "consent"
    __table_args__ = (one_of("purpose", Purpose),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    purpose: Mapped[str]
    version: Mapped[int]
    language: Mapped[str]
    text_hash: Mapped[bytes]
    via: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
