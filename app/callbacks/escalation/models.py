"""Tables of who hears of a case that waits too long."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class EscalationRule(StrEnum):
    """What made somebody be told; each once for a case and each time it is opened."""

    FIRST_ATTEMPT_SOON = "first_attempt_soon"
    FIRST_ATTEMPT_LATE = "first_attempt_late"
    SETTLE_SOON = "settle_soon"
    SETTLE_LATE = "settle_late"
    PROMISE_LATE = "promise_late"


class Escalation(Base):
    """Somebody was told of a case by a rule. `unit_id` is where in the tree they stand; `round` counts reopenings.

    A rule whose time came together with a graver one is written as ended, and nobody is told of it any more.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        one_of("rule", EscalationRule),
        UniqueConstraint("case_id", "rule", "round"),
        # What a person still has to acknowledge, and whom to remind today.
        Index(
            "ix_escalation_open",
            "to_user_id",
            "at",
            sqlite_where=text("acknowledged_at IS NULL AND ended_at IS NULL"),
            postgresql_where=text("acknowledged_at IS NULL AND ended_at IS NULL"),
        ),
        # Whose day of being reminded has come, however many wait for another one.
        Index(
            "ix_escalation_remind_at",
            "remind_at",
            sqlite_where=text("acknowledged_at IS NULL AND ended_at IS NULL"),
            postgresql_where=text("acknowledged_at IS NULL AND ended_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("callback_case.id", ondelete="CASCADE"))
    rule: Mapped[str]
    round: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    # Nobody, if there is not even an owner of last resort; the settings page then says so.
    to_user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"))
    acknowledged_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    # When to remind next; none for what nobody was told.
    remind_at: Mapped[datetime | None]
    # The case was closed or worked before it was acknowledged.
    ended_at: Mapped[datetime | None]


class Duty(Base):
    """Who is on duty for a unit and all below it, in which hours by the unit's clock, from and until which day."""

    __tablename__ = "duty"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR from_on IS NULL OR from_on <= until_on", name="days_in_order"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    # As opening hours are written: `Mo-Fr 09:00-18:00`.
    hours: Mapped[str]
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    created_at: Mapped[datetime]


class UnitOwner(Base):
    """The owner of last resort of a unit and of all below it that have none of their own."""

    __tablename__ = "unit_owner"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    updated_at: Mapped[datetime]
