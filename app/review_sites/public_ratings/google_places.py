"""Stars of Google Maps by Places API (New).

https://developers.google.com/maps/documentation/places/web-service/place-details
Both fields are billed by the call. A place id may change: Google asks to renew those older than twelve months, and
answers under the id that holds now, which is asked about from then on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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

_FIELDS = "id,rating,userRatingCount"
# It stands in an address the next time.
_PLACE_ID = re.compile(r"[A-Za-z0-9_-]{1,300}", re.ASCII)


@dataclass(frozen=True, slots=True)
class GooglePlaces:
    """One project with its key."""

    url: str
    key: str = field(repr=False)
    per_second: float = 5
    per_day: int = 1000
    http: Http = field(default_factory=open_connections, repr=False)

    def fetch_rating(self, reference: Reference) -> PublicRating:
        """Return what the place has now, with the id that it has now."""
        place = reference.place or reference.key
        answer = ask(
            self.http,
            f"{self.url}/v1/places/{place}",
            headers={"X-Goog-Api-Key": self.key, "X-Goog-FieldMask": _FIELDS},
        )
        if answer.status != 200:
            raise _refusal(answer)
        said = answer.fields
        known_as = said.get("id")
        if not isinstance(known_as, str) or not _PLACE_ID.fullmatch(known_as):
            raise RatingError(Outcome.NONSENSE)
        return read_rating(said.get("rating"), said.get("userRatingCount"), known_as)


def _refusal(answer: Answer) -> RatingError:
    """Google says by 400 that a key is wrong, that a field is, and that a place id is none."""
    if answer.status != 400:
        return refuse(answer.status, answer)
    error = answer.fields.get("error")
    said: Mapping[str, Any] = error if isinstance(error, dict) else {}
    details = said.get("details")
    reasons = [one.get("reason") for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    if "API_KEY_INVALID" in reasons:
        return RatingError(Outcome.BAD_KEY)
    if "place id" in str(said.get("message", "")).lower():
        return RatingError(Outcome.NOT_FOUND)
    return RatingError(Outcome.FIELD_DENIED)
