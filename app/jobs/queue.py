"""huey runs the periodic jobs: its store is in this process's memory and speaks JSON, never pickle.

Nothing is lost with it, because what must not be lost is in the database.
"""

import json
import logging
from collections.abc import Sequence
from typing import Any

from huey import MemoryHuey, crontab
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer

from app.jobs.periodic import Job, run_job
from app.kit.clock import Clock
from app.kit.db import Database


class JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON: a queue that somebody else can write to must not be able to run code here."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(data._asdict()).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(**json.loads(data))


class QuietConsumer(Consumer):  # type: ignore[misc]
    """A consumer that leaves signals to the worker around it."""

    def _set_signal_handlers(self) -> None:
        """Signals are the worker's, which also has a row in hand to finish."""


def build_consumer(database: Database, jobs: Sequence[Job], *, worker: str, clock: Clock) -> QuietConsumer:
    """Return a consumer, not yet started, that offers every job each minute; the job's slot decides whether it runs."""
    logging.getLogger("huey").setLevel(logging.WARNING)  # it would tell of every minute in which nothing was due
    huey = MemoryHuey("otklik", results=False, serializer=JsonSerializer())
    for job in jobs:
        huey.periodic_task(crontab(minute="*"), name=job.name, retries=0)(_runner(database, job, worker, clock))
    return QuietConsumer(huey, workers=1, periodic=True, scheduler_interval=1, max_delay=1.0)


def _runner(database: Database, job: Job, worker: str, clock: Clock) -> Any:
    def run() -> None:
        run_job(database, job, worker=worker, clock=clock)

    return run
