"""Sheets of an Excel workbook (.xlsx) to rows with their line numbers and typed cells. Pure.

Cells are text, whole and broken numbers, true and false, dates, times and lengths of time, as the sheet has them; a
formula is what it came to when the workbook was last saved. A workbook is a compressed file that anybody may have made:
what it unpacks to, its rows and its columns are bounded before they are read.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from openpyxl import Workbook, load_workbook

from app.imports.heads import LOOKED_AT, find_head, is_blank
from app.imports.table_errors import InvalidTableError, Place

# The most a sheet of Excel has.
MOST_ROWS = 1_048_576
# Real sheets unpack to five to fifteen times of what they were; a bomb to a thousand times.
_MOST_UNPACKED = 400 * 1024 * 1024
_MOST_PARTS = 2000
_CURE = "save it anew as a workbook (.xlsx) or as CSV (UTF-8)"


def is_workbook(content: bytes) -> bool:
    """Tell whether the file is a zip, as an .xlsx is."""
    return content.startswith(b"PK\x03\x04")


def read_workbook_rows(
    content: bytes, name: str, *, sheet: str | None, most_columns: int
) -> tuple[list[int], Iterator[tuple[int, Sequence[object]]]]:
    """Return the lines above the table, and line and cells of each row of it that is not empty, the header first.

    The others are as wide as the header. `sheet` is the name of a sheet, needed only when several have something on
    them. Raises InvalidTableError, also while the rows are taken.
    """
    _check_size(content, name)
    with _readable(name):
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        chosen = _choose_sheet(book, name, sheet, most_columns)
        first = list(islice(_read_rows(book, chosen, most_columns + 1), LOOKED_AT))
    place = find_head([cells for _, cells in first])
    above = [line for line, _ in first[:place]]
    return above, _read_below(book, chosen, name, *first[place]) if first else iter(())


def _read_below(
    book: Workbook, title: str, name: str, head_line: int, header: Sequence[object]
) -> Iterator[tuple[int, Sequence[object]]]:
    # What stands to the right of the header has no name; the spaces that a wider row would need cost time.
    width = max(place for place, cell in enumerate(header, 1) if not is_blank(cell))
    with _readable(name):
        for line, cells in _read_rows(book, title, width):
            if line > MOST_ROWS:
                raise InvalidTableError(Place(name, line), f"more than {MOST_ROWS} rows; split the file")
            if line >= head_line:
                yield line, (*map(_plain, cells), *[None] * (width - len(cells)))


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except InvalidTableError:
        raise
    except Exception as error:
        # openpyxl trusts the parts of a workbook to be what the format says, and raises whatever it stumbles over.
        raise InvalidTableError(
            Place(name), f"this is no workbook that can be read ({type(error).__name__}); {_CURE}", code="file_workbook"
        ) from error


def _check_size(content: bytes, name: str) -> None:
    """Refuse what unpacks to too much: zipfile never gives more of a part than the size that its entry tells."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise InvalidTableError(
            Place(name), f"this is a workbook that is cut off or damaged; {_CURE}", code="file_workbook"
        ) from error
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise InvalidTableError(
            Place(name), "the workbook unpacks to too much; split it, or save the sheet as CSV", code="file_workbook"
        )


def _choose_sheet(book: Workbook, name: str, wanted: str | None, most_columns: int) -> str:
    titles = [sheet.title for sheet in book.worksheets]
    if wanted is not None:
        if wanted not in titles:
            raise InvalidTableError(Place(name), f"no sheet {wanted!r}; there are: {', '.join(titles)}")
        return wanted
    filled = [title for title in titles if next(_read_rows(book, title, most_columns), None) is not None]
    if len(filled) > 1:
        listed = ", ".join(filled)
        raise InvalidTableError(
            Place(name),
            f"several sheets have something on them: {listed}; say which one by --sheet, or leave only one",
            code="file_sheets",
            sheets=listed,
        )
    return (filled or titles)[0]


def _read_rows(book: Workbook, title: str, width: int) -> Iterator[tuple[int, Sequence[object]]]:
    sheet = book[title]
    sheet.reset_dimensions()  # programs other than Excel write wrong ones
    rows: Iterable[Sequence[object]] = sheet.iter_rows(max_col=width, max_row=MOST_ROWS + 1, values_only=True)
    for line, cells in enumerate(rows, 1):
        if not all(map(is_blank, cells)):
            yield line, cells


def _plain(cell: object) -> object:
    # Some programs write whole numbers as 7.0; a code of 7 is not "7.0".
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
