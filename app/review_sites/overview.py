"""Which units are on which sites, with a page of their own, an inherited one or none. Read-only.

Everything is counted and paged by the database: a company may have thousands of offices, and a listing above a city
holds for all of them.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.organisation.listing import places_of
from app.organisation.models import Unit, UnitAncestor, UnitKind
from app.organisation.places import Place
from app.organisation.search import says
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewListing

_OWNER, _PARENT, _PAIR = aliased(Unit), aliased(Unit), aliased(UnitAncestor)


class Held(StrEnum):
    """How a unit holds a page on a site."""

    OWN = "own"
    INHERITED = "inherited"
    NONE = "none"


class Column(StrEnum):
    """What the list can be sorted by."""

    NAME = "name"
    CODE = "code"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which units: `kind` None is every kind, `below` a unit with all below it, `site` None is any site."""

    scope: Scope
    kind: UnitKind | None = UnitKind.OFFICE
    below: uuid.UUID | None = None
    search: str = ""
    site: Site | None = None
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit's page on a site; `from_code` and `from_name` say whose it is where it is inherited.

    An owner outside the asker's units is named, as on every page below it, but has no code to go to.
    """

    site: Site
    link: str
    held: Held
    from_code: str | None = None
    from_name: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A unit of the list with what it has, by site; a site that is missing has none."""

    place: Place
    closed: bool
    cells: Mapping[Site, Cell]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many units there are and how many of them are on a site, by themselves or from above."""

    units: int
    own: Mapping[Site, int]
    covered: Mapping[Site, int]

    def inherited(self, site: Site) -> int:
        """Return how many have the page of a unit above alone."""
        return self.covered.get(site, 0) - self.own.get(site, 0)

    def missing(self, site: Site) -> int:
        """Return how many have none."""
        return self.units - self.covered.get(site, 0)


def count_coverage(session: Session, wanted: Wanted) -> Coverage:
    """Return how the wanted units stand on each site, whatever site or state is asked for; three queries."""
    chosen = _narrow(select(Unit.id), wanted)
    units = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    own = select(ReviewListing.site, func.count()).where(ReviewListing.unit_id.in_(chosen)).group_by(ReviewListing.site)
    covered = (
        select(ReviewListing.site, func.count(UnitAncestor.unit_id.distinct()))
        .join(UnitAncestor, UnitAncestor.ancestor_id == ReviewListing.unit_id)
        .where(UnitAncestor.unit_id.in_(chosen))
        .group_by(ReviewListing.site)
    )
    return Coverage(
        units,
        {Site(site): count for site, count in session.execute(own)},
        {Site(site): count for site, count in session.execute(covered)},
    )


def count_with_a_link(session: Session, wanted: Wanted) -> tuple[int, int]:
    """Return how many of the wanted units have a page on any site, their own or from above, and how many there are."""
    from_anywhere = exists().where(_PAIR.unit_id == Unit.id, ReviewListing.unit_id == _PAIR.ancestor_id)
    linked = case((from_anywhere.correlate(Unit), 1), else_=0)
    having, units = session.execute(_narrow(select(func.sum(linked), func.count(Unit.id)), wanted)).one()
    return int(having or 0), units


def list_coverage(
    session: Session, wanted: Wanted, *, sort: Column, descending: bool, offset: int, limit: int
) -> tuple[list[Line], int]:
    """Return a page of the wanted units with what they have, and how many there are in all; four queries."""
    query = _narrow(select(Unit), wanted)
    if wanted.held is not None:
        query = query.where(_holds(wanted.held, wanted.site))
    total = session.scalar(select(func.count()).select_from(query.with_only_columns(Unit.id).subquery())) or 0
    # Units without an address last, either way round.
    by = func.coalesce(Unit.address, "") if sort is Column.ADDRESS else getattr(Unit, sort)
    first = [Unit.address.is_(None)] if sort is Column.ADDRESS else []
    order = [*first, by.desc() if descending else by, Unit.code]
    units = list(session.scalars(query.order_by(*order).offset(offset).limit(limit)))
    cells = _cells_of(session, [unit.id for unit in units], wanted.scope)
    lines = [
        Line(place, unit.closed_at is not None, cells.get(unit.id, {}))
        for unit, place in zip(units, places_of(session, units), strict=True)
    ]
    return lines, total


def _cells_of(session: Session, unit_ids: list[uuid.UUID], scope: Scope) -> dict[uuid.UUID, dict[Site, Cell]]:
    visible = scope.where(_OWNER.id).label("visible")
    rows = session.execute(
        select(
            UnitAncestor.unit_id, ReviewListing.site, ReviewListing.url, _OWNER.id, _OWNER.code, _OWNER.name, visible
        )
        .join(ReviewListing, ReviewListing.unit_id == UnitAncestor.ancestor_id)
        .join(_OWNER, _OWNER.id == ReviewListing.unit_id)
        .where(UnitAncestor.unit_id.in_(unit_ids))
        # The nearest comes last and replaces what the ones above it said.
        .order_by(UnitAncestor.distance.desc())
    )
    cells: dict[uuid.UUID, dict[Site, Cell]] = {}
    for unit_id, site, link, owner_id, code, name, may_see in rows:
        cell = (
            Cell(Site(site), link, Held.OWN)
            if owner_id == unit_id
            else Cell(Site(site), link, Held.INHERITED, code if may_see else None, name)
        )
        cells.setdefault(unit_id, {})[cell.site] = cell
    return cells


def _narrow(query: Select, wanted: Wanted) -> Select:  # type: ignore[type-arg]  # columns or rows alike
    query = query.where(wanted.scope.where(Unit.id), Unit.closed_at.is_(None))
    if wanted.kind is not None:
        query = query.where(Unit.kind == wanted.kind)
    if wanted.below is not None:
        query = query.where(Unit.id.in_(select(_PAIR.unit_id).where(_PAIR.ancestor_id == wanted.below)))
    if wanted.search:
        # An office is sought by its city as well, which few addresses name.
        query = query.outerjoin(_PARENT, _PARENT.id == Unit.parent_id)
        query = query.where(says(wanted.search, Unit.name, Unit.code, Unit.address, _PARENT.name))
    return query


def _holds(held: Held, site: Site | None) -> ColumnElement[bool]:
    """Without a site: on any of them for own and inherited, on none of them for none."""
    of_site = [] if site is None else [ReviewListing.site == site]
    own = exists().where(ReviewListing.unit_id == Unit.id, *of_site)
    if held is Held.OWN:
        return own
    from_above = (
        exists()
        .where(_PAIR.unit_id == Unit.id, _PAIR.distance > 0, ReviewListing.unit_id == _PAIR.ancestor_id, *of_site)
        .correlate(Unit)
    )
    if held is Held.NONE:
        return and_(~own, ~from_above)
    if site is not None:
        return and_(~own, from_above)
    theirs = aliased(ReviewListing)
    replaced = (
        exists().where(theirs.unit_id == Unit.id, theirs.site == ReviewListing.site).correlate(Unit, ReviewListing)
    )
    return (
        exists()
        .where(_PAIR.unit_id == Unit.id, _PAIR.distance > 0, ReviewListing.unit_id == _PAIR.ancestor_id, ~replaced)
        .correlate(Unit)
    )
