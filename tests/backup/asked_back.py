"""A row in the table of the question after a case, answered and rated."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.models import AskedBack
from app.callbacks.models import CallbackCase
from app.contacts.models import Contact
from app.kit.ids import new_id


def add_question(session: Session, *, contact: Contact, now: datetime) -> None:
    """Add a question about the case that is there."""
    asked = now + timedelta(days=1, microseconds=123_457)
    session.add(
        AskedBack(
            id=new_id(),
            case_id=session.scalars(select(CallbackCase.id)).first(),
            round=2,
            contact_id=contact.id,
            token_hash=bytes(range(3, 35)),
            closed_at=now,
            ask_at=asked,
            answer_by=asked + timedelta(days=7),
            decided_at=asked,
            channel="sms",
            asked_at=asked,
            answered_at=asked,
            settled=False,
            rating=1,
            rated_at=asked,
            via="sms",
        )
    )
