"""huey's store in memory, PostgreSQL and Redis: shared by machines, each job once a slot, never any code in it."""

import os
import pickle
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import func, select

from app.jobs.periodic import Job
from app.jobs.queue import ask_queue, build_consumer, open_queue
from app.jobs.worker import Worker
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.outbox import record_event
from app.kit.slots import JobRun
from tests.conftest import POSTGRES, new_postgres
from tests.jobs.test_worker import wait_for

REDIS = shutil.which(os.environ.get("TEST_REDIS", "redis-server"))
STORES = ["memory", *(["postgresql"] if POSTGRES else []), *(["redis"] if REDIS else [])]
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
if os.environ.get("CI") == "true":
    assert STORES == ["memory", "postgresql", "redis"], "everything needed is at hand here, and nothing is left out"


@contextmanager
def new_redis(directory: Path) -> Iterator[str]:
    """A Redis server of this test's own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert REDIS is not None
    command = [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory), "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    try:
        wait_for(lambda: answers(port))
        yield url
    finally:
        server.terminate()
        server.wait(10)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=STORES)
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty queue of this test's own."""
    if request.param == "memory":
        yield ""
        return
    with new_postgres() if request.param == "postgresql" else new_redis(tmp_path) as url:
        yield url


def write_raw(url: str, data: bytes) -> None:
    """Put bytes into the queue as somebody would who can write to its store."""
    if url.startswith("redis"):
        with redis.Redis.from_url(url) as client:
            client.lpush("huey.redis.otklik", data)
        return
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("INSERT INTO huey_task (queue, data) VALUES ('otklik', %s)", (data,))


@contextmanager
def running(*workers: Worker) -> Iterator[None]:
    """Run the workers for the block."""
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(stop,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)


def test_a_job_runs_by_the_clock(queue_url: str, database: Database) -> None:
    ran = threading.Event()
    job = Job("noted", timedelta(hours=1), (lambda _session, _now: ran.set() or 0,))  # type: ignore[func-returns-value]

    with running(Worker(database, utc_now, jobs=[job], name="here:1", queue_url=queue_url)):
        assert ran.wait(15)


def test_workers_on_several_machines_run_each_job_once_a_slot(queue_url: str, database: Database) -> None:
    ran: list[str] = []

    def step(name: str) -> Callable[[object, object], int]:
        return lambda _session, _now: ran.append(name) or 0  # type: ignore[func-returns-value]

    jobs = [Job(name, timedelta(hours=1), (step(name),)) for name in ("one", "two", "three")]
    workers = [
        Worker(database, lambda: NOON, jobs=jobs, name=f"machine-{number}:1", queue_url=queue_url)
        for number in range(3)
    ]

    with running(*workers):
        wait_for(lambda: len(set(ran)) == 3, 20)
        if queue_url:
            wait_for(lambda: ask_queue(queue_url) == 0)

    assert sorted(ran) == ["one", "three", "two"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(JobRun)) == 3


class Trap:
    """What a pickle does when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.system, (f"touch {self.path}",)


def test_a_crafted_message_runs_nothing_and_stops_nobody(queue_url: str, database: Database, tmp_path: Path) -> None:
    if not queue_url:
        queue = open_queue("")
        queue.storage.enqueue(pickle.dumps(Trap(tmp_path / "sprung")))
        with pytest.raises(ValueError, match=r"codec|JSON|Expecting"):
            queue.dequeue()
        return
    trap = tmp_path / "sprung"
    open_queue(queue_url)  # makes its tables
    crafted = [
        pickle.dumps(Trap(trap)),
        b'["id", "os.system"]',
        b'{"id": "1", "name": "os.system", "args": ["touch ' + str(trap).encode() + b'"]}',
        b"\xff\x00",
    ]
    for data in crafted:
        write_raw(queue_url, data)
    ran = threading.Event()
    job = Job("noted", timedelta(hours=1), (lambda _session, _now: ran.set() or 0,))  # type: ignore[func-returns-value]

    with running(Worker(database, utc_now, jobs=[job], name="here:1", queue_url=queue_url)):
        assert ran.wait(20)
        wait_for(lambda: ask_queue(queue_url) == 0)

    assert not trap.exists()


def test_a_queue_out_of_reach_keeps_no_worker_from_its_outbox(database: Database) -> None:
    from_outbox = threading.Event()
    with database.transaction() as session:
        record_event(session, "test.kind", {}, now=utc_now() - timedelta(seconds=1))
    nowhere = "postgresql://nobody@127.0.0.1:9/none"

    handlers = {"test.kind": lambda _claim: from_outbox.set()}
    with running(Worker(database, utc_now, handlers=handlers, jobs=[], name="here:1", queue_url=nowhere)):
        assert from_outbox.wait(15)


@pytest.mark.parametrize(("module", "url"), [("redis", "redis://localhost/0"), ("psycopg", "postgresql://localhost/x")])
def test_a_missing_driver_is_said_in_words(module: str, url: str) -> None:
    code = f"import sys; sys.modules[{module!r}] = None\nfrom app.jobs.queue import open_queue\nopen_queue({url!r})"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "its driver is missing: pip install" in result.stderr.splitlines()[-1]


def test_the_consumer_ends_when_it_is_told_to(queue_url: str, database: Database) -> None:
    consumer = build_consumer(database, [], worker="here:1", clock=utc_now, url=queue_url)
    consumer.start()
    begun = time.monotonic()
    consumer.stop(graceful=True)

    assert time.monotonic() - begun < 5
