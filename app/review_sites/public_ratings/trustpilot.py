"""Stars of Trustpilot by its Business Units API. https://developers.trustpilot.com/business-units-api-overview

A domain is sought once; from then on the business unit is asked about by its id. The rating is the TrustScore (a
decimal), not the stars, which are rounded to a half.
"""

from dataclasses import dataclass, field

from app.messaging.http import Answer, Http
from app.review_sites.public_ratings.models import Outcome
from app.review_sites.public_ratings.sources import (
    PublicRating,
    RatingError,
    Reference,
    ask,
    open_connections,
    read_rating,
    refuse,
)

_LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Trustpilot:
    """One key of an account with the connect module."""

    url: str
    key: str = field(repr=False)
    per_second: float = 2
    per_day: int = 5000
    http: Http = field(default_factory=open_connections, repr=False)

    def fetch_rating(self, reference: Reference) -> PublicRating:
        """Return what the business unit of the domain has now; an id that is gone is sought again."""
        place = reference.place or self._find(reference.key)
        answer = self._ask(f"/v1/business-units/{place}")
        if answer.status in (404, 410) and reference.place is not None:
            place = self._find(reference.key)
            answer = self._ask(f"/v1/business-units/{place}")
        if answer.status != 200:
            raise refuse(answer.status, answer)
        score, reviews = answer.fields.get("score"), answer.fields.get("numberOfReviews")
        if not isinstance(score, dict) or not isinstance(reviews, dict):
            raise RatingError(Outcome.NONSENSE)
        return read_rating(score.get("trustScore", score.get("stars")), reviews.get("total"), place)

    def _find(self, domain: str) -> str:
        answer = self._ask("/v1/business-units/find", {"name": domain})
        if answer.status != 200:
            raise refuse(answer.status, answer)
        found = answer.fields.get("id")
        if not isinstance(found, str) or not found.isascii() or not found.isalnum() or len(found) > _LONGEST_ID:
            raise RatingError(Outcome.NONSENSE)
        return found

    def _ask(self, path: str, query: dict[str, str] | None = None) -> Answer:
        return ask(self.http, self.url + path, query=query, headers={"apikey": self.key})
