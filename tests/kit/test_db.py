"""Instants, the write lock, and what a session does at its end."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from app.kit.db import SAFE_WAL, SQLITE, Database, sqlite_version
from app.kit.locks import DatabaseBusyError, FairLock
from app.kit.log import clean_text
from app.organisation.models import Unit


def test_instants_come_back_aware_and_in_utc(session: Session) -> None:
    almaty = datetime(2026, 3, 4, 11, 0, tzinfo=timezone(timedelta(hours=5)))
    session.execute(update(Unit).values(updated_at=almaty))
    stored = session.scalars(select(Unit.updated_at)).one()
    assert stored == almaty
    assert stored.tzinfo == UTC


def test_naive_instants_are_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="naive"):
        session.execute(update(Unit).values(updated_at=datetime(2026, 3, 4)))  # noqa: DTZ001 -- the very mistake


def test_a_block_that_raises_changes_nothing(database: Database) -> None:
    def rename_and_raise() -> None:
        with database.transaction() as session:
            session.execute(update(Unit).values(name="lost"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        rename_and_raise()
    with database.reading() as session:
        assert session.scalars(select(Unit.name)).one() != "lost"


def test_writers_at_once_all_succeed(database: Database) -> None:
    """Read, compute, write back: without the lock (or row locks) some of these would be lost."""

    def add_one(_: int) -> None:
        with database.transaction() as session:
            unit = session.scalars(select(Unit).with_for_update()).one()
            unit.latitude = (unit.latitude or 0) + 0.25

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(100)))
    with database.reading() as session:
        assert session.scalars(select(Unit.latitude)).one() == 25


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction() as writer:
        writer.execute(update(Unit).values(name="half done"))
        began = time.monotonic()
        with database.reading() as reader:
            assert reader.scalars(select(Unit.name)).one() != "half done"
        assert time.monotonic() - began < 5


def test_sqlite_is_set_up_to_keep_what_it_acknowledged(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.reading() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        mode = session.execute(text("PRAGMA journal_mode")).scalar_one()
    assert mode == ("wal" if sqlite_version() >= SAFE_WAL else "delete")
    database.dispose()


def test_a_large_write_leaves_its_file_up_to_date_and_its_connection_as_any_other(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/o.db", pool_size=1)
    settings = ("cache_size", "wal_autocheckpoint")

    def read_settings() -> list[object]:
        with database.reading() as session:
            return [session.execute(text(f"PRAGMA {name}")).scalar() for name in settings]

    before = read_settings()
    with database.transaction(large=True) as session:
        assert session.execute(text("PRAGMA wal_autocheckpoint")).scalar() == 0
        session.execute(text("CREATE TABLE t (v TEXT)"))
        session.execute(text("INSERT INTO t VALUES (:v)"), [{"v": "x" * 4000}] * 1500)

    assert read_settings() == before
    assert (tmp_path / "o.db").stat().st_size > 1500 * 4000
    database.dispose()


def test_the_lock_serves_in_the_order_of_coming(tmp_path: Path) -> None:
    lock, served = FairLock(tmp_path / "lock"), list[int]()
    lock.acquire()
    threads = []
    for number in range(10):

        def serve(number: int = number) -> None:
            lock.acquire()
            served.append(number)
            lock.release()

        threads.append(Thread(target=serve))
        threads[-1].start()
        while len(lock._waiting) <= number:  # the order of coming must be certain
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join(10)
    assert served == list(range(10))


def test_whoever_waits_too_long_is_told(tmp_path: Path) -> None:
    lock = FairLock(tmp_path / "lock", timeout=0.05)
    lock.acquire()
    refused = Event()

    def wait() -> None:
        try:
            lock.acquire()
        except DatabaseBusyError:
            refused.set()

    thread = Thread(target=wait)
    thread.start()
    thread.join(10)
    assert refused.is_set()
    lock.release()
    lock.acquire()  # the one who gave up is not in the way
    lock.release()


def _hold(path: Path, held: "multiprocessing.synchronize.Event") -> None:
    FairLock(path).acquire()
    held.set()
    time.sleep(60)


def test_another_process_is_not_waited_for_without_end(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    process = context.Process(target=_hold, args=(tmp_path / "lock", held))
    process.start()
    assert held.wait(30)
    lock = FairLock(tmp_path / "lock")
    began = time.monotonic()
    with pytest.raises(DatabaseBusyError):
        lock.acquire(timeout=0.1)
    assert 0.1 <= time.monotonic() - began < 5
    process.kill()
    process.join()
    lock.acquire(timeout=10)  # the one who gave up holds nothing back
    lock.release()


def test_whoever_may_leave_it_out_does_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction() as writer:
        writer.execute(update(Unit).values(name="half done"))
        began = time.monotonic()
        with pytest.raises(DatabaseBusyError), database.transaction(patience=0.05) as impatient:
            impatient.execute(update(Unit).values(name="in passing"))
        assert time.monotonic() - began < 5
    with database.transaction(patience=0.05) as impatient:
        impatient.execute(update(Unit).values(name="in passing"))
    with database.reading() as session:
        assert session.scalars(select(Unit.name)).one() == "in passing"
        if database.is_sqlite:
            assert session.execute(text("PRAGMA busy_timeout")).scalar_one() == 10_000


def test_a_writer_by_another_way_is_not_waited_for_either(tmp_path: Path) -> None:
    """The `sqlite3` program knows nothing of our lock."""
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.transaction() as session:
        session.execute(text("CREATE TABLE t (x INTEGER)"))
    other = SQLITE.connect(str(tmp_path / "x.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(DatabaseBusyError), database.transaction(patience=0.05) as impatient:
        impatient.execute(text("INSERT INTO t VALUES (1)"))
    assert time.monotonic() - began < 5
    other.execute("ROLLBACK")
    other.close()
    with database.transaction(patience=0.05) as impatient:
        impatient.execute(text("INSERT INTO t VALUES (1)"))
    database.dispose()


def test_an_error_does_not_repeat_what_was_written(session: Session) -> None:
    unit = session.scalars(select(Unit)).one()
    values = {"id": unit.id, "name": "Aigul, 8 701 123 45 67", "kind": "company", "code": unit.code}
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        session.execute(insert(Unit).values(values))
    assert "701 123" not in clean_text(str(caught.value))
    assert "Aigul" not in clean_text(str(caught.value))


def test_a_killed_process_gives_the_lock_back(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    process = context.Process(target=_hold, args=(tmp_path / "lock", held))
    process.start()
    assert held.wait(30)
    process.kill()
    lock = FairLock(tmp_path / "lock")
    lock.acquire()
    lock.release()
    process.join()
