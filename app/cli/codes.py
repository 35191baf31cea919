"""`flask touchpoint list|desk|point|revoke`: what becomes of a code once it is printed."""

import csv
import sys

import click
from flask.cli import with_appcontext

from app.accounts.scope import EVERYTHING
from app.analytics.csv_form import guard
from app.cli.told import told
from app.cli.units import choose_unit
from app.kit.errors import InvalidInputError
from app.organisation.employees import get_employee
from app.organisation.service import get_unit
from app.touchpoints.changes import repoint_touchpoint, revoke_touchpoint
from app.touchpoints.models import Channel
from app.touchpoints.qr import touchpoint_url
from app.touchpoints.service import Target, add_touchpoint, get_touchpoint, list_touchpoints
from app.web.edge import wiring

_PAGE = 1000


@click.command("list")
@click.option("--revoked", is_flag=True, help="Those that were withdrawn, too.")
@with_appcontext
@told
def list_codes_command(*, revoked: bool) -> None:
    """Print every code as CSV, the newest first: `code,unit,unit_name,survey,placement,channel,revoked`."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    with wiring().database.reading() as session:
        rows = list_touchpoints(session, scope=EVERYTHING, live=not revoked, limit=_PAGE)
        writer.writerow(("code", "unit", "unit_name", "survey", "placement", "channel", "revoked"))
        while rows:
            for row in rows:
                texts = (row.unit_code, row.unit_name, row.survey_key, row.placement)
                gone = "true" if row.revoked_at else "false"
                writer.writerow((row.code, *map(guard, texts), row.channel.value, gone))
            rows = list_touchpoints(session, scope=EVERYTHING, live=not revoked, after=rows[-1].id, limit=_PAGE)


@click.command("desk")
@click.option("--employee", metavar="CODE", required=True, help="Whose desk it is; `import employees` brings them in.")
@click.option("--survey", "survey_key", metavar="KEY", required=True, help="The survey that the code leads to.")
@click.option("--placement", metavar="TEXT", default="desk", show_default=True)
@with_appcontext
@told
def add_desk_command(employee: str, survey_key: str, placement: str) -> None:
    """Print `code,unit,url` of an employee's desk, made if there was none; answers there are about the employee too."""
    wired = wiring()
    wired.surveys.current(survey_key)
    with wired.database.transaction() as session:
        found = get_employee(session, employee)
        unit = get_unit(session, found.unit_id)
        made = add_touchpoint(
            session,
            unit_id=unit.id,
            employee_id=found.id,
            survey_key=survey_key,
            placement=placement,
            now=wired.clock(),
        )
        row = (made.code, guard(unit.code), touchpoint_url(wired.public_url, made.code))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerows((("code", "unit", "url"), row))


@click.command("point")
@click.argument("code")
@click.option("--unit", metavar="CODE", help="The unit that the code stands for from now on.")
@click.option("--survey", "survey_key", metavar="KEY", help="The survey that it leads to from now on.")
@click.option("--placement", metavar="TEXT", help="Where it hangs from now on.")
@click.option("--channel", type=click.Choice([channel.value for channel in Channel]))
@with_appcontext
@told
def point_code_command(
    code: str, unit: str | None, survey_key: str | None, placement: str | None, channel: str | None
) -> None:
    """Let a printed CODE lead elsewhere; what is not named stays. Answers already given stay where they were given."""
    if unit is None and survey_key is None and placement is None and channel is None:
        raise InvalidInputError("say what changes: --unit, --survey, --placement or --channel")
    wired = wiring()
    if survey_key is not None:
        wired.surveys.current(survey_key)
    with wired.database.transaction() as session:
        touchpoint = get_touchpoint(session, code, scope=EVERYTHING)
        target = Target(
            unit_id=touchpoint.unit_id if unit is None else choose_unit(session, unit).id,
            survey_key=survey_key or touchpoint.survey_key,
            placement=touchpoint.placement if placement is None else placement,
            channel=Channel(channel or touchpoint.channel),
            # Another unit's desk is another employee's.
            employee_id=touchpoint.employee_id if unit is None else None,
        )
        repoint_touchpoint(session, touchpoint.id, target, scope=EVERYTHING, now=wired.clock())
    click.echo("the code leads there now", err=True)


@click.command("revoke")
@click.argument("code")
@with_appcontext
@told
def revoke_code_command(code: str) -> None:
    """Withdraw a printed CODE: it answers like an unknown one from now on. Its answers stay."""
    wired = wiring()
    with wired.database.transaction() as session:
        touchpoint = get_touchpoint(session, code, scope=EVERYTHING)
        revoke_touchpoint(session, touchpoint.id, scope=EVERYTHING, now=wired.clock())
    click.echo("the code is withdrawn", err=True)
