"""Employees as staff look through them. Read-only; two queries however many there are."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.organisation.models import Employee, Unit, UnitAncestor
from app.organisation.search import says
from app.organisation.service import UnitScope


class EmployeeSort(StrEnum):
    """What the list is in the order of."""

    NAME = "name"
    CODE = "code"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class EmployeeLine:
    """One employee with the unit where they work."""

    code: str
    name: str
    active: bool
    demo: bool
    unit_code: str
    unit_name: str
    unit_address: str | None


@dataclass(frozen=True, slots=True)
class EmployeeLines:
    """A page of the list, and how many are in all of it."""

    lines: Sequence[EmployeeLine]
    total: int


_SORTS: Mapping[EmployeeSort, ColumnElement[str]] = {
    EmployeeSort.NAME: func.lower(Employee.name),
    EmployeeSort.CODE: func.lower(Employee.code),
    EmployeeSort.UNIT: func.lower(Unit.name),
}


def list_employees(
    session: Session,
    *,
    scope: UnitScope,
    text: str = "",
    active: bool | None = None,
    below: uuid.UUID | None = None,
    sort: EmployeeSort = EmployeeSort.NAME,
    descending: bool = False,
    limit: int,
    offset: int = 0,
) -> EmployeeLines:
    """Return the employees whose name, code or unit say each word of the text; `below` is a unit with all below it."""
    wanted = [scope.where(Employee.unit_id), says(text, Employee.name, Employee.code, Unit.name, Unit.code)]
    if active is not None:
        wanted.append(Employee.active.is_(active))
    if below is not None:
        wanted.append(Employee.unit_id.in_(select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == below)))
    first = _SORTS[sort]
    rows = session.execute(
        select(Employee.code, Employee.name, Employee.active, Employee.demo, Unit.code, Unit.name, Unit.address)
        .join(Unit, Unit.id == Employee.unit_id)
        .where(*wanted)
        .order_by(first.desc() if descending else first.asc(), _SORTS[EmployeeSort.NAME], Employee.code)
        .limit(limit)
        .offset(offset)
    )
    total = session.scalars(
        select(func.count()).select_from(Employee).join(Unit, Unit.id == Employee.unit_id).where(*wanted)
    ).one()
    return EmployeeLines([EmployeeLine(*row) for row in rows], total)
