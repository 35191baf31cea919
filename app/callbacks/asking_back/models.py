"""The table of the question after a case."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class AskedBack(Base):
    """ "Did we settle it?", asked once for each closing (`round` counts reopenings); found by the hash of its link."""

    __tablename__ = "asked_back"
    __table_args__ = (
        UniqueConstraint("case_id", "round"),
        CheckConstraint("(settled IS NULL) = (answered_at IS NULL)", name="answer_is_whole"),
        CheckConstraint("rating IS NULL OR (rating BETWEEN 1 AND 5)", name="rating_in_range"),
        Index(
            "ix_asked_back_waiting",
            "ask_at",
            "id",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("ix_asked_back_contact_id_asked_at", "contact_id", "asked_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("callback_case.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column(default=0)
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    closed_at: Mapped[datetime]
    ask_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    # When a worker decided whether to ask, by what, and why not (a stable code such as `no_address`, `opted_out`).
    decided_at: Mapped[datetime | None]
    channel: Mapped[str | None]
    skipped: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    # The tap; a rating of 1 to 5 may follow it, and is kept apart from every survey's.
    answered_at: Mapped[datetime | None]
    settled: Mapped[bool | None]
    rating: Mapped[int | None]
    rated_at: Mapped[datetime | None]
    via: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(default=False)
