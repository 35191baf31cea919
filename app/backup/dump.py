"""Writes the backup: everything in the database as it is at one instant, while others go on reading and writing."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import MetaData, Table, func, select
from sqlalchemy.engine import Connection

from app.backup.archive import ArchiveWriter, Header
from app.backup.columns import TableShape, shape_of
from app.backup.errors import BackupExistsError
from app.kit.db import Database
from app.kit.errors import ConfigurationError
from app.kit.schema import newest_revision, revision_of

# What the service makes anew by itself: who is alive, files between a dry run and the import, drawn posters, and what
# was counted ahead.
LEFT_OUT = frozenset(
    {
        "worker_beat",
        "import_draft",
        "poster_batch",
        "value_count",
        "counted_days",
        "counted_series",
        "changed_day",
        "unit_move",
    }
)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Written:
    """What was written; `size` in bytes."""

    header: Header
    size: int


def write_backup(database: Database, metadata: MetaData, target: BinaryIO, *, key: bytes, now: datetime) -> Written:
    """Write everything to `target` as a stream, in the memory of a few batches, and return what that was."""
    with _snapshot(database) as connection:
        revision = revision_of(connection)
        if revision is None or revision != newest_revision():
            raise ConfigurationError("the database is behind this code: back it up with the code that it belongs to")
        tables = [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]
        header = Header(revision, now, tuple(shape_of(table, _count(connection, table)) for table in tables))
        archive = ArchiveWriter(target, key, header)
        for table, shape in zip(tables, header.tables, strict=True):
            for batch in _read(connection, table, shape):
                archive.write_rows(shape, batch)
        return Written(header, archive.finish())


@contextmanager
def new_file(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """A file for its owner alone that has the name `path` only once it is whole and on the disk.

    Until then it is `path`.part. Raises BackupExistsError unless `force`, and when another is being written there.
    """
    if not force and path.exists():
        raise BackupExistsError(f"{path} is there already; --force writes over it")
    part = path.with_name(f"{path.name}.part")
    try:
        with _open_alone(part) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                part.replace(path)
            except BaseException:
                with suppress(OSError):
                    part.unlink()
                raise
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # the name too outlives a power cut
        finally:
            os.close(folder)
    except OSError as error:
        raise ConfigurationError(f"{error.filename or path} cannot be written: {error.strerror or error}") from error


def _open_alone(part: Path) -> BinaryIO:
    """Open the unfinished file, one of a backup that was killed too; the lock goes with the process."""
    file = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between opening and locking, whoever held it may have finished and given it its name.
        still_there = part.lstat().st_ino == os.fstat(file.fileno()).st_ino
    except (BlockingIOError, FileNotFoundError):
        still_there = False
    if not still_there:
        file.close()
        raise BackupExistsError(f"another backup is being written to {part}")
    os.fchmod(file.fileno(), 0o600)
    file.truncate(0)
    return file


@contextmanager
def _snapshot(database: Database) -> Iterator[Connection]:
    """A connection that sees one instant however long it reads, and is handed rows as it asks for them."""
    options: dict[str, Any] = {"yield_per": BATCH}
    if not database.is_sqlite:  # SQLite's transaction is one already
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**options) as connection:
        yield connection


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _read(connection: Connection, table: Table, shape: TableShape) -> Iterator[Sequence[Sequence[Any]]]:
    result = connection.execute(select(*table.columns))
    to_itself = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    if not to_itself:
        yield from result.partitions(BATCH)
        return
    # A row must come after those it points at; such tables (units) are small enough to be put in order here.
    rows = _pointed_at_first(shape, result.all(), to_itself)
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _pointed_at_first(
    shape: TableShape, rows: Sequence[Sequence[Any]], to_itself: Sequence[str]
) -> list[Sequence[Any]]:
    names = [name for name, _ in shape.columns]
    own, others = names.index("id"), [names.index(name) for name in to_itself]
    waiting = {row[own]: row for row in rows}
    ordered: list[Sequence[Any]] = []
    while waiting:
        ready = [row for row in waiting.values() if not any(row[other] in waiting for other in others)]
        ordered += ready or waiting.values()  # a circle cannot be put in order; the database will say what it thinks
        for row in ready or list(waiting.values()):
            del waiting[row[own]]
    return ordered
