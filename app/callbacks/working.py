"""Claim, give back, ring, put off, note: the steps between opening a case and closing it."""

import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.permissions import Actor, Permission
from app.callbacks.errors import InvalidWorkError, NoNumberError
from app.callbacks.holding import (
    check_time,
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
from app.callbacks.opening import due_after
from app.callbacks.retry_plan import plan_retry
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.timeline import write_event
from app.organisation.tree import working_time

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
    rules: CaseRules,
    result: AttemptResult,
    next_attempt_at: datetime | None = None,
    note: str | None = None,
    now: datetime,
) -> CallbackCase:
    """Write down a try to ring; it stops the first-attempt clock, however it ended.

    `next_attempt_at` is when the person agreed to be rung again, required for *call later*. After *no answer* without
    one, the next try falls on an hour of the day that was not tried yet, as often as the rules say. Raises
    NoNumberError, InvalidWorkError, CaseTakenError, CaseClosedError, CaseNotFoundError.
    """
    case = take_case(session, case_id, actor, now=now)
    if case.contact_id is None:
        raise NoNumberError("nobody left a number; look into the matter and close it")
    if result is AttemptResult.CALL_LATER and next_attempt_at is None:
        raise InvalidWorkError("say when to ring again", field="next_attempt_at", code="time_missing")
    if next_attempt_at is not None:
        check_time(next_attempt_at, "next_attempt_at", now)
    words = read_note(note)
    if result is AttemptResult.NO_ANSWER and next_attempt_at is None:
        next_attempt_at = _plan_retry(session, case, rules, now)
    elif result is AttemptResult.WRONG_NUMBER:
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


def reschedule_case(
    session: Session, case_id: uuid.UUID, *, actor: Actor, at: datetime, note: str | None = None, now: datetime
) -> CallbackCase:
    """Put the case off until an agreed time, without a try to ring; the clocks stay, the list shows it then.

    A free case stays free, so that a leader can put off many without taking them. Raises InvalidWorkError for a time
    that is not within the next 60 days, CaseTakenError, CaseClosedError, CaseNotFoundError.
    """
    case = hold_case(session, get_case(session, case_id, actor.scope(Permission.WORK_CASES)))
    refuse_taken(session, case, actor.user_id)
    check_time(at, "at", now)
    words = read_note(note)
    case.next_attempt_at = at
    set_due(case)
    write_event(session, case.id, EventKind.RESCHEDULED, now=now, user_id=actor.user_id, note=words, at=at.isoformat())
    return case


def add_note(session: Session, case_id: uuid.UUID, *, actor: Actor, note: str, now: datetime) -> CallbackCase:
    """Write a note into the timeline; a colleague's case takes notes too. Raises InvalidWorkError for an empty one."""
    case = hold_case(session, get_case(session, case_id, actor.scope(Permission.WORK_CASES)))
    words = read_note(note)
    if words is None:
        raise InvalidWorkError("write a note", field="note", code="note_missing")
    write_event(session, case.id, EventKind.NOTE, now=now, user_id=actor.user_id, note=words)
    return case


def _plan_retry(session: Session, case: CallbackCase, rules: CaseRules, now: datetime) -> datetime | None:
    # Of before a reopening nothing counts: the matter begins anew.
    events = select(CaseEvent.at).where(
        CaseEvent.case_id == case.id,
        CaseEvent.kind == EventKind.ATTEMPT,
        CaseEvent.at >= (case.reopened_at or case.opened_at),
    )
    time = working_time(session, case.unit_id)
    again = plan_retry(
        [*session.scalars(events.order_by(CaseEvent.at)), now],
        rules.retries,
        work=lambda start, hours: due_after(hours, time, start),
        zone=time.time_zone,
    )
    # Our own plan must not push the settlement's deadline out of sight; only the person's wish may.
    return again if again is not None and again < case.settle_due_at else None
