"""`flask import interactions FILE`: finished calls, visits and chats of the past."""

import uuid
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext

from app.cli.imports import DRY_RUN, ENCODING, FILE, MAP, SET, SHEET, read_file, tell_report
from app.cli.told import told
from app.imports.interaction_rows import SHARED_FIELDS
from app.imports.interactions import (
    BATCH,
    InteractionOptions,
    InteractionPlan,
    add_people,
    in_parts,
    plan_interactions,
    take_back_part,
    write_part,
)
from app.imports.mapping import parse_defaults, parse_mapping
from app.imports.times import read_date_format
from app.invitations.desk import AskDesk
from app.kit.db import Database
from app.organisation.facts import check_zone
from app.web.edge import wiring

# What SQLite writes in a fraction of a second, for which raters wait.
_PART = 4000


@click.command("interactions")
@FILE
@MAP
@SET
@SHEET
@ENCODING
@click.option("--source", help="Whose calls these are, such as the telephone system's name. [default: the file's name]")
@click.option("--unit", metavar="CODE", help="The unit of rows that name none.")
@click.option("--add-employees", is_flag=True, help="Make operators that are not there yet, by their names.")
@click.option("--employees-unit", metavar="CODE", help="Where they are made. [default: the row's unit]")
@click.option("--date-format", metavar="FORMAT", help="dd.mm.yyyy or mm/dd/yyyy, for a file that does not prove it.")
@click.option("--time-zone", metavar="ZONE", help="Of times without one. [default: the unit's]")
@DRY_RUN
@with_appcontext
@told
def import_interactions(
    *,
    file: Path,
    mapping: str | None,
    settings: tuple[str, ...],
    sheet: str | None,
    encoding: str | None,
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
        defaults=parse_defaults(settings, SHARED_FIELDS),
        unit=unit,
        employees_unit=employees_unit,
        add_employees=add_employees,
        order=read_date_format(date_format) if date_format is not None else None,
        zone=ZoneInfo(zone) if (zone := check_zone(time_zone)) else None,
    )
    table, now = read_file(file, sheet, encoding, numbered=True), wired.clock()
    with wired.database.reading() as session:
        plan = plan_interactions(session, wired.ask, table, options, now=now)
    if not dry_run and not plan.report.refused:
        _write(wired.database, wired.ask, plan, now=now)
    tell_report(plan.report, file, dry_run=dry_run)


def _write(database: Database, desk: AskDesk, plan: InteractionPlan, *, now: datetime) -> None:
    """Write the plan, all or nothing, without anybody waiting for it.

    On PostgreSQL the rows are one transaction. SQLite has one writer at a time, so that a rater would wait for the
    whole of a long file: there each part is one, and those that were written are taken back when a later one fails.
    """
    contacts: dict[tuple[str, str], uuid.UUID] = {}
    for some in in_parts([one for one in plan.past if one.draft.phone or one.draft.email], BATCH):
        with database.transaction() as session:
            contacts |= add_people(session, desk, some, now=now)
    written = 0
    try:
        for part in in_parts(plan.past, _PART if database.is_sqlite else max(len(plan.past), 1)):
            with database.transaction() as session:
                write_part(session, plan, part, contacts, now=now)
            written += len(part)
    except BaseException:  # Ctrl-C too
        # The last first: the employees who were made for the file go with its first rows.
        for part in reversed(list(in_parts(plan.past[:written], BATCH))):
            with database.transaction() as session:
                take_back_part(session, plan, part)
        raise
