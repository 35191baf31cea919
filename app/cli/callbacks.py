"""`flask callbacks load`: what the rules open for each team against what its people can work, also for another rule."""

import csv
import sys

import click
from flask.cli import AppGroup

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.csv_form import guard
from app.callbacks.load import forecast_load
from app.cli.told import told
from app.cli.units import choose_unit
from app.routing.thresholds import ratings_that_open
from app.web.edge import wiring

COLUMNS = ("unit", "unit_name", "people", "opened_a_day", "can_work_a_day", "too_many")

callbacks = AppGroup("callbacks", help="The callback desk; docs/callbacks.md explains it.")


@callbacks.command("load")
@click.option("--unit", metavar="CODE", help="Only this unit and all below it.")
@click.option(
    "--unhappy-at-most",
    type=click.IntRange(1, 4),
    metavar="RATING",
    help="What it would be if a case were opened up to this rating of 1 to 5; nothing is changed.",
)
@told
def load_command(unit: str | None, unhappy_at_most: int | None) -> None:
    """Print as CSV how many cases a working day brings each team and how many it can work, the most pressed first."""
    wired = wiring()
    with wired.database.reading() as session:
        scope = EVERYTHING if unit is None else Scope(frozenset({choose_unit(session, unit).id}))
        opens = ratings_that_open(session, wired.desk.policy, unhappy_at_most=unhappy_at_most)
        teams = forecast_load(session, wired.case_rules.load, scope=scope, opens_up_to=opens, now=wired.clock())
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for team in teams:
        figures = (team.people, team.opens_a_day, team.can_work_a_day, "true" if team.too_many else "false")
        writer.writerow([guard(team.unit_code), guard(team.unit_name), *figures])
    pressed = sum(team.too_many for team in teams)
    if pressed:
        click.echo(f"{pressed} of {len(teams)} teams cannot work what is opened for them", err=True)
