"""Who took the calls of a file: employees by code or by name, made where they are not there yet."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.kit.db import table_of
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.kit.rows import insert_rows
from app.organisation.codes import make_code
from app.organisation.facts import check_name
from app.organisation.models import Employee, Unit


@dataclass(frozen=True, slots=True)
class Operator:
    """An employee whom a row can mean."""

    id: uuid.UUID
    code: str
    name: str
    unit_id: uuid.UUID


class OperatorFinder:
    """Finds whom a row means by a code or a name. `added` are those that it made for names that nobody has."""

    def __init__(self, session: Session, *, unit: str | None, add: bool, option: str = "--add-employees") -> None:
        """Read all employees in one query; with `add`, those that are missing are made at `unit`, a unit's code.

        `option` is what the command line calls `add`.
        Raises NotFoundError for an unknown unit.
        """
        self._add, self._option = add, option
        self._unit = unit
        self._unit_id = session.scalar(select(Unit.id).where(Unit.code == unit)) if unit is not None else None
        if unit is not None and self._unit_id is None:
            raise NotFoundError(f"--employees-unit {unit}: there is no such unit")
        self._by_code: dict[str, Operator] = {}
        self._by_name: dict[str, list[Operator]] = {}
        for row in session.execute(select(Employee.id, Employee.code, Employee.name, Employee.unit_id)):
            self._note(Operator(*row))
        self.added: list[Operator] = []

    def find(self, text: str, unit_id: uuid.UUID) -> Operator:
        """Return who is meant: by code, else by name, of several the one of the row's unit or of `unit`.

        Raises InvalidInputError.
        """
        if (found := self._by_code.get(text)) is not None:
            return found
        named = self._by_name.get(_fold(text), ())
        for near in (unit_id, self._unit_id):
            those = [operator for operator in named if operator.unit_id == near]
            if len(those) == 1:
                return those[0]
        if len(named) == 1:
            return named[0]
        if named:
            codes = ", ".join(sorted(operator.code for operator in named)[:5])
            raise InvalidInputError(
                f"several are called {text[:80]!r}: {codes}; write the code", field="employee", code="employee_unclear"
            )
        if not self._add:
            raise InvalidInputError(
                f"there is no employee {text[:80]!r}; import employees first, or give {self._option}",
                field="employee",
                code="unknown_employee",
            )
        return self._make(text, self._unit_id or unit_id)

    def _make(self, text: str, unit_id: uuid.UUID) -> Operator:
        name = check_name(text)
        operator = Operator(new_id(), make_code(name, f"{_fold(name)}\n{unit_id}", self._by_code), name, unit_id)
        self._note(operator)
        self.added.append(operator)
        return operator

    def _note(self, operator: Operator) -> None:
        self._by_code[operator.code] = operator
        self._by_name.setdefault(_fold(operator.name), []).append(operator)


def write_operators(session: Session, operators: Sequence[Operator], *, now: datetime) -> None:
    """Add the employees that were made; raises what the database does if one of their codes is taken by now."""
    columns = ("id", "code", "name", "unit_id", "active", "demo", "created_at", "updated_at")
    rows = ((one.id, one.code, one.name, one.unit_id, True, False, now, now) for one in operators)
    insert_rows(session, table_of(Employee), columns, rows)


def take_back_operators(session: Session, operators: Sequence[Operator]) -> None:
    """Delete the employees that were made for a file of which nothing is to stay."""
    ids = [one.id for one in operators]
    session.execute(delete(Employee).where(Employee.id.in_(ids)).execution_options(synchronize_session=False))


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
