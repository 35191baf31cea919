"""Keep the roster: put somebody on duty for a unit, change it, take them off; name the owner of last resort."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import StaffUser
from app.accounts.permissions import Actor, Permission
from app.accounts.scope import Scope
from app.callbacks.escalation.errors import DutyNotFoundError, InvalidDutyError
from app.callbacks.escalation.models import Duty, UnitOwner
from app.callbacks.escalation.people import can_see, can_work
from app.kit.db import upsert
from app.kit.ids import new_id
from app.organisation.hours import parse_hours
from app.organisation.models import Unit
from app.organisation.tree import UnknownUnitError


@dataclass(frozen=True, slots=True)
class DutyDraft:
    """Who is on duty, in which hours (as opening hours are written), from and until which day, both taken."""

    user_id: uuid.UUID | None
    hours: str
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can be chosen."""

    user_id: uuid.UUID
    name: str


def put_on_duty(session: Session, unit_id: uuid.UUID, draft: DutyDraft, *, actor: Actor, now: datetime) -> Duty:
    """Return the new duty for the unit and all below it.

    Raises UnknownUnitError where the actor keeps no roster, InvalidHoursError, and InvalidDutyError for somebody who
    works no cases there and for days the wrong way round.
    """
    _get_unit(session, unit_id, actor.scope(Permission.KEEP_ROSTER))
    user_id, hours = _check(session, unit_id, draft)
    duty = Duty(
        id=new_id(),
        unit_id=unit_id,
        user_id=user_id,
        hours=hours,
        from_on=draft.from_on,
        until_on=draft.until_on,
        created_at=now,
    )
    session.add(duty)
    session.flush()  # the lists are read by statements of their own
    _note(session, "duty.added", duty, actor, now)
    return duty


def change_duty(session: Session, duty_id: uuid.UUID, draft: DutyDraft, *, actor: Actor, now: datetime) -> Duty:
    """Return the duty with somebody else, other hours or days; raises DutyNotFoundError and what `put_on_duty` does."""
    duty = get_duty(session, duty_id, actor.scope(Permission.KEEP_ROSTER))
    duty.user_id, duty.hours = _check(session, duty.unit_id, draft)
    duty.from_on, duty.until_on = draft.from_on, draft.until_on
    session.flush()
    _note(session, "duty.changed", duty, actor, now)
    return duty


def take_off_duty(session: Session, duty_id: uuid.UUID, *, actor: Actor, now: datetime) -> None:
    """Delete the duty; raises DutyNotFoundError."""
    duty = get_duty(session, duty_id, actor.scope(Permission.KEEP_ROSTER))
    _note(session, "duty.removed", duty, actor, now)
    session.delete(duty)
    session.flush()


def set_owner(session: Session, unit_id: uuid.UUID, user_id: uuid.UUID, *, actor: Actor, now: datetime) -> None:
    """Make the user the owner of last resort of the unit, in place of whoever it was.

    Raises UnknownUnitError, and InvalidDutyError for somebody who may not see the unit's cases.
    """
    _get_unit(session, unit_id, actor.scope(Permission.KEEP_ROSTER))
    if user_id not in {candidate.user_id for candidate in list_candidates(session, unit_id, owners=True)}:
        raise InvalidDutyError("choose somebody who sees the cases of the unit", field="user", code="not_there")
    named = {"user_id": user_id, "updated_at": now}
    # One statement: two who name the first owner at once both succeed, and the later one counts.
    session.scalars(
        upsert(session, UnitOwner)
        .values(unit_id=unit_id, **named)
        .on_conflict_do_update(index_elements=["unit_id"], set_=named)
        .returning(UnitOwner)
        .execution_options(populate_existing=True)
    ).one()
    details = {"user_id": str(user_id)}
    record(session, "owner.set", now=now, user_id=actor.user_id, object_type="unit", object_id=unit_id, details=details)


def remove_owner(session: Session, unit_id: uuid.UUID, *, actor: Actor, now: datetime) -> None:
    """Leave the unit to the owner above it; nothing if it has none of its own. Raises UnknownUnitError."""
    _get_unit(session, unit_id, actor.scope(Permission.KEEP_ROSTER))
    owner = session.get(UnitOwner, unit_id)
    if owner is not None:
        session.delete(owner)
        session.flush()
        record(session, "owner.removed", now=now, user_id=actor.user_id, object_type="unit", object_id=unit_id)


def get_duty(session: Session, duty_id: uuid.UUID, scope: Scope) -> Duty:
    """Return the duty of a unit within the scope; raises DutyNotFoundError."""
    duty = session.scalars(select(Duty).where(Duty.id == duty_id, scope.where(Duty.unit_id))).one_or_none()
    if duty is None:
        raise DutyNotFoundError("no such duty")
    return duty


def list_candidates(session: Session, unit_id: uuid.UUID, *, owners: bool = False) -> list[Candidate]:
    """Return who may be on duty for the unit, or own it: whoever works (or at least sees) its cases, by name."""
    may = can_see if owners else can_work
    rows = session.execute(
        select(StaffUser.id, StaffUser.name, StaffUser.email)
        .join(Unit, Unit.id == unit_id)
        .where(may(StaffUser.id.expression, Unit.id.expression))
        .order_by(StaffUser.name, StaffUser.email)
    )
    return [Candidate(user_id, name or email) for user_id, name, email in rows]


def _get_unit(session: Session, unit_id: uuid.UUID, scope: Scope) -> Unit:
    unit = session.scalars(select(Unit).where(Unit.id == unit_id, scope.where(Unit.id))).one_or_none()
    if unit is None:
        raise UnknownUnitError("no such unit")
    return unit


def _check(session: Session, unit_id: uuid.UUID, draft: DutyDraft) -> tuple[uuid.UUID, str]:
    hours = str(parse_hours(draft.hours))
    if draft.user_id is None:
        raise InvalidDutyError("say who is on duty", field="user", code="user_missing")
    if draft.user_id not in {candidate.user_id for candidate in list_candidates(session, unit_id)}:
        raise InvalidDutyError("choose somebody who works the cases of the unit", field="user", code="not_there")
    if draft.from_on is not None and draft.until_on is not None and draft.from_on > draft.until_on:
        raise InvalidDutyError("the last day comes before the first", field="until_on", code="days_turned_round")
    return draft.user_id, hours


def _note(session: Session, action: str, duty: Duty, actor: Actor, now: datetime) -> None:
    details = {
        "user_id": str(duty.user_id),
        "hours": duty.hours,
        "from_on": duty.from_on.isoformat() if duty.from_on else None,
        "until_on": duty.until_on.isoformat() if duty.until_on else None,
    }
    record(session, action, now=now, user_id=actor.user_id, object_type="unit", object_id=duty.unit_id, details=details)
