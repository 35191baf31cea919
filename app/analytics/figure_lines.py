"""The tables behind the pages of figures as lines of a file: the same numbers, hidden where the page hides them. Pure.

A line is one figure, or one count (which has nothing but its `n`). What a page tells its lines apart by are columns of
its own, between the table's name (`row`) and the figure; shares go from 0 to 1, all else is in its own units.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.analytics.csv_form import BOM, guard
from app.analytics.differences import Difference, Verdict
from app.analytics.measured import Measured
from app.analytics.metrics import Figure

FIGURE = ("figure", "value", "n", "ci_low", "ci_high", "method", "suppressed", "reason", "verdict")
Line = Mapping[str, str]
# What a line is about: the page's own columns.
About = Mapping[str, str]
_ALL: About = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PageLines:
    """A page's lines, with the columns that it tells them apart by."""

    columns: Sequence[str]
    lines: Iterable[Line]


def tell_measured(
    row: str, measured: Measured, about: About = _ALL, *, verdict: Verdict | None = None
) -> Iterator[Line]:
    """Yield a line for each part; the verdict is about the headline."""
    for name, figure in measured.parts.items():
        said = verdict if name == measured.headline else None
        yield tell_figure(row, name, figure, about, verdict=said)


def tell_headline(row: str, measured: Measured, about: About = _ALL, *, verdict: Verdict | None = None) -> Line:
    """Return the line of the headline alone."""
    return tell_figure(row, measured.headline, measured.figure, about, verdict=verdict)


def tell_figure(row: str, name: str, figure: Figure, about: About = _ALL, *, verdict: Verdict | None = None) -> Line:
    """Return the line of a figure; a hidden one has its n and the reason."""
    return {
        "row": row,
        **about,
        "figure": name,
        "value": _number(figure.value),
        "n": str(figure.n),
        "ci_low": _number(figure.ci_low),
        "ci_high": _number(figure.ci_high),
        "method": figure.method.value,
        "suppressed": "true" if figure.suppressed else "false",
        "reason": figure.reason.value if figure.reason else "",
        "verdict": verdict.value if verdict else "",
    }


def tell_difference(
    row: str, name: str, difference: Difference | None, about: About = _ALL, *, verdict: Verdict | None = None
) -> Line:
    """Return the line of a difference with its range; nothing but the verdict, where nothing can be compared."""
    told = {"value": difference.value, "ci_low": difference.ci_low, "ci_high": difference.ci_high} if difference else {}
    numbers = {column: _number(value) for column, value in told.items()}
    return {"row": row, **about, "figure": name, **numbers, "verdict": verdict.value if verdict else ""}


def tell_count(row: str, name: str, n: int, about: About = _ALL) -> Line:
    """Return the line of a plain count."""
    return {"row": row, **about, "figure": name, "n": str(n), "suppressed": "false"}


def tell_value(row: str, name: str, value: float | None, n: int | None = None, about: About = _ALL) -> Line:
    """Return the line of a value that has no range; a hidden one is None."""
    hidden = "true" if value is None else "false"
    told = {"value": _number(value), "n": "" if n is None else str(n), "suppressed": hidden}
    return {"row": row, **about, "figure": name, **told}


def tell_days(first: date, last: date) -> dict[str, str]:
    """Return the columns of a stretch of days, both included."""
    return {"first_day": first.isoformat(), "last_day": last.isoformat()}


def write_lines(page: PageLines) -> str:
    """Return a CSV that no spreadsheet mistakes for formulas, with its head and the mark by which Excel knows UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file)
    columns = ("row", *page.columns, *FIGURE)
    writer.writerow(columns)
    # Numbers have no letters before them that could be computed; a negative one is no formula either.
    writer.writerows(
        [cell if _is_number(cell) else guard(cell) for cell in (line.get(column, "") for column in columns)]
        for line in page.lines
    )
    return BOM + file.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.isascii()
