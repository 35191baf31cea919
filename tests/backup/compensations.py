"""A row in the table of what was given to customers."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.compensation.models import Compensation, CompensationState
from app.callbacks.models import CallbackCase
from app.kit.ids import new_id


def add_compensations(session: Session, *, unit_id: uuid.UUID, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add a proposal that waits to the case that is there."""
    session.add(
        Compensation(
            id=new_id(),
            case_id=session.scalars(select(CallbackCase.id)).first(),
            unit_id=unit_id,
            kind="refund",
            amount=500_001,
            currency="KZT",
            note=odd,
            state=CompensationState.PENDING,
            proposed_at=now,
            proposed_by_id=user_id,
        )
    )
