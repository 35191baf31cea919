"""A file tried with the mapping that was chosen: what it would change, and that very thing taken in afterwards.

`digest` says what the trial would write; whoever saw one report presses its button for no other.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.imports.drafts import DraftOptions
from app.imports.employees import EmployeePlan, plan_employees, write_employees
from app.imports.report import ImportReport
from app.imports.tables import Table
from app.imports.unit_rows import UnitRow
from app.imports.units import UnitFile, UnitPlan, plan_units, read_unit_file, write_plan
from app.kit.errors import ConflictError
from app.review_sites.catalogue import Catalogue

_FIRST = 10


class ChangedMeanwhileError(ConflictError):
    """What the file would change is no longer what its report said."""

    code = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a file; `units` are its first rows as they were understood."""

    report: ImportReport
    digest: str
    write: Callable[[Session, datetime], ImportReport]
    units: Sequence[UnitRow] = ()
    employees: EmployeePlan | None = None

    def take(self, session: Session, *, now: datetime) -> ImportReport:
        """Write exactly what was tried and return the report.

        Raises ChangedMeanwhileError when somebody changed the units since, EmployeeExistsError alike.
        """
        if self.report.refused:
            return self.report
        written = self.write(session, now)
        if _counts(written) != _counts(self.report):
            raise ChangedMeanwhileError("the units were changed since the file was tried; try it again")
        return written


def try_units(session: Session, table: Table, options: DraftOptions, catalogue: Catalogue) -> Trial:
    """Return what a file of units would change. Writes nothing; raises InvalidMappingError or InvalidUnitError."""
    file = read_unit_file(
        table,
        catalogue,
        mapping=options.mapping,
        defaults=options.defaults,
        kind=options.kind,
        parent_kind=options.parent_kind,
        by_name=False,
    )
    plan = plan_units(session, file)

    def write(session: Session, now: datetime) -> ImportReport:
        return write_plan(session, file, plan, now=now)

    return Trial(plan.report, _digest_units(file, plan), write, units=file.rows[:_FIRST])


def try_employees(session: Session, table: Table, options: DraftOptions) -> Trial:
    """Return what a file of employees would change. Writes nothing; raises InvalidMappingError."""
    plan = plan_employees(session, table, mapping=options.mapping, by_name=False)

    def write(session: Session, now: datetime) -> ImportReport:
        return write_employees(session, plan, now=now)

    digest = _hash([_counts(plan.report), *({**row, "id": None} for row in plan.added), *plan.changed])
    return Trial(plan.report, digest, write, employees=plan)


def _digest_units(file: UnitFile, plan: UnitPlan) -> str:
    # New units have other ids in each trial; their codes are the same.
    codes = {unit.id: unit.code for unit in (*plan.before.values(), *plan.different)}
    records = sorted(
        (unit.code, codes.get(unit.parent_id) if unit.parent_id else None, astuple(unit)[2:4], astuple(unit)[5:])
        for unit in plan.different
    )
    links = sorted((codes.get(unit_id) or "", site, link) for (unit_id, site), link in plan.links.items())
    return _hash([_counts(plan.report), records, links, sorted(file.fields)])


def _counts(report: ImportReport) -> tuple[int, ...]:
    return report.read, report.taken, report.repeated, report.changed, len(report.refused), report.added_parents


def _hash(parts: Sequence[object]) -> str:
    return hashlib.sha256("\n".join(map(repr, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
