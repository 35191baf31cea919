"""How often people opened a code's page, by day: counted by what their browsers report, so a lower bound.

Days are UTC's, since a count has no instant that could be read on another clock later.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.db import upsert
from app.kit.ids import read_code
from app.touchpoints.models import CODE_LENGTH, PageOpen, Touchpoint


def find_live_id(session: Session, code: str) -> uuid.UUID | None:
    """Return the id of the touchpoint in use under the code, or None; any case, O as 0, I and L as 1."""
    stored = read_code(code, CODE_LENGTH)
    if stored is None:
        return None
    return session.scalar(select(Touchpoint.id).where(Touchpoint.code == stored, Touchpoint.revoked_at.is_(None)))


def count_open(session: Session, touchpoint_id: uuid.UUID, *, now: datetime) -> None:
    """Add one to the opens of the touchpoint on this day."""
    counted = upsert(session, PageOpen).values(touchpoint_id=touchpoint_id, day=now.astimezone(UTC).date(), opens=1)
    session.execute(
        counted.on_conflict_do_update(
            index_elements=[PageOpen.touchpoint_id, PageOpen.day], set_={"opens": PageOpen.opens + 1}
        )
    )


def opens_by_day(session: Session, touchpoint_id: uuid.UUID, *, since: date) -> Mapping[date, int]:
    """Return the opens of each day from `since` on that had any."""
    rows = session.execute(
        select(PageOpen.day, PageOpen.opens).where(PageOpen.touchpoint_id == touchpoint_id, PageOpen.day >= since)
    )
    return dict(rows.all())
