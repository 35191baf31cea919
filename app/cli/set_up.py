"""What a person who sets Otklik up should hear before it costs something: wrong addresses, nobody who can sign in."""

from typing import cast

import click
from flask import current_app

from app.accounts.service import has_admin
from app.web.edge import wiring
from config.settings import Settings

LOCKED_OUT = "nobody can sign in: there is no active administrator"
LET_IN = "run `flask --app wsgi user add you@company.example --role admin`"


def settings() -> Settings:
    """Return the settings the factory was given."""
    return cast("Settings", current_app.extensions["otklik.settings"])


def tell_address() -> None:
    """Say which address codes and links carry as long as nobody has chosen one: posters are printed with it."""
    chosen = settings()
    if not chosen.base_url:
        click.echo(
            f"OTKLIK_BASE_URL is not set: addresses begin with {chosen.public_url}. Write the address that people use "
            "into .env: OTKLIK_BASE_URL=https://… (and PORT=… if another port is served), so that all agree.",
            err=True,
        )


def tell_if_locked_out() -> None:
    """Say that nobody can sign in, and what cures it."""
    with wiring().database.reading() as session:
        if not has_admin(session):
            click.echo(f"{LOCKED_OUT}; {LET_IN}", err=True)
