"""Tables of what was said."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of
from app.surveys.definition import Band


class Via(StrEnum):
    """Where a response was answered."""

    PAGE = "page"
    KIOSK = "kiosk"
    SMS = "sms"
    EMAIL = "email"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    VIBER = "viber"
    API = "api"
    IMPORT = "import"


class SurveyResponse(Base):
    """One response. `rating` is the raw value of the first question (an option's position for pmf, yes_no, choice)."""

    __tablename__ = "survey_response"
    __table_args__ = (
        one_of("via", Via),
        one_of("band", Band, nullable=True),
        CheckConstraint("rating BETWEEN 0 AND 100", name="rating_in_range"),
        CheckConstraint("score IS NULL OR (score BETWEEN 0 AND 100)", name="score_in_percent"),
        CheckConstraint("length(comment) <= 2000", name="comment_length"),
        # Both hold all that a figure counts: no row is read for one.
        Index("ix_survey_response_unit_figures", "unit_id", "answered_at", "survey_version_id", "rating", "suspect"),
        Index("ix_survey_response_figures", "answered_at", "id", "survey_version_id", "rating", "suspect"),
        # What is left out of the figures is counted apart; nearly no answer has a row here.
        Index(
            "ix_survey_response_suspect",
            "answered_at",
            "unit_id",
            sqlite_where=text("suspect"),
            postgresql_where=text("suspect"),
        ),
        # An answer without a code, or without an employee, has no place in what is looked up by them.
        Index(
            "ix_survey_response_touchpoint_id_answered_at",
            "touchpoint_id",
            "answered_at",
            sqlite_where=text("touchpoint_id IS NOT NULL"),
            postgresql_where=text("touchpoint_id IS NOT NULL"),
        ),
        Index(
            "ix_survey_response_employee_id",
            "employee_id",
            sqlite_where=text("employee_id IS NOT NULL"),
            postgresql_where=text("employee_id IS NOT NULL"),
        ),
        # What nobody has read yet, the latest first, however much was read before.
        Index(
            "ix_survey_response_unread",
            "answered_at",
            "id",
            "unit_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        # What was said in words or reasons, in the order in which it was: wishes and topics are looked for in it, once.
        # A tap costs nothing.
        Index(
            "ix_survey_response_said",
            "touched_at",
            "id",
            sqlite_where=text("comment IS NOT NULL OR finished_at IS NOT NULL"),
            postgresql_where=text("comment IS NOT NULL OR finished_at IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    survey_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_version.id"))
    touchpoint_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("touchpoint.id"))
    # Copied from the touchpoint when answered: re-pointing a code must not move old answers.
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    employee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("employee.id"))
    # A single-use link is spent by one response, and this index says so, whatever two requests do at once.
    interaction_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("interaction.id"), unique=True)
    channel: Mapped[str]
    via: Mapped[str]
    language: Mapped[str]
    rating: Mapped[int]
    score: Mapped[float | None]
    band: Mapped[str | None]
    scale_style: Mapped[str]
    comment: Mapped[str | None]
    answered_at: Mapped[datetime]
    # The last time the respondent changed or added anything; `/r/<key>` stays open for 12 hours after it.
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    # Of the key of its page. An imported answer, whose page nobody was given, has bytes here that no key hashes to.
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    form_hash: Mapped[bytes | None] = mapped_column(unique=True)
    device_hash: Mapped[bytes | None]
    # Keyed and salted by the day, so that it cannot follow anybody; only for spotting bursts.
    address_hash: Mapped[bytes | None]
    suspect: Mapped[bool] = mapped_column(default=False)
    suspect_reasons: Mapped[str] = mapped_column(default="")
    routed: Mapped[bool] = mapped_column(default=False)
    # When somebody acknowledged it; who, is in `read_response`.
    read_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)


class ResponseAnswer(Base):
    """An answer to a later question: a `value` for scales and options (one row each when several), `text` for words."""

    __tablename__ = "response_answer"
    __table_args__ = (
        UniqueConstraint("response_id", "question_key", "value"),
        CheckConstraint("(value IS NULL) <> (text IS NULL)", name="value_or_text"),
        CheckConstraint("length(text) <= 2000", name="text_length"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_response.id", ondelete="CASCADE"), index=True)
    question_key: Mapped[str]
    value: Mapped[int | None]
    text: Mapped[str | None]


class RatingChange(Base):
    """A rating that was changed within its 12 hours; the latest counts, the history stays."""

    __tablename__ = "rating_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_response.id", ondelete="CASCADE"), index=True)
    changed_at: Mapped[datetime]
    old_rating: Mapped[int]
    new_rating: Mapped[int]


class DeviceAnswer(Base):
    """The response that a device is giving at a touchpoint; one upsert on it decides between new and changed."""

    __tablename__ = "device_answer"

    device_hash: Mapped[bytes] = mapped_column(primary_key=True)
    touchpoint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("touchpoint.id", ondelete="CASCADE"), primary_key=True)
    # Deferred: the upsert that decides comes before the response it names.
    response_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("survey_response.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    )
    first_answered_at: Mapped[datetime] = mapped_column(index=True)


class ChangedDay(Base):
    """An answer of a past day came late, changed, or went: what was counted of that day is to be counted anew.

    Rows are only ever added, one a change, and deleted by whoever has counted: a mark made meanwhile is never lost.
    """

    __tablename__ = "changed_day"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    # An instant within the day; whose zone makes it a day is for the counter to know.
    answered_at: Mapped[datetime]
