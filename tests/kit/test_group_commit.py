"""Writes that share a commit: each is answered with its own outcome, and only once it is durable."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.kit.locks import DatabaseBusyError


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A file with one table of names."""
    database = Database(f"sqlite:///{tmp_path / 'names.db'}")
    with database.transaction() as session:
        session.execute(text("CREATE TABLE name (name TEXT PRIMARY KEY)"))
    yield database
    database.dispose()


def adds(name: str) -> Callable[[Session], str]:
    """Return work that adds a name and answers with it."""

    def add(session: Session) -> str:
        session.execute(text("INSERT INTO name VALUES (:name)"), {"name": name})
        return name

    return add


def names(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(text("SELECT name FROM name")))


def write_together(database: Database, *work: Callable[[Session], str]) -> list[Future[str]]:
    """Let all of the work come while the writer is busy, so that it is written as one group."""
    busy, go_on = threading.Event(), threading.Event()

    def hold(_session: Session) -> str:
        busy.set()
        assert go_on.wait(10)
        return "held"

    with ThreadPoolExecutor(len(work) + 1) as threads:
        first = threads.submit(database.write, hold)
        assert busy.wait(10)
        answers = [threads.submit(database.write, each) for each in work]
        while database._group_commit is not None and database._group_commit._waiting.qsize() < len(work):
            assert not any(answer.done() for answer in answers)
        go_on.set()
    assert first.result() == "held"
    return answers


def test_each_is_answered_with_its_own(sqlite: Database) -> None:
    wanted = [str(uuid.uuid4()) for _ in range(12)]
    answers = write_together(sqlite, *map(adds, wanted))
    assert [answer.result() for answer in answers] == wanted
    assert names(sqlite) == set(wanted)


def test_a_failure_undoes_nobody_else(sqlite: Database) -> None:
    def fail(session: Session) -> str:
        adds("half done")(session)
        raise LookupError("not mine")

    answers = write_together(sqlite, adds("before"), fail, adds("after"), adds("before"))
    assert [answer.exception() is None for answer in answers] == [True, False, True, False]
    assert isinstance(answers[1].exception(), LookupError)
    assert names(sqlite) == {"before", "after"}


def test_what_one_reads_is_not_handed_to_the_next(sqlite: Database) -> None:
    kept: list[int] = []

    def look(session: Session) -> str:
        kept.append(len(session.identity_map))
        session.scalars(select(text("1"))).all()
        return "looked"

    for answer in write_together(sqlite, look, look):
        answer.result()
    assert kept == [0, 0]


def test_nobody_is_answered_before_it_can_be_read(sqlite: Database) -> None:
    for name in ("one", "two", "three"):
        assert sqlite.write(adds(name)) in names(sqlite)


def test_a_busy_database_tells_all_who_wait(sqlite: Database) -> None:
    def refuse(_session: Session) -> str:
        raise DatabaseBusyError("busy")

    answers = write_together(sqlite, refuse, adds("waited"))
    assert [type(answer.exception()) for answer in answers] == [DatabaseBusyError, DatabaseBusyError]
    assert names(sqlite) == set()


def test_many_threads_are_all_answered(sqlite: Database) -> None:
    wanted = {str(number) for number in range(200)}
    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(lambda name: sqlite.write(adds(name)), wanted)) == wanted
    assert names(sqlite) == wanted


def test_it_writes_again_after_its_end(sqlite: Database) -> None:
    others = threading.active_count()
    sqlite.write(adds("before"))
    assert threading.active_count() == others + 1
    sqlite.dispose()
    assert threading.active_count() == others
    sqlite.write(adds("after"))
    assert names(sqlite) == {"before", "after"}


def test_a_failure_reaches_the_caller_on_both_databases(database: Database) -> None:
    def fail(_session: Session) -> str:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        database.write(fail)
    assert database.write(lambda session: session.scalars(text("SELECT 1")).one()) == 1
