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

from app.accounts.scope import Scope
from app.organisation.models import Unit, UnitAncestor
from app.responses.models import SurveyResponse
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick, ReviewListing
from app.review_sites.public_ratings.models import PublicRatingDay, RatingPage

# A reading that is older is not what the site shows now, as far as we know.
FRESH = timedelta(days=7)


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
    session: Session, scope: Scope, days: Sequence[date], *, unit_id: uuid.UUID | None = None
) -> Mapping[tuple[Site, date], Standing]:
    """Return how the pages of the unit (of all in the scope without one) stood on each site and day; one query.

    What had never been read by then is missing.
    """
    page, wanted = RatingPage, _wanted(days)
    rows = session.execute(_select_standings([page.site, wanted.c.day], wanted).where(*_within(scope, unit_id)))
    return {(Site(site), day): _standing(row) for site, day, *row in rows}


def read_unit_standings(
    session: Session, scope: Scope, unit_ids: Collection[uuid.UUID], day: date
) -> Mapping[tuple[uuid.UUID, Site], Standing]:
    """Return how the pages of each unit, with all below it, stood on each site on the day; one query."""
    page, wanted, above = RatingPage, _wanted([day]), UnitAncestor
    rows = session.execute(
        _select_standings([above.ancestor_id, page.site], wanted)
        .join(above, above.unit_id == page.unit_id)
        .where(above.ancestor_id.in_(sorted(unit_ids)), *_within(scope, None))
    )
    return {(unit_id, Site(site)): _standing(row) for unit_id, site, *row in rows}


def read_growth(
    session: Session, scope: Scope, *, until: date, since: date | None = None, unit_id: uuid.UUID | None = None
) -> Mapping[Site, Growth]:
    """Return how the unit's pages (all in the scope without one) went from a day to another, by site; one query.

    Each page is compared with itself: as it stood on `since`, or at its first reading after that; without `since` at
    its very first. Pages with a single reading have not gone anywhere and are left out.
    """
    page, then, now = RatingPage, aliased(PublicRatingDay), aliased(PublicRatingDay)
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
            _weighted(then),
            func.sum(then.count),
            _weighted(now),
            func.sum(now.count),
            func.min(then.day),
            func.max(now.day),
        )
        .select_from(page)
        .join(Unit, Unit.id == page.unit_id)
        .join(then, and_(_of_page(then), then.day == first_day))
        .join(now, and_(_of_page(now), now.day == last_day))
        .where(then.day < now.day, *_within(scope, unit_id))
        .group_by(page.site)
    )
    return {
        Site(site): Growth(
            pages,
            (int(weighted) / int(count) / 100, int(weighted_now) / int(count_now) / 100),
            (int(count), int(count_now)),
            since_day,
            until_day,
        )
        for site, pages, weighted, count, weighted_now, count_now, since_day, until_day in rows
    }


def count_left(
    session: Session, scope: Scope, *, since: datetime, until: datetime, unit_id: uuid.UUID | None = None
) -> Mapping[Site, int]:
    """Return how many people left by our buttons for the unit's pages, by site: taps, each person once a site.

    Whoever taps may write nothing, and most who write never came by us: these are no reviews.
    """
    listing = ReviewListing
    rows = session.execute(
        select(ReviewClick.site, func.count(ReviewClick.response_id.distinct()))
        .join(listing, listing.id == ReviewClick.listing_id)
        .join(SurveyResponse, SurveyResponse.id == ReviewClick.response_id)
        .where(
            ReviewClick.clicked_at >= since,
            ReviewClick.clicked_at < until,
            SurveyResponse.suspect.is_(False),
            scope.where(listing.unit_id),
            *([] if unit_id is None else [listing.unit_id.in_(_below(unit_id))]),
        )
        .group_by(ReviewClick.site)
    )
    return {Site(site): count for site, count in rows}


def _select_standings(groups: Sequence[Any], wanted: Any) -> Select[Any]:
    row, page, last = PublicRatingDay, RatingPage, aliased(PublicRatingDay)
    as_of = (
        select(func.max(last.day))
        .where(_of_page(last), last.day <= wanted.c.day)
        .correlate(page, wanted)
        .scalar_subquery()
    )
    return (
        select(
            *groups,
            func.count(),
            _weighted(row),
            func.sum(row.count),
            func.min(row.day),
            func.max(row.day),
            func.sum(case((row.day < wanted.c.fresh, 1), else_=0)),
        )
        .select_from(page)
        .join(Unit, Unit.id == page.unit_id)
        .join(wanted, literal(1) == 1)
        .join(row, and_(_of_page(row), row.day == as_of))
        .group_by(*groups)
    )


def _wanted(days: Sequence[date]) -> Any:
    """Return the days as a table, each with the day before which a reading is stale."""
    lines = (select(literal(day, Date).label("day"), literal(day - FRESH, Date).label("fresh")) for day in days)
    return union_all(*lines).subquery()


def _standing(row: Sequence[Any]) -> Standing:
    pages, weighted, reviews, first, latest, stale = row
    return Standing(pages, int(weighted) / int(reviews) / 100, int(reviews), (first, latest), int(stale))


def _within(scope: Scope, unit_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [scope.where(RatingPage.unit_id), Unit.closed_at.is_(None)]
    if unit_id is not None:
        conditions.append(RatingPage.unit_id.in_(_below(unit_id)))
    return conditions


def _below(unit_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id)


def _of_page(row: Any) -> ColumnElement[bool]:
    return and_(row.unit_id == RatingPage.unit_id, row.site == RatingPage.site)


def _weighted(row: Any) -> Any:
    return func.sum(row.rating * cast(row.count, BigInteger))
