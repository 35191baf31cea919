"""From a backup to a database: verified whole before anything is written, then all of it in one transaction or nothing.

A backup of an older schema is loaded into that schema and migrated from there, by the migrations that every database
goes through. What was alive when the backup was made is not brought back to life: see `_put_to_rest`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import MetaData, func, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import SignIn, StaffInvitation, StaffUser
from app.backup.archive import ArchiveReader, Header
from app.backup.audit_hold import audit_let_go
from app.backup.errors import DamagedBackupError, DatabaseNotEmptyError, NewerBackupError, ServiceRunsError
from app.backup.loading import Loader
from app.kit.db import Database
from app.kit.errors import ConfigurationError, InvalidInputError
from app.kit.outbox import OutboxRow, OutboxState
from app.kit.schema import BrokenReferenceError, knows_revision, move_schema, newest_revision, revision_of
from app.kit.slots import last_beat
from app.organisation.models import Unit
from app.responses.models import SurveyResponse

# A worker shows itself every 5 seconds.
_AT_WORK = timedelta(seconds=12)
_SET_ASIDE = "set aside when the database was restored from a backup"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and how much of it was put to rest."""

    header: Header
    set_aside: int
    ended_sign_ins: int


def check_backup(path: Path, key: bytes) -> Header:
    """Return what the backup says of itself once all of it is proven; raises what `ArchiveReader` does."""
    with _open(path) as source:
        reader = ArchiveReader(source, key)
        for _ in reader.read_rows():
            pass  # reading is the proof
        if not knows_revision(reader.header.revision):
            raise NewerBackupError(
                f"the backup has schema {reader.header.revision}; this code knows up to {newest_revision()}: "
                "take the code that it was made with, or newer"
            )
        return reader.header


def restore_backup(
    database: Database,
    metadata: MetaData,
    path: Path,
    *,
    key: bytes,
    replace: bool = False,
    keep_waiting: bool = False,
    now: datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Put what the backup holds in place of what the database holds, which must be nothing unless `replace`.

    With `keep_waiting`, messages that waited when the backup was made are sent. Raises DatabaseNotEmptyError,
    ServiceRunsError, ConfigurationError and all that `check_backup` does; then nothing was changed.
    """
    tell(f"reading {path}: is all of it there?")
    header = check_backup(path, key)
    with database.migrating() as connection:
        if revision_of(connection) != newest_revision():
            raise ConfigurationError("the database is not set up: run `flask --app wsgi db upgrade` first")
        with Session(connection) as session:
            _refuse_running(session, now)
            if not replace:
                _refuse_full(session)
        tell(f"writing {header.rows:,} rows")
        with audit_let_go(connection):
            _empty(connection, metadata, is_sqlite=database.is_sqlite)
        move_schema(connection, header.revision)
        with _open(path) as source:
            reader = ArchiveReader(source, key)
            if reader.header != header:
                raise DamagedBackupError("the file was changed while it was being read")
            loaders = {shape.name: Loader(connection, shape) for shape in header.tables}
            for shape, rows in reader.read_rows():
                loaders[shape.name].load(rows)
        move_schema(connection, newest_revision())
        if database.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise BrokenReferenceError("the backup has rows that point nowhere; nothing was changed")
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            restored = _put_to_rest(session, header, keep_waiting=keep_waiting, now=now)
            session.commit()
        return restored


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror or error}") from error


def _refuse_running(session: Session, now: datetime) -> None:
    seen = last_beat(session)
    if seen is not None and now - seen < _AT_WORK:
        ago = max(0, round((now - seen).total_seconds()))
        raise ServiceRunsError(
            f"a worker was seen {ago} s ago; stop the service, wait for {_AT_WORK.seconds} seconds and try again"
        )


def _refuse_full(session: Session) -> None:
    units = session.scalar(select(func.count()).select_from(Unit).where(Unit.parent_id.is_not(None))) or 0
    responses = session.scalar(select(func.count()).select_from(SurveyResponse)) or 0
    users = session.scalar(select(func.count()).select_from(StaffUser)) or 0
    if units or responses or users:
        raise DatabaseNotEmptyError(
            f"the database holds {units} units, {responses} responses and {users} users, which would all be lost; "
            "--replace restores in their place"
        )


def _empty(connection: Connection, metadata: MetaData, *, is_sqlite: bool) -> None:
    if is_sqlite:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        return
    # One statement for all: row by row, the foreign keys of a million responses take minutes.
    quote = connection.dialect.identifier_preparer.format_table
    connection.execute(text(f"TRUNCATE {', '.join(quote(table) for table in metadata.sorted_tables)}"))


def _put_to_rest(session: Session, header: Header, *, keep_waiting: bool, now: datetime) -> Restored:
    """End what must not come back to life with an old state of things, and write down that it was restored.

    Sign-ins and invitations may have been ended or used since. What waited to be sent may have been sent since, or this
    is a trial elsewhere: it is kept as `dead`, to be looked at.
    """
    ended = _change(session, update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=now))
    _change(
        session,
        update(StaffInvitation)
        .where(StaffInvitation.used_at.is_(None), StaffInvitation.expires_at > now)
        .values(expires_at=now),
    )
    set_aside = 0
    if not keep_waiting:
        waiting = update(OutboxRow).where(OutboxRow.state == OutboxState.WAITING)
        set_aside = _change(
            session,
            waiting.values(state=OutboxState.DEAD, owner=None, lease_until=None, done_at=now, last_error=_SET_ASIDE),
        )
    details = {"made_at": header.made_at.isoformat(), "revision": header.revision, "rows": header.rows}
    record(session, "database.restored", now=now, object_type="database", details=details)
    return Restored(header, set_aside, ended)


def _change(session: Session, statement: object) -> int:
    return int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
