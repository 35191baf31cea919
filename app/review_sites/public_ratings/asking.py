"""Which pages a site is asked about today, what it is asked, and what is written of its answer.

Each page that has a source is asked about once a day: the planning writes a row of the outbox for it, due at its own
moment, so that the day's questions are spread; the worker's lane asks, with no transaction open, and writes what came
of it. A failure is counted and left until the next day; what was known before stays as it was, with its day.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.kit.db import upsert
from app.kit.outbox import record_event
from app.organisation.models import Unit
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewListing
from app.review_sites.public_ratings.keeping import Reading, keep_readings
from app.review_sites.public_ratings.models import Origin, Outcome, RatingPage
from app.review_sites.public_ratings.references import read_reference
from app.review_sites.public_ratings.sources import PublicRating, RatingError, RatingSources, Reference

LANE = "public-ratings"
KIND = "public_rating.ask"
# A small company has its stars within minutes; a large one's questions take the hour, and hours of the day.
_LONGEST_GAP = timedelta(seconds=30)
_RUN = timedelta(hours=1)
MOST_A_RUN = 500
# A source that refused the key, or had enough of us, is not asked about other pages for so long.
REST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Question:
    """What a site is asked for one page; `day` is the company's day that the answer is kept under."""

    unit_id: uuid.UUID
    site: Site
    reference: Reference
    day: date


def plan_questions(session: Session, sources: RatingSources, *, zone: ZoneInfo, now: datetime) -> int:
    """Queue questions for pages that were not asked about today, over the hour to come, and return how many.

    At most 500 a site, and as many a day as its source allows; those unasked for longest come first, and the others in
    the next hour or tomorrow. Pages of the demo and of closed units are left alone.
    """
    today = now.astimezone(zone).date()
    planned = 0
    for site, source in sources.by_site.items():
        done = session.scalar(select(func.count()).where(RatingPage.site == site, RatingPage.planned_on == today)) or 0
        planned += _plan_site(session, site, min(source.per_day - done, MOST_A_RUN), today=today, now=now)
    return planned


def find_question(
    session: Session, unit_id: uuid.UUID, site: Site, *, zone: ZoneInfo, now: datetime
) -> Question | None:
    """Return what to ask for the page now; None if its link is gone or names nothing that can be asked about."""
    link = session.scalar(
        select(ReviewListing.url)
        .join(Unit, Unit.id == ReviewListing.unit_id)
        .where(ReviewListing.unit_id == unit_id, ReviewListing.site == site, Unit.closed_at.is_(None))
    )
    reference = read_reference(site, link) if link else None
    if reference is None:
        return None
    page = session.get(RatingPage, (unit_id, site.value))
    place = page.place if page is not None and page.reference == reference else None
    return Question(unit_id, site, Reference(reference, place), now.astimezone(zone).date())


def rests_until(session: Session, site: Site, *, now: datetime) -> datetime | None:
    """Return until when the site is not asked, because it refused all of us within the hour; None if it may be."""
    refusals = [outcome.value for outcome in Outcome if outcome.of_whole_source]
    latest = session.scalar(
        select(func.max(RatingPage.asked_at)).where(
            RatingPage.site == site, RatingPage.asked_at > now - REST, RatingPage.outcome.in_(refusals)
        )
    )
    return latest + REST if latest else None


def note_rating(session: Session, question: Question, rating: PublicRating, *, now: datetime) -> None:
    """Keep what the site told under the question's day; that nobody has rated yet leaves no rating behind."""
    outcome = Outcome.RATED if rating.stars is not None else Outcome.NONE_YET
    if rating.stars is not None:
        reading = Reading(question.unit_id, question.site, question.day, rating.stars, rating.count)
        keep_readings(session, [reading], origin=Origin.API, now=now)
    _note(
        session,
        question,
        {
            "reference": question.reference.key,
            "place": rating.place,
            "place_known_at": now,
            "asked_at": now,
            "outcome": outcome.value,
            "failures": 0,
        },
    )


def note_failure(session: Session, question: Question, error: RatingError, *, now: datetime) -> None:
    """Count the failure; what was known before stays, but for a name that the site does not know any more."""
    values: dict[str, object] = {
        "asked_at": now,
        "outcome": error.outcome.value,
        "failures": RatingPage.failures + 1,
    }
    if error.outcome is Outcome.NOT_FOUND:
        values["place"] = None
    _note(session, question, values)


def _note(session: Session, question: Question, values: dict[str, object]) -> None:
    key = {"unit_id": question.unit_id, "site": question.site.value}
    session.execute(upsert(session, RatingPage).values(**key, failures=0).on_conflict_do_nothing())
    session.execute(
        update(RatingPage)
        .where(RatingPage.unit_id == question.unit_id, RatingPage.site == question.site)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _plan_site(session: Session, site: Site, most: int, *, today: date, now: datetime) -> int:
    if most <= 0:
        return 0
    rows = session.execute(
        select(ReviewListing.unit_id, ReviewListing.url)
        .join(Unit, Unit.id == ReviewListing.unit_id)
        .outerjoin(RatingPage, and_(RatingPage.unit_id == ReviewListing.unit_id, RatingPage.site == ReviewListing.site))
        .where(
            ReviewListing.site == site,
            Unit.closed_at.is_(None),
            Unit.demo.is_(False),
            or_(RatingPage.planned_on.is_(None), RatingPage.planned_on < today),
        )
        .order_by(RatingPage.planned_on.asc().nulls_first(), ReviewListing.unit_id)
    ).all()
    unit_ids = [unit_id for unit_id, url in rows if read_reference(site, url) is not None][:most]
    if not unit_ids:
        return 0
    gap = min(_LONGEST_GAP, _RUN / len(unit_ids))
    pages = [{"unit_id": unit_id, "site": site.value, "failures": 0, "planned_on": today} for unit_id in unit_ids]
    add = upsert(session, RatingPage).values(pages)
    session.execute(
        add.on_conflict_do_update(index_elements=["unit_id", "site"], set_={"planned_on": add.excluded.planned_on})
    )
    for place, unit_id in enumerate(unit_ids):
        record_event(
            session,
            KIND,
            {"unit_id": str(unit_id), "site": site.value, "day": today.isoformat()},
            now=now,
            due_at=now + place * gap,
            once_key=f"{KIND}:{site.value}:{unit_id}:{today.isoformat()}",
            lane=LANE,
        )
    return len(unit_ids)
