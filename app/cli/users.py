"""`user add`, `user password`, `user grant`, `user disable`, `user enable`: staff from the command line."""

import click

from app.accounts.models import Role
from app.accounts.passwords import make_password
from app.accounts.service import ONE_TIME_LASTS, add_user, get_user, grant_role, set_active, set_password
from app.accounts.sign_ins import end_sign_ins
from app.cli.set_up import tell_address
from app.cli.told import told
from app.cli.units import choose_unit
from app.kit.i18n import Language
from app.organisation.models import ROOT_CODE
from app.web import edge

_ROLE = click.Choice([role.value for role in Role])
_UNIT = "The unit's code; the role holds there and for all below it. The whole company if left out."


@click.group()
def user() -> None:
    """People who sign in: add them, give roles, make passwords."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=_ROLE, required=True, help="admin: everything; manager: rings people; analyst: reads.")
@click.option("--unit", default=ROOT_CODE, metavar="CODE", help=_UNIT)
@click.option("--name", default="", help="How colleagues see the person; the mailbox's name if left out.")
@click.option("--lang", type=click.Choice([language.value for language in Language]), help="Language of the pages.")
@told
def add(email: str, role: str, unit: str, name: str, lang: str | None) -> None:
    """Add a person and print a password that works for seven days, unless they choose their own."""
    wiring, password = edge.wiring(), make_password()
    with wiring.database.transaction() as session:
        add_user(
            session,
            email=email,
            password=password,
            role=Role(role),
            unit_id=choose_unit(session, unit).id,
            one_time=True,
            name=name,
            language=Language(lang) if lang else None,
            now=wiring.clock(),
        )
    _print_password(password)
    tell_address()


@user.command("password")
@click.argument("email")
@told
def reset(email: str) -> None:
    """Make a person a new password, print it, and end every sign-in of theirs."""
    wiring, password = edge.wiring(), make_password()
    with wiring.database.transaction() as session:
        person = get_user(session, email)
        set_password(session, person, password, one_time=True, now=wiring.clock())
        end_sign_ins(session, person.id, now=wiring.clock())
    _print_password(password)


@user.command("grant")
@click.argument("email")
@click.option("--role", type=_ROLE, required=True)
@click.option("--unit", default=ROOT_CODE, metavar="CODE", help=_UNIT)
@told
def grant(email: str, role: str, unit: str) -> None:
    """Give a person one more role."""
    wiring = edge.wiring()
    with wiring.database.transaction() as session:
        person, place = get_user(session, email), choose_unit(session, unit)
        grant_role(session, person, role=Role(role), unit_id=place.id, now=wiring.clock())
    click.echo(f"{person.email} is {role} at {place.name}", err=True)


@user.command("disable")
@click.argument("email")
@told
def disable(email: str) -> None:
    """Let a person in no more; their next request is refused. What they did stays on record."""
    wiring = edge.wiring()
    with wiring.database.transaction() as session:
        person = get_user(session, email)
        set_active(session, person, active=False, now=wiring.clock())
        end_sign_ins(session, person.id, now=wiring.clock())
    click.echo(f"{person.email} is disabled", err=True)


@user.command("enable")
@click.argument("email")
@told
def enable(email: str) -> None:
    """Let a disabled person in again, with the password they had."""
    wiring = edge.wiring()
    with wiring.database.transaction() as session:
        person = get_user(session, email)
        set_active(session, person, active=True, now=wiring.clock())
    click.echo(f"{person.email} is enabled", err=True)


def _print_password(password: str) -> None:
    click.echo(f"Password: {password}")
    where = f"{edge.wiring().public_url}/sign-in"
    days = ONE_TIME_LASTS.days
    click.echo(f"It is shown this once and works for {days} days at {where}; another is chosen there.", err=True)
