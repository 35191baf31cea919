"""Files of units and employees, brought in with the browser: sent, mapped, tried, and taken in."""

from flask import Blueprint

from app.web import access

unit_import = Blueprint("unit_import", __name__, url_prefix="/manage/units/import")
employee_import = Blueprint("employee_import", __name__, url_prefix="/manage/employees/import")
for blueprint in (unit_import, employee_import):
    access.gate(blueprint, access.Gate.ADMIN)


@unit_import.get("", endpoint="show_start")
@employee_import.get("", endpoint="show_start")
def show_start() -> str:
    return ""
