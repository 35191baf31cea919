"""Add, change and find the people who serve customers."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.errors import ConflictError, NotFoundError
from app.kit.ids import new_id
from app.organisation.codes import check_code, make_code
from app.organisation.facts import check_name
from app.organisation.models import Employee
from app.organisation.service import UnitScope, get_unit


class UnknownEmployeeError(NotFoundError):
    """There is no such employee, or the asker may not know of one."""

    code = "unknown_employee"


class EmployeeExistsError(ConflictError):
    """The code already names another employee."""

    code = "employee_exists"


def add_employee(
    session: Session,
    *,
    code: str | None = None,
    name: str,
    unit_id: uuid.UUID,
    active: bool = True,
    demo: bool = False,
    now: datetime,
) -> Employee:
    """Return a new employee, with a code made from the name unless one is given.

    Raises EmployeeExistsError, UnknownUnitError, InvalidCodeError or InvalidUnitError.
    """
    name = check_name(name)
    get_unit(session, unit_id)
    employee_id = new_id()
    code = make_code(name, str(employee_id)) if code is None else check_code(code)
    if find_employee(session, code) is not None:
        raise EmployeeExistsError(f"there is an employee {code} already", employee=code)
    employee = Employee(
        id=employee_id,
        code=code,
        name=name,
        unit_id=unit_id,
        active=active,
        demo=demo,
        created_at=now,
        updated_at=now,
    )
    session.add(employee)
    session.flush()  # touchpoints of a desk point at it
    return employee


def change_employee(
    session: Session, employee: Employee, *, name: str, unit_id: uuid.UUID, active: bool, now: datetime
) -> bool:
    """Give an employee another name, unit or state, and tell whether any differed."""
    facts = {"name": check_name(name), "unit_id": get_unit(session, unit_id).id, "active": active}
    different = {field: value for field, value in facts.items() if getattr(employee, field) != value}
    for field, value in different.items():
        setattr(employee, field, value)
    if different:
        employee.updated_at = now
    return bool(different)


def find_employee(session: Session, key: str | uuid.UUID, scope: UnitScope | None = None) -> Employee | None:
    """Return the employee with the code (or the id) if the unit is within `scope`, or None."""
    if isinstance(key, str) and not key.isprintable():
        return None  # no code has such characters, and PostgreSQL refuses to be asked for NUL
    query = select(Employee).where(Employee.id == key if isinstance(key, uuid.UUID) else Employee.code == key.strip())
    return session.scalar(query if scope is None else query.where(scope.where(Employee.unit_id)))


def get_employee(session: Session, key: str | uuid.UUID, scope: UnitScope | None = None) -> Employee:
    """Return the employee with the code (or the id); raises UnknownEmployeeError if there is none within `scope`."""
    employee = find_employee(session, key, scope)
    if employee is None:
        raise UnknownEmployeeError(f"there is no employee {key}", key=str(key))
    return employee


def employees_of(
    session: Session, unit_ids: Collection[uuid.UUID], *, active_only: bool = True
) -> Mapping[uuid.UUID, list[Employee]]:
    """Return the employees of each of the units, by name; units without any are left out. One query."""
    query = select(Employee).where(Employee.unit_id.in_(unit_ids)).order_by(Employee.name, Employee.code)
    if active_only:
        query = query.where(Employee.active.is_(True))
    found: dict[uuid.UUID, list[Employee]] = {}
    for employee in session.scalars(query):
        found.setdefault(employee.unit_id, []).append(employee)
    return found
