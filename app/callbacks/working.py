"""Claim, give back, ring, note: the steps between opening a case and closing it."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.permissions import Actor, Permission
from app.callbacks.deadlines import next_try
from app.callbacks.errors import InvalidWorkError, NoNumberError
from app.callbacks.holding import (
    get_case,
    hold_case,
    note_claim,
    read_note,
    refuse_closed,
    refuse_taken,
    set_due,
    take_case,
)
from app.callbacks.models import AttemptResult, CallbackCase, CaseEvent, EventKind
from app.callbacks.timeline import write_event
from app.organisation.tree import working_time

# Nobody agrees to be rung later than that; a slip of the year would bury the case.
LONGEST_WAIT = timedelta(days=60)
_REACHED = (AttemptResult.REACHED, AttemptResult.CALL_LATER)


def claim_case(session: Session, case_id: uuid.UUID, *, actor: Actor, now: datetime) -> CallbackCase:
    """Take the case and return it; taken twice by the same user is taken once.

    One conditional UPDATE decides: of two users at once one wins, and the other is told who by CaseTakenError. Raises
    CaseClosedError, CaseNotFoundError too.
    """
    scope = actor.scope(Permission.WORK_CASES)
    won = session.scalar(
        update(CallbackCase)
        .where(
            CallbackCase.id == case_id,
            CallbackCase.closed_at.is_(None),
            CallbackCase.claimed_by_id.is_(None),
            scope.where(CallbackCase.unit_id),
        )
        .values(claimed_by_id=actor.user_id, claimed_at=now)
        .returning(CallbackCase.id)
        .execution_options(synchronize_session=False)
    )
    case = get_case(session, case_id, scope)
    if won is not None:
        note_claim(session, case, actor.user_id, now=now)
    else:
        refuse_closed(case)
        refuse_taken(session, case, actor.user_id)
    return case


def release_case(session: Session, case_id: uuid.UUID, *, actor: Actor, now: datetime) -> CallbackCase:
    """Give the case back to everybody, one's own or that of a colleague who is away; the timeline says whose it was."""
    case = hold_case(session, get_case(session, case_id, actor.scope(Permission.WORK_CASES)))
    if case.claimed_by_id is not None:
        held_by = None if case.claimed_by_id == actor.user_id else str(case.claimed_by_id)
        case.claimed_by_id = case.claimed_at = None
        write_event(session, case.id, EventKind.RELEASED, now=now, user_id=actor.user_id, held_by=held_by)
    return case


def log_attempt(
    session: Session,
    case_id: uuid.UUID,
    *,
    actor: Actor,
    result: AttemptResult,
    next_attempt_at: datetime | None = None,
    note: str | None = None,
    now: datetime,
) -> CallbackCase:
    """Write down a try to ring; it stops the first-attempt clock, however it ended.

    `next_attempt_at` is when the person asked to be rung again, required for *call later*. After *no answer* without
    one, the next try falls at another hour of the day, three times in all. Raises NoNumberError, InvalidWorkError,
    CaseTakenError, CaseClosedError, CaseNotFoundError.
    """
    case = take_case(session, case_id, actor, now=now)
    if case.contact_id is None:
        raise NoNumberError("nobody left a number; look into the matter and close it")
    if result is AttemptResult.CALL_LATER and next_attempt_at is None:
        raise InvalidWorkError("say when to ring again", field="next_attempt_at", code="time_missing")
    if next_attempt_at is not None and not now < next_attempt_at <= now + LONGEST_WAIT:
        raise InvalidWorkError("a time within the next 60 days", field="next_attempt_at", code="time_out_of_range")
    words = read_note(note)
    if result is AttemptResult.NO_ANSWER and next_attempt_at is None:
        next_attempt_at = _plan_next_try(session, case, now)
    elif result in (AttemptResult.REACHED, AttemptResult.WRONG_NUMBER):
        next_attempt_at = None
    case.first_attempt_at = case.first_attempt_at or now
    case.attempts += 1
    if result in _REACHED:
        case.first_reached_at = case.first_reached_at or now
    case.next_attempt_at = next_attempt_at
    set_due(case)
    again = next_attempt_at.isoformat() if next_attempt_at else None
    write_event(
        session,
        case.id,
        EventKind.ATTEMPT,
        now=now,
        user_id=actor.user_id,
        note=words,
        result=result,
        next_attempt_at=again,
    )
    return case


def add_note(session: Session, case_id: uuid.UUID, *, actor: Actor, note: str, now: datetime) -> CallbackCase:
    """Write a note into the timeline; a colleague's case takes notes too. Raises InvalidWorkError for an empty one."""
    case = hold_case(session, get_case(session, case_id, actor.scope(Permission.WORK_CASES)))
    words = read_note(note)
    if words is None:
        raise InvalidWorkError("write a note", field="note", code="note_missing")
    write_event(session, case.id, EventKind.NOTE, now=now, user_id=actor.user_id, note=words)
    return case


def _plan_next_try(session: Session, case: CallbackCase, now: datetime) -> datetime | None:
    query = select(func.count()).where(CaseEvent.case_id == case.id, CaseEvent.kind == EventKind.ATTEMPT)
    tries = session.scalars(query).one() + 1
    time = working_time(session, case.unit_id)
    again = next_try(now, tries, time.hours, time.time_zone)
    # Our own plan must not push the settlement's deadline out of sight; only the person's wish may.
    return again if again is not None and again < case.settle_due_at else None
