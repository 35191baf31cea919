"""Sixty days of made-up stars for the demo's pages on review sites: one office rises, one falls, one is not found."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.demo.company import UNITS
from app.kit.db import table_of
from app.kit.rows import insert_rows
from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.models import Origin, Outcome, PublicRatingDay, RatingPage

_DAYS = 60
# From 60 days ago to today; who is not here stays where they are.
_STARS: Mapping[str, tuple[float, float]] = {
    "demo-office-1": (4.3, 4.5),
    "demo-office-6": (4.6, 4.2),
    "demo-office-9": (4.1, 4.6),
    "demo-region": (3.9, 4.0),
}
_ASKED = (Site.GOOGLE, Site.TWOGIS, Site.TRUSTPILOT)
# It has an interface for nobody: a manager looks each Monday.
_TYPED = Site.YANDEX
# Its page was closed on the site so many days ago, and what was last known stays.
_LOST, _LOST_FOR = ("demo-office-2", Site.TWOGIS), 12
_ASKED_AT = time(5, 20)


def add_stars(
    session: Session,
    *,
    units: Mapping[str, uuid.UUID],
    managers: Mapping[str, uuid.UUID],
    zone: ZoneInfo,
    now: datetime,
) -> None:
    """Write what the sites showed of the demo's pages; units and managers by codes of units."""
    today = now.astimezone(zone).date()
    typist = managers["demo-region"]
    pages = [(unit.code, site) for unit in UNITS for site in unit.links if site in (*_ASKED, _TYPED)]
    insert_rows(
        session,
        table_of(RatingPage),
        ("unit_id", "site", "place_known_at", "planned_on", "asked_at", "outcome", "failures"),
        (_page(units[code], site, lost=(code, site) == _LOST, today=today, now=now) for code, site in pages),
    )
    insert_rows(
        session,
        table_of(PublicRatingDay),
        ("unit_id", "site", "day", "rating", "count", "source", "fetched_at", "entered_by_id"),
        (
            (
                units[code],
                site.value,
                day,
                rating,
                count,
                (Origin.MANUAL if site is _TYPED else Origin.API).value,
                min(datetime.combine(day, _ASKED_AT, tzinfo=UTC), now),
                typist if site is _TYPED else None,
            )
            for code, site in pages
            for day, rating, count in _readings(code, site, today)
        ),
    )


def _page(unit_id: uuid.UUID, site: Site, *, lost: bool, today: date, now: datetime) -> tuple[object, ...]:
    if site is _TYPED:
        return unit_id, site.value, None, None, None, None, 0
    outcome, failures = (Outcome.NOT_FOUND, _LOST_FOR) if lost else (Outcome.RATED, 0)
    return unit_id, site.value, now - timedelta(days=failures), today, now, outcome.value, failures


def _readings(code: str, site: Site, today: date) -> Iterator[tuple[date, int, int]]:
    """Yield day, stars in hundredths and number of reviews; the same for the same page, whatever the day."""
    seed = crc32(f"{code} {site}".encode())
    usual = 4.0 + seed % 8 / 10
    first, last = _STARS.get(code, (usual, usual))
    count, grows = 60 + seed % 700, 1 + seed % 4
    for ago in range(_DAYS - 1, -1, -1):
        day = today - timedelta(days=ago)
        if (site is _TYPED and day.weekday()) or ((code, site) == _LOST and ago < _LOST_FOR):
            continue
        stars = first + (last - first) * (1 - ago / (_DAYS - 1))
        yield day, round(stars * 10) * 10, count + (_DAYS - ago) * grows // 2
