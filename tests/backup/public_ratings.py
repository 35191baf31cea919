"""A row in the tables of public ratings."""

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.review_sites.public_ratings.models import PublicRatingDay, RatingPage


def add_public_ratings(session: Session, *, unit_id: uuid.UUID, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add a page that did not answer the last time, and two days of it, one of them typed in."""
    page = {"unit_id": unit_id, "site": "google"}
    day = {**page, "rating": 457, "count": 1287, "fetched_at": now}
    session.add_all(
        [
            RatingPage(
                **page,
                reference=odd,
                place=odd,
                place_known_at=now,
                planned_on=date(2026, 3, 4),
                asked_at=now,
                outcome="unavailable",
                failures=3,
            ),
            PublicRatingDay(**day, day=date(2026, 3, 3), source="api"),
            PublicRatingDay(**day, day=date(2026, 3, 4), source="manual", entered_by_id=user_id),
        ]
    )
