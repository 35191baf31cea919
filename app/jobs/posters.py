"""Draws batches of posters: the long work behind /manage/posters."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.jobs.long_work import Hold, ObsoleteError, Write
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.outbox import Claim
from app.touchpoints.posters.batches import (
    fail_batch,
    find_waiting,
    finish_batch,
    note_progress,
    read_order,
)
from app.touchpoints.posters.choice import Workshop, list_posters
from app.touchpoints.posters.press import print_posters

# As often as somebody who watches the bar wants it to move.
_TELL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class PosterWork:
    """Draws a batch as it stands when its turn comes."""

    database: Database
    clock: Clock
    workshop: Workshop

    def find_waiting(self, session: Session) -> Sequence[str]:
        """Return the event keys of the batches in the making, the oldest first."""
        return find_waiting(session)

    def do(self, claim: Claim, hold: Hold) -> Write:
        """Draw the batch; the PDF is kept when its row ends."""
        batch_id = _batch_of(claim)
        with self.database.reading() as session:
            order = read_order(session, batch_id)
            if order is None:
                raise ObsoleteError("the batch was removed before it was drawn")
            # What the user may see was asked when the batch was; a unit holds all below it.
            posters = list_posters(session, order.wanted, self.workshop, scope=EVERYTHING, now=self.clock())
        total = len(posters)
        tell = _teller(hold, batch_id, total)
        tell(0)
        printed = print_posters(posters, size=order.size, look=self.workshop.look, on_progress=tell)
        return lambda session: finish_batch(
            session, batch_id, content=printed.content, missing=printed.missing, total=total, now=self.clock()
        )

    def give_up(self, session: Session, claim: Claim, error: str) -> None:
        """Let the user see that there will be no file, and why."""
        fail_batch(session, _batch_of(claim), error=error, now=self.clock())


def _batch_of(claim: Claim) -> uuid.UUID:
    return uuid.UUID(claim.payload["batch_id"])


def _teller(hold: Hold, batch_id: uuid.UUID, total: int) -> Callable[[int], None]:
    next_at = 0.0

    def tell(done: int) -> None:
        nonlocal next_at
        hold.check()
        if time.monotonic() >= next_at:
            hold.keep(lambda session: _write(session, batch_id, done, total))
            next_at = time.monotonic() + _TELL_SECONDS

    return tell


def _write(session: Session, batch_id: uuid.UUID, done: int, total: int) -> None:
    if not note_progress(session, batch_id, done=done, total=total):
        raise ObsoleteError("the batch was removed while it was drawn")
