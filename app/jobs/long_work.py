"""Work that takes minutes, beside the drain that must not wait for it: one row at a time, its lease renewed meanwhile.

What a worker was at when it died is done again by the next one, from the beginning; the result and the end of the row
are written in one transaction, so there is never half a result, nor two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from app.jobs.handlers import PermanentFailureError
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.errors import InvalidInputError, NotFoundError, OtklikError
from app.kit.log import get_logger
from app.kit.outbox import Claim, claim_once, complete, fail, give_back, renew

_LOG = get_logger(__name__)
LEASE = timedelta(seconds=60)
# Work that fails, or kills its worker, so often is not tried again.
MOST_TRIES = 3
Write = Callable[[Session], object]


class LeaseLostError(OtklikError):
    """Another worker has the row by now: ours is to stop."""

    code = "lease_lost"


class StoppedError(OtklikError):
    """The worker was asked to stop; another does the work from the beginning."""

    code = "stopped"


class ObsoleteError(OtklikError):
    """Nobody wants the result any more: the row ends as if it were done."""

    code = "obsolete"


@dataclass(frozen=True, slots=True)
class Hold:
    """One row in the hands of one worker."""

    database: Database
    claim: Claim
    should_stop: Callable[[], bool]

    def check(self) -> None:
        """Raise StoppedError if the worker was asked to stop; costs nothing."""
        if self.should_stop():
            raise StoppedError

    def keep(self, write: Write) -> None:
        """Hold the row on and write how far the work is, in a short transaction; raises LeaseLostError."""
        self.check()
        with self.database.transaction() as session:
            if not renew(session, self.claim, lease=LEASE):
                raise LeaseLostError
            write(session)


class Work(Protocol):
    """One kind of long work."""

    def find_waiting(self, session: Session) -> Sequence[str]:
        """Return the event keys of what waits, or may wait, the first to do first."""
        ...

    def do(self, claim: Claim, hold: Hold) -> Write:
        """Do the work outside any transaction, `hold.keep` every second or so, and return what writes the result.

        Raises ObsoleteError, NotFoundError or InvalidInputError where trying again would not help.
        """
        ...

    def give_up(self, session: Session, claim: Claim, error: str) -> None:
        """Write that this will not be done; `error` is the code of the last failure."""
        ...


@dataclass(frozen=True, slots=True)
class LongWork:
    """One worker's way through the long work; `owner` names it in the rows it holds."""

    database: Database
    clock: Clock
    owner: str
    works: Sequence[Work]

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Work until nothing waits (or asked to stop) and return how many rows were done."""
        done = 0
        for work in self.works:
            with self.database.reading() as session:
                keys = work.find_waiting(session)
            for key in keys:
                if should_stop():
                    return done
                with self.database.transaction() as session:
                    claim = claim_once(session, key, owner=self.owner, lease=LEASE)
                if claim is not None:
                    done += self._do(work, claim, should_stop)
        return done

    def _do(self, work: Work, claim: Claim, should_stop: Callable[[], bool]) -> bool:
        try:
            if claim.attempts > MOST_TRIES:
                raise PermanentFailureError("it was begun three times and never finished")
            write = work.do(claim, Hold(self.database, claim, should_stop))
        except StoppedError:
            with self.database.transaction() as session:
                give_back(session, claim)
            return False
        except LeaseLostError:
            _LOG.warning("long work was taken over by another worker", kind=claim.kind, outbox_id=str(claim.id))
            return False
        except ObsoleteError:
            return self._end(claim, lambda _session: None)
        except (NotFoundError, InvalidInputError) as error:
            # What the business refuses is told to whoever asked; it is no fault of the queue.
            code = error.code
            return self._end(claim, lambda session: work.give_up(session, claim, code))
        except Exception as error:  # noqa: BLE001 -- whatever the work raises belongs to its row, not to the loop
            self._fail(work, claim, error)
            return False
        return self._end(claim, write)

    def _end(self, claim: Claim, write: Write) -> bool:
        with self.database.transaction() as session:
            if complete(session, [claim], now=self.clock()) != 1:
                return False  # another worker has it; its result counts
            write(session)
        return True

    def _fail(self, work: Work, claim: Claim, error: Exception) -> None:
        final = isinstance(error, PermanentFailureError) or claim.attempts >= MOST_TRIES
        _LOG.warning(
            "long work failed",
            kind=claim.kind,
            outbox_id=str(claim.id),
            attempts=claim.attempts,
            permanent=final,
            exc_info=error,
        )
        with self.database.transaction() as session:
            held = fail(session, claim, error=f"{type(error).__name__}: {error}", permanent=final, now=self.clock())
            if held and final:
                work.give_up(session, claim, getattr(error, "code", "unexpected"))
