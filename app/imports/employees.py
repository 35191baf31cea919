"""Files of employees: plan what differs while only reading, then write it in one short transaction."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.imports.guessing import read_yes_no
from app.imports.mapping import Columns, choose_columns
from app.imports.report import ImportReport, explain, remark
from app.imports.tables import Table, TableRow
from app.kit.errors import InvalidInputError, OtklikError
from app.kit.ids import new_id
from app.organisation.codes import check_code
from app.organisation.employees import EmployeeExistsError
from app.organisation.facts import check_name
from app.organisation.models import Employee, Unit

FIELDS = ("code", "name", "unit", "active")


@dataclass(frozen=True, slots=True)
class EmployeeRow:
    """An employee as a row gives it; `active` None says nothing about it."""

    line: int
    code: str
    name: str
    unit: str
    active: bool | None


@dataclass(frozen=True, slots=True)
class EmployeePlan:
    """Rows to insert and to update, as values by column, the report, and the rows as they were understood."""

    added: list[dict[str, object]] = field(default_factory=list)
    changed: list[dict[str, object]] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)
    rows: list[EmployeeRow] = field(default_factory=list)


def plan_employees(
    session: Session, table: Table, *, mapping: Mapping[str, str] | None = None, by_name: bool = True
) -> EmployeePlan:
    """Return what the file would change, in two queries. Writes nothing; raises InvalidMappingError.

    A unit is named by its code. An empty `active` is yes for a new employee and leaves a known one as it is.
    """
    columns = choose_columns(table, FIELDS, required=["code", "name", "unit"], mapping=mapping, by_name=by_name)
    report = ImportReport(read=len(table.rows) + len(table.broken), ignored_columns=columns.ignored)
    report.refused.extend(table.broken)
    report.notes.extend(table.notes)
    plan = EmployeePlan(report=report)
    units: dict[str, uuid.UUID] = {code: unit_id for unit_id, code in session.execute(select(Unit.id, Unit.code))}
    stored = {employee.code: employee for employee in session.scalars(select(Employee))}
    said: dict[str, EmployeeRow] = {}
    for table_row in table.rows:
        try:
            row = _read_row(table_row, columns, units)
            _plan_row(plan, row, said.get(row.code), stored.get(row.code), units[row.unit])
        except OtklikError as error:
            report.refused.append(remark(table_row.line, *explain(error)))
            continue
        said.setdefault(row.code, row)
        plan.rows.append(row)
    return plan


def write_employees(session: Session, plan: EmployeePlan, *, now: datetime) -> ImportReport:
    """Write what the plan says and return its report; a file with a refused row changes nothing.

    Raises EmployeeExistsError when somebody added one of the new codes since the plan was made.
    """
    if plan.report.refused:
        return plan.report
    if plan.added:
        stamps = {"demo": False, "created_at": now, "updated_at": now}
        try:
            session.execute(insert(Employee), [values | stamps for values in plan.added])
        except IntegrityError as error:
            raise EmployeeExistsError(
                "somebody added one of these employees just now; import the file again"
            ) from error
    if plan.changed:
        session.execute(update(Employee), [values | {"updated_at": now} for values in plan.changed])
    return plan.report


def _plan_row(
    plan: EmployeePlan, row: EmployeeRow, earlier: EmployeeRow | None, stored: Employee | None, unit_id: uuid.UUID
) -> None:
    if earlier is not None:
        if (earlier.name, earlier.unit, earlier.active) != (row.name, row.unit, row.active):
            raise InvalidInputError(
                f"line {earlier.line} speaks of {row.code} with other values; keep one of the two",
                code="row_contradicts",
                line=earlier.line,
            )
        plan.report.repeated += 1
        return
    if stored is None:
        active = row.active is not False
        plan.added.append({"id": new_id(), "code": row.code, "name": row.name, "unit_id": unit_id, "active": active})
        plan.report.taken += 1
        return
    active = stored.active if row.active is None else row.active
    if (stored.name, stored.unit_id, stored.active) == (row.name, unit_id, active):
        plan.report.repeated += 1
        return
    plan.changed.append({"id": stored.id, "name": row.name, "unit_id": unit_id, "active": active})
    plan.report.changed += 1


def _read_row(row: TableRow, columns: Columns, units: Mapping[str, uuid.UUID]) -> EmployeeRow:
    unit = columns.text(row.cells, "unit")
    if unit not in units:
        known = "is empty" if not unit else f"there is no unit with the code {unit[:80]!r}"
        raise InvalidInputError(
            f"{columns.name('unit')}: {known}; give the code of a unit",
            code="unit_code_unknown" if unit else "unit_code_missing",
            text=unit[:80],
        )
    return EmployeeRow(
        line=row.line,
        code=check_code(columns.text(row.cells, "code")),
        name=check_name(columns.text(row.cells, "name")),
        unit=unit,
        active=_read_active(columns.text(row.cells, "active"), columns.name("active")),
    )


def _read_active(text: str, column: str) -> bool | None:
    if not text:
        return None
    if (active := read_yes_no(text)) is not None:
        return active
    raise InvalidInputError(
        f"{column}: {text[:40]!r} is neither yes nor no; write true or false", code="neither_yes_nor_no", text=text[:40]
    )
