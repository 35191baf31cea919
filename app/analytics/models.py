"""Tables of what was counted ahead, so that a figure of three years reads a few hundred rows instead of a million.

Whatever stands here can be made anew from the answers; nothing else is kept here.
"""

import uuid
from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class Grain(StrEnum):
    """How long a stretch one row counts: a day, or a whole month, by the company's clock."""

    DAY = "day"
    MONTH = "month"


class Kind(StrEnum):
    """What `subject_id` and `part` of a row are.

    unit      a unit with all below it, and the channel
    topic     a unit with all below it, and what the contact was about, as the other system told it
    employee  a unit alone, and who served the customer (the employee's id as text)
    """

    UNIT = "unit"
    TOPIC = "topic"
    EMPLOYEE = "employee"


class CountedSeries(Base):
    """A question of a version of a survey, by a small number: it stands in every row that counts its answers."""

    __tablename__ = "counted_series"
    __table_args__ = (UniqueConstraint("survey_version_id", "question_key"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    survey_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_version.id"))
    question_key: Mapped[str]
    # The question that a tap answers: its value is the response's rating.
    is_first: Mapped[bool]


class ValueCount(Base):
    """How many answers to a question, not suspect, have one value: a histogram is a handful of such rows."""

    __tablename__ = "value_count"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("grain", Grain),
        # The count with it: the histograms of a unit lie on as many pages of the table as there are days.
        PrimaryKeyConstraint(
            *("subject_id", "kind", "grain", "starts_on", "series_id", "part", "value"), postgresql_include=["n"]
        ),
        Index("ix_value_count_starts_on", "starts_on", "grain"),
        # The key is nearly the whole row: no copy of it beside it.
        {"sqlite_with_rowid": False},
    )

    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    grain: Mapped[str] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("counted_series.id"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]


class CountedDays(Base):
    """The one row that says which days were counted: from `first` to before `until`, whole days in `zone`.

    Of these, the days marked in `changed_day` wait to be counted anew.
    """

    __tablename__ = "counted_days"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    zone: Mapped[str]
    first: Mapped[date]
    until: Mapped[date]
