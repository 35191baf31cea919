"""Close a case with how it ended and what lay behind it."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.permissions import Actor
from app.callbacks.errors import InvalidWorkError
from app.callbacks.holding import read_note, take_case
from app.callbacks.models import CallbackCase, EventKind
from app.callbacks.promises import refuse_promised
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.rules.lists import SETTLED_ON_SITE
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

    An outcome for which the person was spoken to counts as an attempt, if none was written down. Raises
    InvalidWorkError for a key that is on no list or an outcome that needs a number, PromiseOpenError while something is
    still to be kept, CaseTakenError, CaseClosedError, CaseNotFoundError.
    """
    ending = rules.find_outcome(outcome)
    if ending is None:
        raise InvalidWorkError("no outcome is called that", field="outcome", code="outcome_missing")
    if rules.find_cause(cause) is None:
        raise InvalidWorkError("no cause is called that", field="cause", code="cause_missing")
    case = take_case(session, case_id, actor, now=now)
    if not ending.fits(has_number=case.contact_id is not None, attempts=case.attempts):
        raise InvalidWorkError("nobody could be rung", field="outcome", code="outcome_needs_number")
    refuse_promised(session, case)
    words = read_note(note)
    if ending.reached:
        case.first_attempt_at = case.first_attempt_at or now
        case.first_reached_at = case.first_reached_at or now
    end_case(session, case, actor=actor, outcome=outcome, cause=cause, settled=ending.settled, note=words, now=now)
    return case


def settle_on_site(
    session: Session,
    case_id: uuid.UUID,
    *,
    actor: Actor,
    rules: CaseRules,
    cause: str,
    note: str | None = None,
    now: datetime,
) -> CallbackCase:
    """Close the case as settled at the office, in one step; raises what `close_case` does."""
    return close_case(
        session, case_id, actor=actor, rules=rules, outcome=SETTLED_ON_SITE, cause=cause, note=note, now=now
    )


def end_case(
    session: Session,
    case: CallbackCase,
    *,
    actor: Actor,
    outcome: str,
    cause: str,
    settled: bool,
    note: str | None = None,
    merged_into_id: uuid.UUID | None = None,
    now: datetime,
) -> None:
    """Write that the case, held by the caller, is over, and let others hear of it."""
    case.closed_at, case.closed_by_id = now, actor.user_id
    case.outcome, case.cause, case.settled = outcome, cause, settled
    case.next_attempt_at = None
    case.merged_into_id = merged_into_id
    write_event(
        session,
        case.id,
        EventKind.MERGED if merged_into_id else EventKind.CLOSED,
        now=now,
        user_id=actor.user_id,
        note=note,
        outcome=outcome,
        cause=cause,
        into=str(merged_into_id) if merged_into_id else None,
    )
    record_event(session, "case.closed", {**describe_case(case), "outcome": outcome, "cause": cause}, now=now)
