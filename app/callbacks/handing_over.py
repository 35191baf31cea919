"""Give a case to a colleague: one's own or a free one, as a leader anybody's."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.acting import load_actor
from app.accounts.models import StaffGrant, StaffUser
from app.accounts.permissions import ROLES, Actor, NotPermittedError, Permission
from app.callbacks.errors import InvalidWorkError
from app.callbacks.holding import get_case, hold_case, read_note, refuse_taken
from app.callbacks.leading import is_leader
from app.callbacks.models import CallbackCase, EventKind
from app.callbacks.numbers import note_number_shown
from app.callbacks.timeline import write_event
from app.kit.outbox import record_event
from app.organisation.models import Unit, UnitAncestor

HANDED_OVER = "case.handed_over"


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who may work a case, and how many open ones they hold already, wherever those lie."""

    user_id: uuid.UUID
    name: str
    open_cases: int


def hand_over_case(
    session: Session,
    case_id: uuid.UUID,
    *,
    actor: Actor,
    to_user_id: uuid.UUID,
    note: str | None = None,
    now: datetime,
) -> CallbackCase:
    """Give the case to a colleague, who sees its number from now on; given to whoever holds it, nothing changes.

    Records `case.handed_over` for whoever tells them. Raises CaseTakenError for a colleague's case unless the actor
    leads there, InvalidWorkError for somebody who may not work the unit, CaseClosedError, CaseNotFoundError.
    """
    case = hold_case(session, get_case(session, case_id, actor.scope(Permission.HAND_OVER_CASES)))
    if not is_leader(session, actor, case.unit_id):
        refuse_taken(session, case, actor.user_id)
    if not _may_work(session, to_user_id, case.unit_id):
        raise InvalidWorkError("they may not work this case", field="to_user_id", code="taker_unknown")
    words = read_note(note)
    if case.claimed_by_id == to_user_id:
        return case
    held_by = case.claimed_by_id if case.claimed_by_id != actor.user_id else None
    case.claimed_by_id, case.claimed_at = to_user_id, now
    write_event(
        session,
        case.id,
        EventKind.HANDED_OVER,
        now=now,
        user_id=actor.user_id,
        note=words,
        to=str(to_user_id),
        held_by=str(held_by) if held_by else None,
    )
    note_number_shown(session, case, to_user_id, how="handed_over", now=now)
    payload = {"case_id": str(case.id), "to_user_id": str(to_user_id), "by_user_id": str(actor.user_id)}
    record_event(session, HANDED_OVER, payload, now=now)
    return case


def list_takers(session: Session, case: CallbackCase, *, actor: Actor) -> list[Taker]:
    """Return who the case can be given to, by name, without whoever holds it; nobody if the actor may not give it."""
    if case.closed_at is not None or not actor.may(Permission.HAND_OVER_CASES):
        return []
    inside = actor.scope(Permission.HAND_OVER_CASES).where(Unit.id)
    if session.scalar(select(Unit.id).where(Unit.id == case.unit_id, inside)) is None:
        return []
    if case.claimed_by_id not in (None, actor.user_id) and not is_leader(session, actor, case.unit_id):
        return []
    above = select(UnitAncestor.ancestor_id).where(UnitAncestor.unit_id == case.unit_id)
    held = (
        select(func.count())
        .where(CallbackCase.claimed_by_id == StaffUser.id, CallbackCase.closed_at.is_(None))
        .correlate(StaffUser)
        .scalar_subquery()
    )
    workers = select(StaffGrant.user_id).where(
        StaffGrant.role.in_(sorted(ROLES[Permission.WORK_CASES])), StaffGrant.unit_id.in_(above)
    )
    query = select(StaffUser.id, StaffUser.name, held).where(StaffUser.active, StaffUser.id.in_(workers))
    if case.claimed_by_id is not None:
        query = query.where(StaffUser.id != case.claimed_by_id)
    rows = session.execute(query.order_by(func.lower(StaffUser.name), StaffUser.id))
    return [Taker(user_id, name, count) for user_id, name, count in rows]


def _may_work(session: Session, user_id: uuid.UUID, unit_id: uuid.UUID) -> bool:
    taker = load_actor(session, user_id)
    if taker is None:
        return False
    try:
        scope = taker.scope(Permission.WORK_CASES)
    except NotPermittedError:
        return False
    return session.scalar(select(Unit.id).where(Unit.id == unit_id, scope.where(Unit.id))) is not None
