"""What the worker counts ahead of the pages of figures: each day that is over, and each that was changed since."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.analytics.counts.counting import count_days

COUNT = "count-days"


@dataclass(frozen=True, slots=True)
class CountingWork:
    """The one step; a transaction a day, so that raters never wait for long. Without a zone nothing is counted."""

    zone: ZoneInfo | None
    batch: int

    def count(self, session: Session, now: datetime) -> int:
        """Count a day; a whole batch as long as there may be more."""
        if self.zone is None:
            return 0
        return self.batch if count_days(session, self.zone, now=now) else 0
