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
from app.callbacks.hurrying import find_hurries
from app.callbacks.models import CallbackCase, CallWindow, EventKind
from app.callbacks.norms import Clock, Norms, hurried, run_first_attempt, run_settlement, write_hurried
from app.callbacks.numbers import note_number_shown
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.rules.clocks import Hurried
from app.callbacks.states import CaseReason
from app.callbacks.timeline import describe_case, write_event
from app.kit.db import dialect_insert, dialect_of, table_of
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.outbox import record_event
from app.organisation.tree import working_time
from app.organisation.workdays import WorkingTime
from app.touchpoints.models import Channel


def open_case(
    session: Session,
    *,
    unit_id: uuid.UUID,
    response_id: uuid.UUID | None,
    reason: CaseReason,
    deadline: Deadline,
    rules: CaseRules,
    working_time: WorkingTime,
    channel: str | None = None,
    interaction_id: uuid.UUID | None = None,
    contact_id: uuid.UUID | None = None,
    consent_id: uuid.UUID | None = None,
    call_window: CallWindow | None = None,
    complaint: str | None = None,
    language: Language | None = None,
    opened_by_id: uuid.UUID | None = None,
    now: datetime,
    demo: bool = False,
) -> uuid.UUID:
    """Return the id of the new case, or of the one that is open for the response.

    Clocks run in the unit's working hours, by `norms`: both with a contact, only the settlement's without one (*to look
    into*). `interaction_id` is the call, visit or chat it is about. Two requests at once open one case: the partial
    unique index makes the second insert do nothing.
    """
    case_id = new_id()
    hurried_by = find_hurries(
        session, rules.hurry, case_id=case_id, contact_id=contact_id, interaction_id=interaction_id, now=now
    )
    norms = norms_of(rules, deadline, channel, hurried_by)
    first = run_first_attempt(norms, working_time, start=now, window=call_window) if contact_id else None
    settle = run_settlement(norms, working_time, start=now, first_attempt=first)
    values = {
        "id": case_id,
        "unit_id": unit_id,
        "response_id": response_id,
        "contact_id": contact_id,
        "consent_id": consent_id,
        "reason": reason,
        "call_window": call_window,
        "opened_at": now,
        "first_attempt_due_at": first.due_at if first else None,
        "first_attempt_warn_at": first.warn_at if first else None,
        "settle_due_at": settle.due_at,
        "settle_warn_at": settle.warn_at,
        "due_at": first.due_at if first else settle.due_at,
        "first_attempt_hours": deadline.first_attempt_hours,
        "settle_hours": deadline.settle_hours,
        "hurried_by": write_hurried(hurried_by),
        "channel": channel,
        # A response knows its own.
        "interaction_id": interaction_id if response_id is None else None,
        "complaint": complaint,
        "language": language,
        "opened_by_id": opened_by_id,
        "demo": demo,
    }
    insert = _insert_case(dialect_of(session))
    made: uuid.UUID | None = session.execute(insert, values).scalar_one_or_none()
    while made is None:
        standing = find_open_case(session, response_id) if response_id else None
        if standing is not None:
            return standing.id
        made = session.execute(insert, values).scalar_one_or_none()  # closed between the two statements
    number = contact_id is not None
    write_event(session, case_id, EventKind.OPENED, now=now, user_id=opened_by_id, reason=reason, number=number)
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
    rules: CaseRules,
    working_time: WorkingTime,
    now: datetime,
) -> None:
    """Make a case a callback: the first attempt is due from this moment on. Raises CaseClosedError.

    A case that had a number takes the latest one and keeps its clock, unless the person chose another window, which
    wins while nobody has rung. The same form sent twice changes nothing.
    """
    hold_case(session, case)
    had_number, same_number = case.contact_id is not None, case.contact_id == contact_id
    same_window = case.call_window == call_window
    case.consent_id = consent_id or case.consent_id  # given anew, it stands even if the one before was withdrawn
    if same_number and same_window:
        return
    # Asked before the number stands in the row, which with a number must have its clock too.
    if not had_number:
        hurried_by = find_hurries(
            session, rules.hurry, case_id=case.id, contact_id=contact_id, interaction_id=None, now=now
        )
        case.hurried_by = write_hurried(hurried_by | hurried(case.hurried_by))
    case.contact_id, case.call_window = contact_id, call_window
    if not had_number or (not same_window and case.first_attempt_at is None):
        norms = norms_of(rules, deadline, case.channel, hurried(case.hurried_by))
        _set_first_attempt(case, run_first_attempt(norms, working_time, start=now, window=call_window))
    set_due(case)
    kind = EventKind.CALLBACK_REQUESTED if had_number else EventKind.NUMBER_ADDED
    write_event(session, case.id, kind, now=now, call_window=call_window, another_number=had_number and not same_number)
    if case.claimed_by_id is not None and not same_number:
        note_number_shown(session, case, case.claimed_by_id, how="added", now=now)


def restart_clocks(session: Session, case: CallbackCase, *, rules: CaseRules, now: datetime) -> None:
    """Let both clocks run anew from `now`, as if the case were opened at this moment.

    Nobody has rung since: the first attempt, the tries and the agreed times of before are emptied.
    """
    works = working_time(session, case.unit_id)
    deadline = Deadline(case.first_attempt_hours, case.settle_hours)
    norms = norms_of(rules, deadline, case.channel, hurried(case.hurried_by))
    case.first_attempt_at = case.first_reached_at = case.next_attempt_at = None
    case.attempts = 0
    rung = case.contact_id is not None
    first = run_first_attempt(norms, works, start=now, window=case.call_window) if rung else None
    settle = run_settlement(norms, works, start=now, first_attempt=first)
    case.settle_due_at, case.settle_warn_at = settle.due_at, settle.warn_at
    _set_first_attempt(case, first)
    set_due(case)


def note_rating_change(
    session: Session, case: CallbackCase, *, old_rating: int, new_rating: int, now: datetime
) -> None:
    """Write into the timeline that the respondent changed the rating; the case and its clocks stay."""
    write_event(session, case.id, EventKind.RATING_CHANGED, now=now, old_rating=old_rating, new_rating=new_rating)


def due_after(hours: float, time: WorkingTime, now: datetime) -> datetime:
    """Return when the unit will have worked so many hours since `now`."""
    return add_working_hours(now, hours, time)


def norms_of(rules: CaseRules, deadline: Deadline, channel: str | None, hurried_by: frozenset[Hurried]) -> Norms:
    """Return what counts for a case with these clocks by score, this channel and these reasons to hurry."""
    return Norms(
        deadline=deadline,
        norm=rules.norms.get(Channel(channel)) if channel else None,
        hurry=rules.hurry,
        hurried_by=hurried_by,
        windows=rules.windows,
        warn_at_percent=rules.escalation.warn_at_percent,
    )


def _set_first_attempt(case: CallbackCase, clock: Clock | None) -> None:
    """Write the clock of the first attempt; what must be settled is never due before it."""
    case.first_attempt_due_at = clock.due_at if clock else None
    case.first_attempt_warn_at = clock.warn_at if clock else None
    if clock is not None and case.settle_due_at < clock.due_at:
        case.settle_due_at, case.settle_warn_at = clock.due_at, clock.warn_at


@lru_cache(maxsize=2)
def _insert_case(dialect: str) -> Any:
    """Composed once: opening a case is part of taking a low rating."""
    return (
        dialect_insert(dialect, table_of(CallbackCase))
        .on_conflict_do_nothing(index_elements=["response_id"], index_where=CallbackCase.closed_at.is_(None))
        .returning(table_of(CallbackCase).c.id)
    )
