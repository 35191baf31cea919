"""`flask export responses`: one row a response, to standard output or a file."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup

from app.accounts.scope import EVERYTHING
from app.analytics.csv_form import csv_chunks
from app.analytics.export_rows import ExportRow, export_responses
from app.analytics.filters import ResponseFilter
from app.analytics.sheet_form import sheet_chunks
from app.cli.told import told
from app.cli.units import choose_unit
from app.kit.errors import InvalidInputError
from app.web.edge import wiring

exports = AppGroup("export", help="Write what is stored to a file or to standard output.")


@exports.command("responses")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "xlsx"]),
    default="csv",
    show_default=True,
    help="xlsx is a workbook; write it to a file with --out.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write this file instead, with a byte order mark, so that Excel reads it as UTF-8.",
)
@click.option("--since", help="From this day (2026-03-01, whole, in the company's time zone) or this instant on.")
@click.option("--until", help="Up to and with this day, or before this instant (2026-03-01T12:00:00Z).")
@click.option("--unit", help="Only this unit (its code) and all below it.")
@told
def export_responses_command(
    file_format: str, out: Path | None, since: str | None, until: str | None, unit: str | None
) -> None:
    """Export responses, the earliest first, suspect ones too with their flag.

    CSV as RFC 4180, UTF-8 (no byte order mark on standard output), or a workbook with the same cells: a header and one
    row a response. Texts that a spreadsheet would compute begin with an apostrophe. After the stable columns come
    `answers`, JSON by question key, the unit's address, the employee, and the call or visit that was answered about.
    """
    if file_format == "xlsx" and out is None and sys.stdout.isatty():
        raise InvalidInputError("a workbook is nothing to read on a screen: give --out responses.xlsx", field="out")
    zone = wiring().desk.zone
    first = _instant(since, zone, "since", whole_day=timedelta(0))
    last = _instant(until, zone, "until", whole_day=timedelta(days=1))
    if first and last and first >= last:
        raise InvalidInputError("--since must be before --until", field="since")
    with wiring().database.reading() as session:
        unit_id = None if unit is None else choose_unit(session, unit).id
        rows = export_responses(session, ResponseFilter(unit_id=unit_id, since=first, until=last), scope=EVERYTHING)
        first_row = next(rows, None)  # a header alone would look like an export of nothing when the query fails
        counted = _Counted(rows if first_row is None else chain([first_row], rows))
        with _output(out) as file:
            for chunk in sheet_chunks(counted) if file_format == "xlsx" else csv_chunks(counted, bom=out is not None):
                file.write(chunk)
    click.echo(f"{counted.count} responses", err=True)


class _Counted(Iterator[ExportRow]):
    """Rows, and how many of them went by."""

    def __init__(self, rows: Iterator[ExportRow]) -> None:
        self._rows = rows
        self.count = 0

    def __next__(self) -> ExportRow:
        row = next(self._rows)
        self.count += 1
        return row


@contextmanager
def _output(out: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears only when it is whole."""
    if out is None:
        stream = sys.stdout.buffer
        yield stream
        stream.flush()
        return
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(out)
    except OSError as error:
        raise InvalidInputError(f"{out} cannot be written: {error.strerror}", field="out") from error
    finally:
        draft.unlink(missing_ok=True)


def _instant(text: str | None, zone: ZoneInfo, field: str, *, whole_day: timedelta) -> datetime | None:
    """Return the instant written as ISO 8601; a day begins at midnight in `zone`, plus `whole_day` for an end."""
    if text is None:
        return None
    try:
        if len(text) <= 10:
            return datetime.combine(date.fromisoformat(text) + whole_day, time.min, tzinfo=zone)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise InvalidInputError(
            f"--{field} {text!r} is no day or time; write 2026-03-01 or 2026-03-01T12:00:00Z", field=field
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
