"""Employees."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, NOTHING
from app.organisation.employees import (
    EmployeeExistsError,
    UnknownEmployeeError,
    add_employee,
    change_employee,
    employees_of,
    find_employee,
    get_employee,
)
from app.organisation.service import UnknownUnitError, add_unit, get_company

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


def test_an_employee_is_found_by_code_within_the_scope(session: Session) -> None:
    company = get_company(session)
    employee = add_employee(session, code="E1", name=" Айгүл  Серікова ", unit_id=company.id, now=NOW)

    assert employee.name == "Айгүл Серікова"
    assert get_employee(session, "E1", EVERYTHING) is employee
    assert find_employee(session, "E1", NOTHING) is None
    assert employees_of(session, [company.id]) == {company.id: [employee]}
    with pytest.raises(UnknownEmployeeError):
        get_employee(session, "E2")
    with pytest.raises(EmployeeExistsError):
        add_employee(session, code="E1", name="Other", unit_id=company.id, now=NOW)


def test_a_changed_employee_says_whether_anything_differed(session: Session) -> None:
    company = get_company(session)
    office = add_unit(session, name="Office", kind="office", parent_id=company.id, now=NOW)
    employee = add_employee(session, code="E1", name="A", unit_id=company.id, now=NOW)
    later = NOW + timedelta(days=1)

    assert not change_employee(session, employee, name="A", unit_id=company.id, active=True, now=later)
    assert change_employee(session, employee, name="A", unit_id=office.id, active=False, now=later)
    assert employee.updated_at == later
    assert employees_of(session, [office.id]) == {}
    assert employees_of(session, [office.id], active_only=False) == {office.id: [employee]}


def test_an_employee_needs_a_unit_that_exists(session: Session) -> None:
    company = get_company(session)
    employee = add_employee(session, code="E1", name="A", unit_id=company.id, now=NOW)

    with pytest.raises(UnknownUnitError):
        change_employee(session, employee, name="A", unit_id=employee.id, active=True, now=NOW)
