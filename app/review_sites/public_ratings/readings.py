"""How pages stood on days, summed up by unit and site. Read-only.

A unit's pages are its own and those of all below it; together their stars are the mean weighted by their numbers of
reviews. A page counts on a day by the last reading until then: what was last known, never nothing. Pages of closed
units are left out. Stars are read by their day, and by the
key of `public_rating`, a look a page, where a page was not read on it.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Date, Select, and_, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.organisation.models import Unit, UnitAncestor
from app.responses.models import SurveyResponse
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick, ReviewListing
from app.review_sites.public_ratings.models import PublicRatingDay, RatingPage

# A reading that is older is not what the site shows now, as far as we know.
FRESH = timedelta(days=7)
# More than stars in hundredths can be.
_STARS = 1000


@dataclass(frozen=True, slots=True)
class Stars:
    """How many pages had been read by a day, their stars from 1 to 5, and how many reviews."""

    pages: int
    stars: float
    reviews: int


@dataclass(frozen=True, slots=True)
class Standing(Stars):
    """The same with when the pages were read: `days` are those of the oldest and the latest reading.

    `stale` pages were read more than a week before that day.
    """

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
    session: Session, scope: Scope, day: date, *, unit_id: uuid.UUID | None = None
) -> Mapping[Site, Standing]:
    """Return how the pages of the unit (of all in the scope without one) stood on each site on the day; one query.

    What had never been read by then is missing.
    """
    page = _pages_on([day], _within(scope, unit_id), with_day=True)
    rows = session.execute(
        select(page.c.site, *_unpacked(page.c.told), *_when(page)).where(_is_read(page)).group_by(page.c.site)
    )
    return {Site(site): _standing(row) for site, *row in rows}


def read_stars(
    session: Session, scope: Scope, days: Sequence[date], *, unit_id: uuid.UUID | None = None
) -> Mapping[tuple[Site, date], Stars]:
    """Return the stars alone, on many days; one query, of half the looks that a standing takes."""
    page = _pages_on(days, _within(scope, unit_id))
    rows = session.execute(
        select(page.c.site, page.c.on_day, *_unpacked(page.c.told), func.count())
        .where(_is_read(page))
        .group_by(page.c.site, page.c.on_day)
    )
    return {
        (Site(site), day): Stars(pages, int(weighted) / int(reviews) / 100, int(reviews))
        for site, day, weighted, reviews, pages in rows
    }


def read_unit_standings(
    session: Session, scope: Scope, unit_ids: Collection[uuid.UUID], day: date
) -> Mapping[tuple[uuid.UUID, Site], Standing]:
    """Return how the pages of each unit, with all below it, stood on each site on the day; one query."""
    above, ids = UnitAncestor, sorted(unit_ids)
    below = select(above.unit_id).where(above.ancestor_id.in_(ids))
    page = _pages_on([day], [*_within(scope, None), RatingPage.unit_id.in_(below)], with_day=True)
    rows = session.execute(
        select(above.ancestor_id, page.c.site, *_unpacked(page.c.told), *_when(page))
        .select_from(page)
        .join(above, above.unit_id == page.c.unit_id)
        .where(above.ancestor_id.in_(ids), _is_read(page))
        .group_by(above.ancestor_id, page.c.site)
    )
    return {(unit_id, Site(site)): _standing(row) for unit_id, site, *row in rows}


def read_growth(
    session: Session, scope: Scope, *, until: date, since: date | None = None, unit_id: uuid.UUID | None = None
) -> Mapping[Site, Growth]:
    """Return how the unit's pages (all in the scope without one) went from a day to another, by site; one query.

    Each page is compared with itself: as it stood on `since`, or at its first reading after that; without `since` at
    its very first. Pages with a single reading have not gone anywhere and are left out.
    """
    first, before, last = (aliased(PublicRatingDay) for _ in range(3))
    first_day: Any = _look(func.min(first.day), first)
    if since is not None:
        first_day = func.coalesce(_look(func.max(before.day), before, before.day <= since), first_day)
    last_day = _look(func.max(last.day), last, last.day <= until)
    page = _materialized(
        select(RatingPage.unit_id, RatingPage.site, first_day.label("since"), last_day.label("until"))
        .join(Unit, Unit.id == RatingPage.unit_id)
        .where(*_within(scope, unit_id)),
        "page",
    )
    told = _materialized(
        select(
            page.c.site,
            page.c.since,
            page.c.until,
            _of_day(page, page.c.since).label("then"),
            _of_day(page, page.c.until).label("now"),
        ).where(page.c.since < page.c.until),
        "told",
    )
    rows = session.execute(
        select(
            told.c.site,
            func.count(),
            *_unpacked(told.c.then),
            *_unpacked(told.c.now),
            func.min(told.c.since),
            func.max(told.c.until),
        ).group_by(told.c.site)
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


def _pages_on(days: Sequence[date], conditions: Sequence[ColumnElement[bool]], *, with_day: bool = False) -> CTE:
    """Return each page on each day as its last reading until then tells it.

    Nearly every page was read on the very day, and the readings of those few days lie side by side in their index: they
    are fetched at once. Only for the rest there is a look at the key or two, and no join: a database that may choose
    how to join walks every reading there is, twenty seconds for a million.
    """
    lines = (select(literal(day, Date).label("day"), literal(day - FRESH, Date).label("fresh")) for day in days)
    wanted = union_all(*lines).subquery()
    reading = aliased(PublicRatingDay)
    of_days = select(PublicRatingDay).where(PublicRatingDay.day.in_(days)).subquery("of_days")
    exact = aliased(PublicRatingDay, of_days)

    def told(on_the_day: Any, column: Any) -> Any:
        looked_up = (
            select(column)
            .where(_of_page(reading), reading.day <= wanted.c.day)
            .order_by(reading.day.desc())
            .limit(1)
            .correlate(RatingPage, wanted)
            .scalar_subquery()
        )
        return func.coalesce(on_the_day, looked_up)

    return _materialized(
        select(
            RatingPage.unit_id,
            RatingPage.site,
            wanted.c.day.label("on_day"),
            wanted.c.fresh,
            told(_packed(exact), _packed(reading)).label("told"),
            *([told(exact.day, reading.day).label("read_on")] if with_day else []),
        )
        .select_from(RatingPage)
        .join(Unit, Unit.id == RatingPage.unit_id)
        .join(wanted, literal(1) == 1)
        .outerjoin(exact, and_(_of_page(exact), exact.day == wanted.c.day))
        .where(*conditions),
        "page",
    )


def _is_read(page: CTE) -> ColumnElement[bool]:
    return page.c.told.is_not(None)


def _when(page: CTE) -> list[Any]:
    stale = case((page.c.read_on < page.c.fresh, 1), else_=0)
    return [func.count(), func.min(page.c.read_on), func.max(page.c.read_on), func.sum(stale)]


def _look(what: Any, row: Any, *conditions: ColumnElement[bool]) -> Any:
    return select(what).where(_of_page(row), *conditions).correlate(RatingPage).scalar_subquery()


def _of_day(page: CTE, day: Any) -> Any:
    row = aliased(PublicRatingDay)
    of_day = and_(row.unit_id == page.c.unit_id, row.site == page.c.site, row.day == day)
    return select(_packed(row)).where(of_day).correlate(page).scalar_subquery()


def _materialized(query: Select[Any], name: str) -> CTE:
    """Once, whatever is made of it: else each sum would look for itself."""
    return query.cte(name).prefix_with("MATERIALIZED")


def _standing(row: Sequence[Any]) -> Standing:
    weighted, reviews, pages, first, latest, stale = row
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


def _packed(row: Any) -> Any:
    """Return stars and number of reviews as one number, so that one look finds both."""
    return cast(row.count, BigInteger) * _STARS + row.rating


def _unpacked(told: Any) -> tuple[Any, Any]:
    """Return the sum of the stars, each as often as there are reviews, and the sum of the reviews."""
    count = told // _STARS
    return func.sum(told % _STARS * count), func.sum(count)
