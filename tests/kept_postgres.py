"""One PostgreSQL database for the tests of a process that want one of their own, emptied after each of them.

Making a database from a template and dropping it takes longer than most of those tests do: PostgreSQL writes and
removes a thousand files. What a test leaves behind is deleted instead, and what the migrations put in is put back.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

# Deleted rows take room until PostgreSQL gets round to them; by then there is a new database.
MOST_USES = 100

_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
# Differs as soon as a test has changed more than rows, or somebody has counted them for the planner.
_SHAPE = """
SELECT (SELECT count(*) FROM pg_class WHERE relpersistence = 'p'),
       (SELECT count(*) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relpersistence = 'p' AND NOT attisdropped),
       (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc),
       (SELECT count(*) FILTER (WHERE tgenabled = 'O') FROM pg_trigger), (SELECT count(*) FROM pg_db_role_setting),
       (SELECT count(*) FROM pg_statistic)
"""
# Only a superuser may pass over keys and triggers; to others each test's database is new.
_MAY = "SELECT current_setting('is_superuser')"
_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class KeptPostgres:
    """Lends a migrated database; `make` makes one for the block and yields its address."""

    def __init__(self, make: Callable[[], AbstractContextManager[str]]) -> None:
        self._make = make
        self._block = ExitStack()
        self._url = ""
        self._uses = 0
        self._may_empty = False
        self._tables: list[str] = []
        self._kept: dict[str, bytes] = {}
        self._shape: object = None

    @contextmanager
    def lend(self) -> Iterator[str]:
        """Yield the address of a database as the migrations leave it, for one test at a time."""
        if not self._url:
            self._begin()
        self._uses += 1
        try:
            yield self._url
        finally:
            if not self._may_empty or self._uses >= MOST_USES or not self._empty():
                self.close()

    def close(self) -> None:
        """Drop the database; the next one to be lent is new."""
        self._block.close()
        self._url = ""

    def _begin(self) -> None:
        self._url, self._uses = self._block.enter_context(self._make()), 0
        with self._connect() as connection:
            self._may_empty = connection.execute(_MAY).fetchone() == ("on",)
            if not self._may_empty:
                return
            self._tables = [name for (name,) in connection.execute(_TABLES)]
            self._shape = connection.execute(_SHAPE).fetchone()
            self._kept = {name: self._copy_out(connection, name) for name in self._filled(connection)}

    def _empty(self) -> bool:
        """Leave the database as it was when it was new; False if that is more than deleting rows."""
        with self._connect() as connection:
            connection.execute(_OTHERS)
            if connection.execute(_SHAPE).fetchone() != self._shape:
                return False
            # Neither the keys between tables nor what guards the audit stand in the way.
            connection.execute("SET session_replication_role = replica")
            for name in self._filled(connection):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            for name, rows in self._kept.items():
                copy_in = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
                with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
                    copy.write(rows)
        return True

    def _filled(self, connection: psycopg.Connection) -> list[str]:
        """Return the tables that have rows."""
        asked = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
            for name in self._tables
        ]
        return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(asked))]

    def _copy_out(self, connection: psycopg.Connection, name: str) -> bytes:
        with (
            connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy,
        ):
            return b"".join(bytes(part) for part in copy)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(make_url(self._url).set(drivername="postgresql").render_as_string(hide_password=False))
