"""Tables of who read what and what they did about it."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class ReadResponse(Base):
    """Who acknowledged a response; the list of what is still to be read goes by `survey_response.read_at`."""

    __tablename__ = "read_response"
    __table_args__ = (Index("ix_read_response_read_at", "read_at"),)

    response_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("survey_response.id", ondelete="CASCADE"), primary_key=True
    )
    read_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    read_at: Mapped[datetime]


class MarkKind(StrEnum):
    """What a reader did about a response."""

    THANKED = "thanked"
    COACHING = "coaching"
    CASE_RAISED = "case_raised"
    SUSPECT = "suspect"
    # Taken back: it counts again.
    GENUINE = "genuine"


class ResponseMark(Base):
    """One thing a reader did about a response, with their words; only ever added to."""

    __tablename__ = "response_mark"
    __table_args__ = (
        one_of("kind", MarkKind),
        CheckConstraint("length(note) <= 500", name="note_length"),
        Index("ix_response_mark_response_id_at", "response_id", "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_response.id", ondelete="CASCADE"))
    kind: Mapped[str]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    at: Mapped[datetime]
    note: Mapped[str | None]


class CoachingItem(Base):
    """A response to talk over with the employee it is about."""

    __tablename__ = "coaching_item"
    __table_args__ = (
        UniqueConstraint("employee_id", "response_id"),
        CheckConstraint("length(note) <= 500", name="note_length"),
        CheckConstraint("length(done_note) <= 500", name="done_note_length"),
        Index(
            "ix_coaching_item_open",
            "employee_id",
            "added_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("employee.id", ondelete="CASCADE"))
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_response.id", ondelete="CASCADE"))
    note: Mapped[str | None]
    # What came of the talk.
    done_note: Mapped[str | None]
    added_at: Mapped[datetime]
    added_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))


class EmployeeThanks(Base):
    """A thank-you to an employee for a response."""

    __tablename__ = "employee_thanks"
    __table_args__ = (
        UniqueConstraint("employee_id", "response_id"),
        CheckConstraint("length(note) <= 500", name="note_length"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("employee.id", ondelete="CASCADE"))
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_response.id", ondelete="CASCADE"))
    thanked_at: Mapped[datetime]
    thanked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    note: Mapped[str | None]
