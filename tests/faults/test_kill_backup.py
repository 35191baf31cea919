"""kill -9 in the middle of a backup or a restore: no half file under the name asked for, no half database."""

import base64
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from app.backup.dump import new_file, write_backup
from app.backup.restore import check_backup, restore_backup
from app.kit.crypto import Vault
from app.kit.db import Database, table_of
from app.kit.ids import new_id
from app.responses.models import SurveyResponse
from app.tables import METADATA
from tests.backup.installation import KEY, another_database, back_up, fill, read_content
from tests.faults.installation import ROOT

MANY = 12_000


@pytest.fixture
def full(database: Database, vault: Vault, now: datetime) -> Database:
    """A database with so many responses that a copy takes a second or two."""
    with database.transaction() as session:
        fill(session, vault, now=now)
        first = session.scalars(select(SurveyResponse).limit(1)).one()
        shared = {column.name: getattr(first, column.name) for column in table_of(SurveyResponse).columns}
        rows = []
        for number in range(MANY):
            response_id = new_id()
            at = now - timedelta(seconds=number)
            own = {"id": response_id, "key_hash": response_id.bytes * 2, "form_hash": None, "answered_at": at}
            rows.append({**shared, **own})
        session.execute(insert(table_of(SurveyResponse)), rows)
    return database


@contextmanager
def command(database: Database, var_dir: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """`flask …` as a process of its own."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")},
        "OTKLIK_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "OTKLIK_VAR_DIR": str(var_dir),
        "OTKLIK_BACKUP_KEY": base64.b64encode(KEY).decode(),
        "OTKLIK_LOG_LEVEL": "WARNING",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def kill_when(process: "subprocess.Popen[bytes]", under_way: Callable[[], bool]) -> None:
    """`kill -9` as soon as it is in the middle of its work."""
    deadline = time.monotonic() + 60
    while not under_way():
        assert process.poll() is None, "it was over before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait(20) == -signal.SIGKILL


def test_a_backup_that_was_killed_leaves_no_file_and_is_in_nobodys_way(
    full: Database, tmp_path: Path, now: datetime
) -> None:
    file, part = tmp_path / "a.backup", tmp_path / "a.backup.part"
    with command(full, tmp_path / "var", "backup", str(file)) as process:
        kill_when(process, part.exists)
    assert not file.exists()

    with new_file(file) as target:
        write_backup(full, METADATA, target, key=KEY, now=now)
    assert check_backup(file, KEY).rows > MANY
    assert not part.exists()


def test_a_restore_that_was_killed_changes_nothing_and_can_be_repeated(
    full: Database, engine_name: str, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "a.backup"
    back_up(full, file)
    with another_database(engine_name, tmp_path) as target:
        before = read_content(target)
        with command(target, tmp_path / "var", "restore", str(file)) as process:
            kill_when(process, lambda: is_writing(target))
        assert read_content(target) == before

        restore_backup(target, METADATA, file, key=KEY, now=now)
        with target.reading() as session:
            assert session.scalar(select(func.count()).select_from(SurveyResponse)) == MANY + 2


def is_writing(database: Database) -> bool:
    """Tell whether another process is in the middle of putting rows in."""
    if not database.is_sqlite:
        # Emptying the tables locked them, until all of it is there or nothing.
        locked = (
            "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND relation = 'survey_response'::regclass"
        )
        with database.reading() as session:
            return bool(session.scalar(text(locked)))
    # It holds the lock of the one writer, which it took for the whole restore.
    with Path(f"{database.url.database}.lock").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
