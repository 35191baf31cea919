"""The one big button: whom to ring next."""

import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.permissions import Actor, Permission
from app.callbacks.holding import get_case, note_claim
from app.callbacks.models import CallbackCase
from app.callbacks.within import within


def claim_most_urgent(
    session: Session, *, actor: Actor, unit_id: uuid.UUID | None = None, now: datetime
) -> CallbackCase | None:
    """Claim the free callback that is due first and return it, or None if nobody waits.

    Only one with a number, where the actor may work, at `unit_id` or below if given, and not put off until later. Two
    at once get two cases: SQLite has one writer, PostgreSQL passes over the row that another claim holds.
    """
    scope = actor.scope(Permission.WORK_CASES)
    most_urgent = (
        select(CallbackCase.id)
        .where(
            CallbackCase.closed_at.is_(None),
            CallbackCase.claimed_by_id.is_(None),
            CallbackCase.contact_id.is_not(None),
            CallbackCase.next_attempt_at.is_(None) | (CallbackCase.next_attempt_at <= now),
            *within(scope, unit_id),
        )
        .order_by(CallbackCase.due_at, CallbackCase.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    case_id = session.scalar(
        update(CallbackCase)
        .where(CallbackCase.id == most_urgent.scalar_subquery())
        .values(claimed_by_id=actor.user_id, claimed_at=now)
        .returning(CallbackCase.id)
        .execution_options(synchronize_session=False)
    )
    if case_id is None:
        return None
    case = get_case(session, case_id, scope)
    note_claim(session, case, actor.user_id, now=now)
    return case
