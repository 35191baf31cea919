"""One unit's pages on every site: which holds, whose it is, what would hold without it, who left for it. Read-only."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.organisation.models import Unit, UnitAncestor
from app.organisation.service import get_unit
from app.responses.models import SurveyResponse
from app.review_sites.catalogue import Catalogue, Site, SiteRules
from app.review_sites.models import ReviewClick, ReviewListing

# A page takes additions, and so taps on its buttons, for half a day after the answer.
_TAPPED_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Page:
    """A page on a site and the unit that has it; `unit_code` is None where the asker may not go to that unit."""

    link: str
    unit_id: uuid.UUID
    unit_name: str
    unit_code: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site as this unit has it: its own page, the one above that holds without it, and taps on its button."""

    site: Site
    rules: SiteRules
    own: Page | None
    above: Page | None
    taps: int

    @property
    def page(self) -> Page | None:
        """The page that holds."""
        return self.own or self.above


@dataclass(frozen=True, slots=True)
class Sheet:
    """A unit and the sites of the catalogue in their order."""

    unit: Unit
    path: tuple[tuple[str, str], ...]
    lines: tuple[SiteLine, ...]


def read_sheet(session: Session, catalogue: Catalogue, *, code: str, scope: Scope, since: datetime) -> Sheet:
    """Return the unit's sheet, taps counted from `since` on; raises UnknownUnitError outside the scope."""
    unit = get_unit(session, code, scope)
    visible = scope.where(Unit.id).label("visible")
    above = session.execute(
        select(Unit.id, Unit.code, Unit.name, visible)
        .join(UnitAncestor, UnitAncestor.ancestor_id == Unit.id)
        .where(UnitAncestor.unit_id == unit.id)
        .order_by(UnitAncestor.distance)
    ).all()
    pages = _pages(session, [row.id for row in above])
    taps = _count_taps(session, unit.id, since=since)
    lines = []
    for site, rules in catalogue.sites.items():
        held = [
            Page(link, row.id, row.name, row.code if row.visible else None, updated_at)
            for row in above
            for link, updated_at in pages.get((row.id, site), ())
        ]
        own = held[0] if held and held[0].unit_id == unit.id else None
        inherited = held[1:] if own else held
        lines.append(SiteLine(site, rules, own, inherited[0] if inherited else None, taps.get(site, 0)))
    path = tuple((row.code, row.name) for row in reversed(above[1:]) if row.visible)
    return Sheet(unit, path, tuple(lines))


def _pages(session: Session, unit_ids: list[uuid.UUID]) -> Mapping[tuple[uuid.UUID, Site], list[tuple[str, datetime]]]:
    rows = session.execute(
        select(ReviewListing.unit_id, ReviewListing.site, ReviewListing.url, ReviewListing.updated_at).where(
            ReviewListing.unit_id.in_(unit_ids)
        )
    )
    return {(unit_id, Site(site)): [(link, updated_at)] for unit_id, site, link, updated_at in rows}


def _count_taps(session: Session, unit_id: uuid.UUID, *, since: datetime) -> dict[Site, int]:
    """Count respondents of the unit and all below it who left for a site, each once a site, without suspect ones."""
    rows = session.execute(
        select(ReviewClick.site, func.count(ReviewClick.response_id.distinct()))
        .join(SurveyResponse, SurveyResponse.id == ReviewClick.response_id)
        .join(UnitAncestor, UnitAncestor.unit_id == SurveyResponse.unit_id)
        .where(
            UnitAncestor.ancestor_id == unit_id,
            # What is indexed: by it the database finds the few responses that can have been tapped since.
            SurveyResponse.answered_at >= since - _TAPPED_WITHIN,
            SurveyResponse.suspect.is_(False),
            ReviewClick.clicked_at >= since,
        )
        .group_by(ReviewClick.site)
    )
    return {Site(site): count for site, count in rows}
