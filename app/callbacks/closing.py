"""Close a case with how it ended and what lay behind it."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.callbacks.holding import (
    read_note,
    take_case,
)
from app.callbacks.models import CallbackCase, Cause, EventKind, Outcome
from app.callbacks.timeline import describe_case, write_event
from app.kit.outbox import record_event


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
    case = take_case(session, case_id, user_id=user_id, scope=scope, now=now)
    words = read_note(note)
    case.closed_at, case.closed_by_id = now, user_id
    case.outcome, case.cause = outcome, cause
    case.next_attempt_at = None
    write_event(session, case.id, EventKind.CLOSED, now=now, user_id=user_id, note=words, outcome=outcome, cause=cause)
    record_event(session, "case.closed", {**describe_case(case), "outcome": str(outcome), "cause": str(cause)}, now=now)
    return case
