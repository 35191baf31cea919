"""`flask import responses FILE`: answers of the past, with the calls or visits behind them."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext

from app.cli.imports import DRY_RUN, ENCODING, FILE, MAP, SET, SHEET, read_bytes, tell_report
from app.cli.told import told
from app.imports.mapping import parse_defaults, parse_mapping
from app.imports.past.options import SHARED_FIELDS, PastOptions
from app.imports.past.planning import PastDesk, hash_file, plan_past
from app.imports.past.scales import read_missing
from app.imports.past.writing import take_past
from app.imports.tables import read_table
from app.imports.written_dates import read_date_formats
from app.kit.i18n import Language
from app.organisation.facts import check_zone
from app.touchpoints.models import Channel
from app.web.edge import wiring


@click.command("responses")
@FILE
@MAP
@SET
@SHEET
@ENCODING
@click.option(
    "--survey", metavar="KEY", help="What was asked: nps for 0 to 10. [default: office-visit, of calls call-follow-up]"
)
@click.option(
    "--scale",
    metavar="SCALE",
    help="What ratings mean: 'Extremely likely=5,Likely=4', 0-4, reversed. [default: the survey's own answers]",
)
@click.option(
    "--missing", multiple=True, metavar="CODES", help='What means that there is no answer: "Don\'t know,N/A".'
)
@click.option(
    "--date-format",
    "date_formats",
    multiple=True,
    metavar="FORMATS",
    help="dd.mm.yyyy or mm/dd/yyyy, for a file that does not prove it; several are tried in their order.",
)
@click.option("--unit", metavar="CODE", help="The unit of rows that name none.")
@click.option("--make-units", is_flag=True, help="Make offices that are not there yet, by their names.")
@click.option("--parent", metavar="CODE", help="Where they are made. [default: below the company]")
@click.option(
    "--make-employees", "--add-employees", is_flag=True, help="Make employees that are not there yet, by their names."
)
@click.option("--channel", type=click.Choice([each.value for each in Channel]), help="Of rows that do not say theirs.")
@click.option(
    "--language", type=click.Choice([each.value for each in Language]), help="Of answers that do not say theirs."
)
@click.option("--zone", "--time-zone", metavar="ZONE", help="Of times without one. [default: the unit's]")
@click.option("--source", help="Whose rows these are, for rows with an id. [default: the file's name]")
@click.option("--once", is_flag=True, help="Of rows without an id that say in every column the same, take one.")
@DRY_RUN
@with_appcontext
@told
def import_responses(
    *,
    file: Path,
    mapping: str | None,
    settings: tuple[str, ...],
    sheet: str | None,
    encoding: str | None,
    survey: str | None,
    scale: str | None,
    missing: tuple[str, ...],
    date_formats: tuple[str, ...],
    unit: str | None,
    make_units: bool,
    parent: str | None,
    make_employees: bool,
    channel: str | None,
    language: str | None,
    zone: str | None,
    source: str | None,
    once: bool,
    dry_run: bool,
) -> None:
    """Take in answers of the past: they count in figures, and nobody is asked, told or rung because of them."""
    wired = wiring()
    desk = PastDesk(wired.vault, wired.surveys, wired.desk.policy, wired.desk.phone_region)
    spoken = Language(language) if language is not None else wired.language
    options = PastOptions(
        source=source or file.name,
        language=spoken,
        mapping=parse_mapping(mapping) if mapping is not None else {},
        defaults=parse_defaults(settings, SHARED_FIELDS),
        unit=unit,
        make_units=make_units,
        parent=parent,
        make_employees=make_employees,
        survey=survey,
        channel=Channel(channel) if channel is not None else None,
        scale=scale,
        missing=read_missing(missing),
        dates=read_date_formats(date_formats),
        zone=ZoneInfo(checked) if (checked := check_zone(zone)) else None,
        once=once,
    )
    content, now = read_bytes(file), wired.clock()
    table = read_table(content, file.name, sheet=sheet, encoding=encoding, numbered=True)
    with wired.database.reading() as session:
        plan = plan_past(session, desk, table, options, name=file.name, content_hash=hash_file(content, sheet), now=now)
    if not dry_run:
        take_past(wired.database, desk, plan, language=spoken, now=now)
    understood = plan.understood.lines() if dry_run and plan.understood is not None else ()
    tell_report(plan.report, file, dry_run=dry_run, more=understood)
