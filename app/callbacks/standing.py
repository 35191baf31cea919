"""How a case stands at a moment: overdue or not, and what is to be done next."""

from datetime import datetime

from app.callbacks.deadlines import NextMove, next_move
from app.callbacks.models import CallbackCase


def is_overdue(item: CallbackCase, now: datetime) -> bool:
    return item.closed_at is None and item.due_at < now


def move_of(item: CallbackCase) -> NextMove:
    return next_move(
        has_number=item.contact_id is not None,
        closed=item.closed_at is not None,
        first_attempt_at=item.first_attempt_at,
        next_attempt_at=item.next_attempt_at,
    )
