"""Many rows into a table by the shortest way that each database has.

A statement of SQLAlchemy costs its compiling again for each row of parameters: 20,000 offices took as long for that as
for all else. PostgreSQL takes rows by COPY, SQLite by a statement of plain values.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from app.kit.db import UtcDateTime, dialect_of

_WITHOUT_ZONE = len("2026-01-01 00:00:00.000000")


@dataclass(frozen=True, slots=True)
class ReadyRows:
    """Rows in the form in which their database takes them; `values` stand in the order of `columns`."""

    table: Table
    columns: Sequence[str]
    values: Sequence[Sequence[Any]]


def make_ready(dialect: Dialect, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> ReadyRows:
    """Return the rows so that only handing them over is left: what costs time is done before anybody has to wait."""
    if dialect.name == "postgresql":
        return ReadyRows(table, columns, list(rows))
    # Column by column: a million values of one kind in a row cost half of what they do between others.
    written: list[Sequence[object]] = list(zip(*rows, strict=True))
    # By kind, what was written already: a row has the same instants and keys in several columns, a file few units.
    known: dict[object, dict[int, object]] = {}
    for place, column in enumerate(columns if written else ()):
        kind = table.c[column].type
        process = _writer(kind, dialect)
        if process is not None:
            written[place] = _write_column(process, written[place], known.setdefault(type(kind), {}))
    return ReadyRows(table, columns, list(zip(*written, strict=True)))


def insert_ready(session: Session, rows: ReadyRows) -> None:
    """Add rows that were made ready for the session's database; raises what the database does, as DBAPIError."""
    session.flush()  # what these rows point at may still be pending
    if dialect_of(session) == "postgresql":
        _copy(session, rows.table, rows.columns, rows.values)
    elif rows.values:
        connection = session.connection()
        quote = connection.dialect.identifier_preparer
        listed = ", ".join(quote.quote(column) for column in rows.columns)
        statement = (
            f"INSERT INTO {quote.format_table(rows.table)} ({listed}) VALUES ({', '.join('?' * len(rows.columns))})"  # noqa: S608 -- names of ours
        )
        connection.exec_driver_sql(statement, rows.values)


def insert_rows(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Add the rows, whose values stand in the order of `columns`; defaults of columns left out are the database's.

    Nothing is returned and no object of the session knows of them. Raises what the database does, as DBAPIError.
    """
    if dialect_of(session) == "postgresql":
        session.flush()
        _copy(session, table, columns, rows)  # as they come: they need not be held
    else:
        insert_ready(session, make_ready(session.get_bind().dialect, table, columns, rows))


def _copy(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    # Its driver is loaded where there is such a database, and nowhere else.
    from app.kit.copying import copy_rows  # noqa: PLC0415

    copy_rows(session, table, columns, rows)


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], object] | None:
    if isinstance(kind, UtcDateTime):
        return _write_instant
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _write_column(
    process: Callable[[Any], object], values: Sequence[object], known: dict[int, object]
) -> Sequence[object]:
    first = values[0]
    if all(value is first for value in values):  # all rows were made at one instant, in one survey, by one rule
        return [process(first)] * len(values)
    written = []
    for value in values:
        # By identity, which tells them apart: all values were there before the first was written.
        ready = known.get(id(value))
        if ready is None:
            ready = known[id(value)] = process(value)
        written.append(ready)
    return written


def _write_instant(value: datetime | None) -> str | None:
    """Return the instant as SQLAlchemy writes it for SQLite, in a tenth of the time."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a naive datetime cannot be stored; say which zone it is in")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:_WITHOUT_ZONE]
