"""`flask unit list`: every unit with its code as CSV; and what to say to a code that no unit has."""

import csv
import sys

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.analytics.csv_form import guard
from app.cli.kinds import KIND
from app.cli.told import told
from app.organisation.facts import check_kind
from app.organisation.listing import MOST_SUGGESTIONS, UnitLine, list_units, suggest_units
from app.organisation.models import Unit
from app.organisation.service import UnknownUnitError, find_unit
from app.web.edge import wiring

COLUMNS = ("code", "kind", "name", "parent", "address")
unit = AppGroup("unit", help="Regions, cities, offices and whatever else the company is made of.")


@unit.command("list")
@click.option("--below", metavar="CODE", help="Only this unit and all below it.")
@click.option("--kind", type=KIND, help="Only units of this kind, such as office.")
@click.option("--search", metavar="TEXT", help="Only units with this text in code, name or address.")
@told
def list_units_command(below: str | None, kind: str | None, search: str | None) -> None:
    """Print `code,kind,name,parent,address` for each unit, each right after its parent; `parent` is a code."""
    wanted = check_kind(kind) if kind is not None else None
    with wiring().database.reading() as session:
        lines = list_units(session, below=choose_unit(session, below).id if below is not None else None)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        if (wanted is None or line.kind == wanted) and (search is None or line.says(search)):
            row = (line.code, line.kind, line.name, line.parent or "", line.address or "")
            writer.writerow([guard(cell) for cell in row])


def choose_unit(session: Session, code: str) -> Unit:
    """Return the unit with the code; raises UnknownUnitError, which names those that may have been meant."""
    found = find_unit(session, code)
    if found is None:
        meant = suggest_units(list_units(session), code)
        raise UnknownUnitError(f"there is no unit {code}; {_cure(code, meant)}", key=code)
    return found


def _cure(code: str, meant: list[UnitLine]) -> str:
    if not meant:
        return "`flask unit list` shows the codes"
    named = [f"{line.code} ({', '.join(filter(None, (line.name, line.address)))})" for line in meant[:MOST_SUGGESTIONS]]
    question = f"did you mean {' or '.join(named)}?"
    more = len(meant) - len(named)
    return f"{question} `flask unit list --search '{code}'` shows {more} more" if more > 0 else question
