"""Open a case for a response, make it a callback, and note what the respondent changed afterwards."""

import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.deadlines import Deadline, add_working_hours
from app.callbacks.holding import (
    hold_case,
    set_due,
)
from app.callbacks.models import CallbackCase, CallWindow, EventKind
from app.callbacks.numbers import note_number_shown
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.states import CaseReason
from app.callbacks.timeline import describe_case, write_event
from app.kit.db import dialect_insert, dialect_of, table_of
from app.kit.ids import new_id
from app.kit.outbox import record_event
from app.organisation.tree import WorkingTime, working_time


def open_case(
    session: Session,
    *,
    unit_id: uuid.UUID,
    response_id: uuid.UUID | None,
    reason: CaseReason,
    deadline: Deadline,
    working_time: WorkingTime,
    contact_id: uuid.UUID | None = None,
    consent_id: uuid.UUID | None = None,
    call_window: CallWindow | None = None,
    now: datetime,
    demo: bool = False,
) -> uuid.UUID:
    """Return the id of the new case, or of the one that is open for the response.

    Clocks run in the unit's working hours: both with a contact, only the settlement's without one (*to look into*).
    Two requests at once open one case: the partial unique index makes the second insert do nothing.
    """
    settle_due_at = due_after(deadline.settle_hours, working_time, now)
    first_due_at = due_after(deadline.first_attempt_hours, working_time, now) if contact_id else None
    values = {
        "id": new_id(),
        "unit_id": unit_id,
        "response_id": response_id,
        "contact_id": contact_id,
        "consent_id": consent_id,
        "reason": reason,
        "call_window": call_window,
        "opened_at": now,
        "first_attempt_due_at": first_due_at,
        "settle_due_at": settle_due_at,
        "due_at": min(first_due_at or settle_due_at, settle_due_at),
        "first_attempt_hours": deadline.first_attempt_hours,
        "settle_hours": deadline.settle_hours,
        "demo": demo,
    }
    insert = _insert_case(dialect_of(session))
    case_id: uuid.UUID | None = session.execute(insert, values).scalar_one_or_none()
    while case_id is None:
        standing = find_open_case(session, response_id) if response_id else None
        if standing is not None:
            return standing.id
        case_id = session.execute(insert, values).scalar_one_or_none()  # closed between the two statements
    write_event(session, case_id, EventKind.OPENED, now=now, reason=reason, number=contact_id is not None)
    record_event(session, "case.opened", describe_case(CallbackCase(**values)), now=now)
    return case_id


def find_open_case(session: Session, response_id: uuid.UUID) -> CallbackCase | None:
    """Return the response's open case, or None."""
    return session.scalars(
        select(CallbackCase).where(CallbackCase.response_id == response_id, CallbackCase.closed_at.is_(None))
    ).one_or_none()


def add_number(
    session: Session,
    case: CallbackCase,
    *,
    contact_id: uuid.UUID,
    consent_id: uuid.UUID | None,
    call_window: CallWindow | None,
    deadline: Deadline,
    working_time: WorkingTime,
    now: datetime,
) -> None:
    """Make a case a callback: the first attempt is due from this moment on. Raises CaseClosedError.

    A case that had a number keeps its clock and takes the latest number; the same form sent twice changes nothing.
    """
    hold_case(session, case)
    had_number, same_number = case.contact_id is not None, case.contact_id == contact_id
    case.consent_id = consent_id or case.consent_id  # given anew, it stands even if the one before was withdrawn
    if same_number and case.call_window == call_window:
        return
    case.contact_id, case.call_window = contact_id, call_window
    if not had_number:
        case.first_attempt_due_at = due_after(deadline.first_attempt_hours, working_time, now)
    set_due(case)
    kind = EventKind.CALLBACK_REQUESTED if had_number else EventKind.NUMBER_ADDED
    write_event(session, case.id, kind, now=now, call_window=call_window, another_number=had_number and not same_number)
    if case.claimed_by_id is not None and not same_number:
        note_number_shown(session, case, case.claimed_by_id, how="added", now=now)


def restart_clocks(session: Session, case: CallbackCase, *, rules: CaseRules, now: datetime) -> None:
    """Let both clocks run anew from `now`, as if the case were opened at this moment.

    Nobody has rung since: the first attempt, the tries and the agreed times of before are emptied.
    """
    time = working_time(session, case.unit_id)
    case.first_attempt_at = case.first_reached_at = case.next_attempt_at = None
    case.attempts = 0
    case.settle_due_at = due_after(case.settle_hours, time, now)
    case.first_attempt_due_at = due_after(case.first_attempt_hours, time, now) if case.contact_id else None
    set_due(case)


def note_rating_change(
    session: Session, case: CallbackCase, *, old_rating: int, new_rating: int, now: datetime
) -> None:
    """Write into the timeline that the respondent changed the rating; the case and its clocks stay."""
    write_event(session, case.id, EventKind.RATING_CHANGED, now=now, old_rating=old_rating, new_rating=new_rating)


def due_after(hours: float, time: WorkingTime, now: datetime) -> datetime:
    return add_working_hours(now, hours, time.hours, time.time_zone)


@lru_cache(maxsize=2)
def _insert_case(dialect: str) -> Any:
    """Composed once: opening a case is part of taking a low rating."""
    return (
        dialect_insert(dialect, table_of(CallbackCase))
        .on_conflict_do_nothing(index_elements=["response_id"], index_where=CallbackCase.closed_at.is_(None))
        .returning(table_of(CallbackCase).c.id)
    )
