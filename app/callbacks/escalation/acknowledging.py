"""What somebody was told of and has not said they saw: the list of it, and saying so."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.permissions import Actor, Permission
from app.accounts.scope import Scope
from app.callbacks.escalation.errors import EscalationNotFoundError, EscalationNotYoursError
from app.callbacks.escalation.models import Escalation, EscalationRule
from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.callbacks.timeline import write_event
from app.organisation.models import Unit
from app.organisation.tree import working_times

# Whoever does one of these has the case in hand. Reading it, or a note, is not yet working it.
_WORK = (
    EventKind.CLAIMED,
    EventKind.ATTEMPT,
    EventKind.RESCHEDULED,
    EventKind.HANDED_OVER,
    EventKind.MERGED,
    EventKind.PROMISED,
    EventKind.PROMISE_KEPT,
    EventKind.PROMISE_WITHDRAWN,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case somebody was told of. `at` and `due_at` are instants, `zone` the name of the unit's time zone."""

    id: uuid.UUID
    case_id: uuid.UUID
    rule: EscalationRule
    at: datetime
    due_at: datetime
    unit_name: str
    zone: str
    claimed_by: str | None


def still_open() -> ColumnElement[bool]:
    """Return the condition that it was neither acknowledged nor ended."""
    return and_(Escalation.acknowledged_at.is_(None), Escalation.ended_at.is_(None))


def was_overtaken() -> ColumnElement[bool]:
    """Return the condition that the case, joined, was closed, opened anew or worked since somebody was told of it."""
    worked = select(CaseEvent.id).where(
        CaseEvent.case_id == Escalation.case_id, CaseEvent.at > Escalation.at, CaseEvent.kind.in_(_WORK)
    )
    return or_(
        CallbackCase.closed_at.is_not(None),
        CallbackCase.reopenings != Escalation.round,
        worked.correlate_except(CaseEvent).exists(),
    )


def list_waiting(session: Session, *, actor: Actor, limit: int = 50) -> list[Waiting]:
    """Return what the actor was told of and still waits for them, the longest first; three queries."""
    rows = session.execute(
        select(Escalation, CallbackCase, Unit.name, StaffUser.name)
        .join(CallbackCase, CallbackCase.id == Escalation.case_id)
        .join(Unit, Unit.id == CallbackCase.unit_id)
        .outerjoin(StaffUser, StaffUser.id == CallbackCase.claimed_by_id)
        .where(*_before(actor))
        .order_by(Escalation.at, Escalation.id)
        .limit(limit)
    ).all()
    times = working_times(session, {case.unit_id for _, case, _, _ in rows}) if rows else {}
    return [
        Waiting(
            row.id,
            row.case_id,
            EscalationRule(row.rule),
            row.at,
            case.due_at,
            unit_name,
            times[case.unit_id].time_zone.key,
            claimed_by,
        )
        for row, case, unit_name, claimed_by in rows
    ]


def count_waiting(session: Session, *, actor: Actor) -> int:
    """Return how many such cases wait for the actor; by an index of those that are open."""
    query = select(func.count()).select_from(Escalation).join(CallbackCase, CallbackCase.id == Escalation.case_id)
    return session.scalars(query.where(*_before(actor))).one()


def find_waiting(session: Session, case_id: uuid.UUID, *, actor: Actor) -> uuid.UUID | None:
    """Return the id of what the actor was told of the case and has not acknowledged, the latest, or None."""
    query = select(Escalation.id).join(CallbackCase, CallbackCase.id == Escalation.case_id)
    latest = query.where(Escalation.case_id == case_id, *_before(actor)).order_by(Escalation.at.desc()).limit(1)
    return session.scalars(latest).one_or_none()


def acknowledge_escalation(session: Session, escalation_id: uuid.UUID, *, actor: Actor, now: datetime) -> Escalation:
    """Write that the actor saw it, so that nobody is reminded of it again; twice is once.

    Whoever was told says so; whoever keeps the roster there may say it for them. Raises EscalationNotFoundError (for
    another office's too) and EscalationNotYoursError.
    """
    row = _get(session, escalation_id, actor.scope(Permission.READ_CASES))
    if row.to_user_id != actor.user_id and not _keeps_roster(session, row, actor):
        name = session.scalar(select(StaffUser.name).where(StaffUser.id == row.to_user_id))
        raise EscalationNotYoursError("somebody else was told of it", name=name)
    first = session.scalar(
        update(Escalation)
        .where(Escalation.id == escalation_id, still_open())
        .values(acknowledged_at=now)
        .returning(Escalation.case_id)
        .execution_options(synchronize_session=False)
    )
    if first is not None:
        write_event(session, row.case_id, EventKind.ACKNOWLEDGED, now=now, user_id=actor.user_id, rule=row.rule)
    session.refresh(row)
    return row


def _get(session: Session, escalation_id: uuid.UUID, scope: Scope) -> Escalation:
    row = session.scalars(
        select(Escalation)
        .join(CallbackCase, CallbackCase.id == Escalation.case_id)
        .where(Escalation.id == escalation_id, scope.where(CallbackCase.unit_id))
    ).one_or_none()
    if row is None:
        raise EscalationNotFoundError("no such escalation")
    return row


def _keeps_roster(session: Session, row: Escalation, actor: Actor) -> bool:
    if not actor.may(Permission.KEEP_ROSTER):
        return False
    kept = actor.scope(Permission.KEEP_ROSTER).where(CallbackCase.unit_id)
    return session.scalar(select(CallbackCase.id).where(CallbackCase.id == row.case_id, kept)) is not None


def _before(actor: Actor) -> list[ColumnElement[bool]]:
    seen = actor.scope(Permission.READ_CASES).where(CallbackCase.unit_id)
    return [Escalation.to_user_id == actor.user_id, still_open(), seen, ~was_overtaken()]
