"""The protocol that every source of ratings fulfils: one page asked about, its stars and number of reviews answered.

A source knows no table and no session: it is handed what the link holds, asks its site up to three times within its own
time-outs, and returns or raises. Pacing, days and repeats are the worker's (app/jobs).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from app.kit.errors import OtklikError
from app.messaging.gateway import DeliveryError
from app.messaging.http import Answer, Http
from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.models import Outcome

_MOST_REVIEWS = 10**9
# A source may have to ask three times, and a worker's lane is given up after less than a minute.
_SECONDS = 12.0
# What the connection itself found, by the code of its error.
_OUTCOMES: Mapping[str, Outcome] = {"garbage": Outcome.NONSENSE, "redirected": Outcome.NONSENSE}


@dataclass(frozen=True, slots=True)
class Reference:
    """What is asked about: what the unit's link holds, and how the site has called the page since, if it has."""

    key: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class PublicRating:
    """Stars in hundredths (100 to 500) and how many reviews they are the mean of; no stars while there are none.

    `place` is how the site calls the page now.
    """

    stars: int | None
    count: int
    place: str


class RatingError(OtklikError):
    """A site did not tell a rating; `outcome` says why. `retry_after`: when it asked to be left alone for so long.

    Neither its words nor its address go along: an address may hold a key.
    """

    code = "no_public_rating"

    def __init__(self, outcome: Outcome, *, retry_after: timedelta | None = None) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.retry_after = retry_after


class RatingSource(Protocol):
    """One account with one site."""

    @property
    def per_second(self) -> float:
        """How many questions a second the contract allows."""
        ...

    @property
    def per_day(self) -> int:
        """How many pages are asked about in a day at most; sites count, and some bill."""
        ...

    def fetch_rating(self, reference: Reference) -> PublicRating:
        """Return what the site shows of the page now; raises RatingError. Returns within 45 seconds."""
        ...


@dataclass(frozen=True, slots=True)
class RatingSources:
    """The sources that are switched on, by their sites."""

    by_site: Mapping[Site, RatingSource] = field(default_factory=dict)


def open_connections() -> Http:
    """Return connections for one source."""
    return Http(seconds=_SECONDS)


def ask(
    http: Http, url: str, *, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Return the site's answer, whatever its status; raises RatingError where there is none."""
    try:
        return http.get(url, query=query, headers=headers)
    except DeliveryError as error:
        raise RatingError(_OUTCOMES.get(error.code, Outcome.UNAVAILABLE)) from None


def refuse(status: int, answer: Answer) -> RatingError:
    """Return what a status other than 200 says by itself."""
    if status == 429:
        return RatingError(Outcome.RATE_LIMITED, retry_after=answer.retry_after)
    if status in (401, 403):
        return RatingError(Outcome.BAD_KEY)
    if status in (404, 410):
        return RatingError(Outcome.NOT_FOUND)
    if status >= 500 or status == 408:
        return RatingError(Outcome.UNAVAILABLE, retry_after=answer.retry_after)
    return RatingError(Outcome.FIELD_DENIED if status == 400 else Outcome.NONSENSE)


def read_rating(rating: object, count: object, place: str) -> PublicRating:
    """Return the rating in an answer; without stars or reviews there is none yet. Raises RatingError for nonsense."""
    if not rating or not count:
        # Left out, null or nothing: the page is there and nobody has rated it. Never shown as zero stars.
        if rating and count is None:
            raise RatingError(Outcome.NONSENSE)
        return PublicRating(None, 0, place)
    if not _is_number(rating) or not isinstance(count, int) or isinstance(count, bool):
        raise RatingError(Outcome.NONSENSE)
    stars = round(float(rating) * 100)  # type: ignore[arg-type]  # a number, as was asked above
    if not 100 <= stars <= 500 or not 0 < count <= _MOST_REVIEWS:
        raise RatingError(Outcome.NONSENSE)
    return PublicRating(stars, count, place)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _MOST_REVIEWS
