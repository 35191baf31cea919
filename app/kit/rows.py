"""Many rows into a table by the shortest way that each database has.

A statement of SQLAlchemy costs its compiling again for each row of parameters: 20,000 offices took as long for that as
for all else. PostgreSQL takes rows by COPY, SQLite by a statement of plain values.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlalchemy import Table
from sqlalchemy.orm import Session

from app.kit.db import UtcDateTime, dialect_of


def insert_rows(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Add the rows, whose values stand in the order of `columns`; defaults of columns left out are the database's.

    Nothing is returned and no object of the session knows of them. Raises what the database does, as DBAPIError.
    """
    session.flush()  # what these rows point at may still be pending
    if dialect_of(session) == "postgresql":
        # Its driver is loaded where there is such a database, and nowhere else.
        from app.kit.copying import copy_rows  # noqa: PLC0415

        copy_rows(session, table, columns, rows)
    else:
        _execute(session, table, columns, rows)


def _execute(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    connection = session.connection()
    dialect = connection.dialect
    processors = []
    for place, column in enumerate(columns):
        process = table.c[column].type.dialect_impl(dialect).bind_processor(dialect)
        if process is not None:
            # All rows were made at the same few instants.
            instants = isinstance(table.c[column].type, UtcDateTime)
            processors.append((place, lru_cache(maxsize=16)(process) if instants else process))
    quote = dialect.identifier_preparer
    listed = ", ".join(quote.quote(column) for column in columns)
    statement = f"INSERT INTO {quote.format_table(table)} ({listed}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 -- names of ours
    written = []
    for row in rows:
        values = list(row)
        for place, process in processors:
            values[place] = process(values[place])
        written.append(tuple(values))
    if written:
        connection.exec_driver_sql(statement, written)
