"""Tables of public ratings: what a site said of a page on which day, and how it stands with asking for it."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of
from app.review_sites.catalogue import Site


class Origin(StrEnum):
    """Who told us a rating: the site's own interface, or somebody who looked at the page."""

    API = "api"
    MANUAL = "manual"


class Outcome(StrEnum):
    """What came of asking a site the last time; everything after `none_yet` is a failure."""

    RATED = "rated"
    NONE_YET = "none_yet"
    BAD_KEY = "bad_key"
    RATE_LIMITED = "rate_limited"
    FIELD_DENIED = "field_denied"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"
    NONSENSE = "nonsense"

    @property
    def failed(self) -> bool:
        """Whether nothing was learned."""
        return self not in (Outcome.RATED, Outcome.NONE_YET)

    @property
    def of_whole_source(self) -> bool:
        """Whether the next page would be answered alike, so that there is no sense in asking."""
        return self in (Outcome.BAD_KEY, Outcome.RATE_LIMITED)


class PublicRatingDay(Base):
    """A page's stars in hundredths and its number of reviews on a day by the company's clock; the last word counts."""

    __tablename__ = "public_rating"
    __table_args__ = (
        one_of("site", Site),
        one_of("source", Origin),
        CheckConstraint("rating BETWEEN 100 AND 500", name="rating_in_stars"),
        CheckConstraint("count >= 1", name="count_positive"),
        CheckConstraint("(source = 'manual') = (entered_by_id IS NOT NULL)", name="entered_by_somebody"),
        # All pages of a day at once: their readings are read daily.
        Index("ix_public_rating_day", "day", "unit_id", "site", "rating", "count"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    site: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    rating: Mapped[int]
    count: Mapped[int]
    source: Mapped[str]
    # When the site was asked, or the figures were typed in.
    fetched_at: Mapped[datetime]
    entered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))


class RatingPage(Base):
    """A unit's page on a site whose ratings are kept: when it was asked for and what came of it.

    `place` is the site's own name for the page as of `place_known_at`, learned for `reference`, which the unit's link
    holds; another link begins anew. `failures` counts those in a row.
    """

    __tablename__ = "rating_page"
    __table_args__ = (
        one_of("site", Site),
        one_of("outcome", Outcome, nullable=True),
        CheckConstraint("failures >= 0", name="failures_counted"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    site: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str | None]
    place: Mapped[str | None]
    place_known_at: Mapped[datetime | None]
    planned_on: Mapped[date | None]
    asked_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
