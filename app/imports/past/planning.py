"""What a file of answers would add, found while only reading.

A row with an id is known again by its source and id, as every interaction is. Rows without one are all kept, also those
that say the same: two people may have said it. What is recognised then is the file, by its bytes.
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.imports.mapping import Columns
from app.imports.operators import Operator, OperatorFinder
from app.imports.past.models import ImportedFile
from app.imports.past.options import (
    PastOptions,
    choose_answer_columns,
    choose_channel,
    choose_questions,
    choose_survey,
)
from app.imports.past.places import UnitFinder
from app.imports.past.reading import FileReader, ReadRow
from app.imports.past.rows import PastRowReader, Scales, count_cells, find_past_formats
from app.imports.past.scales import Scale, find_scale
from app.imports.past.sources import note_other_source
from app.imports.past.understood import Understood, sum_up
from app.imports.report import ImportReport, Reason, explain, remark
from app.imports.tables import Table
from app.invitations.drafts import InteractionConflictError
from app.invitations.earlier import Earlier, find_earlier
from app.kit.crypto import Vault
from app.kit.ids import new_id
from app.organisation.bulk import UnitRecord
from app.responses.models import SurveyResponse
from app.routing.policy import RoutingPolicy
from app.surveys.definition import Definition, Question, QuestionType
from app.surveys.loader import SurveyLibrary
from app.touchpoints.models import Channel

# Looked up together; SQLite takes 32,766 parameters a statement.
BATCH = 1000
_NAMED = 20


@dataclass(frozen=True, slots=True)
class PastDesk:
    """What reading answers of the past needs of the installation."""

    vault: Vault
    surveys: SurveyLibrary
    policy: RoutingPolicy
    phone_region: str


class Planned(NamedTuple):
    """A row to write: the interaction, unless it is there already (`known`), and the answer about it, if any."""

    read: ReadRow
    interaction_id: uuid.UUID | None
    known: bool = False


@dataclass(frozen=True, slots=True)
class PastPlan:
    """What a file would add, and the report. `earlier` is the very same file, taken in before."""

    name: str
    source: str
    content_hash: bytes
    definition: Definition
    rows: Sequence[Planned] = ()
    units: Sequence[UnitRecord] = ()
    stored_units: Mapping[uuid.UUID, UnitRecord] = field(default_factory=dict)
    operators: Sequence[Operator] = ()
    report: ImportReport = field(default_factory=ImportReport)
    earlier: datetime | None = None
    understood: Understood | None = None

    @property
    def responses(self) -> int:
        """How many answers it would add."""
        return sum(1 for each in self.rows if each.read.row.rating is not None)

    @property
    def interactions(self) -> int:
        """How many interactions it would add."""
        return sum(1 for each in self.rows if each.interaction_id is not None and not each.known)


def hash_file(content: bytes, sheet: str | None) -> bytes:
    """Return by what a file is recognised: its bytes, and the sheet of a workbook that was named."""
    return hashlib.sha256(content + (f"\0{sheet}".encode() if sheet is not None else b"")).digest()


def plan_past(
    session: Session,
    desk: PastDesk,
    table: Table,
    options: PastOptions,
    *,
    name: str,
    content_hash: bytes,
    now: datetime,
) -> PastPlan:
    """Return what the file would add. Writes nothing.

    Raises InvalidMappingError, InvalidScaleError, UnclearDatesError, NotFoundError or UnknownSurveyError for what is
    wrong with the whole file; a row that is wrong is refused in the report.
    """
    columns = choose_answer_columns(table, options)
    channel = choose_channel(columns, options)
    definition = desk.surveys.current(choose_survey(columns, options, channel))
    report = ImportReport(read=len(table.rows) + len(table.broken), ignored_columns=columns.ignored)
    report.refused.extend(table.broken)
    taken_at = session.scalar(select(ImportedFile.taken_at).where(ImportedFile.content_hash == content_hash))
    if taken_at is not None:
        report.repeated, report.refused = report.read, []
        report.notes.append(
            Reason(
                f"this very file was taken in on {taken_at:%Y-%m-%d %H:%M} UTC; nothing is taken from it again",
                "file_repeated",
                {"taken_at": taken_at.isoformat()},
            )
        )
        return PastPlan(name, options.source, content_hash, definition, report=report, earlier=taken_at)
    units = UnitFinder(session, make=options.make_units, parent=options.parent)
    if options.unit:
        units.find(options.unit)  # said once, and not by every row
    operators = OperatorFinder(session, unit=None, add=options.make_employees, option="--make-employees")

    def zone_of(unit: str) -> ZoneInfo:
        return options.zone or units.find(unit).zone

    reader = PastRowReader(
        columns,
        find_past_formats(table, columns, options.dates),
        _find_scales(table, columns, definition, options),
        source=options.source,
        channel=channel,
        zone_of=zone_of,
        now=now,
    )
    file = FileReader(
        reader,
        columns,
        units,
        operators,
        vault=desk.vault,
        phone_region=desk.phone_region,
        prefix=f"{content_hash.hex()[:24]}-",
        once=options.once,
    )
    read = file.read(table, report)
    plan = PastPlan(
        name,
        options.source,
        content_hash,
        definition,
        rows=list(_compare(session, read, report)) if columns.gives("id") else [_plan(one) for one in read],
        units=units.added,
        stored_units=units.stored,
        operators=operators.added,
        report=report,
        understood=sum_up(read, units, definition.first, zone=options.zone),
    )
    report.notes.extend(table.notes)
    report.notes.extend(_notes(plan, columns, channel))
    if columns.gives("id"):
        new = [each.read.external_id for each in plan.rows if not each.known]
        report.notes.extend(note_other_source(session, options.source, new, rows=len(read)))
    else:
        report.taken = len(plan.rows)
    report.notes.extend(file.notes())
    return plan


def _find_scales(table: Table, columns: Columns, definition: Definition, options: PastOptions) -> Scales:
    first = find_scale(
        definition.first, count_cells(table, columns, "rating"), said=options.scale, missing=options.missing
    )
    later: dict[str, tuple[Question, Scale | None]] = {}
    for name, question in choose_questions(columns, definition).items():
        scale = None
        if question.type is not QuestionType.TEXT:
            cells = count_cells(table, columns, name)
            scale = find_scale(question, cells, said=None, missing=options.missing)
        later[name] = question, scale
    return Scales(first, later)


def _plan(one: ReadRow) -> Planned:
    """Return the row as one that nothing is known of yet."""
    return Planned(one, new_id() if one.row.tells else None)


def _name(one: ReadRow) -> tuple[str, str]:
    return one.row.draft.source, one.external_id


def _compare(session: Session, read: Sequence[ReadRow], report: ImportReport) -> Iterator[Planned]:
    """Yield what is new: rows under ids that nobody has told, and answers about calls that are there without one."""
    for start in range(0, len(read), BATCH):
        some = read[start : start + BATCH]
        earlier = find_earlier(session, [_name(one) for one in some])
        answers = _find_answers(session, [each.interaction_id for each in earlier.values()])
        for one in some:
            before = earlier.get(_name(one))
            if before is None:
                report.taken += 1
                yield _plan(one)
                continue
            try:
                _check_known(one, before, answers)
            except InteractionConflictError as error:
                report.refused.append(remark(one.line, *explain(error)))
                continue
            if one.row.rating is None or before.interaction_id in answers:
                report.repeated += 1
                continue
            report.changed += 1
            yield Planned(one, before.interaction_id, known=True)


def _find_answers(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, str | None]]:
    response = SurveyResponse
    query = select(response.interaction_id, response.rating, response.comment).where(response.interaction_id.in_(ids))
    return {key: (rating, comment) for key, rating, comment in session.execute(query) if key is not None}


def _check_known(one: ReadRow, before: Earlier, answers: Mapping[uuid.UUID, tuple[int, str | None]]) -> None:
    source, name = _name(one)
    answer = answers.get(before.interaction_id)
    other_answer = answer is not None and one.row.rating is not None and answer != (one.row.rating, one.row.comment)
    if before.body_hash != one.body_hash or other_answer:
        raise InteractionConflictError(
            f"something else was told of {name[:80]!r} from {source[:80]!r} before; mend the row, "
            "or give the file another --source"
        )


def _notes(plan: PastPlan, columns: Columns, channel: Channel) -> Iterator[Reason]:
    taken = ", ".join(f"{name}={column}" for name, column in columns.sources.items())
    yield Reason(f"columns taken: {taken}", "columns_taken", {"columns": taken})
    definition, alone = plan.definition, sum(1 for each in plan.rows if each.read.row.rating is None)
    answers = f"{plan.responses} answer{'' if plan.responses == 1 else 's'}"
    yield Reason(
        f"{answers} to {definition.key} version {definition.version}"
        + ("" if columns.gives("channel") else f", channel {channel}")
        + (f"; {plan.interactions} interactions kept, {alone} of them without an answer" if plan.interactions else ""),
        "answers_counted",
        {"responses": plan.responses, "interactions": plan.interactions, "alone": alone},
    )
    if definition.first.type is QuestionType.NPS and plan.responses:
        most = max(each.read.row.rating or 0 for each in plan.rows)
        if most <= 5:
            yield Reason(
                f"no rating is above {most}, and {definition.key} goes from 0 to 10: is this another question?",
                "scale_half_used",
                {"most": most},
            )
    for what, names in (
        ("units", [f"{unit.name} ({unit.code})" for unit in plan.units]),
        ("employees", [f"{one.name} ({one.code})" for one in plan.operators]),
    ):
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            listed = ", ".join(names[:_NAMED])
            noun = what if len(names) > 1 else what.removesuffix("s")
            yield Reason(f"{len(names)} {noun} added: {listed}{more}", f"{what}_added", {"names": listed})
