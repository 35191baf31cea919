"""Errors of the business on the command line: the message on standard error, exit code 1, nothing changed."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from app.kit.errors import ConfigurationError, OtklikError
from app.web.edge import wiring

P = ParamSpec("P")
R = TypeVar("R")
NOT_SET_UP = "the database is not set up: run `flask --app wsgi db upgrade` first"
# How PostgreSQL says that a table or a column is not there.
_UNDEFINED = ("42P01", "42703")


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command that needs a database that is set up; where there is none, none is made."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not wiring().database.exists():
            raise ConfigurationError(NOT_SET_UP)
        return command(*args, **kwargs)

    return in_words(run)


def in_words(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command so that what goes wrong is told in words instead of a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except OtklikError as error:
            click.echo(error.message, err=True)
        except (OperationalError, ProgrammingError) as error:
            if not _is_not_set_up(error) and isinstance(error, ProgrammingError):
                raise  # a mistake of ours
            click.echo(
                NOT_SET_UP
                if _is_not_set_up(error)
                else f"the database does not answer: {error.orig}\nTry `flask --app wsgi doctor`.",
                err=True,
            )
        sys.exit(1)

    return run


def _is_not_set_up(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in _UNDEFINED or str(error.orig).startswith("no such ")
