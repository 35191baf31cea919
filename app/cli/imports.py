"""`flask import units|employees FILE`: the report on standard output, exit code 1 if refused."""

import csv
import gc
from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.kinds import KIND
from app.cli.told import told
from app.imports.employees import plan_employees, write_employees
from app.imports.encodings import ENCODINGS
from app.imports.mapping import parse_defaults, parse_mapping
from app.imports.report import ImportReport, count_rows
from app.imports.tables import MAX_BYTES, Table, read_table
from app.imports.unit_rows import SHARED_FIELDS
from app.imports.units import plan_units, read_unit_file, write_plan
from app.kit.errors import InvalidInputError
from app.web.edge import wiring

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
MAP = click.option(
    "--map", "mapping", metavar="PAIRS", help="Field=column pairs: 'name=Название,address=\"Full address\"'."
)
SET = click.option(
    "--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A value for empty cells; may be repeated."
)
SHEET = click.option("--sheet", help="The sheet of a workbook that has several.")
ENCODING = click.option(
    "--encoding",
    metavar="NAME",
    help=f"Letters of a text file: {', '.join(ENCODINGS.values())}. [default: found by its words, and told]",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Report and write nothing.")


class RefusedFileError(InvalidInputError):
    """A file with rows that cannot be taken; the report says which."""

    code = "refused_file"


@click.group("import", cls=AppGroup)
def import_group() -> None:
    """Take in files: CSV, JSON or a workbook (.xlsx), all or nothing."""
    # Rows by the ten thousand, none of them in circles: looking for some takes a quarter of the time.
    gc.disable()
    click.get_current_context().call_on_close(gc.enable)


@import_group.command("units")
@FILE
@MAP
@click.option("--kind", type=KIND, help="Kind of rows that do not say theirs.")
@click.option("--parent-kind", type=KIND, help="Make parents that are not there yet, of this kind.")
@SET
@SHEET
@ENCODING
@DRY_RUN
@told
def import_units(
    *,
    file: Path,
    mapping: str | None,
    kind: str | None,
    parent_kind: str | None,
    settings: tuple[str, ...],
    sheet: str | None,
    encoding: str | None,
    dry_run: bool,
) -> None:
    """Take in offices and other units, with their hours and review pages."""
    wired = wiring()
    unit_file = read_unit_file(
        read_file(file, sheet, encoding),
        wired.desk.catalogue,
        mapping=parse_mapping(mapping) if mapping is not None else None,
        defaults=parse_defaults(settings, SHARED_FIELDS),
        kind=kind,
        parent_kind=parent_kind,
    )
    with wired.database.reading() as session:
        plan = plan_units(session, unit_file)
    report = plan.report
    if not dry_run and not report.refused:
        with wired.database.transaction() as session:
            report = write_plan(session, unit_file, plan, now=wired.clock())
    tell_report(report, file, dry_run=dry_run)


@import_group.command("employees")
@FILE
@MAP
@SHEET
@ENCODING
@DRY_RUN
@told
def import_employees(
    *, file: Path, mapping: str | None, sheet: str | None, encoding: str | None, dry_run: bool
) -> None:
    """Take in employees: code, name, unit (its code), active."""
    wired = wiring()
    table = read_file(file, sheet, encoding)
    pairs = parse_mapping(mapping) if mapping is not None else None
    with wired.database.reading() as session:
        plan = plan_employees(session, table, mapping=pairs)
    if not dry_run and not plan.report.refused:
        with wired.database.transaction() as session:
            write_employees(session, plan, now=wired.clock())
    tell_report(plan.report, file, dry_run=dry_run)


def read_file(path: Path, sheet: str | None, encoding: str | None, *, numbered: bool = False) -> Table:
    """Return the rows of a file on disk, see `read_table`; raises InvalidInputError."""
    return read_table(read_bytes(path), path.name, sheet=sheet, encoding=encoding, numbered=numbered)


def read_bytes(path: Path) -> bytes:
    """Return what is in a file on disk, at most a byte more than is taken; raises InvalidInputError."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror}") from error


def tell_report(report: ImportReport, path: Path, *, dry_run: bool, more: Iterable[str] = ()) -> None:
    """Print the report, `more` below its counts, and what is too long for the screen into a file.

    Raises RefusedFileError if a row was refused.
    """
    listed = _list_refused(report, path) if report.is_cut else None
    counts, *rest = report.lines(dry_run=dry_run, listed=str(listed) if listed is not None else None)
    for line in (counts, *more, *rest):
        click.echo(line)
    if report.refused:
        raise RefusedFileError(f"{path.name}: {count_rows(len(report.refused))} refused, nothing was changed")


def _list_refused(report: ImportReport, path: Path) -> Path | None:
    """Write every refused line with its reasons, and return where; None where nothing can be written.

    Reasons quote cells, so nobody but the service reads it.
    """
    out = wiring().var_dir / "refused" / f"{path.stem}.csv"
    try:
        out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        out.parent.chmod(0o700)
        out.unlink(missing_ok=True)  # an older one may be open to others
        out.touch(mode=0o600, exist_ok=False)  # closed to others before anything is in it
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("line", "reason"))
            # A spreadsheet would compute a reason that begins with the name of a column such as =1+1.
            writer.writerows(
                (each.line, f"'{each.text}" if each.text[:1] in "=+-@\t\r" else each.text)
                for each in sorted(report.refused, key=lambda remark: remark.line)
            )
    except OSError:
        return None
    return out
