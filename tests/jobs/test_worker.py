"""The worker as a whole, and the supervisor over real processes."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.jobs.periodic import Job
from app.jobs.supervisor import Program, Supervisor
from app.jobs.worker import Worker
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.outbox import Claim, record_event
from app.kit.slots import JobRun, last_beat


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_worker_drains_runs_its_jobs_and_shows_that_it_lives(database: Database) -> None:
    with database.transaction() as session:
        record_event(session, "test.kind", {}, now=utc_now() - timedelta(seconds=1))
    worked: list[Claim] = []
    ran = threading.Event()

    def step(_session: object, _now: object) -> int:
        ran.set()
        return 0

    worker = Worker(
        database,
        utc_now,
        handlers={"test.kind": worked.append},
        jobs=[Job("noted", timedelta(hours=1), (step,))],
        name="here:1",
    )
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: len(worked) == 1 and ran.is_set())
    finally:
        stop.set()
        thread.join(10)

    assert not thread.is_alive()
    with database.reading() as session:
        assert last_beat(session) is not None
        assert session.scalar(select(JobRun.worker)) == "here:1"


def test_a_dead_child_is_started_again_and_all_end_with_the_supervisor(tmp_path: Path) -> None:
    births = tmp_path / "births"
    code = f"import os, time; open({str(births)!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
    supervisor = Supervisor([Program("sleeper", [sys.executable, "-c", code])])

    def born() -> list[int]:
        return [int(line) for line in births.read_text().splitlines()] if births.exists() else []

    def disturb() -> None:
        wait_for(lambda: len(born()) == 1)
        os.kill(born()[0], signal.SIGKILL)
        wait_for(lambda: len(born()) == 2)
        supervisor.stop()

    ready: list[bool] = []
    disturber = threading.Thread(target=disturb)
    disturber.start()
    supervisor.run(on_ready=lambda: ready.append(True))
    disturber.join()

    assert ready == [True]
    with pytest.raises(ProcessLookupError):
        os.kill(born()[1], 0)
