"""Text with separators to rows with their line numbers. Pure.

The separator is the one that makes a table of the first rows; a line `sep=;` at the top, which some programs write for
spreadsheets, says it itself.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from app.imports.heads import LOOKED_AT, find_head, is_lonely, is_total
from app.imports.report import Reason, Remark, remark
from app.imports.table_errors import InvalidTableError, Place

_SEPARATORS = ",;\t|"
_SAMPLE = 200_000
_SAID = re.compile(r"\s*sep=(.)[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)


@dataclass(slots=True)
class CsvRows:
    """Heads and rows of a file, each with its line; `above` and `below` are the lines around the table."""

    head_line: int
    heads: list[str]
    above: list[int]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    broken: list[Remark] = field(default_factory=list)
    below: list[int] = field(default_factory=list)


def read_csv_rows(text: str, name: str) -> CsvRows:
    """Return the rows, as wide as the heads or wider by empty cells; raises InvalidTableError."""
    said = _SAID.match(text)
    skipped = len(said[0].splitlines()) if said is not None else 0
    body = text[said.end() :] if said is not None else text
    separator = said[1] if said is not None else _find_separator(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    found: CsvRows | None = None
    line = 1 + skipped
    # Short rows after the last whole one: nothing, if no whole one follows.
    below: list[tuple[int, list[str]]] = []
    above = _above(body, separator)
    titles: list[int] = []
    empty = False
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                if found is None:
                    if len(titles) < above:
                        titles.append(line)
                    else:
                        found = CsvRows(line, cells, titles)
                elif len(cells) == len(found.heads) or (
                    not any(cells[len(found.heads) :]) and len(cells) > len(found.heads)
                ):
                    # A cell more at the end of every line is how some programs close a line.
                    if below:
                        found.broken.extend(_ragged(below, len(found.heads)))
                        below = []
                    found.rows.append((line, cells))
                elif found.rows and (is_total(cells) or (is_lonely(cells) and (below or empty))):
                    below.append((line, cells))
                else:
                    found.broken.extend(_ragged([*below, (line, cells)], len(found.heads)))
                    below = []
                empty = False
            else:
                empty = True
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        message = f"{error}; a quote inside a quoted cell is written twice, and every quoted cell is closed"
        raise InvalidTableError(Place(name, line), message, code="file_quotes") from error
    if found is None or not (found.rows or found.broken):
        raise InvalidTableError(Place(name), "there is no row below the header", code="file_no_rows")
    found.below = [number for number, _ in below]
    return found


def _find_separator(text: str) -> str:
    """Return what makes the first rows a table: many columns, and the same number of them in each row."""
    best, most = _SEPARATORS[0], (False, 0.0)
    for separator in _SEPARATORS:
        rows = _first_rows(text, separator)
        heads, *others = rows[find_head(rows) :] or [[]]
        alike = sum(1 for cells in others if len(cells) >= len(heads) and not any(cells[len(heads) :]))
        filled = sum(1 for cell in heads if cell.strip())
        found = filled > 1, filled * (alike / len(others) if others else 1.0)
        if found > most:
            best, most = separator, found
    return best


def _above(text: str, separator: str) -> int:
    return find_head(_first_rows(text, separator))


def _first_rows(text: str, separator: str) -> Sequence[Sequence[str]]:
    return list(islice(_filled_rows(text, separator), LOOKED_AT))


def _filled_rows(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=separator)
    try:
        yield from (cells for cells in reader if any(map(str.strip, cells)))
    except csv.Error:
        return  # it is told with its line when the whole is read


def _ragged(rows: Sequence[tuple[int, list[str]]], width: int) -> Iterator[Remark]:
    return (_describe(line, cells, width) for line, cells in rows)


def _describe(line: int, cells: Sequence[str], width: int) -> Remark:
    short = len(cells) < width
    if short:
        cure = "cells are missing, or the row is broken in two; an empty cell has its separator, too"
    else:
        cure = "put cells that hold the separator in double quotes"
    text, facts = f"{len(cells)} cells where the header has {width}; {cure}", {"cells": len(cells), "columns": width}
    return remark(line, Reason(text, "short_row" if short else "ragged_row", facts))
