"""Tables of the callback list."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.callbacks.states import CaseReason
from app.kit.db import Base, one_of

# What the indexes of the queues hold.
FREE = text("closed_at IS NULL AND claimed_by_id IS NULL AND contact_id IS NOT NULL")
HELD = text("closed_at IS NULL AND claimed_by_id IS NOT NULL")


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
    # The clocks at work: told to somebody further up, who said that they saw it.
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    RESCHEDULED = "rescheduled"
    HANDED_OVER = "handed_over"
    # Another case of the same person was merged into this one, or this one into another.
    MERGED = "merged"
    PROMISED = "promised"
    PROMISE_KEPT = "promise_kept"
    PROMISE_WITHDRAWN = "promise_withdrawn"
    COMPENSATION_PROPOSED = "compensation_proposed"
    COMPENSATION_APPROVED = "compensation_approved"
    COMPENSATION_DECLINED = "compensation_declined"
    COMPENSATION_WITHDRAWN = "compensation_withdrawn"
    # After closing the person was asked whether it is settled, answered, and on "no" the case began anew.
    ASKED_BACK = "asked_back"
    ANSWERED_BACK = "answered_back"
    REOPENED = "reopened"


class CallbackCase(Base):
    """One matter to settle: open until `closed_at`, claimed while `claimed_by_id`, to look into without a contact."""

    __tablename__ = "callback_case"
    __table_args__ = (
        one_of("reason", CaseReason),
        one_of("call_window", CallWindow, nullable=True),
        CheckConstraint("(claimed_by_id IS NULL) = (claimed_at IS NULL)", name="claim_is_whole"),
        CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (cause IS NULL)", name="closed_says_how"
        ),
        CheckConstraint("(contact_id IS NULL) OR (first_attempt_due_at IS NOT NULL)", name="callback_has_a_clock"),
        CheckConstraint("length(complaint) <= 2000", name="complaint_length"),
        CheckConstraint("merged_into_id IS NULL OR closed_at IS NOT NULL", name="merged_is_closed"),
        CheckConstraint("attempts >= 0 AND reopenings >= 0", name="counted"),
        # A low score leads to exactly one open case, whatever two requests do at once.
        Index(
            "uq_callback_case_open_response",
            "response_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        # The queues in the order in which they are worked, for much of the company; each holds all that a queue asks
        # (SQLite looks at `closed_at` again, although the condition of the index says it).
        Index(
            "ix_callback_case_open_due",
            "due_at",
            "id",
            "unit_id",
            "contact_id",
            "claimed_by_id",
            "next_attempt_at",
            "closed_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        # All cases of a person. SQLite would look for those of nobody by it, too.
        Index(
            "ix_callback_case_contact_id",
            "contact_id",
            sqlite_where=text("contact_id IS NOT NULL"),
            postgresql_where=text("contact_id IS NOT NULL"),
        ),
        # Whom to ring next, where nobody has taken it.
        Index(
            "ix_callback_case_open_free",
            "due_at",
            "id",
            "unit_id",
            "closed_at",
            sqlite_where=FREE,
            postgresql_where=FREE,
        ),
        # What was done, the latest first.
        Index(
            "ix_callback_case_closed_at",
            "closed_at",
            "id",
            "unit_id",
            sqlite_where=text("closed_at IS NOT NULL"),
            postgresql_where=text("closed_at IS NOT NULL"),
        ),
        # The same of some units.
        Index(
            "ix_callback_case_closed_unit",
            "unit_id",
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
            "id",
            "unit_id",
            "closed_at",
            sqlite_where=HELD,
            postgresql_where=HELD,
        ),
        # The queues of some units, and how many wait at each.
        # of it have in common.
        Index(
            "ix_callback_case_open_unit",
            "unit_id",
            "due_at",
            "id",
            "contact_id",
            "claimed_by_id",
            "next_attempt_at",
            "closed_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_callback_case_unit_id_opened_at", "unit_id", "opened_at"),
        # Figures of the company's cases opened in a period.
        Index("ix_callback_case_opened_at", "opened_at"),
        # Whose clock has just come up: looked for each minute, however many are open.
        *(
            Index(f"ix_callback_case_{name}", column, sqlite_where=text(condition), postgresql_where=text(condition))
            for name, column, condition in (
                ("first_attempt_warn", "first_attempt_warn_at", "closed_at IS NULL AND first_attempt_at IS NULL"),
                ("first_attempt_due", "first_attempt_due_at", "closed_at IS NULL AND first_attempt_at IS NULL"),
                ("settle_warn", "settle_warn_at", "closed_at IS NULL"),
                ("settle_due", "settle_due_at", "closed_at IS NULL"),
                ("promise_due", "promise_due_at", "closed_at IS NULL AND promise_due_at IS NOT NULL"),
            )
        ),
        # Complaints in the order in which they came: wishes are looked for in each once.
        Index(
            "ix_callback_case_complained",
            "opened_at",
            "id",
            sqlite_where=text("complaint IS NOT NULL"),
            postgresql_where=text("complaint IS NOT NULL"),
        ),
        # Every case of a response, closed ones too: the response's page and the export ask for them.
        Index("ix_callback_case_response_id_opened_at", "response_id", "opened_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    response_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("survey_response.id"))
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id"))
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
    # Keys of the lists in `config/callbacks.yaml`; `settled`: whether that outcome counts as settled.
    outcome: Mapped[str | None]
    cause: Mapped[str | None]
    settled: Mapped[bool | None]
    # How the company was contacted, which has norms of its own; the interaction's or the touchpoint's channel.
    channel: Mapped[str | None]
    # What it is about where no response says so: a complaint brought by hand or by another system.
    interaction_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("interaction.id"), index=True)
    complaint: Mapped[str | None]
    language: Mapped[str | None]
    opened_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    # What the score or the request gave, in working hours, before norms and hurry: a case that begins anew takes them.
    first_attempt_hours: Mapped[float] = mapped_column(default=24, server_default="24")
    settle_hours: Mapped[float] = mapped_column(default=48, server_default="48")
    # Why its clocks run faster than others': `repeated`, `vip`, or both with a comma.
    hurried_by: Mapped[str] = mapped_column(default="", server_default=text("''"))
    # When four fifths of each clock are up, in the unit's working hours.
    first_attempt_warn_at: Mapped[datetime | None]
    settle_warn_at: Mapped[datetime | None]
    # The first time somebody was reached, and how often it was tried.
    first_reached_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    # Of the earliest promise still to be kept; copied here for the list.
    promise_due_at: Mapped[datetime | None]
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("callback_case.id"), index=True)
    reopened_at: Mapped[datetime | None]
    reopenings: Mapped[int] = mapped_column(default=0, server_default="0")
    demo: Mapped[bool] = mapped_column(default=False)


class CasePromise(Base):
    """What was promised to the person by a date of its own; a case is not closed while one is still to be kept."""

    __tablename__ = "case_promise"
    __table_args__ = (
        CheckConstraint("length(promise) <= 500", name="promise_length"),
        CheckConstraint("kept_at IS NULL OR withdrawn_at IS NULL", name="kept_or_withdrawn"),
        Index("ix_case_promise_case_id_due_at", "case_id", "due_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("callback_case.id", ondelete="CASCADE"))
    promise: Mapped[str]
    due_at: Mapped[datetime]
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    kept_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class CaseEvent(Base):
    """One line of a case's timeline; never changed. `details` are plain values without personal data."""

    __tablename__ = "case_event"
    __table_args__ = (
        one_of("kind", EventKind),
        CheckConstraint("length(note) <= 2000", name="note_length"),
        Index("ix_case_event_case_id_at", "case_id", "at"),
        # What changed lately, whatever case it is of.
        Index("ix_case_event_at", "at", "case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("callback_case.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    note: Mapped[str | None]
    details: Mapped[dict[str, Any]]
