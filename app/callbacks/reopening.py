"""A closed case begins anew, because the person says that it is not settled: the system's doing, not staff's."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.acting import load_actor
from app.accounts.permissions import Permission
from app.callbacks.errors import CaseNotFoundError
from app.callbacks.holding import read_note
from app.callbacks.models import CallbackCase, CallWindow, EventKind
from app.callbacks.numbers import note_number_shown
from app.callbacks.opening import find_open_case, restart_clocks
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.timeline import describe_case, write_event
from app.kit.outbox import record_event
from app.organisation.models import Unit


class ReopenReason(StrEnum):
    """Why a case begins anew."""

    # Asked whether it is settled, the person said no.
    NOT_SETTLED = "not_settled"


def reopen_case(
    session: Session,
    case_id: uuid.UUID,
    *,
    rules: CaseRules,
    reason: ReopenReason,
    note: str | None = None,
    call_window: CallWindow | None = None,
    now: datetime,
) -> CallbackCase:
    """Open the closed case again and return it; one that is open already is returned as it is.

    Both clocks run anew from `now`, by the norms of the case and in the window the person chose (`call_window`, else
    the one of before). What happened in the round that is over stays in the event. Whoever closed it keeps it if they
    may still work there. A case that was merged reopens the one it went into; where the response has another open case,
    that one is returned with `note` written into it. `case.opened` is told again, with `reopened`. Raises
    CaseNotFoundError, InvalidInputError for a note that is too long.
    """
    words = read_note(note)
    case = _hold(session, case_id)
    if case.closed_at is None:
        return case
    standing = find_open_case(session, case.response_id) if case.response_id else None
    if standing is None:
        try:
            with session.begin_nested():
                _begin_anew(session, case, rules=rules, call_window=call_window, reason=reason, note=words, now=now)
        except IntegrityError:
            # Another case was opened for the response at this moment, and the partial unique index lets one be open.
            standing = find_open_case(session, case.response_id) if case.response_id else None
            if standing is None:
                raise
    if standing is not None:
        write_event(session, standing.id, EventKind.NOTE, now=now, note=words, said=reason)
        return standing
    record_event(session, "case.opened", {**describe_case(case), "reopened": True}, now=now)
    return case


def follow_merges(session: Session, case_id: uuid.UUID) -> uuid.UUID:
    """Return the case that the case was merged into in the end, or itself; raises CaseNotFoundError."""
    seen = set[uuid.UUID]()
    while case_id not in seen:
        seen.add(case_id)
        row = session.execute(select(CallbackCase.merged_into_id).where(CallbackCase.id == case_id)).one_or_none()
        if row is None:
            break
        if row.merged_into_id is None:
            return case_id
        case_id = row.merged_into_id
    raise CaseNotFoundError("no such case")


def _hold(session: Session, case_id: uuid.UUID) -> CallbackCase:
    """Return the case, or the one it was merged into, with its row held."""
    while True:
        case = session.scalars(
            select(CallbackCase)
            .where(CallbackCase.id == follow_merges(session, case_id))
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        if case.merged_into_id is None:  # else it was merged while we waited for its row
            return case


def _begin_anew(
    session: Session,
    case: CallbackCase,
    *,
    rules: CaseRules,
    call_window: CallWindow | None,
    reason: ReopenReason,
    note: str | None,
    now: datetime,
) -> None:
    over: dict[str, Any] = {
        "closed_at": _written(case.closed_at),
        "outcome": case.outcome,
        "cause": case.cause,
        "settled": case.settled,
        "first_attempt_at": _written(case.first_attempt_at),
        "first_attempt_due_at": _written(case.first_attempt_due_at),
        "first_reached_at": _written(case.first_reached_at),
        "settle_due_at": _written(case.settle_due_at),
        "attempts": case.attempts,
    }
    keeper = case.closed_by_id if _may_work(session, case.closed_by_id, case.unit_id) else None
    case.claimed_by_id, case.claimed_at = keeper, now if keeper else None
    case.closed_at = case.closed_by_id = case.outcome = case.cause = case.settled = None
    case.reopened_at, case.reopenings = now, case.reopenings + 1
    case.call_window = call_window or case.call_window
    restart_clocks(session, case, rules=rules, now=now)
    session.flush()  # the index decides here whether there is another open case
    write_event(session, case.id, EventKind.REOPENED, now=now, note=note, reason=reason, **over)
    if keeper is not None:
        note_number_shown(session, case, keeper, how="reopened", now=now)


def _may_work(session: Session, user_id: uuid.UUID | None, unit_id: uuid.UUID) -> bool:
    """Tell whether the user is still there and may still work cases of the unit."""
    actor = load_actor(session, user_id) if user_id else None
    if actor is None or not actor.may(Permission.WORK_CASES):
        return False
    within = actor.scope(Permission.WORK_CASES).where(Unit.id)
    return session.scalar(select(Unit.id).where(Unit.id == unit_id, within)) is not None


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
