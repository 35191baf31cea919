"""The worker process: drains the outbox, works its lanes, runs periodic jobs, and shows that it lives."""

import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.jobs.dispatch import ChannelLoop
from app.jobs.drain import Drain
from app.jobs.handlers import HANDLERS, Handler
from app.jobs.lanes import Lane, LaneLoop, Source, run_source
from app.jobs.long_work import LongWork, Work
from app.jobs.periodic import JOBS, Job
from app.jobs.queue import build_consumer
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.log import get_logger
from app.kit.slots import beat
from app.messaging.models import MessagingChannel
from app.messaging.sending import Sender

_LOG = get_logger(__name__)
TICK_SECONDS = 1.0
BEAT_SECONDS = 5.0


def worker_name() -> str:
    """Return a name for this process that no other living one has: machine and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(slots=True)
class Worker:
    """Runs until `stop` is set; then the row in hand is finished and nothing new is begun."""

    database: Database
    clock: Clock
    handlers: Mapping[str, Handler] = field(default_factory=lambda: HANDLERS)
    jobs: Sequence[Job] = JOBS
    works: Sequence[Work] = ()
    lanes: Sequence[Lane] = ()
    sender: Sender | None = None
    # Where huey keeps what is due by the clock; in memory if empty.
    queue_url: str = ""
    name: str = field(default_factory=worker_name)

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; an unreachable database is waited for, not died of."""
        drain = Drain(self.database, self.clock, self.name, self.handlers)
        by_the_clock = threading.Thread(target=self._run_jobs, args=(stop,), name="by-the-clock")
        by_the_clock.start()
        long_work = threading.Thread(target=self._work_long, args=(stop,), name="long-work")
        long_work.start()
        loops = [
            threading.Thread(target=run_source, args=(source, stop), name=source.name) for source in self._sources()
        ]
        for loop in loops:
            loop.start()
        _LOG.info("worker started", worker=self.name)
        next_beat = 0.0
        while not stop.is_set():
            try:
                if time.monotonic() >= next_beat:
                    with self.database.transaction() as session:
                        beat(session, self.name, now=self.clock())
                    next_beat = time.monotonic() + BEAT_SECONDS
                drain.run(stop.is_set)
            except Exception as error:  # noqa: BLE001 -- the database may be away for a while; /readyz shows our age
                _LOG.error("worker cannot work", worker=self.name, exc_info=error)
                stop.wait(BEAT_SECONDS)
            stop.wait(TICK_SECONDS)
        by_the_clock.join()
        long_work.join()
        for loop in loops:
            loop.join()
        _LOG.info("worker stopped", worker=self.name)

    def _run_jobs(self, stop: threading.Event) -> None:
        """Run what is due by the clock; a queue that is out of reach is waited for, and everything else goes on."""
        while not stop.is_set():
            try:
                consumer = build_consumer(
                    self.database, self.jobs, worker=self.name, clock=self.clock, url=self.queue_url
                )
            except Exception as error:  # noqa: BLE001 -- whatever the driver raises; the outbox needs no queue
                _LOG.error("the queue of periodic jobs is out of reach", worker=self.name, exc_info=error)
                stop.wait(BEAT_SECONDS)
                continue
            consumer.start()
            stop.wait()
            consumer.stop()

    def _sources(self) -> list[Source]:
        lanes: list[Source] = [LaneLoop(self.database, self.clock, self.name, lane) for lane in self.lanes]
        sender = self.sender
        if sender is None:
            return lanes
        channels = [channel for channel in MessagingChannel if channel in sender.gateways.channels]
        return lanes + [ChannelLoop(self.database, self.clock, self.name, sender, channel) for channel in channels]

    def _work_long(self, stop: threading.Event) -> None:
        """What takes minutes, beside everything that must not wait for it."""
        long_work = LongWork(self.database, self.clock, self.name, self.works)
        while not stop.wait(TICK_SECONDS):
            try:
                long_work.run(stop.is_set)
            except Exception as error:  # noqa: BLE001 -- as above
                _LOG.error("worker cannot do its long work", worker=self.name, exc_info=error)
                stop.wait(BEAT_SECONDS)
