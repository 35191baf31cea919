"""Tables of saved views and of reports that are sent by the clock."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of
from app.kit.i18n import Language

LONGEST_NAME, LONGEST_QUERY = 80, 2000


class Every(StrEnum):
    """How often a report comes, and how many days it is about: the whole week or the whole month before."""

    WEEK = "week"
    MONTH = "month"


class SendingState(StrEnum):
    """Where a report that was due stands."""

    WAITING = "waiting"
    SENT = "sent"
    # Its reader may not see it any more, was switched off, or has a made-up mailbox.
    SKIPPED = "skipped"
    FAILED = "failed"


class SavedView(Base):
    """An address of a page of figures or of the responses, under a name of its owner's.

    A shared one is offered to everybody who may see its unit, to all of the staff if it names none.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        CheckConstraint("length(query) <= 2000", name="query_length"),
        CheckConstraint("path LIKE '/manage/%'", name="path_of_staff"),
        Index("ix_saved_view_shared", "unit_id", sqlite_where=text("shared"), postgresql_where=text("shared")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    name: Mapped[str]
    path: Mapped[str]
    # Without the question mark.
    query: Mapped[str]
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ReportPlan(Base):
    """A report of a unit (None: of all that its reader may see) that comes every week or month.

    `day` is the weekday from 1 (Monday), or the day of the month up to 28; `minute` is counted from midnight, both by
    the company's clock.
    """

    __tablename__ = "report_plan"
    __table_args__ = (
        one_of("every", Every),
        one_of("language", Language),
        CheckConstraint("day >= 1 AND day <= CASE WHEN every = 'week' THEN 7 ELSE 28 END", name="day_known"),
        CheckConstraint("minute BETWEEN 0 AND 1439", name="minute_of_day"),
        Index("ix_report_plan_user_id", "user_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    every: Mapped[str]
    day: Mapped[int]
    minute: Mapped[int]
    language: Mapped[str]
    created_at: Mapped[datetime]
    # What was due before is not sent after.
    updated_at: Mapped[datetime]


class ReportSending(Base):
    """One report that was due on the day `slot`; the key makes it one, however often and by whomever it is queued."""

    __tablename__ = "report_sending"
    __table_args__ = (one_of("state", SendingState),)

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report_plan.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # Why not: a stable code.
    failure: Mapped[str | None]
