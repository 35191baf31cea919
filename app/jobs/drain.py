"""Drains the outbox: claims due rows, hands each to its handler, writes the result, in short transactions.

Nothing calls the outside world inside a transaction, and the end of a row that does is written before the next row is
begun, so a crash repeats at most the one row in hand. Rows that only make a line in the log end together, and with them
what webhooks and staff are to be told of them is queued.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from app.jobs.handlers import HANDLERS, Handler, PermanentFailureError, note
from app.jobs.notices import queue_telling
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.log import get_logger
from app.kit.outbox import Claim, claim_due, complete, fail
from app.webhooks.fan_out import fan_out

_LOG = get_logger(__name__)
# Few at a time, so that the lease covers a whole batch even when a gateway takes a second for each.
BATCH = 50
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Drain:
    """One worker's way through the outbox; `owner` names it in the rows it holds."""

    database: Database
    clock: Clock
    owner: str
    handlers: Mapping[str, Handler] = field(default_factory=lambda: HANDLERS)

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Work until nothing is due (or asked to stop, after the row in hand) and return how many rows were done."""
        done = 0
        while not should_stop():
            with self.database.transaction() as session:
                claims = claim_due(session, owner=self.owner, limit=BATCH, lease=LEASE)
            done += self._note([claim for claim in claims if claim.kind not in self.handlers])
            for claim in claims:
                if claim.kind not in self.handlers:
                    continue
                if should_stop():
                    return done  # the rest comes free when its lease ends
                done += self._work(claim)
            if len(claims) < BATCH:
                return done
        return done

    def _note(self, claims: Sequence[Claim]) -> int:
        if not claims:
            return 0
        for claim in claims:
            note(claim)
        with self.database.transaction() as session:
            now = self.clock()
            fan_out(session, claims, now=now)
            queue_telling(session, claims, now=now)
            return complete(session, claims, now=now)

    def _work(self, claim: Claim) -> bool:
        try:
            self.handlers[claim.kind](claim)
        except Exception as error:  # noqa: BLE001 -- whatever a handler raises belongs to its row, not to the loop
            permanent = isinstance(error, PermanentFailureError)
            _LOG.warning(
                "outbox row failed",
                kind=claim.kind,
                outbox_id=str(claim.id),
                attempts=claim.attempts,
                permanent=permanent,
                exc_info=error,
            )
            with self.database.transaction() as session:
                fail(session, claim, error=f"{type(error).__name__}: {error}", permanent=permanent, now=self.clock())
            return False
        with self.database.transaction() as session:
            return complete(session, [claim], now=self.clock()) == 1
