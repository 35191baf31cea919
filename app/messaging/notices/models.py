"""Tables of what staff are told and how they want to be told."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class NoticeKind(StrEnum):
    """What somebody is told of."""

    CASE_OPENED = "case_opened"
    CASE_HANDED_OVER = "case_handed_over"
    CASE_ESCALATED = "case_escalated"
    CASE_REOPENED = "case_reopened"
    CASE_REMINDER = "case_reminder"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_DECIDED = "approval_decided"
    LOAD_WARNING = "load_warning"
    DIGEST = "digest"
    SIGN_IN_CHANGED = "sign_in_changed"
    # Asked for by the user, to see whether it arrives.
    TEST = "test"


class NoticeWay(StrEnum):
    """By what a notice reaches somebody."""

    EMAIL = "email"
    TELEGRAM = "telegram"


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENT = "sent"
    # It went out as a line of a digest.
    DIGESTED = "digested"
    FAILED = "failed"
    # Not needed any more: the case was closed or somebody else took it.
    DROPPED = "dropped"


class Notice(Base):
    """One thing told to one user by one way. Its words are made at the moment of sending, in the user's language."""

    __tablename__ = "notice"
    __table_args__ = (
        one_of("kind", NoticeKind),
        one_of("way", NoticeWay),
        one_of("state", NoticeState),
        Index("ix_notice_user_id_created_at", "user_id", "created_at"),
        Index("ix_notice_created_at", "created_at"),
        # What a digest gathers.
        Index(
            "ix_notice_for_digest",
            "user_id",
            "way",
            "created_at",
            sqlite_where=text("state = 'waiting' AND for_digest"),
            postgresql_where=text("state = 'waiting' AND for_digest"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    kind: Mapped[str]
    way: Mapped[str]
    # What it is about, usually a case's id; and plain values for its words, nothing personal.
    subject_id: Mapped[uuid.UUID | None]
    params: Mapped[dict[str, Any]]
    # Told once, whoever asks for it twice.
    once_key: Mapped[str | None] = mapped_column(unique=True)
    for_digest: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default=NoticeState.WAITING)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    provider_id: Mapped[str | None]
    failure: Mapped[str | None]


class NoticeChoice(Base):
    """How one user wants to be told. Without a row: by e-mail, at once, from 08:00 to 21:00 of the company's clock."""

    __tablename__ = "notice_choice"
    __table_args__ = (
        CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439", name="quiet_in_a_day"),
        CheckConstraint("digest_at IS NULL OR (digest_at BETWEEN 0 AND 1439)", name="digest_in_a_day"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    # Kind → the ways it is told by: {"case_opened": ["telegram"], "load_warning": []}; a kind left out goes by e-mail.
    ways: Mapped[dict[str, Any]]
    # Minutes after midnight by `time_zone`; equal ones mean no quiet hours.
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]
    time_zone: Mapped[str]
    # When what may wait is sent together; None: each at once.
    digest_at: Mapped[int | None]
    updated_at: Mapped[datetime]


class StaffChat(Base):
    """The Telegram chat of a user, who opened it with a link of their own; encrypted and found by a blind index."""

    __tablename__ = "staff_chat"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    chat_enc: Mapped[bytes]
    chat_index: Mapped[bytes] = mapped_column(unique=True)
    linked_at: Mapped[datetime]


class StaffChatLink(Base):
    """The link by which a user is about to open a chat: one a user, once, for a few minutes; only its hash is kept."""

    __tablename__ = "staff_chat_link"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
