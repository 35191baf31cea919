"""Files of finished calls, visits and chats: plan while only reading, then write it part by part.

They are history: nobody is asked about them, no message is sent and no case opened.
"""

import dataclasses
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.imports.foot import Foot
from app.imports.guessing import guess_columns
from app.imports.interaction_rows import FIELDS, RowReader, find_formats
from app.imports.mapping import Columns, InvalidMappingError, choose_columns
from app.imports.operators import Operator, OperatorFinder, take_back_operators, write_operators
from app.imports.report import ImportReport, Reason, explain, remark
from app.imports.tables import Table
from app.imports.times import DateOrder
from app.invitations.desk import AskDesk
from app.invitations.drafts import InteractionConflictError, InteractionDraft, hash_draft, read_draft
from app.invitations.earlier import find_earlier
from app.invitations.history import HistoryConflictError, Past, add_history_contacts, take_back_history, write_history
from app.invitations.places import Place, find_places
from app.kit.errors import InvalidInputError, OtklikError
from app.kit.ids import new_id

# Looked up together; SQLite takes 32,766 parameters a statement.
BATCH = 1000
_NAMED = 20


@dataclass(frozen=True, slots=True)
class InteractionOptions:
    """What whoever brings a file says of it.

    `source` is by which a repeat is known, beside each row's own id. `unit` is the code of rows that name none. Times
    without a zone are the unit's, or of `zone`. `order` is that of the dates, where the file does not prove it. With
    `add_employees`, operators that are not there are made at `employees_unit`, or at their row's unit.
    """

    source: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    employees_unit: str | None = None
    add_employees: bool = False
    order: DateOrder | None = None
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class InteractionPlan:
    """What a file would add, and the report."""

    past: list[Past] = field(default_factory=list)
    operators: Sequence[Operator] = ()
    report: ImportReport = field(default_factory=ImportReport)


@dataclass(frozen=True, slots=True)
class _Read:
    """A row that was read and checked, not yet compared with what is known."""

    line: int
    draft: InteractionDraft
    body_hash: bytes
    place: Place
    employee_id: uuid.UUID | None


def plan_interactions(
    session: Session, desk: AskDesk, table: Table, options: InteractionOptions, *, now: datetime
) -> InteractionPlan:
    """Return what the file would add. Writes nothing; raises InvalidMappingError, UnclearDatesError, NotFoundError.

    Columns that are not mapped are guessed by their heads. A row without an id, in a file that has none, is known by
    all that it says, and by how often the file has said so.
    """
    columns = _choose(table, options)
    places = find_places(session, _unit_codes(table, columns))

    def zone_of(unit: str) -> ZoneInfo:
        return options.zone or _place(places, unit).zone

    formats = find_formats(table, columns, order=options.order)
    reader = RowReader(columns, formats, source=options.source, zone_of=zone_of, now=now)
    finder = OperatorFinder(session, unit=options.employees_unit, add=options.add_employees)
    report = ImportReport(read=len(table.rows) + len(table.broken), ignored_columns=columns.ignored)
    report.refused.extend(table.broken)
    report.notes.extend(table.notes)
    plan = InteractionPlan(report=report)
    read: list[_Read] = []
    said: dict[str, _Read] = {}
    alike: dict[bytes, int] = {}
    foot = Foot(columns, formats.dates.read)
    for row in table.rows:
        try:
            draft = reader.read(row)
            place = _place(places, draft.unit)
            operator = finder.find(draft.employee, place.unit_id) if draft.employee else None
            draft = dataclasses.replace(draft, employee=operator.code if operator is not None else None)
            if not columns.gives("external_id"):
                draft = _name(desk, draft, alike)
            draft = read_draft(draft, region=desk.phone_region)
            employee_id = operator.id if operator is not None else None
            found = _Read(row.line, draft, hash_draft(desk.vault, draft), place, employee_id)
            report.refused.extend(foot.give_up())
            if (before := said.get(found.draft.external_id)) is not None:
                _check_alike(before, found)
                report.repeated += 1
                continue
        except OtklikError as error:
            report.refused.extend(foot.sort(row, remark(row.line, *_explain(error, columns))))
            continue
        said[found.draft.external_id] = found
        read.append(found)
        report.warnings.extend(remark(row.line, reason) for reason in reader.unread(row))
    report.read -= len(foot)
    report.notes.extend(foot.notes())
    for start in range(0, len(read), BATCH):
        _compare(session, read[start : start + BATCH], plan)
    report.notes.extend(_notes(columns, finder.added))
    return dataclasses.replace(plan, operators=tuple(finder.added))


def add_people(
    session: Session, desk: AskDesk, past: Sequence[Past], *, now: datetime
) -> dict[tuple[str, str], uuid.UUID]:
    """Return the contacts of at most BATCH rows, found or added, by each row's name.

    Ahead of `write_part`, in transactions of their own: numbers are encrypted and looked up one by one.
    """
    return add_history_contacts(session, desk.vault, past, now=now)


def write_part(
    session: Session,
    plan: InteractionPlan,
    part: Sequence[Past],
    contacts: Mapping[tuple[str, str], uuid.UUID],
    *,
    now: datetime,
) -> None:
    """Write a part of the plan's rows, with the first one the employees that were made for it.

    Raises HistoryConflictError when one of these was told of since the plan was made.
    """
    try:
        if part and part[0] is plan.past[0]:
            write_operators(session, plan.operators, now=now)
        write_history(session, part, contacts, now=now)
    except (HistoryConflictError, IntegrityError) as error:
        raise HistoryConflictError(
            "somebody told of one of these, or added one of the employees, just now; import the file again"
        ) from error


def take_back_part(session: Session, plan: InteractionPlan, part: Sequence[Past]) -> None:
    """Delete rows of a file that did not come to its end, at most BATCH, and with the first one its employees."""
    take_back_history(session, part)
    if part and part[0] is plan.past[0]:
        take_back_operators(session, plan.operators)


def in_parts(past: Sequence[Past], size: int) -> Iterator[Sequence[Past]]:
    """Yield the rows in parts of at most `size`."""
    return (past[start : start + size] for start in range(0, len(past), size))


def _choose(table: Table, options: InteractionOptions) -> Columns:
    free = [column for column in table.columns if column not in options.mapping.values()]
    guessed = {
        name: column for name, column in guess_columns(free, "interactions").items() if name not in options.mapping
    }
    defaults = {**options.defaults, **({"unit": options.unit} if options.unit else {})}
    columns = choose_columns(
        table, FIELDS, required=(), mapping={**guessed, **options.mapping}, defaults=defaults, by_name=False
    )
    if not any(columns.gives(name) for name in ("date", "started_at", "ended_at")):
        raise InvalidMappingError(
            f"no column for the date; the file has {', '.join(table.columns)}: add --map 'date=…' (or started_at, "
            "ended_at)"
        )
    if not columns.gives("unit"):
        raise InvalidMappingError("no column for unit: say where all of these were by --unit CODE, or --map 'unit=…'")
    return columns


def _unit_codes(table: Table, columns: Columns) -> set[str]:
    codes = set()
    for row in table.rows:
        cell = columns.read(row.cells, "unit")
        if isinstance(cell, (str, int)):
            codes.add(str(cell).strip())
    return codes


def _place(places: Mapping[str, Place], unit: str) -> Place:
    place = places.get(unit)
    if place is None:
        known = f"there is no unit with the code {unit[:80]!r}" if unit else "is empty"
        raise InvalidInputError(
            f"{known}; give the code of a unit, or --unit for rows without one", field="unit", code="unit_code_unknown"
        )
    return place


def _name(desk: AskDesk, draft: InteractionDraft, alike: dict[bytes, int]) -> InteractionDraft:
    """Return the draft under a name made of all that it says: the same file gives the same names again."""
    told = hash_draft(desk.vault, draft)
    count = alike[told] = alike.get(told, 0) + 1
    return dataclasses.replace(draft, external_id=f"row-{told.hex()[:32]}-{count}")


def _check_alike(before: _Read, found: _Read) -> None:
    if before.body_hash != found.body_hash:
        raise InvalidInputError(
            f"line {before.line} tells another one under the same id; give each an id of its own",
            code="row_contradicts",
            line=before.line,
        )


def _explain(error: OtklikError, columns: Columns) -> tuple[Reason, ...]:
    said = error.field if isinstance(error, InvalidInputError) else None
    return explain(error, column=columns.name(said.removeprefix("contact.")) if said else None)


def _compare(session: Session, read: Sequence[_Read], plan: InteractionPlan) -> None:
    """Sort rows into new ones, repeated ones and those that say something else than was told before."""
    earlier = find_earlier(session, [one.draft.name for one in read])
    for one in read:
        before = earlier.get(one.draft.name)
        if before is None:
            plan.past.append(Past(new_id(), one.draft, one.body_hash, one.place.unit_id, one.employee_id))
            plan.report.taken += 1
        elif before.body_hash == one.body_hash:
            plan.report.repeated += 1
        else:
            conflict = InteractionConflictError(
                f"something else was told of {one.draft.external_id[:80]!r} from {one.draft.source[:80]!r} before; "
                "mend the row, or give the file another --source"
            )
            plan.report.refused.append(remark(one.line, *explain(conflict)))


def _notes(columns: Columns, added: Sequence[Operator]) -> Iterator[Reason]:
    taken = ", ".join(
        f"{name}={columns.sources[name]}" for name in FIELDS if name in columns.sources and name != "rating"
    )
    yield Reason(f"columns taken: {taken}", "columns_taken", {"columns": taken})
    if "rating" in columns.sources:
        column = columns.sources["rating"]
        yield Reason(f"not taken: {column}, since a rating is an answer and no part of a call", "rating_left")
    if added:
        names = ", ".join(f"{one.name} ({one.code})" for one in added[:_NAMED])
        more = f" and {len(added) - _NAMED} more" if len(added) > _NAMED else ""
        yield Reason(f"{len(added)} employees added: {names}{more}", "employees_added", {"names": names})
