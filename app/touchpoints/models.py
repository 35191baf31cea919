"""Tables of touchpoints."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of

CODE_LENGTH = 8


class Channel(StrEnum):
    """How the company was contacted; the way an answer came in is `via` (responses)."""

    CALL = "call"
    VISIT = "visit"
    CHAT = "chat"
    MESSENGER = "messenger"
    SOCIAL = "social"
    WRITTEN = "written"
    VIDEO = "video"
    APP = "app"
    FIELD = "field"


class Touchpoint(Base):
    """A code and what it asks. The code never changes; everything else may."""

    __tablename__ = "touchpoint"
    __table_args__ = (
        one_of("channel", Channel),
        CheckConstraint(f"length(code) = {CODE_LENGTH}", name="code_length"),
        # "A second run prints the same codes": one live touchpoint for a unit (or its employee), survey and placement.
        Index(
            "uq_touchpoint_live",
            "unit_id",
            "survey_key",
            "placement",
            unique=True,
            sqlite_where=text("revoked_at IS NULL AND employee_id IS NULL"),
            postgresql_where=text("revoked_at IS NULL AND employee_id IS NULL"),
        ),
        Index(
            "uq_touchpoint_live_employee",
            "unit_id",
            "employee_id",
            "survey_key",
            "placement",
            unique=True,
            sqlite_where=text("revoked_at IS NULL AND employee_id IS NOT NULL"),
            postgresql_where=text("revoked_at IS NULL AND employee_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    employee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("employee.id"))
    survey_key: Mapped[str]
    placement: Mapped[str] = mapped_column(default="")
    channel: Mapped[str] = mapped_column(default=Channel.VISIT)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class BatchState(StrEnum):
    """How far a batch of posters is."""

    WAITING = "waiting"
    DRAWING = "drawing"
    DONE = "done"
    FAILED = "failed"


class PosterBatch(Base):
    """The posters of a unit and all below it as one PDF, asked for by a user and drawn by the worker."""

    __tablename__ = "poster_batch"
    __table_args__ = (
        one_of("state", BatchState),
        CheckConstraint("done BETWEEN 0 AND total", name="done_within_total"),
        Index("ix_poster_batch_user_id_created_at", "user_id", "created_at"),
        Index("ix_poster_batch_created_at", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    # None: of every survey.
    survey_key: Mapped[str | None]
    size: Mapped[str]
    # Empty: those that each survey's posters usually speak.
    languages: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default=BatchState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    # Letters that no font of ours has: question marks on the posters.
    missing: Mapped[str] = mapped_column(default="")
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    # The code of what went wrong.
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class PageOpen(Base):
    """How often people opened a code's page on a day (UTC): a lower bound, counted by what the browser reports."""

    __tablename__ = "page_open"
    __table_args__ = (CheckConstraint("opens > 0", name="opens_counted"),)

    touchpoint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("touchpoint.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    opens: Mapped[int]
