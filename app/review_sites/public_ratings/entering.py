"""One reading typed in by somebody who looked at the page, or taken away again; written to the audit."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.permissions import Actor, Permission
from app.kit.errors import NotFoundError
from app.organisation.service import get_unit
from app.review_sites.catalogue import Catalogue, Site
from app.review_sites.public_ratings.keeping import Reading, keep_readings
from app.review_sites.public_ratings.models import Origin, PublicRatingDay
from app.review_sites.public_ratings.numbers import read_count, read_day, read_stars


class ReadingNotFoundError(NotFoundError):
    """Nobody typed in a reading of this day."""

    code = "unknown_public_rating"


@dataclass(frozen=True, slots=True)
class TypedReading:
    """A reading as it was typed."""

    rating: str
    count: str
    day: str


def enter_reading(
    session: Session,
    catalogue: Catalogue,
    *,
    code: str,
    site: Site,
    typed: TypedReading,
    actor: Actor,
    today: date,
    now: datetime,
) -> Reading:
    """Keep what the unit's page showed on a day, in place of what was known of that day, and return it.

    Raises NotPermittedError, UnknownUnitError (also outside the actor's units), UnknownSiteError, InvalidRatingError.
    """
    unit = get_unit(session, code, actor.scope(Permission.ENTER_RATINGS))
    catalogue.rules(site)
    reading = Reading(
        unit.id, site, read_day(typed.day, today=today), read_stars(typed.rating), read_count(typed.count)
    )
    keep_readings(session, [reading], origin=Origin.MANUAL, entered_by_id=actor.user_id, now=now)
    details = {"site": site.value, "day": reading.day.isoformat(), "stars": reading.stars / 100, "count": reading.count}
    record(
        session,
        "public_rating.entered",
        now=now,
        user_id=actor.user_id,
        object_type="unit",
        object_id=unit.id,
        details=details,
    )
    return reading


def remove_reading(session: Session, *, code: str, site: Site, day: date, actor: Actor, now: datetime) -> None:
    """Take a reading away that was typed in; what a site told stays.

    Raises NotPermittedError, UnknownUnitError (also outside the actor's units), ReadingNotFoundError.
    """
    unit = get_unit(session, code, actor.scope(Permission.ENTER_RATINGS))
    gone = session.scalar(
        delete(PublicRatingDay)
        .where(
            PublicRatingDay.unit_id == unit.id,
            PublicRatingDay.site == site,
            PublicRatingDay.day == day,
            PublicRatingDay.source == Origin.MANUAL,
        )
        .returning(PublicRatingDay.day)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        raise ReadingNotFoundError(f"{unit.code} has no reading of {site} typed in for {day}")
    record(
        session,
        "public_rating.removed",
        now=now,
        user_id=actor.user_id,
        object_type="unit",
        object_id=unit.id,
        details={"site": site.value, "day": day.isoformat()},
    )


@dataclass(frozen=True, slots=True)
class KeptReading:
    """A reading as it is kept; `by` is who typed it in, None for what a site told."""

    site: Site
    day: date
    stars: int
    count: int
    by: uuid.UUID | None
    fetched_at: datetime


def list_readings(session: Session, unit_id: uuid.UUID, *, limit: int) -> list[KeptReading]:
    """Return the latest readings of the unit's own pages."""
    row = PublicRatingDay
    rows = session.execute(
        select(row.site, row.day, row.rating, row.count, row.entered_by_id, row.fetched_at)
        .where(row.unit_id == unit_id)
        .order_by(row.day.desc(), row.site)
        .limit(limit)
    )
    return [
        KeptReading(Site(site), day, stars, count, by, fetched_at) for site, day, stars, count, by, fetched_at in rows
    ]
