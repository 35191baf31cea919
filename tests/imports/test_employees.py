"""Files of employees, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.imports.employees import plan_employees, write_employees
from app.imports.mapping import parse_mapping
from app.imports.report import ImportReport
from app.imports.tables import read_table
from app.organisation.employees import EmployeeExistsError, employees_of, get_employee
from app.organisation.models import Unit
from app.organisation.service import add_unit, get_company

from .conftest import NOW


@pytest.fixture
def office(session: Session) -> Unit:
    """An office with the code ALA-01."""
    company = get_company(session)
    return add_unit(session, name="Office", kind="office", code="ALA-01", parent_id=company.id, now=NOW)


def run(session: Session, text: str, *, mapping: str | None = None, days: int = 0) -> ImportReport:
    pairs = parse_mapping(mapping) if mapping else None
    plan = plan_employees(session, read_table(text.encode(), "staff.csv"), mapping=pairs)
    report = write_employees(session, plan, now=NOW + timedelta(days=days))
    session.expire_all()
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.read, report.taken, report.repeated, report.changed, len(report.refused)


def test_employees_come_in_once(session: Session, office: Unit) -> None:
    text = "code;name;unit;active\nE1;Айгүл Серікова;ALA-01;\nE2;Тарас Шевчук;ALA-01;ні\nE1;Айгүл Серікова;ALA-01;\n"

    assert counts(run(session, text)) == (3, 2, 1, 0, 0)
    assert counts(run(session, text, days=1)) == (3, 0, 3, 0, 0)
    everybody = employees_of(session, [office.id], active_only=False)[office.id]
    assert [(person.code, person.active, person.updated_at) for person in everybody] == [
        ("E1", True, NOW),
        ("E2", False, NOW),
    ]


def test_a_changed_row_changes_the_employee_and_an_empty_cell_leaves_the_state(session: Session, office: Unit) -> None:
    run(session, "code,name,unit,active\nE1,A,ALA-01,no\nE2,B,ALA-01,yes\n")

    report = run(session, "code,name,unit\nE1,A,company\nE2,B,ALA-01\n", days=1)

    assert counts(report) == (2, 0, 1, 1, 0)
    moved = get_employee(session, "E1")
    assert (moved.unit_id, moved.active) == (get_company(session).id, False)


@pytest.mark.usefixtures("office")
def test_an_employee_added_by_somebody_else_in_the_meantime_stops_the_import(session: Session) -> None:
    plan = plan_employees(session, read_table(b"code,name,unit\nE1,A,ALA-01\n", "staff.csv"))
    run(session, "code,name,unit\nE1,B,ALA-01\n")

    with pytest.raises(EmployeeExistsError, match="import the file again"), session.begin_nested():
        write_employees(session, plan, now=NOW)

    assert get_employee(session, "E1").name == "B"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("E2,B,,", "Филиал: is empty"),
        ("E2,B,ALA-02,", "Филиал: there is no unit with the code 'ALA-02'"),
        (",B,ALA-01,", "a code has 1 to 64"),
        ("E2,,ALA-01,", "a name has 1 to 200"),
        ("E2,B,ALA-01,maybe", "active: 'maybe' is neither yes nor no"),
        ("E1,Other,ALA-01,", "line 2 speaks of E1 with other values"),
        ("E2,B", "2 cells where the header has 4"),
    ],
)
@pytest.mark.usefixtures("office")
def test_one_wrong_row_refuses_the_file(session: Session, row: str, reason: str) -> None:
    report = run(session, f"code,name,Филиал,active\nE1,A,ALA-01,\n{row}\n", mapping="unit=Филиал")

    assert counts(report) == (2, 1, 0, 0, 1)
    assert (report.refused[0].line, report.refused[0].text[: len(reason)]) == (3, reason)
    assert employees_of(session, [unit.id for unit in session.query(Unit)]) == {}
