"""Lets go of the audit while a restore empties the database: the one thing that may take entries away.

Triggers keep them otherwise (migration 0027). They are back before anything is loaded, in the same transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.engine import Connection


@contextmanager
def audit_let_go(connection: Connection) -> Iterator[None]:
    """Let entries of the audit be deleted within the block."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        yield
        connection.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))
        return
    # SQLite can only drop a trigger; it is made anew from what the migration wrote.
    kept = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'audit_entry_kept'"
    written = str(connection.execute(text(kept)).scalar_one())
    connection.execute(text("DROP TRIGGER audit_entry_kept"))
    yield
    connection.exec_driver_sql(written)
