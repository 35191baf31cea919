"""Stars of 2GIS by its Places API, catalogue 3.0. https://docs.2gis.com/en/api/search/places/reference/3.0/items/byid

The rating is the branch's own (`general_…`, stars without words among them), never the organisation's (`org_…`): the
stars of a whole chain would stand at each of its offices. `items.reviews` has to be granted to a key; where a further
field is refused, the question is put again without it. The API writes its status into the body, beside a plain 200.
"""

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

# The second is asked where the first is refused: a key may be granted the one and not the other.
_FIELDS = ("items.reviews,items.org", "items.reviews")


@dataclass(frozen=True, slots=True)
class TwoGis:
    """One key. It goes along in the address, as the API has it."""

    url: str
    key: str = field(repr=False)
    per_second: float = 5
    per_day: int = 5000
    http: Http = field(default_factory=open_connections, repr=False)

    def fetch_rating(self, reference: Reference) -> PublicRating:
        """Return what the branch has now."""
        answer, status = self._ask(reference.key, _FIELDS[0])
        if status == 400:
            answer, status = self._ask(reference.key, _FIELDS[1])
        if status != 200:
            raise refuse(status, answer)
        result = answer.fields.get("result")
        items = result.get("items") if isinstance(result, dict) else None
        if not isinstance(items, list):
            raise RatingError(Outcome.NONSENSE)
        if not items:
            raise RatingError(Outcome.NOT_FOUND)
        item = items[0]
        if not isinstance(item, dict):
            raise RatingError(Outcome.NONSENSE)
        return _read(item.get("reviews"), reference.key)

    def _ask(self, firm: str, fields: str) -> tuple[Answer, int]:
        answer = ask(self.http, f"{self.url}/3.0/items/byid", query={"id": firm, "fields": fields, "key": self.key})
        meta = answer.fields.get("meta")
        code = meta.get("code") if isinstance(meta, dict) else None
        told = code if isinstance(code, int) and answer.status == 200 else answer.status
        return answer, told


def _read(reviews: Any, firm: str) -> PublicRating:
    if reviews is None:
        # Granted keys are told of reviews even where there are none.
        raise RatingError(Outcome.FIELD_DENIED)
    if not isinstance(reviews, dict):
        raise RatingError(Outcome.NONSENSE)
    count = reviews.get("general_review_count_with_stars", reviews.get("general_review_count"))
    return read_rating(reviews.get("general_rating"), count, firm)
