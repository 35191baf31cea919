"""The rows of a file of answers, one after the other: where each was, who served, and what is to be said of all."""

import uuid
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from app.imports.foot import Foot
from app.imports.mapping import Columns
from app.imports.operators import OperatorFinder
from app.imports.past.places import NamedUnit, UnitFinder
from app.imports.past.rows import PastRow, PastRowReader
from app.imports.report import ImportReport, Reason, count_rows, explain, name_lines, remark
from app.imports.tables import Table, TableRow
from app.invitations.drafts import LONGEST_NAME, hash_draft, read_draft
from app.kit.crypto import Vault, digest
from app.kit.errors import InvalidInputError, OtklikError

_NAMED = 20


class ReadRow(NamedTuple):
    """A row that was read and checked. From `external_id` on it is of the interaction, if there is one to keep."""

    line: int
    row: PastRow
    unit_id: uuid.UUID
    employee_id: uuid.UUID | None
    external_id: str = ""
    topic: str | None = None
    body_hash: bytes | None = None


class FileReader:
    """Reads the rows of one file. `prefix` begins the names of interactions in a file that gives them none."""

    def __init__(
        self,
        reader: PastRowReader,
        columns: Columns,
        units: UnitFinder,
        operators: OperatorFinder,
        *,
        vault: Vault,
        phone_region: str,
        prefix: str,
        once: bool,
    ) -> None:
        self._reader, self._columns = reader, columns
        self._units, self._operators = units, operators
        self._vault, self._phone_region, self._prefix = vault, phone_region, prefix
        self._once = once
        self._missing: Counter[str] = Counter()
        self._lost_comments: list[int] = []
        self._alike: list[tuple[int, int]] = []
        self._foot = Foot(columns, reader.read_date)

    def read(self, table: Table, report: ImportReport) -> list[ReadRow]:
        """Return the rows that say something; what is refused, repeated or left out goes to the report."""
        read: list[ReadRow] = []
        said: dict[str, ReadRow] = {}
        seen: dict[int, int] = {}
        named = self._columns.gives("id")
        for position, table_row in enumerate(table.rows):
            try:
                row = self._reader.read(table_row)
                one = self._place(table_row.line, position, row)
                if named and (before := said.setdefault(one.external_id, one)) is not one:
                    _check_alike(before, one)
                    report.repeated += 1
                    continue
            except OtklikError as error:
                told = remark(table_row.line, *self._explain(error))
                report.refused.extend(self._foot.sort(table_row, told))
                continue
            report.refused.extend(self._foot.give_up())
            report.warnings.extend(remark(table_row.line, reason) for reason in row.warnings)
            if not named:
                first = seen.setdefault(_hash_cells(table_row), table_row.line)
                if first != table_row.line:
                    self._alike.append((table_row.line, first))
                    if self._once:
                        report.repeated += 1
                        continue
            if row.rating is None:
                self._missing[row.code] += 1
                if row.comment is not None:
                    self._lost_comments.append(table_row.line)
            if row.rating is not None or row.tells:
                read.append(one)
        report.read -= len(self._foot)
        return read

    def notes(self) -> Iterator[Reason]:
        """Yield what is to be said of the file as a whole."""
        yield from self._foot.notes()
        yield from self._note_missing()
        if self._alike:
            lines = name_lines([line for line, _ in self._alike])
            pairs = ", ".join(f"{line} as {first}" for line, first in self._alike[:_NAMED])
            many = len(self._alike)
            done = "left out" if self._once else "kept (--once takes what is said twice once)"
            more = f" and {many - _NAMED} more" if many > _NAMED else ""
            yield Reason(
                f"{count_rows(many)} {'says' if many == 1 else 'say'} in every column what a row above says, and "
                f"{'is' if many == 1 else 'are'} {done}: line {pairs}{more}",
                "alike_left" if self._once else "alike_kept",
                {"count": many, "lines": lines, "pairs": pairs, "more": max(many - _NAMED, 0)},
            )

    def _note_missing(self) -> Iterator[Reason]:
        total, empty = self._missing.total(), self._missing[""]
        if total:
            codes = ", ".join(f"{code} ({count})" for code, count in self._missing.most_common(_NAMED) if code)
            told = "; ".join([*([f"{empty} empty"] if empty else []), *([f"written there: {codes}"] if codes else [])])
            yield Reason(
                f"{count_rows(total)} without a rating, which no figure counts: {told}",
                "no_rating",
                {"count": total, "empty": empty, "codes": codes},
            )
        if self._lost_comments:
            many, lines = len(self._lost_comments), name_lines(self._lost_comments)
            yield Reason(
                f"{many} comment{'' if many == 1 else 's'} beside no rating {'is' if many == 1 else 'are'} not kept, "
                f"since an answer is a rating here, with or without words: line{'' if many == 1 else 's'} {lines}",
                "comments_lost",
                {"count": many, "lines": lines},
            )

    def _place(self, line: int, position: int, row: PastRow) -> ReadRow:
        draft = row.draft
        unit: NamedUnit = self._units.find(draft.unit)
        operator = self._operators.find(draft.employee, unit.id) if draft.employee else None
        employee_id = operator.id if operator is not None else None
        if not row.tells:
            return ReadRow(line, row, unit.id, employee_id)
        if not self._columns.gives("id"):
            name = f"{self._prefix}{position}"
            topic = _read_topic(draft.topic) if draft.topic is not None else None
            return ReadRow(line, row, unit.id, employee_id, name, topic, digest(name))
        # Only what has a name of its own is ever compared, and so has to be in the one form that is compared.
        place = unit.code, operator.code if operator is not None else None
        whole = read_draft(draft, region=self._phone_region, place=place)
        body_hash = hash_draft(self._vault, whole)
        return ReadRow(line, row, unit.id, employee_id, whole.external_id, whole.topic, body_hash)

    def _explain(self, error: OtklikError) -> tuple[Reason, ...]:
        said = error.field if isinstance(error, InvalidInputError) else None
        names = {"external_id": "id"}
        return explain(error, column=self._columns.name(names.get(said, said)) if said else None)


@lru_cache(maxsize=4096)
def _read_topic(text: str) -> str:
    """Return a topic as `read_draft` reads it: a few of them stand on all rows."""
    topic = " ".join(text.split())
    if len(topic) > LONGEST_NAME:
        raise InvalidInputError(f"at most {LONGEST_NAME} characters", field="topic", code="too_long")
    if not topic.isprintable():
        raise InvalidInputError("contains characters that cannot be printed", field="topic", code="unprintable")
    return topic


def _hash_cells(row: TableRow) -> int:
    """Return what is the same for rows that are alike: 64 bits, so that a long file need not be held twice."""
    cells = tuple(row.cells.values())
    # Of numbers it would be the same for -1 and -2, and for 1 and True.
    return hash(cells) if all(type(cell) is str for cell in cells) else hash(repr(row.cells))


def _check_alike(before: ReadRow, one: ReadRow) -> None:
    same = before.body_hash == one.body_hash and (before.row.rating, before.row.comment) == (
        one.row.rating,
        one.row.comment,
    )
    if not same:
        raise InvalidInputError(
            f"line {before.line} tells another one under the same id; give each an id of its own",
            code="row_contradicts",
            line=before.line,
        )
