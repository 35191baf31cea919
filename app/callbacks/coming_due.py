"""Tells, once, that a case's time has come: whoever listens hears `case.due` (the list itself shows it anyway)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.callbacks.timeline import describe_case
from app.kit.outbox import record_event


def note_due_cases(session: Session, *, since: datetime, now: datetime) -> int:
    """Record an event for each open case whose time came after `since` and until `now`, and return how many came.

    Once for a case and its time: a new time (the next attempt, the settlement) is a new event. Stretches may overlap.
    """
    due = session.scalars(
        select(CallbackCase)
        .where(CallbackCase.closed_at.is_(None), CallbackCase.due_at > since, CallbackCase.due_at <= now)
        .order_by(CallbackCase.due_at, CallbackCase.id)
    ).all()
    for case in due:
        key = f"case.due {case.id} {case.due_at.isoformat()}"
        record_event(session, "case.due", describe_case(case), now=now, once_key=key)
    return len(due)
