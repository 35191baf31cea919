"""How pages stood on days, summed up by unit and site. Read-only.

A unit's pages are its own and those of all below it; together their stars are the mean weighted by their numbers of
reviews. A page counts on a day by the last reading until then: what was last known, never nothing. Pages of closed
units are left out. All of it is read by the key of `public_rating`, one look a page and day.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, and_, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from app.organisation.models import Unit, UnitAncestor
from app.responses.models import SurveyResponse
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick, ReviewListing
from app.review_sites.public_ratings.models import PublicRatingDay, RatingPage

# A reading that is older is not what the site shows now, as far as we know.
FRESH = timedelta(days=7)
_THEN, _NOW = aliased(PublicRatingDay), aliased(PublicRatingDay)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many pages had been read by a day, their stars from 1 to 5, how many reviews, and when they were read.

    `stale` pages were read more than a week before that day. `days` are those of the oldest and the latest reading.
    """

    pages: int
    stars: float
    reviews: int
    days: tuple[date, date]
    stale: int


@dataclass(frozen=True, slots=True)
class Growth:
    """The same pages on two days: stars and reviews then and now.

    `since` is the day of the oldest reading that is compared, `until` that of the latest.
    """

    pages: int
    stars: tuple[float, float]
    reviews: tuple[int, int]
    since: date
    until: date

    @property
    def new_reviews(self) -> int:
        """How many more there are now; fewer, below nothing, where a site removed some."""
        return self.reviews[1] - self.reviews[0]


def read_standings(
    session: Session, unit_ids: Collection[uuid.UUID] | Select[uuid.UUID], days: Sequence[date]
) -> Mapping[tuple[uuid.UUID, Site, date], Standing]:
    """Return how the pages of each unit stood on each site and day; one query. What was never read is missing."""
    if not days:
        return {}
    wanted = union_all(
        *(select(literal(day, Date).label("day"), literal(day - FRESH, Date).label("fresh")) for day in days)
    ).subquery()
    row, page = PublicRatingDay, RatingPage
    last = aliased(PublicRatingDay)
    as_of = (
        select(func.max(last.day))
        .where(last.unit_id == page.unit_id, last.site == page.site, last.day <= wanted.c.day)
        .correlate(page, wanted)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            UnitAncestor.ancestor_id,
            page.site,
            wanted.c.day,
            func.count(),
            _weighted(row),
            func.sum(row.count),
            func.min(row.day),
            func.max(row.day),
            func.sum(case((row.day < wanted.c.fresh, 1), else_=0)),
        )
        .select_from(page)
        .join(UnitAncestor, UnitAncestor.unit_id == page.unit_id)
        .join(Unit, Unit.id == page.unit_id)
        .join(wanted, literal(1) == 1)
        .join(row, and_(row.unit_id == page.unit_id, row.site == page.site, row.day == as_of))
        .where(UnitAncestor.ancestor_id.in_(_ids(unit_ids)), Unit.closed_at.is_(None))
        .group_by(UnitAncestor.ancestor_id, page.site, wanted.c.day)
    )
    return {
        (unit_id, Site(site), day): Standing(
            pages, int(weighted) / int(reviews) / 100, int(reviews), (first, latest), int(stale)
        )
        for unit_id, site, day, pages, weighted, reviews, first, latest, stale in rows
    }


def read_growth(
    session: Session, unit_id: uuid.UUID, *, until: date, since: date | None = None
) -> Mapping[Site, Growth]:
    """Return how the unit's pages went from a day to another, by site; one query.

    Each page is compared with itself: as it stood on `since`, or at its first reading after that; without `since` at
    its very first. Pages with a single reading have not gone anywhere and are left out.
    """
    page = RatingPage
    first, before, last = (aliased(PublicRatingDay) for _ in range(3))
    first_day: Any = select(func.min(first.day)).where(_of_page(first)).correlate(page).scalar_subquery()
    if since is not None:
        as_of = (
            select(func.max(before.day)).where(_of_page(before), before.day <= since).correlate(page).scalar_subquery()
        )
        first_day = func.coalesce(as_of, first_day)
    last_day = select(func.max(last.day)).where(_of_page(last), last.day <= until).correlate(page).scalar_subquery()
    rows = session.execute(
        select(
            page.site,
            func.count(),
            _weighted(_THEN),
            func.sum(_THEN.count),
            _weighted(_NOW),
            func.sum(_NOW.count),
            func.min(_THEN.day),
            func.max(_NOW.day),
        )
        .select_from(page)
        .join(UnitAncestor, UnitAncestor.unit_id == page.unit_id)
        .join(Unit, Unit.id == page.unit_id)
        .join(_THEN, and_(_of_page(_THEN), _THEN.day == first_day))
        .join(_NOW, and_(_of_page(_NOW), _NOW.day == last_day))
        .where(UnitAncestor.ancestor_id == unit_id, Unit.closed_at.is_(None), _THEN.day < _NOW.day)
        .group_by(page.site)
    )
    return {
        Site(site): Growth(
            pages,
            (int(weighted) / int(count) / 100, int(weighted_now) / int(count_now) / 100),
            (int(count), int(count_now)),
            first,
            latest,
        )
        for site, pages, weighted, count, weighted_now, count_now, first, latest in rows
    }


def count_left(session: Session, unit_id: uuid.UUID, *, since: datetime, until: datetime) -> Mapping[Site, int]:
    """Return how many people left for the unit's pages by our buttons, by site: taps, each person once a site.

    Reviews are never told of: who taps may write nothing, and most who write never came by us.
    """
    rows = session.execute(
        select(ReviewClick.site, func.count(ReviewClick.response_id.distinct()))
        .join(ReviewListing, ReviewListing.id == ReviewClick.listing_id)
        .join(UnitAncestor, UnitAncestor.unit_id == ReviewListing.unit_id)
        .join(SurveyResponse, SurveyResponse.id == ReviewClick.response_id)
        .where(
            UnitAncestor.ancestor_id == unit_id,
            ReviewClick.clicked_at >= since,
            ReviewClick.clicked_at < until,
            SurveyResponse.suspect.is_(False),
        )
        .group_by(ReviewClick.site)
    )
    return {Site(site): count for site, count in rows}


def _of_page(row: Any) -> ColumnElement[bool]:
    return and_(row.unit_id == RatingPage.unit_id, row.site == RatingPage.site)


def _weighted(row: Any) -> Any:
    return func.sum(row.rating * cast(row.count, BigInteger))


def _ids(unit_ids: Collection[uuid.UUID] | Select[uuid.UUID]) -> Any:
    return unit_ids if isinstance(unit_ids, Select) else sorted(unit_ids)
