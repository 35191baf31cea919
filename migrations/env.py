"""Alembic's way into our database: the connection it is handed, or the settings'."""

from alembic import context
from sqlalchemy.engine import Connection

from app.kit.db import Database, UtcDateTime
from app.tables import METADATA
from config.settings import load_settings


def migrate(connection: Connection) -> None:
    """Run what was asked for; batch mode, since SQLite cannot alter a table in place."""
    if connection.dialect.name == "postgresql":
        # A migration that cannot have its lock gives up, rather than making raters wait behind it.
        connection.exec_driver_sql("SET lock_timeout = '10s'")
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        render_item=_render_plainly,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render_plainly(kind: str, item: object, _context: object) -> str | bool:
    """A migration must not change its meaning when a column type of ours does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


handed = context.config.attributes.get("connection")
if handed is not None:
    migrate(handed)
else:
    database = Database(load_settings().database_url)
    with database.migrating() as connection:
        migrate(connection)
    database.dispose()
