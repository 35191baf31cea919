"""Add, change, move and find units."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import Session

from app.kit.errors import ConflictError
from app.kit.ids import new_id
from app.organisation.codes import check_code, make_code
from app.organisation.facts import (
    InvalidUnitError,
    check_address,
    check_hours,
    check_kind,
    check_name,
    check_place,
    check_zone,
)
from app.organisation.hours import WeekHours
from app.organisation.models import ROOT_CODE, Unit, UnitAncestor, UnitKind
from app.organisation.search import says
from app.organisation.tree import (
    UnitClosedError,
    UnitCycleError,
    UnknownUnitError,
    link_new,
    lock_tree,
    path_of,
    relink,
    working_time,
    working_times,
)
from app.organisation.workdays import WorkingTime

__all__ = [
    "UnitClosedError",
    "UnitCycleError",
    "UnitScope",
    "UnknownUnitError",
    "WorkingTime",
    "add_unit",
    "change_unit",
    "find_unit",
    "get_company",
    "get_unit",
    "list_children",
    "move_unit",
    "path_of",
    "search_units",
    "sync_company",
    "units_below",
    "working_time",
    "working_times",
]


class UnitScope(Protocol):
    """Which units the asker may see. Accounts, which lie above, have the real one."""

    def where(self, column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """Return the condition that `column`, the id of a unit, may be seen."""
        ...


class UnitExistsError(ConflictError):
    """The code already names another unit."""

    code = "unit_exists"


def add_unit(
    session: Session,
    *,
    name: str,
    kind: UnitKind | str,
    parent_id: uuid.UUID,
    code: str | None = None,
    address: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    time_zone: str | None = None,
    hours: str | None = None,
    source_key: str | None = None,
    demo: bool = False,
    now: datetime,
) -> Unit:
    """Return a new unit below its parent, with a code made from its name unless one is given.

    Raises UnknownUnitError (no such parent), UnitClosedError (it is closed), UnitExistsError, InvalidUnitError,
    InvalidHoursError or InvalidCodeError.
    """
    lock_tree(session)
    _check_open(get_unit(session, parent_id))
    check_place(latitude, longitude)
    unit = Unit(
        id=new_id(),
        name=check_name(name),
        kind=check_kind(kind),
        parent_id=parent_id,
        address=check_address(address),
        latitude=latitude,
        longitude=longitude,
        time_zone=check_zone(time_zone),
        hours=check_hours(hours),
        source_key=source_key,
        demo=demo,
        created_at=now,
        updated_at=now,
        closed_at=None,
    )
    unit.code = _new_code(session, unit, code)
    session.add(unit)
    session.flush()  # its pairs point at it
    link_new(session, unit.id, parent_id)
    return unit


def change_unit(
    session: Session,
    unit: Unit,
    *,
    name: str,
    kind: UnitKind | str,
    address: str | None,
    latitude: float | None,
    longitude: float | None,
    time_zone: str | None,
    hours: str | None,
    now: datetime,
) -> frozenset[str]:
    """Give a unit other facts, all of them (None inherits), and return which differed. Raises as add_unit."""
    if unit.parent_id is None:
        raise InvalidUnitError(
            "the company's name, zone and hours come from the settings OTKLIK_COMPANY_NAME and so on",
            code="company_is_set",
        )
    check_place(latitude, longitude)
    return _apply(
        unit,
        {
            "name": check_name(name),
            "kind": check_kind(kind),
            "address": check_address(address),
            "latitude": latitude,
            "longitude": longitude,
            "time_zone": check_zone(time_zone),
            "hours": check_hours(hours),
        },
        now,
    )


def move_unit(session: Session, unit: Unit, *, parent_id: uuid.UUID, now: datetime) -> bool:
    """Hang a unit, with all below it, under another parent; tell whether it moved.

    Raises UnitCycleError (the parent is the unit itself or lies below it), UnknownUnitError, UnitClosedError (the
    parent is) or InvalidUnitError.
    """
    lock_tree(session)
    session.refresh(unit, ["parent_id"])  # it may have been moved while this waited for the lock
    if unit.parent_id is None:
        raise InvalidUnitError("the company itself cannot be moved", field="parent", code="company_is_set")
    parent = get_unit(session, parent_id)
    if unit.parent_id == parent_id:
        return False
    if unit.closed_at is None:
        _check_open(parent)
    relink(session, unit.id, parent_id)
    unit.parent_id = parent_id
    unit.updated_at = now
    session.flush()  # the pairs and the parent change together
    return True


def find_unit(session: Session, key: str | uuid.UUID, scope: UnitScope | None = None) -> Unit | None:
    """Return the unit with the code (or the id) if it is within `scope`, or None."""
    if isinstance(key, str) and not key.isprintable():
        return None  # no code has such characters, and PostgreSQL refuses to be asked for NUL
    query = select(Unit).where(Unit.id == key if isinstance(key, uuid.UUID) else Unit.code == key.strip())
    return session.scalar(query if scope is None else query.where(scope.where(Unit.id)))


def get_unit(session: Session, key: str | uuid.UUID, scope: UnitScope | None = None) -> Unit:
    """Return the unit with the code (or the id); raises UnknownUnitError if there is none within `scope`."""
    unit = find_unit(session, key, scope)
    if unit is None:
        raise UnknownUnitError(f"there is no unit {key}", key=str(key))
    return unit


def get_company(session: Session) -> Unit:
    """Return the root of the tree."""
    return get_unit(session, ROOT_CODE)


def units_below(
    session: Session, unit_id: uuid.UUID, *, kind: UnitKind | str | None = None, scope: UnitScope | None = None
) -> list[Unit]:
    """Return the unit and all below it, by name, those of one kind if it is given."""
    query = (
        select(Unit)
        .join(UnitAncestor, UnitAncestor.unit_id == Unit.id)
        .where(UnitAncestor.ancestor_id == unit_id)
        .order_by(Unit.name, Unit.code)
    )
    if kind is not None:
        query = query.where(Unit.kind == kind)
    if scope is not None:
        query = query.where(scope.where(Unit.id))
    return list(session.scalars(query))


def list_children(session: Session, parent_id: uuid.UUID, *, scope: UnitScope | None = None) -> list[Unit]:
    """Return the units right below one, by name."""
    query = select(Unit).where(Unit.parent_id == parent_id).order_by(Unit.name, Unit.code)
    return list(session.scalars(query if scope is None else query.where(scope.where(Unit.id))))


def search_units(session: Session, text: str, *, scope: UnitScope, limit: int = 50) -> list[Unit]:
    """Return up to `limit` units within `scope` whose name, code or address say each word of the text, by name."""
    found = says(text, Unit.name, Unit.code, Unit.address)
    query = select(Unit).where(found, scope.where(Unit.id)).order_by(Unit.name, Unit.code).limit(limit)
    return list(session.scalars(query))


def sync_company(
    session: Session, *, name: str, time_zone: ZoneInfo | str, hours: WeekHours | str, now: datetime
) -> bool:
    """Give the company the name, zone and hours of the settings, and tell whether any differed."""
    company = get_company(session)
    facts = {"name": check_name(name), "time_zone": check_zone(str(time_zone)), "hours": check_hours(str(hours))}
    return bool(_apply(company, facts, now))


def _check_open(parent: Unit) -> None:
    if parent.closed_at is not None:
        raise UnitClosedError(f"the unit {parent.code} is closed; reopen it first")


def _apply(unit: Unit, facts: Mapping[str, object], now: datetime) -> frozenset[str]:
    different = {field: value for field, value in facts.items() if getattr(unit, field) != value}
    for field, value in different.items():
        setattr(unit, field, value)
    if different:
        unit.updated_at = now
    return frozenset(different)


def _new_code(session: Session, unit: Unit, code: str | None) -> str:
    if code is not None:
        code = check_code(code)
        if find_unit(session, code) is not None:
            raise UnitExistsError(f"there is a unit {code} already", unit=code)
        return code
    identity = unit.source_key or str(unit.id)
    taken: set[str] = set()
    while True:
        made = make_code(unit.name, identity, taken)
        if find_unit(session, made) is None:
            return made
        taken.add(made)
