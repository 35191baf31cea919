"""Tables of what responses are about."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of
from app.responses.topics.classifier import TopicSource

_COUNTED = ("topic", "survey_version_id", "rating", "first", "response_id")


class ResponseTopic(Base):
    """One topic of one response. A response that said something and is about no topic has the one row `""`, `none`.

    Unit, instant, version and rating are copies of the response's, so that counting reads an index and no response. Of
    these only the rating ever changes, and whoever changes it touches the response, which is then sorted again.
    """

    __tablename__ = "response_topic"
    __table_args__ = (
        one_of("source", TopicSource),
        CheckConstraint("(topic = '') = (source = 'none')", name="none_without_topic"),
        # Both hold all that the counts of a unit, or of the company, and a period ask for.
        Index("ix_response_topic_unit", "unit_id", "answered_at", *_COUNTED),
        Index("ix_response_topic_answered", "answered_at", *_COUNTED),
        # The latest of one topic, however rare it is.
        Index("ix_response_topic_topic", "topic", "answered_at", "response_id", "unit_id"),
    )

    response_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("survey_response.id", ondelete="CASCADE"), primary_key=True
    )
    # A key of `config/topics.yaml` as it was when the response was sorted.
    topic: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    answered_at: Mapped[datetime]
    survey_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_version.id"))
    rating: Mapped[int]
    # Of the rows of a response exactly one: by it responses are counted, not what they are about.
    first: Mapped[bool]


class TopicWatermark(Base):
    """How far responses have been sorted, and by what; one row, made by the first time."""

    __tablename__ = "topic_watermark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # The last response that was sorted, in the order of (`touched_at`, id).
    touched_at: Mapped[datetime]
    response_id: Mapped[uuid.UUID]
    # By which rules; with others everything is sorted anew.
    fingerprint: Mapped[str]
