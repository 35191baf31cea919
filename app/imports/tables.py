"""CSV, JSON and workbooks of any shape to rows that know their line. Pure.

CSV: `,`, `;` or a tab between cells, UTF-8 with or without a byte order mark, or Windows-1251. JSON: a list of objects,
or an object with one such list inside. A workbook (.xlsx): one sheet of it.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from app.imports.json_rows import read_json_rows
from app.imports.report import Reason, Remark, remark
from app.imports.table_errors import InvalidTableError, Place
from app.imports.workbooks import is_workbook, read_workbook_rows

MAX_BYTES = 20 * 1024 * 1024
# A table of units or people has a few dozen. Each is looked at for each field, and offered on the page of the file.
MOST_COLUMNS = 500
_SHEET_CURE = "save it as CSV (UTF-8)"


@dataclass(frozen=True, slots=True)
class TableRow:
    """Cells by column; those of CSV are text, those of JSON and of workbooks whatever stood there."""

    line: int
    cells: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns in its order, its rows, and the lines that are no rows (too many or too few cells)."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    broken: tuple[Remark, ...] = ()


def read_table(content: bytes, name: str, *, sheet: str | None = None) -> Table:
    """Return the rows of a file; raises InvalidTableError with line and cure when it cannot be read at all.

    `sheet` names the sheet of a workbook that has several.
    """
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise InvalidTableError(
            Place(name),
            f"larger than {limit} MB; split it and import the parts one after the other",
            code="file_too_large",
            limit=limit,
        )
    if is_workbook(content):
        return _read_sheet(content, name, sheet)
    if sheet is not None:
        raise InvalidTableError(Place(name), f"--sheet {sheet}: only a workbook (.xlsx) has sheets")
    text = _decode(content, name)
    if not text.strip():
        raise InvalidTableError(Place(name), "the file is empty", code="file_empty")
    if text.lstrip()[0] in "[{":
        rows = tuple(TableRow(line, cells) for line, cells in read_json_rows(text, name))
        columns = tuple(dict.fromkeys(column for row in rows for column in row.cells))
        _check_width(len(columns), Place(name, rows[0].line))
        return Table(columns, rows)
    return _read_csv(text, name)


def _decode(content: bytes, name: str) -> str:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidTableError(
            Place(name),
            f"this is a workbook of the old kind (.xls) or under a password; save it as .xlsx, or {_SHEET_CURE}",
            code="file_workbook",
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidTableError(Place(name), f"this is UTF-16; {_SHEET_CURE}", code="file_encoding")
    if (position := content.find(b"\x00")) >= 0:
        line = content.count(b"\n", 0, position) + 1
        raise InvalidTableError(
            Place(name, line), f"a NUL byte, so this is no text; {_SHEET_CURE}", code="file_no_text"
        )
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
    raise InvalidTableError(Place(name, line), f"neither UTF-8 nor Windows-1251; {_SHEET_CURE}", code="file_encoding")


def _read_csv(text: str, name: str) -> Table:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text), strict=True)
    columns: tuple[str, ...] | None = None
    rows: list[TableRow] = []
    broken: list[Remark] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if columns is None:
                    columns = _read_header(cells, Place(name, line))
                elif len(cells) == len(columns) or (not any(cells[len(columns) :]) and len(cells) > len(columns)):
                    # A cell more at the end of every line is how some programs close a line.
                    rows.append(TableRow(line, dict(zip(columns, cells, strict=False))))
                else:
                    broken.append(remark(line, _describe_ragged(len(cells), len(columns))))
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"{error}; a quote inside a quoted cell is written twice, and every quoted cell is closed"
        raise InvalidTableError(Place(name, line), message, code="file_quotes") from error
    if columns is None or not (rows or broken):
        raise InvalidTableError(Place(name), "there is no row below the header", code="file_no_rows")
    return Table(tuple(column for column in columns if column), tuple(rows), tuple(broken))


def _read_sheet(content: bytes, name: str, sheet: str | None) -> Table:
    read = read_workbook_rows(content, name, sheet=sheet, most_columns=MOST_COLUMNS)
    line, header = next(read, (1, ()))
    columns = _read_header(["" if cell is None else str(cell) for cell in header], Place(name, line))
    rows = tuple(TableRow(line, dict(zip(columns, cells, strict=True))) for line, cells in read)
    if not rows:
        raise InvalidTableError(Place(name), "there is no row below the header", code="file_no_rows")
    return Table(tuple(column for column in columns if column), rows)


def _find_delimiter(text: str) -> str:
    """The one that gives the header the most cells; the header is the first line that is not empty."""
    header = text.lstrip("\r\n").splitlines()[0][:10_000]
    return max(",;\t", key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter))))


def _check_width(count: int, place: Place) -> None:
    if count > MOST_COLUMNS:
        raise InvalidTableError(
            place,
            f"{count} columns are too many; keep those that say something of a row, {MOST_COLUMNS} at most",
        )


def _read_header(cells: list[str], place: Place) -> tuple[str, ...]:
    _check_width(len(cells), place)
    columns = tuple(cell.strip() for cell in cells)
    for column in columns:
        if column and columns.count(column) > 1:
            raise InvalidTableError(
                place,
                f"the header has {column!r} twice; rename or delete one of the columns",
                code="file_column_twice",
                column=column,
            )
    return columns


def _describe_ragged(cells: int, columns: int) -> Reason:
    text = f"{cells} cells where the header has {columns}; put cells that hold the separator in double quotes"
    return Reason(text, "ragged_row", {"cells": cells, "columns": columns})
