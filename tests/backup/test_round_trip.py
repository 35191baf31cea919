"""Backup and restore: everything is equal, from either engine onto either; nothing else was changed; nothing leaks."""

import gzip
import threading
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.accounts.models import AuditEntry, SignIn, StaffInvitation
from app.backup.columns import kind_of
from app.backup.restore import check_backup, restore_backup
from app.backup.sealing import open_sealed
from app.callbacks.models import CallbackCase
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.outbox import OutboxRow
from app.responses.models import SurveyResponse
from app.tables import METADATA
from tests.backup.installation import (
    KEY,
    ODD,
    PHONE,
    Content,
    another_database,
    back_up,
    backup_bytes,
    fill,
    read_content,
)
from tests.conftest import ENGINES
from tests.respondents import Office, make_office

# What a restore changes on purpose; tests of their own say how.
_TOUCHED = {"sign_in": "ended_at", "staff_invitation": "expires_at"}


def without_rest(content: Content) -> Content:
    """Return the content without what a restore puts to rest, and without its own line in the audit."""
    kept = {name: [dict(row) for row in rows] for name, rows in content.items() if name != "outbox"}
    for name, column in _TOUCHED.items():
        for row in kept[name]:
            row.pop(column)
    kept["audit_entry"] = [row for row in kept["audit_entry"] if row["action"] != "database.restored"]
    return kept


@pytest.fixture
def filled(database: Database, vault: Vault, now: datetime) -> Database:
    with database.transaction() as session:
        fill(session, vault, now=now)
    return database


@pytest.mark.parametrize("target_engine", ENGINES)
def test_everything_is_equal_after_backup_and_restore(
    filled: Database, target_engine: str, tmp_path: Path, now: datetime
) -> None:
    before = read_content(filled)
    assert [name for name, rows in before.items() if not rows and name != "consent"] == []
    back_up(filled, tmp_path / "backup")

    with another_database(target_engine, tmp_path) as target:
        restored = restore_backup(target, METADATA, tmp_path / "backup", key=KEY, keep_waiting=True, now=now)

        after = read_content(target)
        assert without_rest(after) == without_rest(before)
        assert after["outbox"] == before["outbox"]
        assert restored.header.rows == sum(map(len, before.values()))
        with target.reading() as session:
            assert session.scalars(select(SurveyResponse.comment).where(SurveyResponse.rating == 1)).all() == [ODD]
    assert read_content(filled) == before


def test_what_was_alive_then_is_not_brought_back_to_life(filled: Database, tmp_path: Path, now: datetime) -> None:
    back_up(filled, tmp_path / "backup")
    later = now + timedelta(days=1)
    with another_database("sqlite", tmp_path) as target:
        restored = restore_backup(target, METADATA, tmp_path / "backup", key=KEY, now=later)

        with target.reading() as session:
            assert session.scalars(select(SignIn.ended_at)).all() == [later]
            assert session.scalars(select(StaffInvitation.expires_at)).all() == [later]
            assert set(session.scalars(select(OutboxRow.state))) == {"dead"}
            assert session.scalars(select(AuditEntry).where(AuditEntry.action == "database.restored")).one()
    assert (restored.ended_sign_ins, restored.set_aside > 0) == (1, True)


def test_no_number_and_no_name_can_be_read_from_the_file(filled: Database, vault: Vault) -> None:
    sealed = backup_bytes(filled)
    content = gzip.decompress(b"".join(open_sealed(BytesIO(sealed), KEY)))

    for secret in (PHONE, "Office in Abay street", "Clerk", "manager@otklik.example"):
        assert secret.encode() not in sealed
    # With the backup's key too a number stays what it is in the database: ciphertext under another key.
    assert PHONE.removeprefix("+7").encode() not in content
    assert b"Office in Abay street" in content


def test_a_backup_taken_while_people_answer_is_one_instant(
    database: Database, vault: Vault, tmp_path: Path, now: datetime
) -> None:
    with database.transaction() as session:
        office = make_office(session, vault, now=now, listed=False)
    stop, errors = threading.Event(), list[BaseException]()
    writer = threading.Thread(target=_answer_until, args=(database, office, stop, errors))
    writer.start()
    try:
        wait_for_responses(database, 20)
        for number in range(4):
            back_up(database, tmp_path / f"backup-{number}")
            wait_for_responses(database, 40 + 20 * number)
    finally:
        stop.set()
        writer.join(30)
    assert errors == []

    seen = []
    for number in range(4):
        with another_database("sqlite", tmp_path) as target:
            restore_backup(target, METADATA, tmp_path / f"backup-{number}", key=KEY, replace=True, now=now)
            with target.reading() as session:
                responses = session.scalar(select(func.count()).select_from(SurveyResponse)) or 0
                # Every answer is a low one: its case and the two events belong to the same transaction.
                assert session.scalar(select(func.count()).select_from(CallbackCase)) == responses
                assert session.scalar(select(func.count()).select_from(OutboxRow)) == 2 * responses
            seen.append(responses)
    assert seen == sorted(seen)
    assert seen[0] >= 20


def test_every_column_is_of_a_kind_that_a_backup_can_hold() -> None:
    assert all(kind_of(column) for table in METADATA.tables.values() for column in table.columns)


def test_a_whole_backup_says_what_it_holds(filled: Database, tmp_path: Path, now: datetime) -> None:
    written = back_up(filled, tmp_path / "backup", now=now)
    header = check_backup(tmp_path / "backup", KEY)

    assert header == written.header
    assert header.made_at == now
    assert written.size == (tmp_path / "backup").stat().st_size


def wait_for_responses(database: Database, count: int) -> None:
    """Return when so many have answered: by count, since a busy machine does little in a second."""
    waiting = threading.Event()
    for _ in range(600):
        with database.reading() as session:
            if (session.scalar(select(func.count()).select_from(SurveyResponse)) or 0) >= count:
                return
        waiting.wait(0.05)
    raise AssertionError("hardly anybody answers")


def _answer_until(database: Database, office: Office, stop: threading.Event, errors: list[BaseException]) -> None:
    try:
        at = office.now
        while not stop.is_set():
            at += timedelta(minutes=2)  # a person at a time is no burst
            with database.transaction() as session:
                office.rate(session, 1, now=at)
    except BaseException as error:  # noqa: BLE001 -- told by the test
        errors.append(error)
