"""`flask import units|employees|interactions FILE`: the report on standard output, exit code 1 if refused."""

import gc
import uuid
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup

from app.cli.kinds import KIND
from app.cli.told import told
from app.imports.employees import plan_employees, write_employees
from app.imports.interaction_rows import SHARED_FIELDS as SHARED_BY_INTERACTIONS
from app.imports.interactions import BATCH, InteractionOptions, add_people, plan_interactions, write_interactions
from app.imports.mapping import parse_defaults, parse_mapping
from app.imports.report import ImportReport
from app.imports.tables import MAX_BYTES, Table, read_table
from app.imports.times import read_date_format
from app.imports.unit_rows import SHARED_FIELDS
from app.imports.units import plan_units, read_unit_file, write_plan
from app.kit.errors import InvalidInputError
from app.organisation.facts import check_zone
from app.web.edge import wiring

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
MAP = click.option(
    "--map", "mapping", metavar="PAIRS", help="Field=column pairs: 'name=Название,address=\"Full address\"'."
)
SET = click.option(
    "--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A value for empty cells; may be repeated."
)
SHEET = click.option("--sheet", help="The sheet of a workbook that has several.")
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
    dry_run: bool,
) -> None:
    """Take in offices and other units, with their hours and review pages."""
    wired = wiring()
    unit_file = read_unit_file(
        _read_file(file, sheet),
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
    _tell(report, file, dry_run=dry_run)


@import_group.command("employees")
@FILE
@MAP
@SHEET
@DRY_RUN
@told
def import_employees(*, file: Path, mapping: str | None, sheet: str | None, dry_run: bool) -> None:
    """Take in employees: code, name, unit (its code), active."""
    wired = wiring()
    table = _read_file(file, sheet)
    pairs = parse_mapping(mapping) if mapping is not None else None
    with wired.database.reading() as session:
        plan = plan_employees(session, table, mapping=pairs)
    if not dry_run and not plan.report.refused:
        with wired.database.transaction() as session:
            write_employees(session, plan, now=wired.clock())
    _tell(plan.report, file, dry_run=dry_run)


@import_group.command("interactions")
@FILE
@MAP
@SET
@SHEET
@click.option("--source", help="Whose calls these are, such as the telephone system's name. [default: the file's name]")
@click.option("--unit", metavar="CODE", help="The unit of rows that name none.")
@click.option("--add-employees", is_flag=True, help="Make operators that are not there yet, by their names.")
@click.option("--employees-unit", metavar="CODE", help="Where they are made. [default: the row's unit]")
@click.option("--date-format", metavar="FORMAT", help="dd.mm.yyyy or mm/dd/yyyy, for a file that does not prove it.")
@click.option("--time-zone", metavar="ZONE", help="Of times without one. [default: the unit's]")
@DRY_RUN
@told
def import_interactions(
    *,
    file: Path,
    mapping: str | None,
    settings: tuple[str, ...],
    sheet: str | None,
    source: str | None,
    unit: str | None,
    add_employees: bool,
    employees_unit: str | None,
    date_format: str | None,
    time_zone: str | None,
    dry_run: bool,
) -> None:
    """Take in finished calls, visits and chats as history: nobody is asked about them."""
    wired = wiring()
    options = InteractionOptions(
        source=source or file.name,
        mapping=parse_mapping(mapping) if mapping is not None else {},
        defaults=parse_defaults(settings, SHARED_BY_INTERACTIONS),
        unit=unit,
        employees_unit=employees_unit,
        add_employees=add_employees,
        order=read_date_format(date_format) if date_format is not None else None,
        zone=ZoneInfo(zone) if (zone := check_zone(time_zone)) else None,
    )
    table, now = _read_file(file, sheet), wired.clock()
    with wired.database.reading() as session:
        plan = plan_interactions(session, wired.ask, table, options, now=now)
    if not dry_run and not plan.report.refused:
        contacts: dict[tuple[str, str], uuid.UUID] = {}
        people = [one for one in plan.past if one.draft.phone or one.draft.email]
        for start in range(0, len(people), BATCH):
            with wired.database.transaction() as session:
                contacts |= add_people(session, wired.ask.vault, people[start : start + BATCH], now=now)
        with wired.database.transaction() as session:
            write_interactions(session, plan, contacts, now=now)
    _tell(plan.report, file, dry_run=dry_run)


def _read_file(path: Path, sheet: str | None) -> Table:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # one more, so that a file too large is known without reading it all
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror}") from error
    return read_table(content, path.name, sheet=sheet)


def _tell(report: ImportReport, path: Path, *, dry_run: bool) -> None:
    for line in report.lines(dry_run=dry_run):
        click.echo(line)
    if report.refused:
        raise RefusedFileError(f"{path.name}: {len(report.refused)} rows refused, nothing was changed")
