"""A lane of the outbox and the loop that works it: claims by lease, few at a time, several threads side by side.

`LaneLoop` is for whatever is done once per row; sending messages (`dispatch`) has a way of its own to claim, and shares
the loop below it.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.jobs.handlers import PermanentFailureError
from app.jobs.slots import Slots, Task
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.errors import OtklikError
from app.kit.log import get_logger
from app.kit.outbox import MAX_ATTEMPTS, Claim, claim_due, complete, fail, renew

_LOG = get_logger(__name__)
# How long a row is held: longer than a gateway or an endpoint may take (30 s), with room for two short transactions.
LEASE = timedelta(seconds=60)
# A call that has not come back by then is written off, before another worker takes the row.
_LONGEST = 0.9
# How often an empty lane is looked at; a reply in a chat should not feel slow.
TICK_SECONDS = 0.5
_AWAY_SECONDS = 2.0


class RetryAtError(OtklikError):
    """The work failed and knows when it is to be tried again."""

    code = "retry_at"

    def __init__(self, message: str = "", *, retry_at: datetime) -> None:
        super().__init__(message or "to be tried again")
        self.retry_at = retry_at


# Called in the transaction that writes the failure: what failed, what was said, whether that was the last try.
OnFailure = Callable[[Session, Claim, Exception, bool], None]


@dataclass(frozen=True, slots=True)
class Lane:
    """What is done with the rows of one lane.

    `handle` runs outside any transaction, is called again after a crash, and may raise PermanentFailureError or
    RetryAtError; anything else is tried again by the outbox's schedule. It returns within 50 seconds.
    """

    name: str
    handle: Callable[[Claim], None]
    threads: int = 4
    on_failure: OnFailure | None = None


class Source(Protocol):
    """Where a loop's work comes from."""

    @property
    def name(self) -> str:
        """How its threads are named."""
        ...

    @property
    def threads(self) -> int:
        """How many tasks at once."""
        ...

    @property
    def lease(self) -> timedelta:
        """How long a task may take."""
        ...

    def take(self, limit: int) -> Sequence[Task]:
        """Return up to `limit` (1 or more) tasks to begin now."""
        ...

    def pause(self) -> float:
        """Return after how many seconds to look again when nothing, or less than asked for, was there to take."""
        ...


def run_source(source: Source, stop: threading.Event) -> None:
    """Work until told to stop, then let what is under way come to its end; an absent database is waited for."""
    seconds = source.lease.total_seconds() * _LONGEST
    slots = Slots(source.name, source.threads, seconds=seconds)
    while not stop.is_set():
        free = slots.free()
        if not free:
            slots.wait(TICK_SECONDS)
            continue
        try:
            tasks = source.take(free)
        except Exception as error:  # noqa: BLE001 -- the database may be away for a while; the worker lives on
            away = isinstance(error, SQLAlchemyError)
            said = None if away else error
            _LOG.error("a lane cannot work", lane=source.name, error=type(error).__name__, exc_info=said)
            stop.wait(_AWAY_SECONDS)
            continue
        for task in tasks:
            slots.begin(task)
        if len(tasks) < free:
            stop.wait(source.pause())
    # Shorter than the supervisor's patience; what is not done by then, another worker does when the lease ends.
    slots.close(min(seconds, 25.0))


@dataclass(frozen=True, slots=True)
class LaneLoop:
    """One worker's way through a lane; `owner` names it in the rows it holds."""

    database: Database
    clock: Clock
    owner: str
    lane: Lane
    lease: timedelta = LEASE

    @property
    def name(self) -> str:
        """The lane's."""
        return self.lane.name

    @property
    def threads(self) -> int:
        """The lane's."""
        return self.lane.threads

    def take(self, limit: int) -> Sequence[Task]:
        """Claim as many rows as there are free threads, so that none waits for its turn while its lease runs."""
        with self.database.transaction() as session:
            claims = claim_due(session, owner=self.owner, limit=limit, lease=self.lease, lane=self.lane.name)
        return [_Row(self, claim) for claim in claims]

    def pause(self) -> float:
        """Nothing is due: look again soon."""
        return TICK_SECONDS

    def run_once(self) -> int:
        """Do what is due, one row after the other in this very thread, and return how many rows were tried."""
        tried = 0
        while tasks := self.take(self.threads):
            for task in tasks:
                task.run()
            tried += len(tasks)
        return tried


@dataclass(frozen=True, slots=True)
class _Row:
    """A claimed row on its way through the handler."""

    loop: LaneLoop
    claim: Claim

    def run(self) -> None:
        try:
            self.loop.lane.handle(self.claim)
        except Exception as error:  # noqa: BLE001 -- whatever a handler raises belongs to its row, not to the loop
            self._fail(error)
            return
        self.loop.database.write(lambda session: complete(session, [self.claim], now=self.loop.clock()))

    def write_off(self) -> None:
        """A handler that hangs has failed; its row is tried again by the schedule, and ends as any other."""
        self._fail(TimeoutError("it never came back"))

    def _fail(self, error: Exception) -> None:
        permanent = isinstance(error, PermanentFailureError)
        retry_at = error.retry_at if isinstance(error, RetryAtError) else None
        claim = self.claim
        _LOG.warning(
            "outbox row failed",
            kind=claim.kind,
            outbox_id=str(claim.id),
            attempts=claim.attempts,
            permanent=permanent,
            exc_info=None if isinstance(error, OtklikError) else error,
        )
        said = f"{type(error).__name__}: {error}"
        now = self.loop.clock()
        with self.loop.database.transaction() as session:
            held = fail(session, claim, error=said, permanent=permanent, now=now, retry_at=retry_at)
            if held and self.loop.lane.on_failure is not None:
                # The outbox itself gives up after so many tries.
                self.loop.lane.on_failure(session, claim, error, permanent or is_last_try(claim))


def end_held(database: Database, claim: Claim, work: Callable[[Session], object], *, clock: Clock) -> None:
    """Write what became of a row together with its end, unless its lease has run out and another worker holds it."""

    def write(session: Session) -> None:
        if renew(session, claim, lease=LEASE):
            work(session)
            complete(session, [claim], now=clock())

    database.write(write)


def is_last_try(claim: Claim) -> bool:
    """Tell whether the outbox gives the row up if this try fails."""
    return claim.attempts >= MAX_ATTEMPTS
