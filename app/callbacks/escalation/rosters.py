"""The roster as it is looked at: a unit's week, who is on duty, whose units have an owner and which have none."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Subquery, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import StaffUser
from app.accounts.scope import Scope
from app.callbacks.escalation.models import Duty, UnitOwner
from app.callbacks.escalation.people import can_see, can_work, load_shifts
from app.callbacks.escalation.week import Day, plan_week
from app.callbacks.models import CallbackCase
from app.organisation.models import Unit, UnitAncestor
from app.organisation.places import say_place
from app.organisation.tree import working_time

MOST = 200


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Somebody on duty; `able` while they may work there, `over` after the last day.

    `kept`: the reader may change it.
    """

    id: uuid.UUID
    user_id: uuid.UUID
    name: str
    unit_code: str
    unit_name: str
    place: str | None
    hours: str
    from_on: date | None
    until_on: date | None
    able: bool
    over: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """A unit with its owner of last resort; `able` while they may see its cases."""

    unit_id: uuid.UUID
    unit_code: str
    unit_name: str
    place: str | None
    user_id: uuid.UUID
    name: str
    able: bool


@dataclass(frozen=True, slots=True)
class UnownedLine:
    """A unit for which nobody is the last to hear, and how many cases are open at it."""

    unit_code: str
    unit_name: str
    place: str | None
    open_cases: int


@dataclass(frozen=True, slots=True)
class Unowned:
    """How many open units have no owner of last resort, at them or above, and how many of those have open cases."""

    units: int
    with_cases: int


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """A unit's week and what the people in it are called."""

    days: Sequence[Day]
    names: Mapping[uuid.UUID, str]


def read_week(session: Session, unit_id: uuid.UUID, first: date) -> WeekPlan:
    """Return seven days of the unit from `first` on, by its own clock; four queries."""
    above = session.scalars(
        select(UnitAncestor.ancestor_id).where(UnitAncestor.unit_id == unit_id).order_by(UnitAncestor.distance)
    ).all()
    shifts = load_shifts(session, above)
    days = plan_week(first, working_time(session, unit_id), [shifts.get(each, []) for each in above])
    users = {shift.user_id for each in shifts.values() for shift in each}
    named = session.execute(select(StaffUser.id, StaffUser.name, StaffUser.email).where(StaffUser.id.in_(users)))
    return WeekPlan(days, {user_id: name or email for user_id, name, email in named})


def list_duties(
    session: Session, *, unit_id: uuid.UUID, scope: Scope, keep_scope: Scope, today: date, limit: int = MOST
) -> list[DutyLine]:
    """Return the duties of the unit, of those below it in the scope, and of those above, which cover it; one query."""
    above = aliased(Unit)
    covers = select(UnitAncestor.ancestor_id).where(UnitAncestor.unit_id == unit_id)
    below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id)
    rows = session.execute(
        select(Duty, StaffUser, Unit, above, can_work(Duty.user_id, Duty.unit_id), keep_scope.where(Duty.unit_id))
        .join(StaffUser, StaffUser.id == Duty.user_id)
        .join(Unit, Unit.id == Duty.unit_id)
        .outerjoin(above, above.id == Unit.parent_id)
        .where(or_(Duty.unit_id.in_(covers), Duty.unit_id.in_(below) & scope.where(Duty.unit_id)))
        .order_by(Unit.name, Unit.code, StaffUser.name, Duty.from_on, Duty.id)
        .limit(limit)
    ).all()
    return [
        DutyLine(
            id=duty.id,
            user_id=duty.user_id,
            name=user.name or user.email,
            unit_code=unit.code,
            unit_name=unit.name,
            place=_place(unit, parent),
            hours=duty.hours,
            from_on=duty.from_on,
            until_on=duty.until_on,
            able=able,
            over=duty.until_on is not None and duty.until_on < today,
            kept=kept,
        )
        for duty, user, unit, parent, able, kept in rows
    ]


def find_rostered(session: Session, *, scope: Scope) -> str | None:
    """Return the code of the topmost unit of the scope with somebody on duty, or None: where to begin looking."""
    depth = (
        select(func.count())
        .select_from(UnitAncestor)
        .where(UnitAncestor.unit_id == Unit.id)
        .correlate(Unit)
        .scalar_subquery()
    )
    rostered = select(Duty.unit_id)
    query = select(Unit.code).where(Unit.id.in_(rostered), scope.where(Unit.id), Unit.closed_at.is_(None))
    return session.scalars(query.order_by(depth, Unit.name, Unit.code).limit(1)).one_or_none()


def list_owners(session: Session, *, scope: Scope, limit: int = MOST) -> list[OwnerLine]:
    """Return the units of the scope that have an owner of their own, by name; one query."""
    above = aliased(Unit)
    rows = session.execute(
        select(UnitOwner.user_id, StaffUser, Unit, above, can_see(UnitOwner.user_id, UnitOwner.unit_id))
        .join(StaffUser, StaffUser.id == UnitOwner.user_id)
        .join(Unit, Unit.id == UnitOwner.unit_id)
        .outerjoin(above, above.id == Unit.parent_id)
        .where(scope.where(UnitOwner.unit_id))
        .order_by(Unit.name, Unit.code)
        .limit(limit)
    ).all()
    return [
        OwnerLine(unit.id, unit.code, unit.name, _place(unit, parent), user_id, user.name or user.email, able)
        for user_id, user, unit, parent, able in rows
    ]


def list_unowned(session: Session, *, scope: Scope, limit: int = 50) -> list[UnownedLine]:
    """Return open units of the scope without an owner, those with the most open cases first; one query."""
    above, cases = aliased(Unit), _open_cases()
    count = func.coalesce(cases.c.cases, 0)
    rows = session.execute(
        select(Unit, above, count)
        .outerjoin(above, above.id == Unit.parent_id)
        .outerjoin(cases, cases.c.unit_id == Unit.id)
        .where(Unit.closed_at.is_(None), scope.where(Unit.id), ~_is_owned())
        .order_by(count.desc(), Unit.name, Unit.code)
        .limit(limit)
    ).all()
    return [UnownedLine(unit.code, unit.name, _place(unit, parent), open_cases) for unit, parent, open_cases in rows]


def count_unowned(session: Session, *, scope: Scope) -> Unowned:
    """Return how many open units of the scope have no owner; one query."""
    cases = _open_cases()
    units, with_cases = session.execute(
        select(func.count(), func.count(cases.c.unit_id))
        .select_from(Unit)
        .outerjoin(cases, cases.c.unit_id == Unit.id)
        .where(Unit.closed_at.is_(None), scope.where(Unit.id), ~_is_owned())
    ).one()
    return Unowned(units, with_cases)


def _is_owned() -> ColumnElement[bool]:
    """An owner who may not see the unit any more is none."""
    return (
        select(UnitOwner.unit_id)
        .join(UnitAncestor, UnitAncestor.ancestor_id == UnitOwner.unit_id)
        .join(StaffUser, StaffUser.id == UnitOwner.user_id)
        .where(UnitAncestor.unit_id == Unit.id, can_see(UnitOwner.user_id, UnitOwner.unit_id))
        .correlate(Unit)
        .exists()
    )


def _open_cases() -> Subquery:
    return (
        select(CallbackCase.unit_id, func.count().label("cases"))
        .where(CallbackCase.closed_at.is_(None))
        .group_by(CallbackCase.unit_id)
        .subquery()
    )


def _place(unit: Unit, above: Unit | None) -> str | None:
    return say_place(unit.address, *((above.name, above.kind) if above else (None, None)))
