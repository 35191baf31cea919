"""Asks review sites for the stars of our pages: a job that plans the hour's questions, and the lane that puts them.

A question is put with no transaction open. Its answer, and the end of its row, are written together; a failure ends the
row as well, since the page is asked about again tomorrow.
"""

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.jobs.lanes import Lane, end_held
from app.jobs.rate import TokenBucket
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.log import get_logger
from app.kit.outbox import Claim, postpone
from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.asking import (
    LANE,
    find_question,
    note_failure,
    note_rating,
    plan_questions,
    rests_until,
)
from app.review_sites.public_ratings.sources import RatingError, RatingSources

ASK_RATINGS = "ask-public-ratings"
# One site that takes its time must not hold up the others.
THREADS = 3
# Tomorrow has its own questions; a site that asks for more is asked once a day at most.
_LONGEST_REST = timedelta(days=1)
_LOG = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RatingPlanning:
    """The job of each hour; without sources it plans nothing. Far fewer rows than a job's batch."""

    sources: RatingSources
    zone: ZoneInfo

    def plan(self, session: Session, now: datetime) -> int:
        """Queue the hour's questions."""
        return min(plan_questions(session, self.sources, zone=self.zone, now=now), 1)


@dataclass(slots=True)
class Pace:
    """Lets so many questions a second through, whichever thread has them."""

    per_second: float
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _bucket: TokenBucket = field(init=False)

    def __post_init__(self) -> None:
        """Begin with one question to spare."""
        self._bucket = TokenBucket(self.per_second)

    def take_turn(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Return when the next question may be put; whoever comes meanwhile waits in line."""
        with self._lock:
            while not self._bucket.available(time.monotonic()):
                sleep(min(self._bucket.seconds_to_fill(), 1.0))
            self._bucket.take(1)


@dataclass(frozen=True, slots=True)
class RatingWork:
    """What a worker needs to ask for ratings."""

    database: Database
    clock: Clock
    sources: RatingSources
    zone: ZoneInfo
    paces: Mapping[Site, Pace] = field(init=False)
    # Until when sites asked to be left alone: by this process, which is the one that they told.
    wishes: dict[Site, datetime] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Keep a pace for each source."""
        paces = {site: Pace(source.per_second) for site, source in self.sources.by_site.items()}
        object.__setattr__(self, "paces", paces)

    def lane(self) -> Lane:
        """Return the lane for the worker to work."""
        return Lane(LANE, self.ask, threads=THREADS)

    def ask(self, claim: Claim) -> None:
        """Put one question; whatever comes of it stands in the database when this returns."""
        site, now = Site(claim.payload["site"]), self.clock()
        source = self.sources.by_site.get(site)
        if source is None or claim.payload["day"] != now.astimezone(self.zone).date().isoformat():
            return  # switched off meanwhile, or held up until another day has planned its own
        with self.database.reading() as session:
            question = find_question(session, uuid.UUID(claim.payload["unit_id"]), site, zone=self.zone, now=now)
            rests = max(rests_until(session, site, now=now) or now, self.wishes.get(site, now))
        if question is None:
            return
        if rests > now:
            self.database.write(lambda session: postpone(session, claim, due_at=rests))
            return
        self.paces[site].take_turn()
        try:
            rating = source.fetch_rating(question.reference)
        except RatingError as error:
            _LOG.warning("a site told no rating", site=site.value, outcome=error.outcome.value)
            failure = error
            if error.retry_after is not None:
                self.wishes[site] = self.clock() + min(error.retry_after, _LONGEST_REST)
            self._end(claim, lambda session: note_failure(session, question, failure, now=self.clock()))
            return
        self._end(claim, lambda session: note_rating(session, question, rating, now=self.clock()))

    def _end(self, claim: Claim, work: Callable[[Session], object]) -> None:
        end_held(self.database, claim, work, clock=self.clock)
