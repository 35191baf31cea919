"""The table of what happened when."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of

MAX_TITLE = 120
MAX_NOTE = 2000


class EventKind(StrEnum):
    """What changed; only the words on screen depend on it."""

    SCRIPT = "script"
    STAFF = "staff"
    PROCESS = "process"
    PRODUCT = "product"
    PRICE = "price"
    PLACE = "place"
    CAMPAIGN = "campaign"
    OUTAGE = "outage"
    OTHER = "other"


class TimeLineEvent(Base):
    """Something that happened at a unit, and so to all below it, on a day of the company's clock."""

    __tablename__ = "time_line_event"
    __table_args__ = (
        one_of("kind", EventKind),
        CheckConstraint("length(title) BETWEEN 1 AND 120", name="title_length"),
        CheckConstraint("length(note) <= 2000", name="note_length"),
        Index("ix_time_line_event_day", "day", "unit_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    day: Mapped[date]
    kind: Mapped[str]
    title: Mapped[str]
    note: Mapped[str | None]
    # Who wrote it down; it stays when they go.
    added_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
