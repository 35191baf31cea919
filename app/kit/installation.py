"""What an installation was set up with, as plain values for its administrators to look at; never a secret.

The factory fills it, so that the faces need to know neither the settings nor where keys lie.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kit.db import Database


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a key comes from: its file and when that was last written, or neither when the environment gives it."""

    variable: str
    file: str | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting by the name of its variable. `value` is None for a secret; `given` if it is not the default."""

    variable: str
    value: str | None
    given: bool


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """A periodic job: how often it runs, and for how long what it deletes is kept before."""

    name: str
    every: timedelta
    keeps: timedelta | None


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation. The first of `data_key_ids` encrypts, the last one makes the links."""

    settings: tuple[SettingLine, ...]
    data_key_ids: tuple[str, ...]
    data_keys: KeySource
    signing_key: KeySource
    jobs: tuple[PlannedJob, ...]

    def values(self) -> Mapping[str, str | None]:
        """Return the settings' values by the names of their variables."""
        return {line.variable: line.value for line in self.settings}


def database_size(database: Database, session: Session) -> int:
    """Return how many bytes the database takes on its disk."""
    if not database.is_sqlite:
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    file = Path(str(database.url.database))
    return sum(part.stat().st_size for part in (file, file.with_name(f"{file.name}-wal")) if part.exists())
