"""The units of an area with the stars of their pages, beside their own figures: who has a page, who has no stars.

Read-only. Listed are the units right below, or every office; only a page of them is read in full.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.accounts.scope import Scope
from app.analytics.histograms import add_up, count_values
from app.analytics.measured import Measured, protect_groups
from app.analytics.public_ratings import last_day, measure_csat
from app.analytics.series import feeding, list_series
from app.analytics.wanted import By, Wanted
from app.organisation.listing import places_of
from app.organisation.models import Unit, UnitAncestor, UnitKind
from app.organisation.places import Place
from app.organisation.search import says
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewListing
from app.review_sites.public_ratings.models import Outcome, PublicRatingDay, RatingPage
from app.review_sites.public_ratings.readings import FRESH, Standing, read_unit_standings
from app.review_sites.public_ratings.references import read_reference
from app.review_sites.public_ratings.sources import RatingSources
from app.surveys.definition import Metric

# Where customers come to.
OFFICES = (UnitKind.OFFICE, UnitKind.CONTACT_CENTRE)
# Google asks to renew place ids that are older.
_OLD_PLACE = timedelta(days=365)


class Level(StrEnum):
    """Which units are listed."""

    NEXT = "next"
    OFFICES = "offices"


class Lack(StrEnum):
    """What an office may lack, by its own pages: a page, any stars, fresh ones, an answer of the site."""

    NO_PAGE = "no_page"
    NO_STARS = "no_stars"
    STALE = "stale"
    FAILING = "failing"


class Asking(StrEnum):
    """How it stands with asking a site for a unit's own page."""

    NO_PAGE = "no_page"
    NO_SOURCE = "no_source"
    NO_REFERENCE = "no_reference"
    NOT_YET = "not_yet"
    ANSWERED = "answered"
    NONE_YET = "none_yet"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PageState:
    """A unit's own page on a site: `outcome` says why asking failed, so many times in a row, the last time then.

    `old_place` is a place id that nobody has confirmed for a year.
    """

    asking: Asking
    outcome: Outcome | None = None
    failures: int = 0
    asked_at: datetime | None = None
    old_place: bool = False


@dataclass(frozen=True, slots=True)
class UnitStars:
    """One unit: the stars of its pages with all below it, how its own page stands, and our own figures."""

    place: Place
    standings: Mapping[Site, Standing]
    pages: Mapping[Site, PageState]
    own: Measured


@dataclass(frozen=True, slots=True)
class Listed:
    """Which units: of `site`, or of any, where `lack` is asked for. `sort` by a site's stars, else by name."""

    level: Level = Level.NEXT
    search: str = ""
    lack: Lack | None = None
    site: Site | None = None
    sort: Site | None = None
    descending: bool = False


def list_units(
    session: Session,
    sources: RatingSources,
    wanted: Wanted,
    scope: Scope,
    listed: Listed,
    *,
    offset: int,
    limit: int,
    now: datetime,
) -> tuple[list[UnitStars], int]:
    """Return some of the units and how many there are in all; a number of statements that depends on no row."""
    day = last_day(wanted.period, now)
    level = _select_level(wanted, scope, listed.level)
    own = _read_own(session, wanted, scope, level)
    query = level.where(*_narrow(listed, day))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    chosen = query.with_only_columns(Unit).order_by(*_order(listed, day)).offset(offset).limit(limit)
    units = list(session.scalars(chosen))
    ids = [unit.id for unit in units]
    standings = read_unit_standings(session, scope, ids, day)
    pages = _read_pages(session, sources, ids, now)
    nothing = measure_csat({})
    lines = [
        UnitStars(
            place,
            {site: standings[unit.id, site] for site in Site if (unit.id, site) in standings},
            pages.get(unit.id, {}),
            own.get(unit.id, nothing),
        )
        for unit, place in zip(units, places_of(session, units), strict=True)
    ]
    return lines, total


def count_lacks(session: Session, wanted: Wanted, scope: Scope, *, now: datetime) -> Mapping[Lack, int]:
    """Return how many offices lack what, on any site; one query each."""
    day = last_day(wanted.period, now)
    offices = _select_level(wanted, scope, Level.OFFICES)
    return {
        lack: session.scalar(
            select(func.count()).select_from(offices.where(*_narrow(Listed(Level.OFFICES, lack=lack), day)).subquery())
        )
        or 0
        for lack in Lack
    }


def _select_level(wanted: Wanted, scope: Scope, level: Level) -> Select[uuid.UUID]:
    query = select(Unit.id).where(scope.where(Unit.id), Unit.closed_at.is_(None))
    if level is Level.OFFICES:
        if wanted.unit_id is not None:
            below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == wanted.unit_id)
            query = query.where(Unit.id.in_(below))
        return query.where(Unit.kind.in_(OFFICES))
    if wanted.unit_id is not None:
        return query.where(Unit.parent_id == wanted.unit_id)
    if scope.everything:
        return query.where(Unit.parent_id.in_(select(Unit.id).where(Unit.parent_id.is_(None))))
    granted = sorted(scope.unit_ids)
    return query.where(Unit.parent_id == granted[0] if len(granted) == 1 else Unit.id.in_(granted))


def _narrow(listed: Listed, day: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if listed.search:
        conditions.append(says(listed.search, Unit.name, Unit.code, Unit.address))
    if listed.lack is not None:
        conditions.append(_lacks(listed.lack, listed.site, day))
    return conditions


def _lacks(lack: Lack, site: Site | None, day: date) -> ColumnElement[bool]:
    """By the unit's own pages and those above it for a page, by its own alone for the rest."""
    reading, page, pair = PublicRatingDay, RatingPage, aliased(UnitAncestor)
    if lack is Lack.NO_PAGE:
        listing = (
            exists()
            .where(pair.unit_id == Unit.id, ReviewListing.unit_id == pair.ancestor_id)
            .where(*([] if site is None else [ReviewListing.site == site]))
        )
        return ~listing.correlate(Unit)
    if lack is Lack.FAILING:
        return exists().where(page.unit_id == Unit.id, page.failures > 0, *_of(page.site, site)).correlate(Unit)
    read = exists().where(
        reading.unit_id == ReviewListing.unit_id, reading.site == ReviewListing.site, reading.day <= day
    )
    if lack is Lack.NO_STARS:
        return (
            exists()
            .where(ReviewListing.unit_id == Unit.id, ~read.correlate(ReviewListing), *_of(ReviewListing.site, site))
            .correlate(Unit)
        )
    latest = (
        select(func.max(reading.day))
        .where(reading.unit_id == page.unit_id, reading.site == page.site, reading.day <= day)
        .correlate(page)
        .scalar_subquery()
    )
    return exists().where(page.unit_id == Unit.id, latest < day - FRESH, *_of(page.site, site)).correlate(Unit)


def _of(column: InstrumentedAttribute[str], site: Site | None) -> list[ColumnElement[bool]]:
    return [] if site is None else [column == site]


def _order(listed: Listed, day: date) -> list[Any]:
    by_name = [Unit.name, Unit.code]
    if listed.sort is None:
        return [Unit.name.desc(), Unit.code] if listed.descending else by_name
    row = PublicRatingDay
    stars = (
        select(row.rating)
        .where(row.unit_id == Unit.id, row.site == listed.sort, row.day <= day)
        .order_by(row.day.desc())
        .limit(1)
        .correlate(Unit)
        .scalar_subquery()
    )
    return [stars.is_(None), stars.desc() if listed.descending else stars, *by_name]


def _read_own(session: Session, wanted: Wanted, scope: Scope, level: Select[uuid.UUID]) -> Mapping[uuid.UUID, Measured]:
    """Return our own figures of each unit of the level; small groups are hidden among all of them, shown or not."""
    ids = session.scalars(level).all()
    asked = feeding(list_series(session), Metric.CSAT)
    narrowed = Wanted(wanted.period, wanted.unit_id)
    counts = count_values(session, narrowed, scope, asked, by=By.UNIT, units=ids)
    found = {unit: add_up(each, asked) for unit, each in counts.items() if isinstance(unit, uuid.UUID)}
    whole = count_values(session, narrowed, scope, asked).get(None, {})
    return protect_groups(
        measure_csat(add_up(whole, asked)), {unit: measure_csat(each) for unit, each in found.items()}
    )


def _read_pages(
    session: Session, sources: RatingSources, unit_ids: Sequence[uuid.UUID], now: datetime
) -> Mapping[uuid.UUID, Mapping[Site, PageState]]:
    pages = {
        (page.unit_id, page.site): page
        for page in session.scalars(select(RatingPage).where(RatingPage.unit_id.in_(unit_ids)))
    }
    found: dict[uuid.UUID, dict[Site, PageState]] = {}
    for listing in session.scalars(select(ReviewListing).where(ReviewListing.unit_id.in_(unit_ids))):
        site = Site(listing.site)
        state = _state(listing, pages.get((listing.unit_id, listing.site)), asked=site in sources.by_site, now=now)
        found.setdefault(listing.unit_id, {})[site] = state
    return found


def _state(listing: ReviewListing, page: RatingPage | None, *, asked: bool, now: datetime) -> PageState:
    site = Site(listing.site)
    reference = read_reference(site, listing.url)
    confirmed = page.place_known_at if page is not None and page.reference == reference else None
    old = site is Site.GOOGLE and reference is not None and now - (confirmed or listing.updated_at) > _OLD_PLACE
    if not asked:
        return PageState(Asking.NO_SOURCE, old_place=old)
    if reference is None:
        return PageState(Asking.NO_REFERENCE)
    if page is None or page.outcome is None:
        return PageState(Asking.NOT_YET, old_place=old)
    outcome = Outcome(page.outcome)
    told = Asking.FAILED if outcome.failed else Asking.NONE_YET if outcome is Outcome.NONE_YET else Asking.ANSWERED
    return PageState(told, outcome, page.failures, page.asked_at, old)
