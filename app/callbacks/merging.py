"""Several cases of one person become one: nobody is rung twice about it, and nothing promised is lost."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.permissions import Actor, Permission
from app.callbacks.closing import end_case
from app.callbacks.errors import CaseNotFoundError, InvalidWorkError
from app.callbacks.holding import note_claim, read_note, refuse_closed, refuse_taken
from app.callbacks.models import CallbackCase, CasePromise, EventKind
from app.callbacks.promises import note_promises
from app.callbacks.rules.lists import MERGED, OTHER
from app.callbacks.timeline import write_event

MOST = 20


def merge_cases(
    session: Session,
    *,
    into_id: uuid.UUID,
    other_ids: Collection[uuid.UUID],
    actor: Actor,
    note: str | None = None,
    now: datetime,
) -> CallbackCase:
    """Close the others as merged into the one, which the actor then works, and return that one.

    It takes over promises still to be kept, the earliest of the clocks and of the agreed times, what hurries any of
    them, and the window that the person chose last. Compensations stay with the case that they were proposed in. `note`
    is written into the one that stays. Raises InvalidInputError for a note that is too long, InvalidWorkError unless
    all are of the same person (and there is another one), CaseNotFoundError, CaseClosedError, CaseTakenError if a
    colleague works one of them.
    """
    wanted = set(other_ids) - {into_id}
    if not wanted:
        raise InvalidWorkError("choose what to merge", field="other_ids", code="nothing_to_merge")
    if len(wanted) > MOST:
        raise InvalidWorkError(f"{len(wanted)} cases; at most {MOST} at once", field="other_ids", code="too_many_cases")
    words = read_note(note)
    held = _hold(session, {into_id, *wanted}, actor)
    into, others = held[into_id], [case for case_id, case in held.items() if case_id != into_id]
    if into.contact_id is None or any(case.contact_id != into.contact_id for case in others):
        raise InvalidWorkError("these are not cases of one person", field="other_ids", code="not_same_person")
    if into.claimed_by_id is None:
        into.claimed_by_id, into.claimed_at = actor.user_id, now
        note_claim(session, into, actor.user_id, now=now)
    moved = select(CasePromise.id).where(
        CasePromise.case_id.in_(wanted), CasePromise.kept_at.is_(None), CasePromise.withdrawn_at.is_(None)
    )
    promises = list(session.scalars(moved))
    session.execute(
        update(CasePromise)
        .where(CasePromise.id.in_(promises))
        .values(case_id=into.id)
        .execution_options(synchronize_session="fetch")
    )
    _carry_over(into, others)
    for case in others:
        case.promise_due_at = None
        end_case(
            session, case, actor=actor, outcome=MERGED, cause=OTHER, settled=False, merged_into_id=into.id, now=now
        )
    note_promises(session, into)
    write_event(
        session,
        into.id,
        EventKind.MERGED,
        now=now,
        user_id=actor.user_id,
        note=words,
        cases=[str(case.id) for case in others],
        promises=len(promises) or None,
    )
    return into


def _hold(session: Session, case_ids: Collection[uuid.UUID], actor: Actor) -> dict[uuid.UUID, CallbackCase]:
    """Return the open cases by id, each held and the actor's to work; in the order of their ids, so that two merges of
    the same cases do not wait for each other.
    """
    found = session.scalars(
        select(CallbackCase)
        .where(CallbackCase.id.in_(case_ids), actor.scope(Permission.WORK_CASES).where(CallbackCase.unit_id))
        .order_by(CallbackCase.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(found) < len(case_ids):
        raise CaseNotFoundError("no such case")
    for case in found:
        refuse_closed(case)
        refuse_taken(session, case, actor.user_id)
    return {case.id: case for case in found}


def _carry_over(into: CallbackCase, others: Sequence[CallbackCase]) -> None:
    """Let the case that stays be as urgent as the most urgent of them."""
    cases = [into, *others]
    for name in ("first_attempt_due_at", "settle_due_at", "first_attempt_warn_at", "settle_warn_at", "next_attempt_at"):
        times = [at for case in cases if (at := getattr(case, name)) is not None]
        setattr(into, name, min(times, default=None))
    # Rung about another of them since this one was opened, the person was rung about this one.
    for name in ("first_attempt_at", "first_reached_at"):
        times = [at for case in cases if (at := getattr(case, name)) is not None and at >= into.opened_at]
        setattr(into, name, min(times, default=None))
    into.hurried_by = ",".join(sorted({why for case in cases for why in case.hurried_by.split(",") if why}))
    chosen = [case for case in cases if case.call_window is not None]
    if chosen:
        latest = max(chosen, key=lambda case: case.opened_at)
        into.call_window, into.consent_id = latest.call_window, latest.consent_id or into.consent_id
