"""`--kind office`: the kinds of units that a command takes, listed by its help."""

import click

from app.organisation.models import UnitKind

KIND = click.Choice([kind.value for kind in UnitKind if kind is not UnitKind.COMPANY], case_sensitive=False)
