"""Writes ratings of days: a later word about the same day takes the place of the earlier one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.kit.db import table_of, upsert
from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.models import Origin, PublicRatingDay, RatingPage


@dataclass(frozen=True, slots=True)
class Reading:
    """What a unit's page on a site showed on a day: stars in hundredths, and how many reviews (1 or more)."""

    unit_id: uuid.UUID
    site: Site
    day: date
    stars: int
    count: int


def keep_readings(
    session: Session,
    readings: Sequence[Reading],
    *,
    origin: Origin,
    now: datetime,
    entered_by_id: uuid.UUID | None = None,
) -> None:
    """Write the readings, one a page and day, in place of what stood there."""
    if not readings:
        return
    known = upsert(session, table_of(RatingPage)).on_conflict_do_nothing()
    pages = {(reading.unit_id, reading.site.value) for reading in readings}
    session.execute(known, [{"unit_id": unit_id, "site": site, "failures": 0} for unit_id, site in sorted(pages)])
    add = upsert(session, table_of(PublicRatingDay))
    said = {name: add.excluded[name] for name in ("rating", "count", "source", "fetched_at", "entered_by_id")}
    session.execute(
        add.on_conflict_do_update(index_elements=["unit_id", "site", "day"], set_=said),
        [
            {
                "unit_id": reading.unit_id,
                "site": reading.site.value,
                "day": reading.day,
                "rating": reading.stars,
                "count": reading.count,
                "source": origin.value,
                "fetched_at": now,
                "entered_by_id": entered_by_id,
            }
            for reading in readings
        ],
    )
