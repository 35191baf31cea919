"""Brings a database to the schema of this code, and tells how far it is."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from app.kit.db import Database
from app.kit.errors import OtklikError


class BrokenReferenceError(OtklikError):
    """A migration left a foreign key pointing at nothing."""

    code = "broken_reference"


ROOT = Path(__file__).resolve().parents[2]


def upgrade_database(database: Database, revision: str = "head") -> None:
    """Migrate up to the revision; everything or nothing."""
    _run(database, lambda config: command.upgrade(config, revision))


def downgrade_database(database: Database, revision: str = "-1") -> None:
    """Migrate down to the revision (`-1` is one step)."""
    _run(database, lambda config: command.downgrade(config, revision))


def schema_is_current(database: Database) -> bool:
    """Tell whether the database stands at the newest migration this code knows."""
    if not database.exists():
        return False
    with database.reading() as session:
        at = MigrationContext.configure(session.connection()).get_current_heads()
    return frozenset(at) == _newest()


def newest_revision() -> str:
    """Return the newest migration this code knows; there is one head."""
    (head,) = _newest()
    return head


def knows_revision(revision: str) -> bool:
    """Tell whether a migration of this name is among the code's own."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def revision_of(connection: Connection) -> str | None:
    """Return the migration at which the database stands, or None if it has no schema of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def move_schema(connection: Connection, revision: str) -> None:
    """Migrate up or down to the revision within the caller's transaction, on a connection of `Database.migrating`."""
    config = _config()
    config.attributes["connection"] = connection
    path = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]  # the newest first
    at = revision_of(connection)
    if at == revision:
        return
    down = at is not None and path.index(at) < path.index(revision)
    (command.downgrade if down else command.upgrade)(config, revision)


@cache
def _newest() -> frozenset[str]:
    """The code's own head, read once: /readyz asks every few seconds."""
    return frozenset(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    return Config(str(ROOT / "alembic.ini"))


def _run(database: Database, what: Callable[[Config], None]) -> None:
    config = _config()
    with database.migrating() as connection:
        config.attributes["connection"] = connection
        what(config)
        if database.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise BrokenReferenceError("the migration would leave rows that point nowhere; nothing was changed")
