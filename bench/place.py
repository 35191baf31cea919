"""A database, a folder and the keys of one installation under test, gone when the block ends."""

import contextlib
import gc
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.factory import wire
from app.kit.clock import utc_now
from app.kit.crypto import DataKey, format_data_keys
from app.web.edge import Wiring
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Place:
    """One installation: `environment` is what its processes are started with, `processes` how many answer."""

    name: str
    url: str
    folder: Path
    key: str
    data_keys: str
    processes: int

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.url.startswith("sqlite")

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told."""
        return {
            "OTKLIK_DATABASE_URL": self.url,
            "OTKLIK_VAR_DIR": str(self.folder),
            "OTKLIK_SECRET_KEY": self.key,
            "OTKLIK_DATA_KEYS": self.data_keys,
            "OTKLIK_LOG_LEVEL": "WARNING",
        }

    @property
    def settings(self) -> Settings:
        """The same, for what is measured in this process."""
        return Settings(
            database_url=self.url,
            var_dir=self.folder,
            secret_key=self.key,
            data_keys=self.data_keys,
            log_level="WARNING",
        )

    @contextlib.contextmanager
    def wired(self) -> Iterator[Wiring]:
        """The program's parts on this database, for what is measured in this process."""
        wiring = wire(self.settings, clock=utc_now, database=None)
        gc.collect()
        gc.freeze()  # as wsgi.py does
        try:
            yield wiring
        finally:
            wiring.database.dispose()


@contextlib.contextmanager
def open_place(engine: str) -> Iterator[Place]:
    """A new, empty installation on `sqlite` or `postgresql` (the server of TEST_POSTGRES_URL)."""
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as name:
        folder, keys = Path(name), format_data_keys([DataKey.generate("b1")])
        key = secrets.token_urlsafe(32)
        if engine == "sqlite":
            yield Place("SQLite", f"sqlite:///{folder}/otklik.db", folder, key, keys, 1)
            return
        with _new_postgres(os.environ["TEST_POSTGRES_URL"]) as url:
            yield Place("PostgreSQL", url, folder, key, keys, os.cpu_count() or 1)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _new_postgres(url: str) -> Iterator[str]:
    admin = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    name = f"otklik_bench_{secrets.token_hex(4)}"
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(url).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.dispose()
