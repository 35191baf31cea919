"""Tables of the callback list."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.callbacks.states import CaseReason
from app.kit.db import Base, one_of


class CallWindow(StrEnum):
    """When the respondent would like to be rung."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class AttemptResult(StrEnum):
    """How a try to ring ended, short of settling the matter."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    CALL_LATER = "call_later"


class Outcome(StrEnum):
    """How a case was settled."""

    SETTLED = "settled"
    SETTLED_ON_SITE = "settled_on_site"
    NOT_SETTLED = "not_settled"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    NOT_OURS = "not_ours"


class Cause(StrEnum):
    """What lay behind the complaint."""

    WAITING = "waiting"
    EMPLOYEE = "employee"
    UNRESOLVED = "unresolved"
    PRICE = "price"
    TECHNICAL = "technical"
    INFORMATION = "information"
    PREMISES = "premises"
    OTHER = "other"


class EventKind(StrEnum):
    """What can happen to a case; together the timeline."""

    OPENED = "opened"
    NUMBER_ADDED = "number_added"
    CALLBACK_REQUESTED = "callback_requested"
    RATING_CHANGED = "rating_changed"
    CLAIMED = "claimed"
    RELEASED = "released"
    REVEALED = "revealed"
    ATTEMPT = "attempt"
    NOTE = "note"
    CLOSED = "closed"


class CallbackCase(Base):
    """One matter to settle: open until `closed_at`, claimed while `claimed_by_id`, to look into without a contact."""

    __tablename__ = "callback_case"
    __table_args__ = (
        one_of("reason", CaseReason),
        one_of("call_window", CallWindow, nullable=True),
        one_of("outcome", Outcome, nullable=True),
        one_of("cause", Cause, nullable=True),
        CheckConstraint("(claimed_by_id IS NULL) = (claimed_at IS NULL)", name="claim_is_whole"),
        CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (cause IS NULL)", name="closed_says_how"
        ),
        CheckConstraint("(contact_id IS NULL) OR (first_attempt_due_at IS NOT NULL)", name="callback_has_a_clock"),
        # A low score leads to exactly one open case, whatever two requests do at once.
        Index(
            "uq_callback_case_open_response",
            "response_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        # The list in the order in which it is worked.
        Index(
            "ix_callback_case_open_due",
            "due_at",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        # What was done, the latest first.
        Index(
            "ix_callback_case_closed_at",
            "closed_at",
            "id",
            sqlite_where=text("closed_at IS NOT NULL"),
            postgresql_where=text("closed_at IS NOT NULL"),
        ),
        # A manager's own list, and nothing else of the table.
        Index(
            "ix_callback_case_open_claimed",
            "claimed_by_id",
            "due_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        # How many wait at each unit. SQLite takes it for that only if it begins with what all of it have in common.
        Index(
            "ix_callback_case_open_unit",
            "closed_at",
            "unit_id",
            "due_at",
            "contact_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_callback_case_unit_id_opened_at", "unit_id", "opened_at"),
        # Every case of a response, closed ones too: the response's page and the export ask for them.
        Index("ix_callback_case_response_id_opened_at", "response_id", "opened_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    response_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("survey_response.id"))
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id"), index=True)
    consent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("consent.id"))
    reason: Mapped[str]
    call_window: Mapped[str | None]
    opened_at: Mapped[datetime]
    first_attempt_due_at: Mapped[datetime | None]
    settle_due_at: Mapped[datetime]
    # What the list sorts by: the agreed next attempt, else the first attempt's or the settlement's time (`when_due`).
    due_at: Mapped[datetime]
    first_attempt_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    claimed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    outcome: Mapped[str | None]
    cause: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(default=False)


class CaseEvent(Base):
    """One line of a case's timeline; never changed. `details` are plain values without personal data."""

    __tablename__ = "case_event"
    __table_args__ = (
        one_of("kind", EventKind),
        CheckConstraint("length(note) <= 2000", name="note_length"),
        Index("ix_case_event_case_id_at", "case_id", "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("callback_case.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    note: Mapped[str | None]
    details: Mapped[dict[str, Any]]
