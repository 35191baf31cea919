"""Listings of units, offers for a response, and who left for which site."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.kit.db import dialect_insert, dialect_of, table_of
from app.kit.ids import new_id
from app.kit.rows import insert_rows
from app.organisation.models import Unit, UnitAncestor
from app.organisation.service import working_time
from app.responses.models import SurveyResponse
from app.review_sites.audience import Withheld, find_reason
from app.review_sites.catalogue import Catalogue, Site, SiteRules
from app.review_sites.links import link_host
from app.review_sites.models import ReviewClick, ReviewListing, ReviewOffer
from app.surveys.definition import Band
from app.touchpoints.models import Channel

# SQLite takes 32,766 parameters a statement, two or three of ours a row.
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Listing:
    """The page of a unit on a site; `inherited` if it is an ancestor's."""

    id: uuid.UUID
    unit_id: uuid.UUID
    site: Site
    link: str
    inherited: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A site that this respondent is shown; `host` is where its button says it leads."""

    site: Site
    name: str
    link: str
    host: str
    listing_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Verdict:
    """A site as one kind of respondent meets it: the page that holds here, and why it is not shown."""

    site: Site
    rules: SiteRules
    listing: Listing | None
    withheld: Withheld | None


@dataclass(frozen=True, slots=True)
class ListingChanges:
    """How many listings a file or form added, changed and found as they were."""

    added: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody left for a site."""

    site: Site
    link: str
    clicked_at: datetime


def set_listing(session: Session, *, unit_id: uuid.UUID, site: Site, link: str, now: datetime) -> ListingChanges:
    """Give the unit its page on a site, in place of the one it had; `link` is what `links.review_link` built."""
    return set_listings(session, {(unit_id, site): link}, now=now)


def set_listings(session: Session, links: Mapping[tuple[uuid.UUID, Site], str], *, now: datetime) -> ListingChanges:
    """Give many units their pages in a few statements, and return what that changed. Listings not named stay."""
    known = _own_links(session, links)
    new = [key for key in links if key not in known]
    moved = [key for key in links if key in known and known[key][1] != links[key]]
    insert_rows(
        session,
        table_of(ReviewListing),
        ("id", "unit_id", "site", "url", "created_at", "updated_at"),
        ((new_id(), unit, site.value, links[unit, site], now, now) for unit, site in new),
    )
    if moved:
        session.execute(
            update(ReviewListing), [{"id": known[key][0], "url": links[key], "updated_at": now} for key in moved]
        )
    return ListingChanges(len(new), len(moved), len(links) - len(new) - len(moved))


def remove_listing(session: Session, *, unit_id: uuid.UUID, site: Site) -> bool:
    """Take the unit's own page on a site away, so that it inherits again; tell whether there was one."""
    gone = delete(ReviewListing).where(ReviewListing.unit_id == unit_id, ReviewListing.site == site)
    return session.scalar(gone.returning(ReviewListing.id)) is not None


def listings_for(session: Session, unit_id: uuid.UUID) -> list[Listing]:
    """Return the pages that hold for a unit, one a site: its own, else the nearest ancestor's."""
    rows = session.execute(_LISTINGS, {"of_unit": unit_id})
    # The nearest comes last and replaces what the ones above it said.
    nearest = {
        Site(site): Listing(listing_id, owner, Site(site), url, inherited=owner != unit_id)
        for listing_id, owner, site, url in rows
    }
    return [nearest[site] for site in Site if site in nearest]


def offers_for(
    session: Session,
    catalogue: Catalogue,
    *,
    unit_id: uuid.UUID,
    band: Band | None,
    channel: Channel | str,
    now: datetime,
    heed_caps: bool = True,
) -> list[Offer]:
    """Return the sites that a respondent of this unit is shown, in the order of the catalogue.

    `band` None (a survey that is not routed) counts as not happy; a cap's day begins in the unit's own zone.
    Without `heed_caps` a full day hides nothing: whoever was shown a button a moment ago may still use it.
    """
    verdicts = judge_sites(
        session, catalogue, unit_id=unit_id, band=band, channel=channel, now=now, heed_caps=heed_caps
    )
    return [
        Offer(verdict.site, verdict.rules.name, listing.link, link_host(listing.link), listing.id)
        for verdict in verdicts
        if (listing := verdict.listing) is not None and verdict.withheld is None
    ]


def judge_sites(
    session: Session,
    catalogue: Catalogue,
    *,
    unit_id: uuid.UUID,
    band: Band | None,
    channel: Channel | str,
    now: datetime,
    heed_caps: bool = True,
) -> list[Verdict]:
    """Return every site of the catalogue, in its order, with why it is not shown, if it is not; as `offers_for`."""
    listings = {listing.site: listing for listing in listings_for(session, unit_id)}
    # The code of a visit hangs in the office, and the answer is given there.
    at_the_office = channel == Channel.VISIT
    verdicts = [
        Verdict(
            site,
            rules,
            listing := listings.get(site),
            find_reason(rules, listing.link if listing else None, band=band, at_the_office=at_the_office),
        )
        for site, rules in catalogue.sites.items()
    ]
    if not heed_caps:
        return verdicts
    capped = [
        verdict.listing.id
        for verdict in verdicts
        if verdict.listing is not None and verdict.withheld is None and verdict.rules.daily_cap is not None
    ]
    visitors = _visitors_today(session, capped, unit_id=unit_id, now=now) if capped else {}
    return [_rest_when_full(verdict, visitors) for verdict in verdicts]


def form_action_hosts(offers: Iterable[Offer], catalogue: Catalogue) -> list[str]:
    """Return the origins that a page with these offers must name in `form-action`, sorted.

    Chromium checks every hop of a redirect against it, so beside the link's own host stand those that the site uses
    itself and those that it sends people on to.
    """
    hosts: set[str] = set()
    for offer in offers:
        rules = catalogue.rules(offer.site)
        hosts.update([offer.host, *rules.hosts, *rules.redirects_to])
    return sorted(f"https://{host}" for host in hosts)


def record_offer(session: Session, response_id: uuid.UUID, sites: Sequence[Site], *, now: datetime) -> None:
    """Note which sites a response's page led with, in order; the first time counts, a repeat changes nothing."""
    if not sites:
        return
    session.execute(
        _offer_once(dialect_of(session)),
        {"response_id": response_id, "sites": ",".join(sites), "offered_at": now},
    )


def record_click(session: Session, response_id: uuid.UUID, offer: Offer, *, now: datetime) -> str:
    """Note that the respondent leaves for a site, and return the address to send them to."""
    session.execute(
        insert(ReviewClick).values(
            id=new_id(),
            response_id=response_id,
            listing_id=offer.listing_id,
            site=offer.site,
            url=offer.link,
            clicked_at=now,
        )
    )
    return offer.link


def list_clicks(session: Session, response_id: uuid.UUID) -> list[Click]:
    """Return a response's clicks, the earliest first."""
    rows = session.execute(
        select(ReviewClick.site, ReviewClick.url, ReviewClick.clicked_at)
        .where(ReviewClick.response_id == response_id)
        .order_by(ReviewClick.clicked_at, ReviewClick.id)
    )
    return [Click(Site(site), url, clicked_at) for site, url, clicked_at in rows]


def find_offered_sites(session: Session, response_id: uuid.UUID) -> list[Site]:
    """Return the sites that a response's page led with, in order; none if nothing was offered."""
    sites = session.scalar(select(ReviewOffer.sites).where(ReviewOffer.response_id == response_id))
    return [Site(site) for site in sites.split(",")] if sites else []


def _rest_when_full(verdict: Verdict, visitors: Mapping[uuid.UUID, int]) -> Verdict:
    listing, cap = verdict.listing, verdict.rules.daily_cap
    if verdict.withheld is None and listing is not None and cap is not None and visitors.get(listing.id, 0) >= cap:
        return replace(verdict, withheld=Withheld.DAY_FULL)
    return verdict


def _visitors_today(
    session: Session, listing_ids: Sequence[uuid.UUID], *, unit_id: uuid.UUID, now: datetime
) -> dict[uuid.UUID, int]:
    """Count responses, not clicks, and none that is suspect: one person must not use up the day of all others."""
    zone = working_time(session, unit_id).time_zone
    midnight = datetime.combine(now.astimezone(zone).date(), time.min, tzinfo=zone)
    rows = session.execute(
        select(ReviewClick.listing_id, func.count(ReviewClick.response_id.distinct()))
        .join(SurveyResponse, SurveyResponse.id == ReviewClick.response_id)
        .where(
            ReviewClick.listing_id.in_(listing_ids),
            ReviewClick.clicked_at >= midnight,
            ReviewClick.clicked_at <= now,
            SurveyResponse.suspect.is_(False),
        )
        .group_by(ReviewClick.listing_id)
    )
    return {listing_id: count for listing_id, count in rows if listing_id is not None}


def _own_links(
    session: Session, keys: Iterable[tuple[uuid.UUID, Site]]
) -> dict[tuple[uuid.UUID, Site], tuple[uuid.UUID, str]]:
    wanted = list(dict.fromkeys(unit_id for unit_id, _ in keys))
    known: dict[tuple[uuid.UUID, Site], tuple[uuid.UUID, str]] = {}
    for start in range(0, len(wanted), _BATCH):
        rows = session.execute(
            select(ReviewListing.id, ReviewListing.unit_id, ReviewListing.site, ReviewListing.url).where(
                ReviewListing.unit_id.in_(wanted[start : start + _BATCH])
            )
        )
        known.update({(unit_id, Site(site)): (listing_id, url) for listing_id, unit_id, site, url in rows})
    return known


_LISTING, _PAIR = table_of(ReviewListing).c, table_of(UnitAncestor).c
# Composed once, through Core: asked for every page that follows a rating.
_LISTINGS = (
    select(_LISTING.id, _LISTING.unit_id, _LISTING.site, _LISTING.url)
    .join_from(table_of(ReviewListing), table_of(UnitAncestor), _PAIR.ancestor_id == _LISTING.unit_id)
    .where(_PAIR.unit_id == bindparam("of_unit", type_=table_of(Unit).c.id.type))
    .order_by(_PAIR.distance.desc())
)


@lru_cache(maxsize=2)
def _offer_once(dialect: str) -> Any:
    return dialect_insert(dialect, table_of(ReviewOffer)).on_conflict_do_nothing(index_elements=["response_id"])
