"""A row in every table of who hears when a clock runs out."""

import uuid
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.escalation.models import Duty, Escalation, UnitOwner
from app.callbacks.models import CallbackCase
from app.kit.ids import new_id


def add_escalations(session: Session, *, unit_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
    """Add somebody on duty, an owner, and that they were told of a case."""
    case_id = session.scalars(select(CallbackCase.id)).first()
    session.add_all(
        [
            Duty(
                id=new_id(),
                user_id=user_id,
                unit_id=unit_id,
                hours="Mo-Fr 09:00-18:00",
                from_on=date(2026, 2, 28),
                until_on=date(2028, 2, 29),
                created_at=now,
            ),
            UnitOwner(unit_id=unit_id, user_id=user_id, updated_at=now),
            Escalation(
                id=new_id(),
                case_id=case_id,
                rule="settle_late",
                round=2,
                at=now,
                to_user_id=user_id,
                unit_id=unit_id,
                acknowledged_at=now,
                remind_at=now,
            ),
        ]
    )
