"""What came of a file: how many rows, and what there is to say about which line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.kit.errors import InvalidInputError, OtklikError

# As many kinds of mistakes as anybody reads.
_SHOWN = 100
_LINES_NAMED = 10


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

    def lines(self, *, dry_run: bool, listed: str | None = None) -> Iterator[str]:
        """Yield the report for people; what is alike stands on one line with its line numbers, cut after some.

        `listed` names the file that has every refused line, if there is one.
        """
        yield (
            f"{count_rows(self.read)} read: {self.taken} taken, {self.repeated} repeated, {self.changed} changed, "
            f"{len(self.refused)} refused"
        )
        if self.added_parents:
            yield f"{self.added_parents} parents added, which stood in no row of their own"
        if self.ignored_columns:
            yield f"columns ignored: {', '.join(self.ignored_columns)}"
        yield from (note.text for note in self.notes)
        yield from (f"warning, {_say_alike(each)}" for each in find_alike(self.warnings))
        refused = find_alike(self.refused)
        yield from (f"refused, {_say_alike(each)}" for each in refused[:_SHOWN])
        if len(refused) > _SHOWN:
            yield f"refused: {len(refused) - _SHOWN} more kinds of mistakes"
        if listed is not None:
            yield f"every refused line with its reason: {listed}"
        if self.refused:
            yield "nothing was changed: mend these lines, or take them out, and import the file again"
        elif dry_run:
            yield "dry run: nothing was written"

    @property
    def is_cut(self) -> bool:
        """Whether `lines` leaves out lines that were refused, or what stood in them."""
        refused = find_alike(self.refused)
        return len(refused) > _SHOWN or any(each.others or is_cut(each.lines) for each in refused)


@dataclass(frozen=True, slots=True)
class Alike:
    """Remarks of one kind: the first of them, all their lines, and how many of them say it of something else."""

    first: Remark
    lines: Sequence[int]
    others: int


def find_alike(remarks: Iterable[Remark]) -> list[Alike]:
    """Return remarks by what is wrong with which columns, whatever stands in the cells; the first line's come first."""
    found: dict[object, list[Remark]] = {}
    for each in sorted(remarks, key=lambda remark: remark.line):
        kind: object = tuple((reason.column, reason.code) for reason in each.reasons) or each.text
        found.setdefault(kind, []).append(each)
    return [
        Alike(each[0], [remark.line for remark in each], len({remark.text for remark in each}) - 1)
        for each in found.values()
    ]


def count_rows(number: int) -> str:
    """Return the number with its word."""
    return f"{number} row{'' if number == 1 else 's'}"


def _say_alike(alike: Alike) -> str:
    lines, others = alike.lines, alike.others
    where = f"line {lines[0]}" if len(lines) == 1 else f"{count_rows(len(lines))}, lines {name_lines(lines)}"
    more = f" (and {others} other value{'' if others == 1 else 's'} like it)" if others else ""
    return f"{where}: {alike.first.text}{more}"


def is_cut(numbers: Sequence[int]) -> bool:
    """Tell whether `name_lines` names only the first of these lines."""
    return len(_find_runs(numbers)) > _LINES_NAMED


def name_lines(numbers: Sequence[int], more: str = "{listed} and {count} more") -> str:
    """Return line numbers in order with runs as `2-4`, cut after some; `more` says how many follow."""
    runs = _find_runs(numbers)
    listed = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:_LINES_NAMED])
    count = sum(last - first + 1 for first, last in runs[_LINES_NAMED:])
    return more.format(listed=listed, count=count) if count else listed


def _find_runs(numbers: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs
