"""Tables of interactions, of the invitations that followed, and of how many were asked."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of
from app.touchpoints.models import Channel


class Delivery(StrEnum):
    """How the question reaches the person: sent by us, or shown by whoever told us of the interaction."""

    AUTO = "auto"
    SELF = "self"


class Decision(StrEnum):
    """What followed an interaction."""

    INVITED = "invited"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why somebody was not asked."""

    NO_ADDRESS = "no_address"
    NO_CHANNEL = "no_channel"  # there is an address, but no gateway that reaches it
    OPTED_OUT = "opted_out"
    STAFF = "staff"
    ASKED_LATELY = "asked_lately"
    TOPIC_EXCLUDED = "topic_excluded"
    QUEUE_EXCLUDED = "queue_excluded"
    NOT_SAMPLED = "not_sampled"
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    QUIET_HOURS = "quiet_hours"  # the morning would come after `send_by`
    DAILY_CAP = "daily_cap"
    BUDGET = "budget"
    PAUSED = "paused"  # the kill switch
    TOO_OLD = "too_old"
    SAME_CONTACT = "same_contact"  # the same person's interaction was told twice under two ids
    UNANSWERED = "unanswered"  # a call that nobody took
    HISTORY = "history"  # imported: kept, never asked about
    SWITCHED_OFF = "switched_off"  # `ask: false` for the unit


class Interaction(Base):
    """One finished call, visit or chat, as whoever ran it told us, with what was decided about asking."""

    __tablename__ = "interaction"
    __table_args__ = (
        one_of("channel", Channel),
        one_of("delivery", Delivery),
        one_of("decision", Decision),
        one_of("reason", Reason, nullable=True),
        CheckConstraint("(decision = 'skipped') = (reason IS NOT NULL)", name="skipped_says_why"),
        CheckConstraint("wait_seconds >= 0", name="wait_counted"),
        CheckConstraint("handle_seconds >= 0", name="handle_counted"),
        # The repeat of an event finds the first: at most one invitation whatever is repeated.
        UniqueConstraint("source", "external_id"),
        Index("ix_interaction_unit_id_ended_at", "unit_id", "ended_at"),
        Index("ix_interaction_employee_id_ended_at", "employee_id", "ended_at"),
        Index("ix_interaction_contact_id_ended_at", "contact_id", "ended_at"),
        Index("ix_interaction_ended_at", "ended_at", "id"),
        Index("ix_interaction_decided_at", "decided_at", "decision", "reason"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    external_id: Mapped[str]
    # SHA-256 of what was sent: the same again is a repeat, another is a conflict.
    body_hash: Mapped[bytes]
    channel: Mapped[str]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    employee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("employee.id"))
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id"))
    language: Mapped[str | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime]
    wait_seconds: Mapped[int | None]
    handle_seconds: Mapped[int | None]
    topic: Mapped[str | None]
    # Whether somebody took the call at all, and whether the matter was resolved by what the operator noted.
    answered: Mapped[bool | None]
    resolved: Mapped[bool | None]
    recording_url: Mapped[str | None]
    tags: Mapped[list[str]]
    delivery: Mapped[str] = mapped_column(default=Delivery.AUTO)
    decision: Mapped[str]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False)


class Invitation(Base):
    """That we ask about one interaction. Its token is derived from its id; only the hash is kept."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("send_at <= answer_by", name="answered_after_sent"),
        Index("ix_invitation_answer_by", "answer_by"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    interaction_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("interaction.id", ondelete="CASCADE"), unique=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    survey_key: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime]
    send_at: Mapped[datetime]
    send_by: Mapped[datetime]
    answer_by: Mapped[datetime]
    # How often people opened its page, counted by what the browser reports: a lower bound.
    opens: Mapped[int] = mapped_column(default=0)
    # Another answer than the first was tried, or a trap was touched, before anybody answered: a scanner at work.
    scanned: Mapped[bool] = mapped_column(default=False)
    withdrawn_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)


class AskedCount(Base):
    """How many were asked at a unit (with all below it) on a day of its own zone, and what that cost."""

    __tablename__ = "asked_count"
    __table_args__ = (CheckConstraint("asked >= 0", name="asked_counted"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    asked: Mapped[int] = mapped_column(default=0)
    # Hundredths of the currency, as estimated when the message was made.
    cost: Mapped[int] = mapped_column(default=0)
