"""How a case stands at a moment: overdue or not, warned or not, and what is to be done next."""

from datetime import datetime

from app.callbacks.deadlines import NextMove, next_move
from app.callbacks.models import CallbackCase


def is_overdue(item: CallbackCase, now: datetime) -> bool:
    """Tell whether what is due next should have happened."""
    return item.closed_at is None and item.due_at < now


def is_warned(item: CallbackCase, now: datetime) -> bool:
    """Tell whether most of a clock that still runs is up (`warn_at_percent`), or all of it."""
    if item.closed_at is not None:
        return False
    first_runs = item.contact_id is not None and item.first_attempt_at is None
    warnings = (item.first_attempt_warn_at if first_runs else None, item.settle_warn_at)
    return any(at is not None and at <= now for at in warnings)


def move_of(item: CallbackCase) -> NextMove:
    """Return what is to be done next."""
    return next_move(
        has_number=item.contact_id is not None,
        closed=item.closed_at is not None,
        first_attempt_at=item.first_attempt_at,
        next_attempt_at=item.next_attempt_at,
    )
