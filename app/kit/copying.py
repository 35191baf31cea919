"""Many rows into a table of PostgreSQL by COPY; `rows` is the way in."""

from collections.abc import Iterable, Sequence

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import JSON, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


def copy_rows(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Add the rows as `insert_rows` does; raises what the database does, as DBAPIError."""
    quote = session.connection().dialect.identifier_preparer
    listed = ", ".join(quote.quote(column) for column in columns)
    statement = f"COPY {quote.format_table(table)} ({listed}) FROM STDIN"
    driver = session.connection().connection.driver_connection
    # The driver would write a list as an array.
    documents = [place for place, column in enumerate(columns) if isinstance(table.c[column].type, JSON)]
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[union-attr]
            for row in rows:
                values = list(row)
                for place in documents:
                    values[place] = Jsonb(values[place])
                copy.write_row(values)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True) from error
