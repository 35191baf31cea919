"""The foot of a file of calls or answers: which of the rows that could not be read are totals below the table. Pure."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from app.imports.heads import is_blank, is_lonely, is_total
from app.imports.mapping import Columns
from app.imports.report import Reason, Remark, name_lines
from app.imports.tables import TableRow
from app.kit.errors import OtklikError

_DAYS = ("answered_at", "date", "started_at", "ended_at")
# More than these at the end of a file are no totals any more.
_MOST = 10


@dataclass(slots=True)
class Foot:
    """Takes the refused rows of one file in their order; those that are left in it at the end are its totals.

    `read_date` reads a cell as the file's dates are written.
    """

    columns: Columns
    read_date: Callable[[object], object]
    _held: list[Remark] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._held)

    def sort(self, row: TableRow, told: Remark) -> Collection[Remark]:
        """Return which remarks are mistakes after this refused row: none while it may still be a total."""
        if self._is_total(row) or (self._held and self._is_remark(row)):
            self._held.append(told)
            return self.give_up() if len(self._held) > _MOST else ()
        return (*self.give_up(), told)

    def give_up(self) -> Collection[Remark]:
        """Return what looked like totals: rows follow, so these are mistakes."""
        held, self._held = self._held, []
        return held

    def notes(self) -> Iterator[Reason]:
        """Yield which lines were not read."""
        if self._held:
            lines = name_lines([each.line for each in self._held])
            yield Reason(f"not read, totals below the table: line {lines}", "lines_below", {"lines": lines})

    def _is_total(self, row: TableRow) -> bool:
        # "Average" is a rating too, and whoever was served by "Total" was served on a day.
        return is_total(row.cells.values()) and not self._begins_with_rating(row) and not self._says_a_day(row)

    def _is_remark(self, row: TableRow) -> bool:
        return is_lonely(row.cells.values()) and not self._begins_with_rating(row)

    def _begins_with_rating(self, row: TableRow) -> bool:
        first = next((column for column, cell in row.cells.items() if not is_blank(cell)), None)
        return first is not None and first == self.columns.sources.get("rating")

    def _says_a_day(self, row: TableRow) -> bool:
        cells = (row.cells.get(self.columns.sources[name]) for name in _DAYS if name in self.columns.sources)
        return any(not is_blank(cell) and self._is_date(cell) for cell in cells)

    def _is_date(self, cell: object) -> bool:
        try:
            return isinstance(self.read_date(cell), date)
        except (OtklikError, OverflowError):
            return False
