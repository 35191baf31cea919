"""Engine, sessions and column types, the same for SQLite and PostgreSQL.

SQLite is the embedded default: `pysqlite3` (SQLite before 3.51.3 can corrupt a WAL file that two connections write;
where that package has no wheel and the SQLite at hand is older, `journal_mode=DELETE` and a warning), WAL,
`synchronous=FULL`, and `BEGIN IMMEDIATE` behind a first-come-first-served lock for whoever writes. Readers never wait.
"""

import logging
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Connection, Dialect, Engine, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app.kit.group_commit import Answer, GroupCommit
from app.kit.locks import DatabaseBusyError, FairLock

try:
    import pysqlite3 as _newer_sqlite
except ImportError:  # no wheel for this machine
    _newer_sqlite = None

SQLITE: ModuleType = _newer_sqlite or sqlite3
SAFE_WAL = (3, 51, 3)
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_LOG = logging.getLogger(__name__)
# What PostgreSQL asks to try again: serialization failure and deadlock.
_RETRY = {"40001", "40P01"}
# How it says that a lock was not free in time.
_LOCK_NOT_AVAILABLE = "55P03"
# For whoever writes by another way than ours, such as the `sqlite3` program.
_BUSY_MS = 10_000
# SQLite's memory for pages, in KiB: of each connection, and of one that writes a great many rows, whose pages would
# else go out to the disk and come back several times.
_CACHE_KIB, _LARGE_CACHE_KIB = 16_384, 131_072
# After how many pages a commit brings the file up to date, which is what SQLite does by itself.
_CHECKPOINT_PAGES = 1000
# Seconds after which a pooled connection is asked whether it still lives before it is used.
_IDLE = 1.0


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the table (SQLite keeps no zone). Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored; say which zone it is in")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables; constraints have names, so that migrations and errors can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy's own declaration
        datetime: UtcDateTime(),
        uuid.UUID: Uuid(),
        bytes: LargeBinary(),
        str: String(),
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[str]: JSON().with_variant(JSONB(), "postgresql"),
    }


def one_of(column: str, values: type[StrEnum], *, nullable: bool = False) -> CheckConstraint:
    """Return the CHECK that a text column holds one of the enumeration's values (or nothing)."""
    listed = ", ".join(f"'{value}'" for value in values)
    rule = f"{column} IN ({listed})"
    return CheckConstraint(f"{column} IS NULL OR {rule}" if nullable else rule, name=f"{column}_known")


class Database:
    """One database: sessions to read and sessions to write. `url` is `sqlite:///…` or `postgresql://…`."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = _with_driver(make_url(url))
        # What every session of it carries along (`Session.info`), for features below the pages.
        self.info: dict[Any, Any] = {}
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url, pool_size) if self.is_sqlite else _postgres_engine(self.url, pool_size)
        # An option on a shared pool: the `begin` hook reads it.
        self._writing = self.engine.execution_options(otklik_write=True)
        # A database in memory belongs to one thread; PostgreSQL shares commits between connections by itself.
        in_file = self.is_sqlite and self.url.database not in (None, "", ":memory:")
        self._group_commit = GroupCommit(self.transaction) if in_file else None

    def exists(self) -> bool:
        """Tell whether there is a file to read, so that nobody makes one by looking; a server's is asked instead."""
        return (
            not self.is_sqlite or self.url.database in (None, "", ":memory:") or Path(str(self.url.database)).exists()
        )

    def session(self, *, write: bool = True) -> Session:
        """Return a session; nothing is begun (and no lock taken) before its first statement."""
        return Session(self._writing if write else self.engine, expire_on_commit=False, info=self.info)

    @contextmanager
    def transaction(self, *, patience: float | None = None, large: bool = False) -> Iterator[Session]:
        """A writing session that commits at the end of the block and rolls back when it raises.

        With `patience`, DatabaseBusyError once a lock has not come free for so many seconds: for what may be left out.
        `large`: tens of thousands of rows. SQLite takes more memory for them, and brings its file up to date only when
        others may write again.
        """
        writing = self._writing
        if patience is not None or large:
            writing = writing.execution_options(otklik_patience=patience, otklik_large=large)
        with Session(writing, expire_on_commit=False, info=self.info) as session:
            try:
                if patience is not None and not self.is_sqlite:
                    session.execute(text(f"SET LOCAL lock_timeout = {_milliseconds(patience)}"))
                yield session
                session.commit()
            except BaseException as error:
                session.rollback()
                if patience is not None and _found_busy(error):
                    raise DatabaseBusyError("the database is busy writing; try again in a moment") from error
                raise

    def write(self, work: Callable[[Session], Answer]) -> Answer:
        """Return what `work` returned once it is durable; on SQLite its commit is shared with whoever else waits.

        For short writes that come in numbers. `work` may run twice, may run in another thread, and must not wait for
        anything; the caller must not be writing by another session meanwhile, since there is one writer.
        """
        if self._group_commit is not None:
            return self._group_commit.run(work)
        with self.transaction() as session:
            return work(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with, rolled back at the end of the block."""
        with self.session(write=False) as session:
            yield session

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A connection that commits at the end of the block and does not act on foreign keys meanwhile.

        SQLite alters a table by copying it; with foreign keys on, dropping the old one would delete what refers to it.
        """
        with self._writing.execution_options(otklik_migrating=True).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close every connection: before a fork, at the end of a test."""
        if self._group_commit is not None:
            self._group_commit.close()
        self.engine.dispose()


def should_retry(error: BaseException) -> bool:
    """Tell whether PostgreSQL asks for the whole transaction again (40001, 40P01)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _RETRY


def table_of(model: type[Base]) -> Table:
    """Return the model's table, for statements through Core."""
    return cast("Table", model.__table__)


def upsert(session: Session, table: Any) -> Any:
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`, in the session's dialect."""
    return dialect_insert(dialect_of(session), table)


def dialect_of(session: Session) -> str:
    """Return `sqlite` or `postgresql`: what a statement that is composed once and kept depends on."""
    return session.get_bind().dialect.name


def dialect_insert(dialect: str, table: Any) -> Any:
    """Return the dialect's INSERT, for statements of the hot path that are composed once and kept."""
    return _INSERTS[dialect](table)


def sqlite_version() -> tuple[int, ...]:
    """Return the version of the SQLite in use."""
    return tuple(SQLITE.sqlite_version_info)


def _found_busy(error: BaseException) -> bool:
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    # SQLite's extended codes keep the plain one in their low byte.
    return getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE or (code or 0) & 0xFF == sqlite3.SQLITE_BUSY


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))  # 0 would mean to wait for ever


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() in ("postgresql", "postgres") else url


def _postgres_engine(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=10,
        hide_parameters=True,  # comments and numbers would get into logs with every error
    )

    # SQLAlchemy's own `pool_pre_ping` asks at every use, which is one round trip in ten of a rating's.
    @event.listens_for(engine, "checkout")
    def ask_if_idle(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used_at", 0.0) > _IDLE:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error  # the pool opens another

    @event.listens_for(engine, "checkin")
    def note_use(_connection: Any, record: Any) -> None:
        if record is not None:
            record.info["used_at"] = time.monotonic()

    return engine


def _sqlite_engine(url: URL, pool_size: int) -> Engine:
    in_memory = not url.database or url.database == ":memory:"
    if not in_memory:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        module=SQLITE,
        hide_parameters=True,  # comments and numbers would get into logs with every error
        **({} if in_memory else {"pool_size": pool_size, "max_overflow": 4, "pool_timeout": 30}),
    )
    lock = FairLock(None if in_memory else Path(f"{url.database}.lock"))
    journal = "WAL" if sqlite_version() >= SAFE_WAL else "DELETE"
    if journal == "DELETE":
        _LOG.warning(
            "SQLite %s can corrupt a WAL file; using journal_mode=DELETE, which is slower", SQLITE.sqlite_version
        )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        cursor.execute(f"PRAGMA journal_mode={journal}")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        cursor.close()
        # SQLite's own knows Latin letters alone, and whoever seeks "абая" means "Абая" too.
        connection.create_function("lower", 1, _lower, deterministic=True)

    _know_writers(engine, lock)
    return engine


def _know_writers(engine: Engine, lock: FairLock) -> None:
    """Let connections of SQLite begin as their options say, and give back what they took."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("otklik_write"):
            connection.exec_driver_sql("BEGIN")
            return
        patience = options.get("otklik_patience")
        lock.acquire(patience)
        # The lock is given back when the connection goes back to the pool, after COMMIT or ROLLBACK.
        connection.info["holds_write_lock"] = True
        if options.get("otklik_migrating"):
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.info["foreign_keys_off"] = True
        if options.get("otklik_large"):
            connection.exec_driver_sql(f"PRAGMA cache_size=-{_LARGE_CACHE_KIB}")
            connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
            connection.info["large"] = True
        if patience is None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_milliseconds(patience)}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_MS}")

    def give_back(record: Any) -> None:
        if record is not None and record.info.pop("holds_write_lock", False):
            lock.release()

    @event.listens_for(engine, "checkin")
    def checkin(connection: Any, record: Any) -> None:
        if record is not None and record.info.pop("foreign_keys_off", False) and connection is not None:
            connection.execute("PRAGMA foreign_keys=ON")
        give_back(record)
        if record is not None and record.info.pop("large", False) and connection is not None:
            connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
            # A hundred megabytes, beside whoever reads and writes: within the commit all of them would wait for it.
            with suppress(SQLITE.Error):  # all is committed; whoever commits next tries again
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    @event.listens_for(engine, "invalidate")
    def invalidate(_connection: Any, record: Any, _error: Any) -> None:
        give_back(record)
