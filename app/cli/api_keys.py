"""`apikey add`, `list`, `revoke`: keys of other systems from the command line."""

import csv
import sys
from datetime import datetime, timedelta

import click

from app.accounts.api_keys import LONGEST_LIFE, ApiScope, add_key, get_key_id, list_keys, revoke_key
from app.analytics.csv_form import guard
from app.cli.told import told
from app.web import edge

COLUMNS = ("prefix", "name", "scopes", "state", "expires_at", "last_used_at")


@click.group()
def apikey() -> None:
    """Keys by which other systems call /api/v1."""


@apikey.command("add")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help=f"What the key may do; give it several times or with commas: {' '.join(ApiScope)}.",
)
@click.option(
    "--expires",
    type=click.IntRange(1, LONGEST_LIFE.days),
    metavar="DAYS",
    help="After so many days it opens nothing. Never if left out.",
)
@told
def add(name: str, scopes: tuple[str, ...], expires: int | None) -> None:
    """Add a key for the system NAME and print it: this once. Two of a name may live, for moving to a new one."""
    wiring = edge.wiring()
    wanted = {part for text in scopes for part in text.replace(",", " ").split()}
    with wiring.database.transaction() as session:
        key, plain = add_key(
            session,
            name=name,
            scopes=wanted,
            expires_in=timedelta(days=expires) if expires else None,
            now=wiring.clock(),
        )
    click.echo(plain)
    until = f" until {_write(key.expires_at)}" if key.expires_at else ""
    click.echo(f"It is shown this once and works{until}; `apikey revoke {key.prefix}` ends it.", err=True)


@apikey.command("list")
@told
def list_command() -> None:
    """Print `prefix,name,scopes,state,expires_at,last_used_at` for each key; the keys themselves are not kept."""
    wiring = edge.wiring()
    with wiring.database.reading() as session:
        lines = list_keys(session, now=wiring.clock())
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        times = (_write(line.expires_at), _write(line.last_used_at))
        writer.writerow([guard(cell) for cell in (line.prefix, line.name, " ".join(line.scopes), line.state, *times)])


@apikey.command("revoke")
@click.argument("prefix")
@told
def revoke(prefix: str) -> None:
    """Let the key that begins with PREFIX open nothing any more, from its next call on."""
    wiring = edge.wiring()
    with wiring.database.transaction() as session:
        key = revoke_key(session, get_key_id(session, prefix), now=wiring.clock())
    click.echo(f"{key.prefix} ({key.name}) is revoked", err=True)


def _write(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""
