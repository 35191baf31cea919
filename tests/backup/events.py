"""Rows in the table of what happened when."""

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.analytics.events.models import TimeLineEvent
from app.kit.ids import new_id


def add_events(session: Session, *, unit_id: uuid.UUID, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add an event with all that can be told of one, and one whose writer is gone."""
    for note, by in ((odd, user_id), (None, None)):
        session.add(
            TimeLineEvent(
                id=new_id(),
                unit_id=unit_id,
                day=date(2026, 3, 3),
                kind="script",
                title=odd[:100],
                note=note,
                added_by_id=by,
                created_at=now,
                updated_at=now,
            )
        )
    session.flush()
