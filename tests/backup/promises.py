"""A row in the table of what was promised."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase, CasePromise
from app.kit.ids import new_id


def add_promises(session: Session, *, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add a promise to the case that is there."""
    session.add(
        CasePromise(
            id=new_id(),
            case_id=session.scalars(select(CallbackCase.id)).first(),
            promise=odd,
            due_at=now + timedelta(days=3, microseconds=7),
            made_at=now,
            made_by_id=user_id,
        )
    )
