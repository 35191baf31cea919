"""The database that one test after the other has: each finds it as the migrations leave it, whatever was done to it."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import create_engine, text

from app.accounts.audit import record
from app.kit.db import Database
from tests.conftest import NOW, POSTGRES, new_postgres
from tests.kept_postgres import KeptPostgres
from tests.web.staff import make_company

pytestmark = pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set")


@pytest.fixture
def kept(postgres_template: str) -> Iterator[KeptPostgres]:
    kept = KeptPostgres(lambda: new_postgres(template=postgres_template))
    yield kept
    kept.close()


def _rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        found = {
            str(name): [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))] for name in tables
        }
    engine.dispose()
    return found


def test_rows_are_gone_and_those_of_the_migrations_back(kept: KeptPostgres) -> None:
    with kept.lend() as first:
        fresh = _rows(first)
        database = Database(first)
        with database.transaction() as session:
            make_company(session, now=NOW)
            record(session, "user.invited", now=NOW)
        database.dispose()
    with kept.lend() as second:
        assert second == first
        assert _rows(second) == fresh


def test_a_connection_that_was_left_open_does_not_outlive_the_test(kept: KeptPostgres) -> None:
    with kept.lend() as url:
        engine = create_engine(url)
        left = engine.connect()
        left.execute(text("DELETE FROM unit_ancestor"))
    with kept.lend() as url:
        assert _rows(url)["unit_ancestor"]
    left.invalidate()
    engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE left_over (id integer)",
        "ALTER TABLE unit DROP COLUMN hours",
        "ALTER TABLE unit ADD CONSTRAINT no_root CHECK (code <> 'x')",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "ANALYZE unit",
    ],
)
def test_after_more_than_rows_the_next_database_is_new(kept: KeptPostgres, change: str) -> None:
    with kept.lend() as first, psycopg.connect(first.replace("+psycopg", "")) as connection:
        connection.execute(change)
        connection.commit()
        connection.close()
    with kept.lend() as second:
        assert second != first
