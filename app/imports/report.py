"""What came of a file: how many rows, and what there is to say about which line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.kit.errors import InvalidInputError, OtklikError

# A file of which every line is wrong should still leave the first reasons on the screen.
_SHOWN = 100
_LINES_NAMED = 20


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to say, in English for the command line; pages put `code` and `details` into the reader's words.

    `column` is what the file calls the field that it is about.
    """

    text: str
    code: str
    details: Mapping[str, object] = field(default_factory=dict)
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of the file (the first is 1) and what there is to say about it, in English and in parts for pages."""

    line: int
    text: str
    reasons: tuple[Reason, ...] = ()


class RefusedRowError(InvalidInputError):
    """A row that cannot be taken, with everything that is wrong with it."""

    code = "refused_row"

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; also ".join(reason.text for reason in reasons))
        self.reasons = tuple(reasons)


def explain(error: OtklikError, *, column: str | None = None) -> tuple[Reason, ...]:
    """Return what an error says, in parts; `column` is the one that is to blame."""
    if isinstance(error, RefusedRowError):
        return error.reasons
    text = error.message if column is None or error.message.startswith(f"{column} ") else f"{column}: {error.message}"
    return (Reason(text, error.code, error.details, column),)


def remark(line: int, *reasons: Reason) -> Remark:
    """Return what there is to say about a line."""
    return Remark(line, "; also ".join(reason.text for reason in reasons), reasons)


@dataclass(slots=True)
class ImportReport:
    """Rows read are those taken (new), repeated (as they were), changed and refused, together."""

    read: int = 0
    taken: int = 0
    repeated: int = 0
    changed: int = 0
    refused: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)  # about the file as a whole
    ignored_columns: tuple[str, ...] = ()
    added_parents: int = 0

    def lines(self, *, dry_run: bool) -> Iterator[str]:
        """Yield the report for people; alike warnings stand on one line with all their line numbers."""
        yield (
            f"{self.read} rows read: {self.taken} taken, {self.repeated} repeated, {self.changed} changed, "
            f"{len(self.refused)} refused"
        )
        if self.added_parents:
            yield f"{self.added_parents} parents added, which stood in no row of their own"
        if self.ignored_columns:
            yield f"columns ignored: {', '.join(self.ignored_columns)}"
        yield from (note.text for note in self.notes)
        yield from (
            f"warning, line{'' if len(numbers) == 1 else 's'} {name_lines(numbers)}: {text}"
            for text, numbers in _group(self.warnings)
        )
        refused = sorted(self.refused, key=lambda remark: remark.line)
        yield from (f"refused, line {remark.line}: {remark.text}" for remark in refused[:_SHOWN])
        if len(refused) > _SHOWN:
            yield f"refused: {len(refused) - _SHOWN} more lines"
        if refused:
            yield "nothing was changed: mend the lines above, or take them out, and import the file again"
        elif dry_run:
            yield "dry run: nothing was written"


def _group(remarks: Iterable[Remark]) -> list[tuple[str, list[int]]]:
    numbers: dict[str, list[int]] = {}
    for remark in sorted(remarks, key=lambda remark: remark.line):
        numbers.setdefault(remark.text, []).append(remark.line)
    return list(numbers.items())


def name_lines(numbers: Sequence[int], more: str = "{listed} and {count} more") -> str:
    """Return line numbers in order with runs as `2-4`, cut after some; `more` says how many follow."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    listed = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:_LINES_NAMED])
    count = sum(last - first + 1 for first, last in runs[_LINES_NAMED:])
    return more.format(listed=listed, count=count) if count else listed
