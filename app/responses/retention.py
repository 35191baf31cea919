"""What is forgotten about how an answer came in, once it can no longer tell a double tap or a burst."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from app.responses.models import DeviceAnswer, SurveyResponse


def forget_devices(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` marks of devices that first answered before the instant, and return how many."""
    key = (DeviceAnswer.device_hash, DeviceAnswer.touchpoint_id)
    old = select(*key).where(DeviceAnswer.first_answered_at < before).limit(limit)
    return _rows(session, delete(DeviceAnswer).where(tuple_(*key).in_(old)))


def forget_addresses(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Empty up to `limit` address and device hashes of responses from before the instant, and return how many.

    The response stays; only what could tell that two answers came from one place goes.
    """
    # Written as a comparison, so that both databases walk the index over what still has a hash, not the whole history.
    traced = SurveyResponse.address_hash > b""
    old = select(SurveyResponse.id).where(traced, SurveyResponse.answered_at < before).limit(limit)
    forget = update(SurveyResponse).where(SurveyResponse.id.in_(old)).values(address_hash=None, device_hash=None)
    return _rows(session, forget)


def _rows(session: Session, statement: Any) -> int:
    return int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
