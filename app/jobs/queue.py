"""huey runs the periodic jobs: JSON only, never pickle, and nothing is tried again by it.

Its store is in this process's memory, or, by URL, in PostgreSQL or Redis, where any number of worker machines share it.
Nothing is lost with it, because what must not be lost is in the database; each job runs once per slot in any case.
"""

import json
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, crontab
from huey.consumer import Consumer
from huey.exceptions import ConfigurationError as HueyConfigurationError
from huey.registry import Message
from huey.serializer import Serializer

from app.jobs.periodic import Job, run_job
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.errors import ConfigurationError
from app.kit.log import get_logger

_LOG = get_logger(__name__)
_NAME = "otklik"
# What each kind of store needs, for the one message that says it is missing.
_DRIVERS = {"postgresql": "psycopg[binary]", "redis": "redis"}
_CONNECT_SECONDS = 5


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


def open_queue(url: str) -> Huey:
    """Return the queue at the address, in memory for an empty one.

    Raises ConfigurationError without the driver, and whatever the driver raises when the store is out of reach.
    """
    kind = kind_of(url)
    options: dict[str, Any] = {"results": False, "serializer": JsonSerializer()}
    if not kind:
        return MemoryHuey(_NAME, **options)
    try:
        if kind == "redis":
            return RedisHuey(_NAME, url=url, **options)
        dsn = url.replace(f"{urlsplit(url).scheme}://", "postgresql://", 1)
        return PostgresHuey(_NAME, dsn=dsn, connect_timeout=_CONNECT_SECONDS, **options)
    except HueyConfigurationError as error:
        raise ConfigurationError(
            f"OTKLIK_QUEUE_URL names a {kind} queue, but its driver is missing: pip install '{_DRIVERS[kind]}'"
        ) from error


def kind_of(url: str) -> str:
    """Return `postgresql`, `redis`, or nothing for the queue in memory."""
    if not url:
        return ""
    return "redis" if url.startswith(("redis://", "rediss://")) else "postgresql"


def ask_queue(url: str) -> int:
    """Return how many messages wait in the queue; raises what `open_queue` does."""
    queue = open_queue(url)
    try:
        return int(queue.storage.queue_size())
    finally:
        queue.storage.close()


def require_driver(url: str) -> None:
    """Raise ConfigurationError if the queue's driver is missing; one that is out of reach is waited for later."""
    try:
        ask_queue(url)
    except ConfigurationError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever the driver raises
        _LOG.warning("the queue of periodic jobs is out of reach", exc_info=error)


def build_consumer(
    database: Database, jobs: Sequence[Job], *, worker: str, clock: Clock, url: str = ""
) -> QuietConsumer:
    """Return a consumer, not yet started, that offers every job each minute; the job's slot decides whether it runs.

    Raises what `open_queue` does.
    """
    logging.getLogger("huey").setLevel(logging.WARNING)  # it would tell of every minute in which nothing was due
    huey = open_queue(url)
    for job in jobs:
        huey.periodic_task(crontab(minute="*"), name=job.name, retries=0)(_runner(database, job, worker, clock))
    return QuietConsumer(huey, workers=1, periodic=True, scheduler_interval=1, max_delay=1.0)


def _runner(database: Database, job: Job, worker: str, clock: Clock) -> Any:
    def run() -> None:
        run_job(database, job, worker=worker, clock=clock)

    return run
