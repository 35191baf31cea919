"""Periodic jobs: once per slot whoever asks, and purges that take all there is in small bites."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.invitations.models import AskedCount
from app.jobs.periodic import BATCH, JOBS, Job, purge_outbox, run_job
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow, OutboxState
from app.kit.slots import JobRun, beat, forget_slots, last_beat, slot_of
from app.organisation.service import get_company

NOW = datetime(2026, 3, 4, 6, 42, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "every", "slot"),
    [
        (NOW, HOUR, "2026-03-04T06:00"),
        (NOW, timedelta(days=1), "2026-03-04T00:00"),
        (NOW, timedelta(minutes=5), "2026-03-04T06:40"),
        (datetime(2026, 3, 4, 4, 42, tzinfo=UTC).astimezone(), HOUR, "2026-03-04T04:00"),
    ],
)
def test_a_slot_is_named_by_its_beginning_in_utc(now: datetime, every: timedelta, slot: str) -> None:
    assert slot_of(now, every) == slot


def test_a_job_runs_once_in_its_slot_and_again_in_the_next(database: Database) -> None:
    job = Job("count", HOUR, (lambda _session, _now: 1,))

    def at(moment: datetime) -> int | None:
        return run_job(database, job, worker="w", clock=lambda: moment)

    assert [at(NOW), at(NOW + timedelta(minutes=10)), at(NOW + HOUR)] == [1, None, 1]
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(JobRun.finished_at.is_not(None))) == 2


def test_many_schedulers_at_once_run_a_job_once(database: Database) -> None:
    job = Job("count", HOUR, (lambda _session, _now: 1,))
    barrier = threading.Barrier(8)
    results: list[int | None] = []

    def schedule() -> None:
        barrier.wait()
        results.append(run_job(database, job, worker=threading.current_thread().name, clock=lambda: NOW))

    threads = [threading.Thread(target=schedule) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results, key=str) == [1] + [None] * 7


def test_a_purge_takes_everything_old_in_bites_and_nothing_young(database: Database) -> None:
    def row(done_at: datetime) -> OutboxRow:
        return OutboxRow(
            id=new_id(), kind="k", payload={}, created_at=NOW, due_at=NOW, state=OutboxState.DONE, done_at=done_at
        )

    with database.transaction() as session:
        session.add_all(row(NOW - timedelta(days=31)) for _ in range(BATCH + 5))
        session.add(row(NOW - timedelta(days=29)))

    touched = run_job(database, Job("purge", HOUR, (purge_outbox,)), worker="w", clock=lambda: NOW)

    assert touched == BATCH + 5
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 1


def test_what_was_given_up_is_forgotten_with_its_messages_and_not_before(database: Database) -> None:
    with database.transaction() as session:
        unit = get_company(session).id
        for days in (89, 91):
            at = NOW - timedelta(days=days)
            dead = {"kind": "k", "payload": {}, "created_at": at, "due_at": at, "state": OutboxState.DEAD}
            session.add(OutboxRow(id=new_id(), done_at=at, **dead))
            session.add(AskedCount(unit_id=unit, day=at.date(), asked=1, cost=1))

    job = next(job for job in JOBS if job.name == "forget-messages")
    assert run_job(database, job, worker="w", clock=lambda: NOW) == 2

    with database.reading() as session:
        assert session.scalars(select(OutboxRow.done_at)).all() == [NOW - timedelta(days=89)]
        assert session.scalars(select(AskedCount.day)).all() == [(NOW - timedelta(days=89)).date()]


def test_every_shipped_job_runs_on_an_empty_database(database: Database) -> None:
    assert [run_job(database, job, worker="w", clock=lambda: NOW) for job in JOBS] == [0] * len(JOBS)


def test_the_latest_sign_of_life_of_any_worker_counts(database: Database) -> None:
    with database.transaction() as session:
        assert last_beat(session) is None
        beat(session, "a", now=NOW)
        beat(session, "b", now=NOW - HOUR)
        beat(session, "b", now=NOW - HOUR / 2)
        assert last_beat(session) == NOW
        assert forget_slots(session, before=NOW) == 1
        assert last_beat(session) == NOW
