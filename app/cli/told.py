"""Errors of the business on the command line: the message on standard error, exit code 1, nothing changed."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import OperationalError

from app.kit.errors import OtklikError

P = ParamSpec("P")
R = TypeVar("R")


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command so that what goes wrong is told in words instead of a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except OtklikError as error:
            click.echo(error.message, err=True)
        except OperationalError as error:
            click.echo(
                f"the database does not answer or is not set up: {error.orig}\nTry `flask --app wsgi doctor`.", err=True
            )
        sys.exit(1)

    return run
