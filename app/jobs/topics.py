"""What the worker does for topics: sort what was said, and all of it anew once the rules have changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.responses.topics.classifier import Classifier
from app.responses.topics.sorting import sort_responses

SORT = "sort-topics"
# Responses a transaction: a fifth of a second at most, so that no rater waits longer for the one writer of SQLite.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class TopicWork:
    """The one step; without a classifier nothing is sorted."""

    classifier: Classifier | None
    batch: int

    def sort(self, session: Session, now: datetime) -> int:
        """Sort some responses; a whole batch as long as there may be more."""
        if self.classifier is None:
            return 0
        return self.batch if sort_responses(session, self.classifier, now=now, limit=_AT_ONCE) == _AT_ONCE else 0
