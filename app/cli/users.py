"""`user list`, `add`, `invite`, `link`, `password`, `factors`, `grant`, `revoke`, `off`, `on`: staff, from here."""

import csv
import sys

import click
from sqlalchemy import select

from app.accounts.administration import give_role, invite_user, make_link, switch_off, switch_on, take_role
from app.accounts.company_sign_in import is_tied
from app.accounts.invitations import LASTS
from app.accounts.listing import list_users
from app.accounts.models import Role, StaffGrant
from app.accounts.passwords import make_password
from app.accounts.scope import EVERYTHING
from app.accounts.second_factors import read_factors, reset_factors
from app.accounts.service import ONE_TIME_LASTS, add_user, get_user, set_password
from app.accounts.sign_ins import end_sign_ins
from app.analytics.csv_form import guard
from app.cli.set_up import tell_address
from app.cli.told import told
from app.cli.units import choose_unit
from app.kit.emails import normalise_email
from app.kit.errors import NotFoundError
from app.kit.i18n import Language
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.telling import tell
from app.organisation.models import ROOT_CODE
from app.web import edge

COLUMNS = ("email", "name", "state", "roles", "seen_at")
_ROLE = click.Choice([role.value for role in Role])
_LANGUAGE = click.Choice([language.value for language in Language])
_UNIT = "The unit's code; the role holds there and for all below it. The whole company if left out."
_NAME = "How colleagues see the person; the mailbox's name if left out."
_MOST = 1_000_000


@click.group()
def user() -> None:
    """People who sign in: add or invite them, give and take roles, make links and passwords."""


@user.command("list")
@told
def list_command() -> None:
    """Print `email,name,state,roles,seen_at` for each person; a role is written `role@unit`."""
    wiring = edge.wiring()
    with wiring.database.reading() as session:
        lines, _ = list_users(session, scope=EVERYTHING, limit=_MOST, now=wiring.clock())
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        roles = " ".join(f"{held.role}@{held.unit_code}" for held in line.roles)
        seen = f"{line.seen_at:%Y-%m-%dT%H:%M:%SZ}" if line.seen_at else ""
        writer.writerow([guard(cell) for cell in (line.email, line.name, line.state.value, roles, seen)])


@user.command("add")
@click.argument("email")
@click.option("--role", type=_ROLE, required=True, help="admin: everything; manager: rings people; analyst: reads.")
@click.option("--unit", default=ROOT_CODE, metavar="CODE", help=_UNIT)
@click.option("--name", default="", help=_NAME)
@click.option("--lang", type=_LANGUAGE, help="Language of the pages.")
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


@user.command("invite")
@click.argument("email")
@click.option("--role", type=_ROLE, required=True, help="admin: everything; manager: rings people; analyst: reads.")
@click.option("--unit", default=ROOT_CODE, metavar="CODE", help=_UNIT)
@click.option("--name", default="", help=_NAME)
@click.option("--lang", type=_LANGUAGE, help="Language of the pages.")
@told
def invite(email: str, role: str, unit: str, name: str, lang: str | None) -> None:
    """Add a person and print a link by which they choose their own password; send it to them."""
    wiring = edge.wiring()
    with wiring.database.transaction() as session:
        _, token = invite_user(
            session,
            email=email,
            name=name,
            role=Role(role),
            unit_id=choose_unit(session, unit).id,
            language=Language(lang) if lang else None,
            scope=EVERYTHING,
            by=None,
            now=wiring.clock(),
        )
    _print_link(token)
    tell_address()


@user.command("link")
@click.argument("email")
@told
def link(email: str) -> None:
    """Print a new link by which a person chooses a password, who forgot it or lost the first link."""
    wiring = edge.wiring()
    with wiring.database.transaction() as session:
        person = get_user(session, email)
        token = make_link(session, person.id, scope=EVERYTHING, by=None, now=wiring.clock())
    _print_link(token)


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


@user.command("factors")
@click.argument("email")
@click.option("--reset", "wipe", is_flag=True, help="Remove them all, and sign the person out everywhere.")
@told
def factors(email: str, *, wipe: bool) -> None:
    """Show what a person has beside the password; with --reset remove it, for one who has lost the telephone."""
    wiring = edge.wiring()
    if wipe:
        with wiring.database.transaction() as session:
            person, now = get_user(session, email), wiring.clock()
            reset_factors(session, person.id, by=None, now=now)
            change = {"change": "factors_reset"}
            tell(session, user_id=person.id, kind=NoticeKind.SIGN_IN_CHANGED, params=change, now=now)
        click.echo(
            f"{normalise_email(email)} signs in with the password alone, and sets up a second factor anew", err=True
        )
        return
    with wiring.database.reading() as session:
        person = get_user(session, email)
        held, tied = read_factors(session, person.id), is_tied(session, person.id)
    click.echo(f"one-time codes: {'yes' if held.codes else 'no'}")
    click.echo(f"passkeys: {held.passkeys}")
    click.echo(f"recovery codes left: {held.recovery_codes}")
    click.echo(f"company's own sign-in: {'tied' if tied else 'not tied'}")


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
        give_role(session, person.id, role=Role(role), unit_id=place.id, scope=EVERYTHING, by=None, now=wiring.clock())
    click.echo(f"{person.email} is {role} at {place.name}", err=True)


@user.command("revoke")
@click.argument("email")
@click.option("--role", type=_ROLE, required=True)
@click.option("--unit", default=ROOT_CODE, metavar="CODE", help="The unit's code. The company if left out.")
@told
def revoke(email: str, role: str, unit: str) -> None:
    """Take a role away; it is gone at the person's next request."""
    wiring = edge.wiring()
    with wiring.database.transaction() as session:
        person, place = get_user(session, email), choose_unit(session, unit)
        held = session.scalar(
            select(StaffGrant.id).where(
                StaffGrant.user_id == person.id, StaffGrant.role == role, StaffGrant.unit_id == place.id
            )
        )
        if held is None:
            raise NotFoundError(f"{person.email} is not {role} at {place.name}; `user list` shows who is what")
        take_role(session, person.id, held, scope=EVERYTHING, by=None, now=wiring.clock())
    click.echo(f"{person.email} is no longer {role} at {place.name}", err=True)


@user.command("off")
@click.argument("email")
@told
def off(email: str) -> None:
    """Let a person in no more; their next request is refused. What they did stays on record."""
    wiring = edge.wiring()
    with wiring.database.transaction() as session:
        person = get_user(session, email)
        switch_off(session, person.id, scope=EVERYTHING, by=None, now=wiring.clock())
    click.echo(f"{normalise_email(email)} is switched off", err=True)


@user.command("on")
@click.argument("email")
@told
def on(email: str) -> None:
    """Let a person in again, with the password they had."""
    wiring = edge.wiring()
    with wiring.database.transaction() as session:
        person = get_user(session, email)
        switch_on(session, person.id, scope=EVERYTHING, by=None, now=wiring.clock())
    click.echo(f"{normalise_email(email)} is switched on", err=True)


def _print_password(password: str) -> None:
    click.echo(f"Password: {password}")
    where = f"{edge.wiring().public_url}/sign-in"
    days = ONE_TIME_LASTS.days
    click.echo(f"It is shown this once and works for {days} days at {where}; another is chosen there.", err=True)


def _print_link(token: str) -> None:
    click.echo(f"{edge.wiring().public_url}/invitation/{token}")
    click.echo(
        f"Send it to the person yourself: it is shown this once, opens once and for {LASTS.days} days. "
        "A newer one takes its place.",
        err=True,
    )
