"""Who is responsible for a unit at a moment: read from the roster, the grants and the owners of last resort."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, select
from sqlalchemy.orm import Session

from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.permissions import ROLES, Permission
from app.callbacks.escalation.ladder import How, Ladder, Person, Rung, Shift, climb, find_nearest
from app.callbacks.escalation.models import Duty, UnitOwner
from app.organisation.hours import parse_hours
from app.organisation.models import Unit, UnitAncestor
from app.organisation.tree import working_times

_read_hours = lru_cache(maxsize=256)(parse_hours)


def find_responsible(
    session: Session, unit_id: uuid.UUID, *, level: int, now: datetime, told: Collection[uuid.UUID] = ()
) -> list[Person]:
    """Return who hears of a case of the unit: at level 0 whoever works it, at level n those n steps further up.

    Level 0 is whoever is on duty now, the nearest roster first, else the managers of the nearest unit that has some.
    Further up `told` are skipped. At last comes the owner of last resort, else the company's administrators. Empty only
    where nobody who is active administers the company. Five queries at most.
    """
    ladder = load_ladders(session, [unit_id])[unit_id]
    height, people = find_nearest(ladder, now)
    return people if level == 0 else climb(ladder, above=height, steps=level, told=told, now=now)


def load_ladders(session: Session, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Ladder]:
    """Return the ladder above each unit; five queries however many there are (at most a few thousand)."""
    pairs = session.execute(
        select(UnitAncestor.unit_id, UnitAncestor.ancestor_id, Unit.parent_id)
        .join(Unit, Unit.id == UnitAncestor.ancestor_id)
        .where(UnitAncestor.unit_id.in_(unit_ids))
        .order_by(UnitAncestor.unit_id, UnitAncestor.distance)
    ).all()
    steps: dict[uuid.UUID, list[uuid.UUID]] = {unit_id: [] for unit_id in unit_ids}
    for unit_id, ancestor_id, _ in pairs:
        steps[unit_id].append(ancestor_id)
    tops = {ancestor_id for _, ancestor_id, parent_id in pairs if parent_id is None}
    rungs, admins = _load_rungs(session, {ancestor_id for _, ancestor_id, _ in pairs}, tops)
    return {unit_id: Ladder(tuple(rungs[step] for step in path), admins) for unit_id, path in steps.items()}


def _load_rungs(
    session: Session, unit_ids: Collection[uuid.UUID], tops: Collection[uuid.UUID]
) -> tuple[dict[uuid.UUID, Rung], tuple[Person, ...]]:
    grants = session.execute(
        select(StaffGrant.unit_id, StaffGrant.role, StaffGrant.user_id)
        .join(StaffUser, StaffUser.id == StaffGrant.user_id)
        .where(StaffGrant.unit_id.in_(unit_ids), StaffGrant.role.in_([Role.MANAGER, Role.ADMIN]), StaffUser.active)
        .order_by(StaffUser.created_at, StaffUser.id)
    ).all()
    managers = _by_unit((unit_id, user_id) for unit_id, role, user_id in grants if role == Role.MANAGER)
    admins = _by_unit((unit_id, user_id) for unit_id, role, user_id in grants if role == Role.ADMIN)
    owned = session.execute(
        select(UnitOwner.unit_id, UnitOwner.user_id)
        .join(StaffUser, StaffUser.id == UnitOwner.user_id)
        .where(UnitOwner.unit_id.in_(unit_ids), can_see(UnitOwner.user_id, UnitOwner.unit_id))
    )
    owners = {unit_id: user_id for unit_id, user_id in owned}  # noqa: C416 -- rows are no pairs to mypy
    shifts = load_shifts(session, unit_ids)
    rungs = {
        unit_id: Rung(
            unit_id,
            shifts=tuple(shifts.get(unit_id, ())),
            managers=tuple(managers.get(unit_id, ())),
            # The company's are the last resort, not the next step.
            admins=tuple(admins.get(unit_id, ())) if unit_id not in tops else (),
            owner=owners.get(unit_id),
        )
        for unit_id in unit_ids
    }
    return rungs, tuple(Person(user_id, top, How.ADMIN) for top in tops for user_id in admins.get(top, ()))


def load_shifts(session: Session, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Shift]]:
    """Return the duties of those very units whose people may still work there, by unit; two queries."""
    duties = session.scalars(
        select(Duty)
        .join(StaffUser, StaffUser.id == Duty.user_id)
        .where(Duty.unit_id.in_(unit_ids), can_work(Duty.user_id, Duty.unit_id))
        .order_by(Duty.created_at, Duty.id)
    ).all()
    times = working_times(session, {duty.unit_id for duty in duties}) if duties else {}
    found: dict[uuid.UUID, list[Shift]] = {}
    for duty in duties:
        works = replace(times[duty.unit_id], hours=_read_hours(duty.hours))
        shift = Shift(duty.user_id, works, duty.from_on, duty.until_on)
        found.setdefault(duty.unit_id, []).append(shift)
    return found


def can_work(user_id: SQLColumnExpression[uuid.UUID], unit_id: SQLColumnExpression[uuid.UUID]) -> ColumnElement[bool]:
    """Return the condition that the user, joined, is active and may work cases of the unit."""
    return _holds(user_id, unit_id, ROLES[Permission.WORK_CASES])


def can_see(user_id: SQLColumnExpression[uuid.UUID], unit_id: SQLColumnExpression[uuid.UUID]) -> ColumnElement[bool]:
    """Return the condition that the user, joined, is active and may read cases of the unit."""
    return _holds(user_id, unit_id, ROLES[Permission.READ_CASES])


def _holds(
    user_id: SQLColumnExpression[uuid.UUID], unit_id: SQLColumnExpression[uuid.UUID], roles: Collection[Role]
) -> ColumnElement[bool]:
    """A role that was taken away since must not leave somebody in charge of what they may not open."""
    granted = (
        select(StaffGrant.id)
        .join(UnitAncestor, UnitAncestor.ancestor_id == StaffGrant.unit_id)
        .where(StaffGrant.user_id == user_id, UnitAncestor.unit_id == unit_id, StaffGrant.role.in_(sorted(roles)))
    )
    return and_(StaffUser.active, granted.exists())


def _by_unit(pairs: Iterable[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, list[uuid.UUID]]:
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for unit_id, user_id in pairs:
        found.setdefault(unit_id, []).append(user_id)
    return found
