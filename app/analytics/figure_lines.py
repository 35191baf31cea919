"""The tables behind a metric's page as lines of a file: the same numbers, hidden where the page hides them. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence

from app.analytics.csv_form import BOM, guard
from app.analytics.measured import Measured
from app.analytics.metric_view import MetricView
from app.analytics.metrics import Figure
from app.analytics.periods import Period

# `row` is whole, before, rating, time or unit; shares go from 0 to 1, all else is in its own units.
COLUMNS = (
    "row",
    "unit",
    "unit_name",
    "first_day",
    "last_day",
    "figure",
    "value",
    "n",
    "ci_low",
    "ci_high",
    "method",
    "suppressed",
    "reason",
    "verdict",
)
Line = tuple[str, ...]


def list_lines(view: MetricView, period: Period) -> Iterator[Line]:
    """Yield the whole period, the one before, what was chosen, the stretches of the trend and the units below."""
    for row, measured, of, verdict in (
        ("whole", view.measured, period, ""),
        ("before", view.before, period.before, view.change.verdict.value),
    ):
        first, last = of.first.isoformat(), of.last.isoformat()
        yield from _tell(row, measured, verdict=verdict, first_day=first, last_day=last)
    for value, n in sorted(view.measured.histogram.items()):
        yield _line("rating", figure=str(value), n=str(n), suppressed="false")
    for point in view.trend:
        yield from _tell(
            "time", point.measured, only=True, first_day=point.first.isoformat(), last_day=point.last.isoformat()
        )
    for unit in view.units:
        against = unit.against_others.value
        yield from _tell("unit", unit.measured, unit=unit.code, unit_name=unit.name, verdict=against)


def write_lines(lines: Sequence[Line] | Iterator[Line], columns: Sequence[str] = COLUMNS) -> str:
    """Return a CSV that no spreadsheet mistakes for formulas, with its head and the mark by which Excel knows UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    # Numbers have no letters before them that could be computed; a negative one is no formula either.
    writer.writerows([cell if _is_number(cell) else guard(cell) for cell in line] for line in lines)
    return BOM + file.getvalue()


def _tell(row: str, measured: Measured, *, only: bool = False, verdict: str = "", **facts: str) -> Iterator[Line]:
    """Yield a line for each part, or for the headline alone; the verdict is about the headline."""
    for name, figure in measured.parts.items():
        if only and name != measured.headline:
            continue
        said = verdict if name == measured.headline else ""
        yield _line(row, figure=name, **facts, **_numbers(figure), verdict=said)


def _numbers(figure: Figure) -> dict[str, str]:
    return {
        "value": _number(figure.value),
        "n": str(figure.n),
        "ci_low": _number(figure.ci_low),
        "ci_high": _number(figure.ci_high),
        "method": figure.method.value,
        "suppressed": "true" if figure.suppressed else "false",
        "reason": figure.reason.value if figure.reason else "",
    }


def _line(row: str, **facts: str) -> Line:
    return tuple({"row": row, **facts}.get(column, "") for column in COLUMNS)


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.isascii()
