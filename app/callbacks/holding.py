"""Hold a case: find it within what somebody may see, keep its row, and refuse what is closed or a colleague's.

Only an open case can be worked, and only by whoever claimed it; working an unclaimed case claims it. Each step holds
the case's row, so that the timeline tells what happened in the order in which it happened.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.permissions import Actor, Permission
from app.accounts.scope import Scope
from app.callbacks.deadlines import when_due
from app.callbacks.errors import CaseClosedError, CaseNotFoundError, CaseTakenError, InvalidWorkError
from app.callbacks.models import CallbackCase, EventKind
from app.callbacks.numbers import note_number_shown
from app.callbacks.timeline import write_event
from app.surveys.answers import read_text

# Nobody agrees to be rung later than that; a slip of the year would bury the case.
LONGEST_WAIT = timedelta(days=60)


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


def take_case(session: Session, case_id: uuid.UUID, actor: Actor, *, now: datetime) -> CallbackCase:
    """Return the case, held and claimed by the actor, who must be allowed to work it."""
    user_id = actor.user_id
    case = hold_case(session, get_case(session, case_id, actor.scope(Permission.WORK_CASES)))
    if case.claimed_by_id is None:
        case.claimed_by_id, case.claimed_at = user_id, now
        note_claim(session, case, user_id, now=now)
    refuse_taken(session, case, user_id)
    return case


def hold_case(session: Session, case: CallbackCase) -> CallbackCase:
    """Read the case anew and keep its row until the transaction ends; raises CaseClosedError."""
    session.refresh(case, with_for_update=True)
    refuse_closed(case)
    return case


def note_claim(session: Session, case: CallbackCase, user_id: uuid.UUID, *, now: datetime) -> None:
    """Write that the user took the case, which shows them its number."""
    write_event(session, case.id, EventKind.CLAIMED, now=now, user_id=user_id)
    note_number_shown(session, case, user_id, how="claim", now=now)


def refuse_closed(case: CallbackCase) -> None:
    """Raise CaseClosedError for a closed case."""
    if case.closed_at is not None:
        raise CaseClosedError("the case is closed", at=case.closed_at)


def refuse_taken(session: Session, case: CallbackCase, user_id: uuid.UUID) -> None:
    """Raise CaseTakenError, with who and since when, if somebody else works the case."""
    if case.claimed_by_id not in (None, user_id):
        name = session.scalar(select(StaffUser.name).where(StaffUser.id == case.claimed_by_id))
        raise CaseTakenError(f"{name} works this case", name=name, at=case.claimed_at)


def read_note(note: str | None) -> str | None:
    """Return the note as it is kept, or None if there is none; raises InvalidInputError."""
    return read_text(note, "note") if note else None


def check_time(at: datetime, field: str, now: datetime) -> None:
    """Raise InvalidWorkError with the field unless the time lies ahead, and no further than 60 days."""
    if not now < at <= now + LONGEST_WAIT:
        raise InvalidWorkError("a time within the next 60 days", field=field, code="time_out_of_range")


def set_due(case: CallbackCase) -> None:
    """Write when the case is due, by its clocks, what was agreed and what was promised."""
    case.due_at = when_due(
        next_attempt_at=case.next_attempt_at,
        first_attempt_due_at=case.first_attempt_due_at,
        first_attempt_at=case.first_attempt_at,
        settle_due_at=case.settle_due_at,
        promise_due_at=case.promise_due_at,
    )
