"""The demo company from the command line."""

import click
from flask.cli import with_appcontext

from app.cli.set_up import tell_if_locked_out
from app.cli.told import told
from app.demo.service import create_demo, find_demo, needs_demo, remove_demo
from app.kit.errors import ConflictError
from app.touchpoints.qr import touchpoint_url
from app.web.edge import wiring


@click.command()
@click.option("--remove", is_flag=True, help="Remove the demo company; only what is marked goes.")
@with_appcontext
@told
def demo(remove: bool) -> None:
    """Make the demo company in an empty database and print its links and how to sign in."""
    wired = wiring()
    if remove:
        with wired.database.transaction() as session:
            gone = remove_demo(session, now=wired.clock())
        click.echo(f"removed: {gone.units} units, {gone.responses} responses, {gone.cases} cases", err=True)
        tell_if_locked_out()
        return
    with wired.database.transaction() as session:
        if needs_demo(session):
            create_demo(session, wired.desk, wired.surveys, now=wired.clock())
        found = find_demo(session, wired.vault)
    if not found.codes and found.sign_in is None:
        raise ConflictError("the database has units of its own; the demo is made in an empty one only")
    for code in found.codes:
        click.echo(f"{touchpoint_url(wired.public_url, code.code)}  {code.unit_name}, {code.survey_key}")
    if found.sign_in is not None:
        click.echo(f"Sign-in: {wired.public_url}/sign-in")
        click.echo(f"E-mail: {found.sign_in.email}")
        click.echo(f"Password: {found.sign_in.password or 'changed since; `user password` makes a new one'}")
