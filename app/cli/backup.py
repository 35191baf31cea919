"""`flask backup FILE` and `flask restore FILE`: a copy of the database, and the way back."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import with_appcontext

from app.backup.archive import Header
from app.backup.dump import new_file, write_backup
from app.backup.keys import parse_backup_key
from app.backup.restore import check_backup, restore_backup
from app.cli.set_up import settings
from app.cli.told import in_words, told
from app.kit.errors import ConfigurationError
from app.tables import METADATA
from app.web.edge import wiring

_FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command()
@_FILE
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@with_appcontext
@told
def backup(file: Path, force: bool) -> None:
    """Write everything in the database to FILE, encrypted, while the service runs; `-` is standard output."""
    wired, chosen = wiring(), settings()
    began = time.monotonic()
    with _target(file, force=force) as target:
        written = write_backup(wired.database, METADATA, target, key=chosen.backup_secret, now=wired.clock())
    seconds = time.monotonic() - began
    _say(f"{file}: {_describe(written.header)}, {written.size / 1e6:,.1f} MB in {seconds:.1f} s")
    env = "the environment's OTKLIK_ settings"
    _say(
        f"Keep as well, in another place than this file: {chosen.keys_dir if not chosen.data_keys else env}. "
        "Without the backup key nobody can open it, without the data keys no telephone number in it can be read."
    )
    _say(f"Not in it, and worth a copy: .env, {chosen.config_dir}, {chosen.surveys_dir}")


@click.command()
@_FILE
@click.option("--check", is_flag=True, help="Read all of FILE and say whether it is whole; change nothing.")
@click.option("--replace", is_flag=True, help="Take away what the database holds: all of it, or nothing on an error.")
@click.option("--key-file", type=click.Path(path_type=Path), metavar="PATH", help="The key FILE was written with.")
@click.option("--send-waiting", is_flag=True, help="Send the messages that waited when FILE was written.")
@with_appcontext
@in_words
def restore(*, file: Path, check: bool, replace: bool, key_file: Path | None, send_waiting: bool) -> None:
    """Put what FILE holds into the database, on either engine; stop the service before.

    The database must be set up (`db upgrade`) and empty, unless --replace. Everybody signs in anew.
    """
    key = _find_key(key_file)
    began = time.monotonic()
    if check:
        _say(f"{file}: whole; {_describe(check_backup(file, key))}")
        return
    wired = wiring()
    if not wired.database.exists():
        raise ConfigurationError("the database is not set up: run `flask --app wsgi db upgrade` first")
    restored = restore_backup(
        wired.database,
        METADATA,
        file,
        key=key,
        replace=replace,
        keep_waiting=send_waiting,
        now=wired.clock(),
        tell=_say,
    )
    _say(f"restored: {_describe(restored.header)} in {time.monotonic() - began:.1f} s")
    _say(f"ended: {restored.ended_sign_ins} sign-ins; set aside unsent: {restored.set_aside} messages")
    _say("Now look through the list of users, start the service and run `flask --app wsgi doctor`.")


@contextmanager
def _target(file: Path, *, force: bool) -> Iterator[BinaryIO]:
    if str(file) != "-":
        with new_file(file, force=force) as target:
            yield target
        return
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def _find_key(key_file: Path | None) -> bytes:
    """Return the key of the file, or this installation's; none is made, since a new one opens nothing."""
    if key_file is None:
        chosen = settings()
        if not chosen.has_backup_key:
            raise ConfigurationError(
                f"there is no {chosen.backup_key_file} here; say where the backup's key is: --key-file PATH"
            )
        return chosen.backup_secret
    try:
        content = key_file.read_text(errors="replace")
    except OSError as error:
        raise ConfigurationError(f"{key_file}: {error.strerror or error}") from error
    return parse_backup_key(content)


def _describe(header: Header) -> str:
    rows = {table.name: table.rows for table in header.tables}
    return (
        f"made {header.made_at:%Y-%m-%d %H:%M:%S} UTC, schema {header.revision}, {header.rows:,} rows "
        f"({rows.get('survey_response', 0):,} responses, {rows.get('callback_case', 0):,} cases)"
    )


def _say(words: str) -> None:
    click.echo(words, err=True)
