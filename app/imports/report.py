"""What came of a file: how many rows, and what there is to say about which line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

# A file of which every line is wrong should still leave the first reasons on the screen.
_SHOWN = 100
_LINES_NAMED = 20


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of the file (the first is 1) and what there is to say about it."""

    line: int
    text: str


@dataclass(slots=True)
class ImportReport:
    """Rows read are those taken (new), repeated (as they were), changed and refused, together."""

    read: int = 0
    taken: int = 0
    repeated: int = 0
    changed: int = 0
    refused: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # about the file as a whole
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
        yield from self.notes
        yield from (f"warning, {_name_lines(numbers)}: {text}" for text, numbers in _group(self.warnings))
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


def _name_lines(numbers: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    listed = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:_LINES_NAMED])
    more = sum(last - first + 1 for first, last in runs[_LINES_NAMED:])
    return f"line{'' if len(numbers) == 1 else 's'} {listed}{f' and {more} more' if more else ''}"
