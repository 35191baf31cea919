"""Employees: the list and the page of each for all staff, added and changed by admins of their units."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.kit.errors import ConflictError, InvalidInputError, OtklikError
from app.organisation.employee_list import EmployeeSort, list_employees
from app.organisation.employees import EmployeeExistsError, add_employee, change_employee, find_employee, get_employee
from app.organisation.models import Employee
from app.organisation.service import find_unit, get_unit
from app.web import access, edge
from app.web.manage.noted import note
from app.web.manage.organisation import unit_words as words
from app.web.manage.responses.praise import find_praise
from app.web.manage.table import read_table
from app.web.manage.unit_choice import UnitChoice, choose_unit

_ACTIVE = {"yes": True, "no": False}
employees = Blueprint("employees", __name__, url_prefix="/manage/employees")
employee_editing = Blueprint("employee_editing", __name__, url_prefix="/manage/employees")
access.gate(employees, access.Gate.STAFF)
access.gate(employee_editing, access.Gate.ADMIN)


@employees.get("")
def show_list() -> str:
    """The table of employees, of one unit with all below it if the address names one."""
    session, scope = edge.db(), access.scope()
    code = request.args.get("unit", "")
    unit = find_unit(session, code, scope) if code and code.isprintable() else None
    table = read_table(
        request.args,
        sorts=tuple(EmployeeSort),
        filters={"active": _ACTIVE, "unit": (unit.code,) if unit else ()},
    )
    return render_template(
        "manage/employees/list.html",
        table=table,
        unit=unit,
        page=list_employees(
            session,
            scope=scope,
            text=table.search,
            active=_ACTIVE.get(table.filters.get("active", "")),
            below=unit.id if unit else None,
            sort=EmployeeSort(table.sort),
            descending=table.descending,
            limit=table.per_page,
            offset=table.offset,
        ),
        may_add=access.may(access.Gate.ADMIN),
        may_import=access.scope(access.Gate.ADMIN).everything,
    )


@employees.get("/<path:employee_code>")
def show_employee(employee_code: str) -> str:
    """One employee."""
    employee = get_employee(edge.db(), employee_code, access.scope())
    may_edit = access.may(access.Gate.ADMIN) and find_employee(edge.db(), employee.id, access.scope(access.Gate.ADMIN))
    return render_template(
        "manage/employees/employee.html",
        employee=employee,
        unit=get_unit(edge.db(), employee.unit_id),
        may_edit=bool(may_edit),
        **find_praise(employee.id),
    )


@employee_editing.get("/new")
def show_new() -> str:
    """The form of a new employee."""
    typed = request.args.get("unit", "")
    return _show_new(UnitChoice("".join(letter for letter in typed if letter.isprintable())), {})


@employee_editing.post("/new")
def add() -> Response | tuple[str, int]:
    """Add an employee."""
    form = request.form
    choice = choose_unit(edge.db(), form, "unit", access.scope())
    if choice.unit is None:
        edge.roll_back()
        return _show_new(choice, {}), 422
    try:
        employee = add_employee(
            edge.db(),
            code=form.get("code", "").strip() or None,
            name=form.get("name", ""),
            unit_id=choice.unit.id,
            demo=choice.unit.demo,
            now=edge.now(),
        )
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return _show_new(UnitChoice(choice.typed), _say(error)), 422
    note("employee.added", "employee", employee.id, unit=choice.unit.code)
    flash(gettext("The employee is added."), "good")
    return _back_to(employee)


@employee_editing.get("/<path:employee_code>/edit")
def show_edit(employee_code: str) -> str:
    """The form of one employee."""
    return _show_edit(employee_code)


@employee_editing.post("/<path:employee_code>/edit")
def change(employee_code: str) -> Response | tuple[str, int]:
    """Give an employee another name, unit or state."""
    employee, form = get_employee(edge.db(), employee_code, access.scope()), request.form
    choice = choose_unit(edge.db(), form, "unit", access.scope())
    if choice.unit is None:
        edge.roll_back()
        return _show_edit(employee_code, choice=choice), 422
    try:
        changed = change_employee(
            edge.db(),
            employee,
            name=form.get("name", ""),
            unit_id=choice.unit.id,
            active=form.get("active") == "yes",
            now=edge.now(),
        )
    except InvalidInputError as error:
        edge.roll_back()
        return _show_edit(employee_code, choice=UnitChoice(choice.typed), errors=_say(error)), 422
    if changed:
        note("employee.changed", "employee", employee.id, unit=choice.unit.code, active=employee.active)
        flash(gettext("The employee is changed."), "good")
    return _back_to(employee)


def _show_new(choice: UnitChoice, errors: dict[str, str]) -> str:
    return render_template("manage/employees/new.html", typed=request.form, errors=errors, choice=choice)


def _show_edit(employee_code: str, *, choice: UnitChoice | None = None, errors: dict[str, str] | None = None) -> str:
    employee = get_employee(edge.db(), employee_code, access.scope())
    stored = {"name": employee.name, "active": "yes" if employee.active else ""}
    return render_template(
        "manage/employees/edit.html",
        employee=employee,
        typed=request.form if request.method == "POST" else stored,
        errors=errors or {},
        choice=choice or UnitChoice(get_unit(edge.db(), employee.unit_id).code),
    )


def _say(error: OtklikError) -> dict[str, str]:
    field = error.field if isinstance(error, InvalidInputError) else None
    if isinstance(error, EmployeeExistsError):
        field = "code"
    return {field or "name": words.say_fact(error)}


def _back_to(employee: Employee) -> Response:
    return redirect(url_for("employees.show_employee", employee_code=employee.code), 303)
