"""CSV, JSON and workbooks of any shape to rows that know their line. Pure.

CSV: `,`, `;`, a tab or `|` between cells, in UTF-8 or any other letters that files of these countries come in. JSON: a
list of objects, or an object with one such list inside. A workbook (.xlsx): one sheet of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.imports.csv_rows import read_csv_rows
from app.imports.encodings import ENCODINGS, Decoded, UnknownLettersError, decode, read_encoding
from app.imports.heads import number_heads
from app.imports.json_rows import read_json_rows
from app.imports.report import Reason, Remark, name_lines
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
    """A file's columns in its order, its rows, and the lines that are no rows (too many or too few cells).

    `notes` tell how the file was read where that is not plain. `encoding` is that of a text, if it had to be guessed.
    """

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    broken: tuple[Remark, ...] = ()
    notes: tuple[Reason, ...] = ()
    encoding: str | None = None


def read_table(
    content: bytes, name: str, *, sheet: str | None = None, encoding: str | None = None, numbered: bool = False
) -> Table:
    """Return the rows of a file; raises InvalidTableError with line and cure when it cannot be read at all.

    `sheet` names the sheet of a workbook that has several, `encoding` the letters of a text, as people call them. Heads
    that stand there twice are refused, or `numbered`.
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
        return _read_sheet(content, name, sheet, numbered=numbered)
    if sheet is not None:
        raise InvalidTableError(Place(name), f"--sheet {sheet}: only a workbook (.xlsx) has sheets")
    decoded = _decode(content, name, encoding)
    text = decoded.text
    if not text.strip():
        raise InvalidTableError(Place(name), "the file is empty", code="file_empty")
    if text.lstrip()[0] in "[{":
        rows = tuple(TableRow(line, cells) for line, cells in read_json_rows(text, name))
        columns = tuple(dict.fromkeys(column for row in rows for column in row.cells))
        _check_width(len(columns), Place(name, rows[0].line))
        return Table(columns, rows)
    return _read_csv(decoded, name, numbered=numbered)


def _decode(content: bytes, name: str, encoding: str | None) -> Decoded:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidTableError(
            Place(name),
            f"this is a workbook of the old kind (.xls) or under a password; save it as .xlsx, or {_SHEET_CURE}",
            code="file_workbook_old",
        )
    chosen = read_encoding(encoding) if encoding else None
    if encoding and chosen is None:
        raise InvalidTableError(
            Place(name), f"--encoding {encoding[:40]}: choose one of {', '.join(ENCODINGS.values())}"
        )
    try:
        decoded = decode(content, encoding=chosen)
    except UnknownLettersError as error:
        line = content.count(b"\n", 0, error.start) + 1
        if b"\x00" in content:
            decoded = Decoded("\x00", "utf-8", guessed=False)
        elif chosen is not None:
            said = ENCODINGS[chosen]
            raise InvalidTableError(
                Place(name, line), f"this is not {said}; try another --encoding", code="file_encoding_wrong", name=said
            ) from error
        else:
            known = ", ".join(ENCODINGS.values())
            raise InvalidTableError(
                Place(name, line),
                f"it has words in none of these letters: {known}; {_SHEET_CURE}",
                code="file_encoding",
            ) from error
    if "\x00" in decoded.text:
        line = content.count(b"\n", 0, content.find(b"\x00")) + 1
        raise InvalidTableError(
            Place(name, line), f"a NUL byte, so this is no text; {_SHEET_CURE}", code="file_no_text"
        )
    return decoded


def _read_csv(decoded: Decoded, name: str, *, numbered: bool) -> Table:
    read = read_csv_rows(decoded.text, name)
    columns = _read_header(read.heads, Place(name, read.head_line), numbered=numbered)
    guessed = decoded.encoding if decoded.guessed else None
    return Table(
        tuple(column for column in columns if column),
        tuple(TableRow(line, dict(zip(columns, cells, strict=False))) for line, cells in read.rows),
        tuple(read.broken),
        (*_note_letters(guessed), *_note_around(read.above, read.below)),
        guessed,
    )


def _read_sheet(content: bytes, name: str, sheet: str | None, *, numbered: bool) -> Table:
    above, read = read_workbook_rows(content, name, sheet=sheet, most_columns=MOST_COLUMNS)
    line, header = next(read, (1, ()))
    heads = ["" if cell is None else str(cell) for cell in header]
    columns = _read_header(heads, Place(name, line), numbered=numbered)
    rows = tuple(TableRow(line, dict(zip(columns, cells, strict=True))) for line, cells in read)
    if not rows:
        raise InvalidTableError(Place(name), "there is no row below the header", code="file_no_rows")
    return Table(tuple(column for column in columns if column), rows, notes=tuple(_note_around(above, ())))


def _note_letters(guessed: str | None) -> Iterator[Reason]:
    if guessed is not None:
        said = ENCODINGS[guessed]
        yield Reason(
            f"letters read as {said}; if they look wrong, say another by --encoding", "letters_guessed", {"name": said}
        )


def _note_around(above: Sequence[int], below: Sequence[int]) -> Iterator[Reason]:
    for lines, where in ((above, "above"), (below, "below")):
        if lines:
            named = name_lines(lines)
            plural = "s" if len(lines) > 1 else ""
            yield Reason(f"not read, {where} the table: line{plural} {named}", f"lines_{where}", {"lines": named})


def _check_width(count: int, place: Place) -> None:
    if count > MOST_COLUMNS:
        raise InvalidTableError(
            place,
            f"{count} columns are too many; keep those that say something of a row, {MOST_COLUMNS} at most",
            code="file_too_wide",
            count=count,
            limit=MOST_COLUMNS,
        )


def _read_header(cells: list[str], place: Place, *, numbered: bool) -> tuple[str, ...]:
    _check_width(len(cells), place)
    columns = tuple(" ".join(cell.split()) for cell in cells)
    if numbered:
        return number_heads(columns)
    for column in columns:
        if column and columns.count(column) > 1:
            raise InvalidTableError(
                place,
                f"the header has {column!r} twice; rename or delete one of the columns",
                code="file_column_twice",
                column=column,
            )
    return columns
