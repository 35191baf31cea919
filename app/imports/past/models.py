"""Tables of files of answers: those that were taken in, and rows between their staging and their moment.

The staged tables are empty but for the minutes of an import. They have no index beside their key and point at nothing,
so that rows go in and out of them quickly.
"""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class ImportedFile(Base):
    """A file of answers that was taken in; the same bytes are recognised by their hash."""

    __tablename__ = "imported_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    source: Mapped[str]
    survey_key: Mapped[str]
    responses: Mapped[int]
    interactions: Mapped[int]
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))


class StagedRow(Base):
    """A row of a file that is being taken in: an interaction (`external_id`), an answer (`response_id`), or both."""

    __tablename__ = "staged_row"

    file_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    staged_at: Mapped[datetime]
    # An answer may be about an interaction that is there already; then there is an id and no name.
    interaction_id: Mapped[uuid.UUID | None]
    external_id: Mapped[str | None]
    body_hash: Mapped[bytes | None]
    channel: Mapped[str]
    unit_id: Mapped[uuid.UUID]
    employee_id: Mapped[uuid.UUID | None]
    language: Mapped[str | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime]
    wait_seconds: Mapped[int | None]
    handle_seconds: Mapped[int | None]
    topic: Mapped[str | None]
    answered: Mapped[bool | None]
    resolved: Mapped[bool | None]
    response_id: Mapped[uuid.UUID | None]
    key_hash: Mapped[bytes | None]
    rating: Mapped[int | None]
    score: Mapped[float | None]
    band: Mapped[str | None]
    comment: Mapped[str | None]
    answered_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class StagedAnswer(Base):
    """An answer to a later question of a staged row."""

    __tablename__ = "staged_answer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    file_id: Mapped[uuid.UUID]
    response_id: Mapped[uuid.UUID]
    staged_at: Mapped[datetime]
    question_key: Mapped[str]
    value: Mapped[int | None]
    text: Mapped[str | None]
