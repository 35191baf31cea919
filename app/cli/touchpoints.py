"""`flask touchpoint add`: the codes of a unit, or of every unit of a kind, as CSV."""

import csv
import sys

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.analytics.csv_form import guard
from app.cli.kinds import KIND
from app.cli.set_up import tell_address
from app.cli.told import told
from app.cli.units import choose_unit
from app.kit.errors import InvalidInputError
from app.organisation.facts import check_kind
from app.organisation.models import Unit
from app.organisation.service import get_company
from app.touchpoints.adding import add_codes, choose_units
from app.touchpoints.models import Channel
from app.touchpoints.qr import touchpoint_url
from app.web.edge import wiring

touchpoint = AppGroup("touchpoint", help="Codes that lead respondents to a survey.")


@touchpoint.command("add")
@click.option("--unit", metavar="CODE", help="The unit to make a code for; with --kind, where to look below.")
@click.option("--kind", type=KIND, help="Make a code for each unit of this kind, such as office.")
@click.option("--survey", "survey_key", metavar="KEY", required=True, help="The survey that the code leads to.")
@click.option("--placement", metavar="TEXT", default="", help="Where the code is, such as “hall poster” or “receipt”.")
@click.option(
    "--channel",
    type=click.Choice([channel.value for channel in Channel]),
    default=Channel.VISIT.value,
    show_default=True,
    help="How those who find the code there have met the company.",
)
@told
def add_touchpoints_command(unit: str | None, kind: str | None, survey_key: str, placement: str, channel: str) -> None:
    """Print `code,unit,url` for each unit, codes made where there were none; a second run prints the same codes."""
    wired = wiring()
    wired.surveys.current(survey_key)
    with wired.database.transaction() as session:
        units = _choose_units(session, unit, kind)
        codes, _ = add_codes(
            session,
            units,
            survey_key=survey_key,
            placement=placement,
            channel=Channel(channel),
            now=wired.clock(),
        )
        rows = [(codes[each.id], guard(each.code), touchpoint_url(wired.public_url, codes[each.id])) for each in units]
    # Only when all of them are stored: a code on paper is a promise.
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("code", "unit", "url"))
    writer.writerows(rows)
    tell_address()


def _choose_units(session: Session, unit: str | None, kind: str | None) -> list[Unit]:
    if unit is None and kind is None:
        raise InvalidInputError("say for which unit (--unit CODE), or for each of which kind (--kind office)")
    top = get_company(session) if unit is None else choose_unit(session, unit)
    return choose_units(session, top, None if kind is None else check_kind(kind), scope=EVERYTHING)
