"""Close a case with how it ended and what lay behind it."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.permissions import Actor
from app.callbacks.errors import InvalidWorkError
from app.callbacks.holding import (
    read_note,
    take_case,
)
from app.callbacks.models import CallbackCase, EventKind
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.timeline import describe_case, write_event
from app.kit.outbox import record_event


def close_case(
    session: Session,
    case_id: uuid.UUID,
    *,
    actor: Actor,
    rules: CaseRules,
    outcome: str,
    cause: str,
    note: str | None = None,
    now: datetime,
) -> CallbackCase:
    """Close the case with how it ended and what lay behind it, by the keys of the lists in the rules.

    Raises InvalidWorkError for a key that is on no list, CaseTakenError, CaseClosedError, CaseNotFoundError.
    """
    ending = rules.find_outcome(outcome)
    if ending is None:
        raise InvalidWorkError("no outcome is called that", field="outcome", code="outcome_missing")
    if rules.find_cause(cause) is None:
        raise InvalidWorkError("no cause is called that", field="cause", code="cause_missing")
    case = take_case(session, case_id, actor, now=now)
    words = read_note(note)
    case.closed_at, case.closed_by_id = now, actor.user_id
    case.outcome, case.cause = outcome, cause
    case.settled = ending.settled
    case.next_attempt_at = None
    write_event(
        session, case.id, EventKind.CLOSED, now=now, user_id=actor.user_id, note=words, outcome=outcome, cause=cause
    )
    record_event(session, "case.closed", {**describe_case(case), "outcome": outcome, "cause": cause}, now=now)
    return case
