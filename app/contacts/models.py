"""Tables of the people we ask."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class Purpose(StrEnum):
    """What a consent is for."""

    CALLBACK = "callback"


class Contact(Base):
    """A person we can reach. The ciphertexts are bound to this row; the indexes are HMACs of the normalised value."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("(phone_enc IS NULL) = (phone_index IS NULL)", name="phone_with_its_index"),
        CheckConstraint("(email_enc IS NULL) = (email_index IS NULL)", name="email_with_its_index"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    phone_enc: Mapped[bytes | None]
    phone_index: Mapped[bytes | None] = mapped_column(unique=True)
    email_enc: Mapped[bytes | None]
    email_index: Mapped[bytes | None] = mapped_column(unique=True)
    language: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


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
