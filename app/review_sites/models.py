"""Tables of listings, offers and clicks."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of
from app.review_sites.catalogue import Site

__all__ = ["ReviewClick", "ReviewListing", "ReviewOffer", "Site"]


class ReviewListing(Base):
    """A unit's own page on a site; units below inherit it. `url` is the link that opens the review form."""

    __tablename__ = "review_listing"
    __table_args__ = (one_of("site", Site), UniqueConstraint("unit_id", "site"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    site: Mapped[str]
    url: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ReviewOffer(Base):
    """The sites that a response's page led with, comma-separated, most wanted first."""

    __tablename__ = "review_offer"
    # How many were offered what in a period.
    __table_args__ = (Index("ix_review_offer_offered_at", "offered_at", "response_id", "sites"),)

    response_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("survey_response.id", ondelete="CASCADE"), primary_key=True
    )
    sites: Mapped[str]
    offered_at: Mapped[datetime]


class ReviewClick(Base):
    """Somebody left for a site; the listing may change later, so the address is kept."""

    __tablename__ = "review_click"
    __table_args__ = (
        one_of("site", Site),
        Index("ix_review_click_listing_id_clicked_at", "listing_id", "clicked_at"),
        # How many left for what in a period.
        Index("ix_review_click_clicked_at", "clicked_at", "response_id", "site"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("survey_response.id", ondelete="CASCADE"), index=True)
    # The unit whose listing it was: the cap counts by the page that people are sent to.
    listing_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("review_listing.id", ondelete="SET NULL"))
    site: Mapped[str]
    url: Mapped[str]
    clicked_at: Mapped[datetime]
