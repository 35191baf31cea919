"""What a restore refuses, replaces and migrates; on an error nothing is changed."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.backup.archive import ArchiveReader, ArchiveWriter, Header
from app.backup.columns import Kind, TableShape
from app.backup.errors import (
    DamagedBackupError,
    DatabaseNotEmptyError,
    NewerBackupError,
    ServiceRunsError,
    WrongBackupKeyError,
)
from app.backup.restore import check_backup, restore_backup
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.errors import ConfigurationError
from app.kit.ids import new_id
from app.kit.schema import downgrade_database, newest_revision, schema_is_current
from app.kit.slots import beat
from app.organisation.models import Unit, UnitAncestor
from app.organisation.service import get_company
from app.tables import METADATA
from tests.backup.installation import KEY, another_database, back_up, backup_bytes, fill, read_content
from tests.respondents import make_office


@pytest.fixture
def backup(vault: Vault, tmp_path: Path, now: datetime) -> Path:
    """A backup of a company with something of everything."""
    (tmp_path / "source").mkdir()
    with another_database("sqlite", tmp_path / "source") as source:
        with source.transaction() as session:
            fill(session, vault, now=now)
        back_up(source, tmp_path / "backup")
    return tmp_path / "backup"


def test_what_is_there_is_replaced_only_when_asked_for(
    database: Database, vault: Vault, backup: Path, now: datetime
) -> None:
    with database.transaction() as session:
        make_office(session, vault, now=now).rate(session, 4, now=now)
    before = read_content(database)

    with pytest.raises(DatabaseNotEmptyError, match="1 units, 1 responses and 0 users"):
        restore_backup(database, METADATA, backup, key=KEY, now=now)
    assert read_content(database) == before

    restored = restore_backup(database, METADATA, backup, key=KEY, replace=True, now=now)
    after = read_content(database)
    assert {row["name"] for row in after["employee"]} == {"Clerk"}
    assert len(after["survey_response"]) == 2
    assert restored.header.rows + 1 == sum(map(len, after.values()))  # and the line in the audit


def test_a_running_service_is_not_pulled_away_from_under_people(
    database: Database, backup: Path, now: datetime
) -> None:
    with database.transaction() as session:
        beat(session, "w", now=now - timedelta(seconds=4))
    with pytest.raises(ServiceRunsError, match="4 s ago; stop the service"):
        restore_backup(database, METADATA, backup, key=KEY, now=now)
    restore_backup(database, METADATA, backup, key=KEY, now=now + timedelta(minutes=1))


def test_a_damaged_file_or_another_key_changes_nothing(
    database: Database, backup: Path, tmp_path: Path, now: datetime
) -> None:
    before = read_content(database)
    content = backup.read_bytes()
    (tmp_path / "cut").write_bytes(content[:-1])
    (tmp_path / "altered").write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    (tmp_path / "other").write_bytes(b"something else entirely, and long enough")

    for name in ("cut", "altered", "other"):
        with pytest.raises(DamagedBackupError):
            restore_backup(database, METADATA, tmp_path / name, key=KEY, replace=True, now=now)
    with pytest.raises(WrongBackupKeyError):
        restore_backup(database, METADATA, backup, key=bytes(32), replace=True, now=now)
    assert read_content(database) == before


def test_rows_that_point_nowhere_are_refused_whole(database: Database, tmp_path: Path, now: datetime) -> None:
    """SQLite looks at the end, PostgreSQL at each row: either way nothing of it stays."""
    before = read_content(database)
    shape = TableShape(
        "staff_grant", (("id", Kind.UUID), ("user_id", Kind.UUID), ("unit_id", Kind.UUID), ("role", Kind.TEXT)), 1
    )
    with (tmp_path / "backup").open("wb") as file:
        writer = ArchiveWriter(file, KEY, Header(newest_revision(), now, (shape,)))
        writer.write_rows(shape, [[new_id(), new_id(), new_id(), "admin"]])
        writer.finish()

    with pytest.raises(Exception, match=r"point nowhere|foreign key"):
        restore_backup(database, METADATA, tmp_path / "backup", key=KEY, now=now)
    assert read_content(database) == before
    assert schema_is_current(database)


def test_a_backup_of_the_first_schema_is_brought_up_to_this_one(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    write_first_backup(tmp_path / "backup", now)
    assert check_backup(tmp_path / "backup", KEY).revision == "0001"

    restore_backup(database, METADATA, tmp_path / "backup", key=KEY, now=now)

    assert schema_is_current(database)
    with database.reading() as session:
        assert set(session.scalars(select(Unit.name))) == {"Once", "Office of old"}
        assert session.scalars(select(UnitAncestor.distance).order_by(UnitAncestor.distance)).all() == [0, 0, 1]
        assert get_company(session).name == "Once"
        assert session.execute(text("SELECT count(*) FROM page_open")).scalar_one() == 0


def test_a_backup_of_a_schema_to_come_is_refused(database: Database, tmp_path: Path, now: datetime) -> None:
    with (tmp_path / "backup").open("wb") as file:
        ArchiveWriter(file, KEY, Header("9999", now, ())).finish()
    with pytest.raises(NewerBackupError, match="schema 9999"):
        restore_backup(database, METADATA, tmp_path / "backup", key=KEY, now=now)


def test_a_database_behind_the_code_is_neither_backed_up_nor_restored_into(
    database: Database, backup: Path, now: datetime
) -> None:
    downgrade_database(database, "0004")
    with pytest.raises(ConfigurationError, match="behind this code"):
        backup_bytes(database)
    with pytest.raises(ConfigurationError, match="db upgrade"):
        restore_backup(database, METADATA, backup, key=KEY, replace=True, now=now)


def test_a_file_that_holds_fewer_rows_than_it_says_is_refused(now: datetime) -> None:
    shape = TableShape("worker_beat", (("worker", Kind.TEXT),), 3)
    for rows in ([["a"], ["b"]], [["a"], ["b"], ["c"], ["d"]], []):
        target = BytesIO()
        writer = ArchiveWriter(target, KEY, Header("0001", now, (shape,)))
        if rows:
            writer.write_rows(shape, rows)
        writer.finish()
        with pytest.raises(DamagedBackupError, match="does not hold what it says"):
            list(ArchiveReader(BytesIO(target.getvalue()), KEY).read_rows())


def write_first_backup(path: Path, now: datetime) -> None:
    """Write a backup as the first release had it: fewer tables, and units as they were then."""
    company, office = new_id(), new_id()
    unit = TableShape(
        "unit",
        (
            ("id", Kind.UUID),
            ("code", Kind.TEXT),
            ("name", Kind.TEXT),
            ("kind", Kind.TEXT),
            ("parent_id", Kind.UUID),
            ("address", Kind.TEXT),
            ("latitude", Kind.FLOAT),
            ("longitude", Kind.FLOAT),
            ("time_zone", Kind.TEXT),
            ("hours", Kind.TEXT),
            ("source_key", Kind.TEXT),
            ("demo", Kind.BOOLEAN),
            ("created_at", Kind.INSTANT),
            ("updated_at", Kind.INSTANT),
            ("closed_at", Kind.INSTANT),
        ),
        2,
    )
    ancestor = TableShape(
        "unit_ancestor", (("unit_id", Kind.UUID), ("ancestor_id", Kind.UUID), ("distance", Kind.INTEGER)), 3
    )
    rest = [None, None, None, "Asia/Almaty", "Mo-Fr 09:00-18:00", None, False, now, now, None]
    with path.open("wb") as file:
        writer = ArchiveWriter(file, KEY, Header("0001", now, (unit, ancestor)))
        writer.write_rows(
            unit,
            [
                [company, "company", "Once", "company", None, *rest],
                [office, "old", "Office of old", "office", company, *rest],
            ],
        )
        writer.write_rows(ancestor, [[company, company, 0], [office, office, 0], [office, company, 1]])
        writer.finish()
