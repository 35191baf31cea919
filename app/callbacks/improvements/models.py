"""Tables of wishes and improvements."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class ImprovementState(StrEnum):
    """Where an improvement stands."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DECLINED = "declined"


class Improvement(Base):
    """Something that customers wish for at a unit and all below it, who sees to it, and what came of it."""

    __tablename__ = "improvement"
    __table_args__ = (
        one_of("state", ImprovementState),
        CheckConstraint("length(title) BETWEEN 1 AND 120", name="title_length"),
        CheckConstraint("length(description) <= 2000", name="description_length"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_when"),
        CheckConstraint("telling_since IS NULL OR done_at IS NOT NULL", name="told_when_done"),
        Index("ix_improvement_unit_id_state", "unit_id", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str]
    description: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=ImprovementState.PROPOSED)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    # What customers are told and shown once it is done ("Children's corner in three offices").
    done_kk: Mapped[str | None]
    done_ru: Mapped[str | None]
    done_uk: Mapped[str | None]
    done_en: Mapped[str | None]
    shown: Mapped[bool] = mapped_column(default=False)
    done_at: Mapped[datetime | None]
    # Somebody decided that who asked is told; the worker is at it until it is empty again.
    telling_since: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    updated_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False)


class WishState(StrEnum):
    """Whether somebody has looked at a wish."""

    NEW = "new"
    GATHERED = "gathered"
    DISMISSED = "dismissed"


class Untold(StrEnum):
    """Why somebody who asked was not told what came of it."""

    # Nobody knows who it was: a code that hangs in an office, a chat that is over.
    ANONYMOUS = "anonymous"
    # Brought as a complaint: the number was left for a call and for nothing else.
    FOR_A_CALL = "for_a_call"
    NO_ADDRESS = "no_address"
    NO_CHANNEL = "no_channel"
    OPTED_OUT = "opted_out"
    STAFF = "staff"
    # It is not said in the person's language.
    NO_WORDS = "no_words"


class Wish(Base):
    """What one person asked for, in a comment or in a complaint; its words stay where they were written."""

    __tablename__ = "wish"
    __table_args__ = (
        one_of("state", WishState),
        one_of("untold", Untold, nullable=True),
        CheckConstraint("(response_id IS NULL) <> (case_id IS NULL)", name="one_source"),
        CheckConstraint("(state = 'gathered') = (improvement_id IS NOT NULL)", name="gathered_where"),
        Index("ix_wish_unit_id_state_said_at", "unit_id", "state", "said_at"),
        Index(
            "ix_wish_new",
            "said_at",
            "id",
            sqlite_where=text("state = 'new'"),
            postgresql_where=text("state = 'new'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    response_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("survey_response.id", ondelete="CASCADE"), unique=True
    )
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("callback_case.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str] = mapped_column(default=WishState.NEW)
    # By which rule of `config/wishes.yaml` it was found; empty when somebody marked it by hand.
    found_by: Mapped[str] = mapped_column(default="")
    said_at: Mapped[datetime]
    improvement_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("improvement.id", ondelete="CASCADE"), index=True
    )
    gathered_at: Mapped[datetime | None]
    gathered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    # When the person was told what came of it.
    told_at: Mapped[datetime | None]
    # Why not, if it was tried and could not be.
    untold: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(default=False)


class WishWatermark(Base):
    """How far comments and complaints have been looked through; one row, made by the first look."""

    __tablename__ = "wish_watermark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # The last comment that was looked at, in the order of (`touched_at`, id).
    touched_at: Mapped[datetime]
    response_id: Mapped[uuid.UUID]
    # And the last complaint, in the order of (`opened_at`, id).
    opened_at: Mapped[datetime]
    case_id: Mapped[uuid.UUID]
