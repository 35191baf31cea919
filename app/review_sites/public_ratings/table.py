"""A pasted table of readings as lines of cells: `code; site; date; rating; count`. Pure.

Columns copied from a spreadsheet come with tabs, files of Excel here with semicolons, others with commas. A comma that
separates may be one that stands in 4,6 as well: with a sixth cell the fourth and fifth are one number.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

_CELLS = 5
_LONGEST = 500
_SEPARATORS = ("\t", ";", ",")
_HEADINGS = frozenset({"code", "код", "unit", "office", "офис"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its number in the text; `cells` are five, empty ones where fewer were written."""

    number: int
    code: str
    site: str
    day: str
    rating: str
    count: str
    complete: bool

    @property
    def is_heading(self) -> bool:
        """Whether it may name the columns."""
        return self.code.casefold() in _HEADINGS


def read_lines(text: str) -> Iterator[Line]:
    """Yield every line that is not empty."""
    for number, written in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if written.strip():
            cells = _split(written[:_LONGEST])
            code, site, day, rating, count = (cells + [""] * _CELLS)[:_CELLS]
            yield Line(number, code, site, day, rating, count, complete=len(cells) == _CELLS)


def _split(written: str) -> list[str]:
    separator = next((one for one in _SEPARATORS if one in written), ",")
    try:
        cells = next(csv.reader([written], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        cells = written.split(separator)
    cells = [cell.strip() for cell in cells]
    if separator == "," and len(cells) == _CELLS + 1:
        cells[3:5] = [f"{cells[3]},{cells[4]}"]
    while len(cells) > _CELLS and not cells[-1]:  # an empty column beside the table
        cells.pop()
    return cells
