"""Databases for the tests, SQLite and PostgreSQL alike, migrated once and left clean by every test.

`session` is the usual one: each test runs in an outer transaction that is rolled back. `database` is a database of its
own for tests that need several connections (races, the edge, the worker).
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.kit.crypto import DataKey, Vault
from app.kit.db import Database
from app.kit.schema import upgrade_database
from tests.kept_postgres import KeptPostgres

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
ENGINES = ["sqlite", *(["postgresql"] if POSTGRES else [])]
NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)  # a Wednesday, 11:00 in Almaty


# Where Linux keeps files in memory. Nothing of a test outlives the run, so no disk need be waited for: the thousands of
# commits on SQLite took longer than what they were about.
MEMORY, ENOUGH = Path("/dev/shm"), 4 * 2**30  # noqa: S108 -- pytest makes a directory of this user's alone in it


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Keep the tests' files in memory where there is enough of it; PYTEST_DEBUG_TEMPROOT names another place."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_report_header() -> list[str]:
    """Say what this machine leaves out, and why."""
    if POSTGRES:
        return ["databases: SQLite and PostgreSQL"]
    return ["databases: SQLite only; TEST_POSTGRES_URL is not set, so every test of PostgreSQL is left out"]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that skipped anything: there everything needed is at hand, so a skip hides something."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def now() -> datetime:
    """A Wednesday at eleven in Almaty."""
    return NOW


@pytest.fixture(scope="session")
def vault() -> Vault:
    """A vault with one made-up key."""
    return Vault([DataKey("t1", bytes(range(32)))])


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One migrated SQLite file for all tests that roll back."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('db') / 'otklik.db'}")
    upgrade_database(database)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[Database]:
    """One migrated PostgreSQL database for all tests that roll back."""
    with new_postgres() as url:
        database = Database(url)
        upgrade_database(database)
        yield database
        database.dispose()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """`sqlite` and, where there is one, `postgresql`."""
    return str(request.param)


@pytest.fixture
def session(engine_name: str, request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session whose every commit is a savepoint of one transaction that is rolled back."""
    database: Database = request.getfixturevalue("migrated_sqlite" if engine_name == "sqlite" else "migrated_postgres")
    with database.session().connection() as connection:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        connection.rollback()


@pytest.fixture
def database_url(engine_name: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.db'}"
        return
    with new_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that nobody opens: copying it takes a hundredth of migrating anew."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade_database(database)
    database.dispose()  # the last connection takes the journal into the file
    return path


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The name of a migrated PostgreSQL database that nobody is connected to, to make others from."""
    with new_postgres() as url:
        database = Database(url)
        upgrade_database(database)
        database.dispose()
        yield str(make_url(url).database)


@pytest.fixture
def database(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database of this test's own."""
    if engine_name == "sqlite":
        own = tmp_path / "own.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), own)
        yield from _used(f"sqlite:///{own}")
        return
    kept: KeptPostgres = request.getfixturevalue("kept_postgres")
    if request.node.get_closest_marker("plans"):
        kept.close()
    with kept.lend() as url:
        yield from _used(url)


@pytest.fixture(scope="session")
def kept_postgres(postgres_template: str) -> Iterator[KeptPostgres]:
    """The PostgreSQL database that one test after the other has for its own."""
    kept = KeptPostgres(lambda: new_postgres(template=postgres_template))
    yield kept
    kept.close()


def _used(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.dispose()


@contextmanager
def new_postgres(*, template: str | None = None) -> Iterator[str]:
    """A PostgreSQL database made for the block, empty or as the template is, and dropped after it."""
    name = f"otklik_test_{uuid.uuid4().hex[:12]}"
    server = make_url(POSTGRES).set(drivername="postgresql+psycopg")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    origin = f' TEMPLATE "{template}"' if template else ""
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"{origin}'))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.dispose()
