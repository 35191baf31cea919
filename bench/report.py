"""Figures, ratios and targets as one table, readable in a terminal and as Markdown; progress goes to standard error."""

import sys
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, the bare side, ours, and how that stands to the target."""

    what: str
    bare: str
    ours: str
    ratio: str = ""
    target: str = ""
    met: bool | None = None


@dataclass(slots=True)
class Report:
    """The table as it grows."""

    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Add a line and show it, so that a long run is seen to move."""
        self.rows.append(row)
        say(f"  {row.what}: {f'bare {row.bare}, ours ' if row.bare else ''}{row.ours} {row.ratio}")

    def table(self) -> str:
        """Return everything as Markdown."""
        head = ("", "bare", "ours", "ratio", "target", "")
        body = [
            (row.what, row.bare, row.ours, row.ratio, row.target, {True: "met", False: "missed", None: ""}[row.met])
            for row in self.rows
        ]
        widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
        rule = tuple("-" * max(width, 3) for width in widths)
        return "\n".join(
            "| " + " | ".join(cell.ljust(max(width, 3)) for cell, width in zip(line, widths, strict=True)) + " |"
            for line in [head, rule, *body]
        )

    def plain(self) -> list[dict[str, object]]:
        """Return the lines as plain values, for a file that another program reads."""
        return [asdict(row) for row in self.rows]


def say(line: str) -> None:
    """Tell how far it is."""
    print(line, file=sys.stderr, flush=True)
