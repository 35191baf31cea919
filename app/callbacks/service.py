"""Open, claim, attempt, note and close cases.

Only an open case can be worked, and only by whoever claimed it; working an unclaimed case claims it. Each step holds
the case's row, so that the timeline tells what happened in the order in which it happened.
"""

import uuid
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.scope import Scope
from app.callbacks.deadlines import Deadline, add_working_hours, next_try, when_due
from app.callbacks.errors import CaseClosedError, CaseNotFoundError, CaseTakenError, InvalidWorkError, NoNumberError
from app.callbacks.models import AttemptResult, CallbackCase, CallWindow, CaseEvent, Cause, EventKind, Outcome
from app.callbacks.numbers import note_number_shown
from app.callbacks.states import CaseReason
from app.callbacks.timeline import describe_case, write_event
from app.kit.db import dialect_insert, dialect_of, table_of
from app.kit.ids import new_id
from app.kit.outbox import record_event
from app.organisation.tree import WorkingTime, working_time
from app.surveys.answers import read_text

# Nobody agrees to be rung later than that; a slip of the year would bury the case.
LONGEST_WAIT = timedelta(days=60)


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
    settle_due_at = _due(deadline.settle_hours, working_time, now)
    first_due_at = _due(deadline.first_attempt_hours, working_time, now) if contact_id else None
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


def get_case(session: Session, case_id: uuid.UUID, scope: Scope) -> CallbackCase:
    """Return the case, open or closed; raises CaseNotFoundError, for another office's too."""
    case = session.scalars(
        select(CallbackCase)
        .where(CallbackCase.id == case_id, scope.where(CallbackCase.unit_id))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if case is None:
        raise CaseNotFoundError("no such case")
    return case


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
    _hold(session, case)
    had_number, same_number = case.contact_id is not None, case.contact_id == contact_id
    case.consent_id = consent_id or case.consent_id  # given anew, it stands even if the one before was withdrawn
    if same_number and case.call_window == call_window:
        return
    case.contact_id, case.call_window = contact_id, call_window
    if not had_number:
        case.first_attempt_due_at = _due(deadline.first_attempt_hours, working_time, now)
    _set_due(case)
    kind = EventKind.CALLBACK_REQUESTED if had_number else EventKind.NUMBER_ADDED
    write_event(session, case.id, kind, now=now, call_window=call_window, another_number=had_number and not same_number)
    if case.claimed_by_id is not None and not same_number:
        note_number_shown(session, case, case.claimed_by_id, how="added", now=now)


def note_rating_change(
    session: Session, case: CallbackCase, *, old_rating: int, new_rating: int, now: datetime
) -> None:
    """Write into the timeline that the respondent changed the rating; the case and its clocks stay."""
    write_event(session, case.id, EventKind.RATING_CHANGED, now=now, old_rating=old_rating, new_rating=new_rating)


def claim_case(
    session: Session, case_id: uuid.UUID, *, user_id: uuid.UUID, scope: Scope, now: datetime
) -> CallbackCase:
    """Take the case and return it; taken twice by the same user is taken once.

    One conditional UPDATE decides: of two users at once one wins, and the other is told who by CaseTakenError. Raises
    CaseClosedError, CaseNotFoundError too.
    """
    won = session.scalar(
        update(CallbackCase)
        .where(
            CallbackCase.id == case_id,
            CallbackCase.closed_at.is_(None),
            CallbackCase.claimed_by_id.is_(None),
            scope.where(CallbackCase.unit_id),
        )
        .values(claimed_by_id=user_id, claimed_at=now)
        .returning(CallbackCase.id)
        .execution_options(synchronize_session=False)
    )
    case = get_case(session, case_id, scope)
    if won is not None:
        _note_claim(session, case, user_id, now=now)
    else:
        _refuse_closed(case)
        _refuse_taken(session, case, user_id)
    return case


def release_case(
    session: Session, case_id: uuid.UUID, *, user_id: uuid.UUID, scope: Scope, now: datetime
) -> CallbackCase:
    """Give the case back to everybody, one's own or that of a colleague who is away; the timeline says whose it was."""
    case = _hold(session, get_case(session, case_id, scope))
    if case.claimed_by_id is not None:
        held_by = None if case.claimed_by_id == user_id else str(case.claimed_by_id)
        case.claimed_by_id = case.claimed_at = None
        write_event(session, case.id, EventKind.RELEASED, now=now, user_id=user_id, held_by=held_by)
    return case


def log_attempt(
    session: Session,
    case_id: uuid.UUID,
    *,
    user_id: uuid.UUID,
    scope: Scope,
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
    case = _take(session, case_id, user_id=user_id, scope=scope, now=now)
    if case.contact_id is None:
        raise NoNumberError("nobody left a number; look into the matter and close it")
    if result is AttemptResult.CALL_LATER and next_attempt_at is None:
        raise InvalidWorkError("say when to ring again", field="next_attempt_at", code="time_missing")
    if next_attempt_at is not None and not now < next_attempt_at <= now + LONGEST_WAIT:
        raise InvalidWorkError("a time within the next 60 days", field="next_attempt_at", code="time_out_of_range")
    words = _read_note(note)
    if result is AttemptResult.NO_ANSWER and next_attempt_at is None:
        next_attempt_at = _plan_next_try(session, case, now)
    elif result in (AttemptResult.REACHED, AttemptResult.WRONG_NUMBER):
        next_attempt_at = None
    case.first_attempt_at = case.first_attempt_at or now
    case.next_attempt_at = next_attempt_at
    _set_due(case)
    again = next_attempt_at.isoformat() if next_attempt_at else None
    write_event(
        session, case.id, EventKind.ATTEMPT, now=now, user_id=user_id, note=words, result=result, next_attempt_at=again
    )
    return case


def add_note(
    session: Session, case_id: uuid.UUID, *, user_id: uuid.UUID, scope: Scope, note: str, now: datetime
) -> CallbackCase:
    """Write a note into the timeline; a colleague's case takes notes too. Raises InvalidWorkError for an empty one."""
    case = _hold(session, get_case(session, case_id, scope))
    words = _read_note(note)
    if words is None:
        raise InvalidWorkError("write a note", field="note", code="note_missing")
    write_event(session, case.id, EventKind.NOTE, now=now, user_id=user_id, note=words)
    return case


def close_case(
    session: Session,
    case_id: uuid.UUID,
    *,
    user_id: uuid.UUID,
    scope: Scope,
    outcome: Outcome,
    cause: Cause,
    note: str | None = None,
    now: datetime,
) -> CallbackCase:
    """Close the case with how it ended and what lay behind it; raises CaseTakenError, CaseClosedError."""
    case = _take(session, case_id, user_id=user_id, scope=scope, now=now)
    words = _read_note(note)
    case.closed_at, case.closed_by_id = now, user_id
    case.outcome, case.cause = outcome, cause
    case.next_attempt_at = None
    write_event(session, case.id, EventKind.CLOSED, now=now, user_id=user_id, note=words, outcome=outcome, cause=cause)
    record_event(session, "case.closed", {**describe_case(case), "outcome": str(outcome), "cause": str(cause)}, now=now)
    return case


def _take(session: Session, case_id: uuid.UUID, *, user_id: uuid.UUID, scope: Scope, now: datetime) -> CallbackCase:
    """Return the case, held and claimed by the user."""
    case = _hold(session, get_case(session, case_id, scope))
    if case.claimed_by_id is None:
        case.claimed_by_id, case.claimed_at = user_id, now
        _note_claim(session, case, user_id, now=now)
    _refuse_taken(session, case, user_id)
    return case


def _hold(session: Session, case: CallbackCase) -> CallbackCase:
    """Read the case anew and keep its row until the transaction ends; raises CaseClosedError."""
    session.refresh(case, with_for_update=True)
    _refuse_closed(case)
    return case


def _note_claim(session: Session, case: CallbackCase, user_id: uuid.UUID, *, now: datetime) -> None:
    write_event(session, case.id, EventKind.CLAIMED, now=now, user_id=user_id)
    note_number_shown(session, case, user_id, how="claim", now=now)


def _refuse_closed(case: CallbackCase) -> None:
    if case.closed_at is not None:
        raise CaseClosedError("the case is closed", at=case.closed_at)


def _refuse_taken(session: Session, case: CallbackCase, user_id: uuid.UUID) -> None:
    if case.claimed_by_id not in (None, user_id):
        name = session.scalar(select(StaffUser.name).where(StaffUser.id == case.claimed_by_id))
        raise CaseTakenError(f"{name} works this case", name=name, at=case.claimed_at)


def _plan_next_try(session: Session, case: CallbackCase, now: datetime) -> datetime | None:
    query = select(func.count()).where(CaseEvent.case_id == case.id, CaseEvent.kind == EventKind.ATTEMPT)
    tries = session.scalars(query).one() + 1
    time = working_time(session, case.unit_id)
    again = next_try(now, tries, time.hours, time.time_zone)
    # Our own plan must not push the settlement's deadline out of sight; only the person's wish may.
    return again if again is not None and again < case.settle_due_at else None


def _read_note(note: str | None) -> str | None:
    return read_text(note, "note") if note else None


def _due(hours: float, time: WorkingTime, now: datetime) -> datetime:
    return add_working_hours(now, hours, time.hours, time.time_zone)


def _set_due(case: CallbackCase) -> None:
    case.due_at = when_due(
        next_attempt_at=case.next_attempt_at,
        first_attempt_due_at=case.first_attempt_due_at,
        first_attempt_at=case.first_attempt_at,
        settle_due_at=case.settle_due_at,
    )


@lru_cache(maxsize=2)
def _insert_case(dialect: str) -> Any:
    """Composed once: opening a case is part of taking a low rating."""
    return (
        dialect_insert(dialect, table_of(CallbackCase))
        .on_conflict_do_nothing(index_elements=["response_id"], index_where=CallbackCase.closed_at.is_(None))
        .returning(table_of(CallbackCase).c.id)
    )
