"""Migrations: one head, up and down on both databases, models and schema agree, data survives."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

from app.kit.db import Database
from app.kit.schema import ROOT, downgrade_database, schema_is_current, upgrade_database
from app.organisation.models import ROOT_CODE, Unit, UnitAncestor
from app.tables import METADATA


def test_there_is_one_head() -> None:
    config = Config(str(ROOT / "alembic.ini"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_schema_and_models_agree(database: Database) -> None:
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_step_goes_down_and_up_again(database_url: str) -> None:
    database = Database(database_url)
    assert not schema_is_current(database)
    upgrade_database(database)
    assert schema_is_current(database)
    downgrade_database(database, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade_database(database)
    assert schema_is_current(database)
    database.dispose()


def test_first_migration_makes_the_company(database: Database) -> None:
    with database.reading() as session:
        root = session.scalars(select(Unit)).one()
        assert (root.code, root.kind, root.parent_id) == (ROOT_CODE, "company", None)
        assert session.scalars(select(UnitAncestor.distance)).all() == [0]


def test_upgrading_again_keeps_the_data(database: Database) -> None:
    with database.transaction() as session:
        session.scalars(select(Unit)).one().name = "Kept"
    upgrade_database(database)
    with database.reading() as session:
        assert session.scalars(select(Unit)).one().name == "Kept"


_COPIES_A_TABLE = '''"""Copy the table that others refer to, as SQLite alters one."""

from alembic import op

revision, down_revision = "probe", "{head}"
branch_labels = depends_on = None


def upgrade():
    with op.batch_alter_table("unit", recreate="always"):
        pass
'''


def test_plain_alembic_keeps_what_refers_to_a_copied_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL alters a table in place, so this is SQLite's alone."""
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    upgrade_database(database)
    config = Config(str(ROOT / "alembic.ini"))
    head = ScriptDirectory.from_config(config).get_current_head()
    (tmp_path / "probe.py").write_text(_COPIES_A_TABLE.format(head=head))
    config.set_main_option("version_locations", f"{ROOT / 'migrations' / 'versions'}:{tmp_path}")
    monkeypatch.setenv("OTKLIK_DATABASE_URL", database.url.render_as_string(hide_password=False))
    command.upgrade(config, "head")
    with database.reading() as session:
        assert session.scalars(select(UnitAncestor.distance)).all() == [0]
    database.dispose()
