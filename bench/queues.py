"""The queues of a hundred thousand open cases: fifty of any, for anybody, on the first page and on the thousandth."""

import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.permissions import Actor, Grant
from app.accounts.scope import EVERYTHING, Scope
from app.callbacks.choosing import claim_most_urgent
from app.callbacks.queues import PAGE, Queue, count_queues, list_cases, read_version, write_cursor
from app.web.edge import Wiring
from bench.open_cases import Crowd, write_open_cases
from bench.place import Place
from bench.report import Report, Row, say

TARGET = 0.05
_TURNS = 5
# Where the middle of each queue lies, from now: of all open cases that is the thousandth page.
_MIDDLE = {
    **dict.fromkeys(Queue, timedelta(hours=24)),
    Queue.OVERDUE: timedelta(hours=-12),
    Queue.SCHEDULED: timedelta(hours=36),
    Queue.CLOSED: timedelta(hours=-19),
}
_PLACES = (("the company", None), ("half of it", "region-0"), ("a region", "region-3"), ("an office", "office-7"))


def measure_queues(report: Report, place: Place, *, offices: int, cases: int) -> None:
    """Make the company and read every queue in every scope; of each scope the slowest queue is told."""
    with place.wired() as wiring:
        say(f"  writing {cases:,} open cases in {offices:,} offices")
        crowd = write_open_cases(wiring, offices=offices, cases=cases)
        for name, code in _PLACES:
            what = f"{place.name}: queues of {cases:,} open cases, {name}"
            reader = _Reader(wiring, crowd, Scope(frozenset({crowd.units[code]})) if code else EVERYTHING)
            taken, page = max(reader.list(queue, late=late) for queue in Queue for late in (False, True))
            ours = f"{taken * 1000:.1f} ms ({page})"
            report.add(Row(f"{what}: {PAGE} of the slowest", "", ours, "", "≤ 50 ms", met=taken <= TARGET))
            counts, version = reader.count(), reader.fingerprint()
            both = f"{counts * 1000:.1f} / {version * 1000:.1f} ms"
            met = max(counts, version) <= TARGET
            report.add(Row(f"{what}: counts / fingerprint", "", both, "", "≤ 50 ms", met=met))
        taken = _claim(wiring, crowd)
        what = f"{place.name}: the most urgent of {cases:,} claimed, durable"
        report.add(Row(what, "", f"{taken * 1000:.1f} ms", "", "≤ 50 ms", met=taken <= TARGET))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whoever looks at the queues of a scope; each method returns the median of some turns in seconds."""

    wiring: Wiring
    crowd: Crowd
    scope: Scope

    def list(self, queue: Queue, *, late: bool) -> tuple[float, str]:
        """Read a page as the busiest person and as one who holds nothing; the slower of both, and which page it was."""
        taken = [0.0]
        for user_id in (self.crowd.busy, self.crowd.idle):
            cursor = write_cursor(self.wiring.clock() + _MIDDLE[queue], uuid.UUID(int=0)) if late else None
            taken.append(self._median(self._page(queue, user_id, cursor)))
        return max(taken), f"{queue}, {'late' if late else 'first'} page"

    def count(self) -> float:
        """Count all queues."""
        now = self.wiring.clock()
        return self._median(lambda session: count_queues(session, scope=self.scope, user_id=self.crowd.busy, now=now))

    def fingerprint(self) -> float:
        """Ask whether the first page is as it was."""
        now = self.wiring.clock()
        return self._median(
            lambda session: read_version(session, self.scope, self.crowd.busy, None, Queue.UNIT, now=now)
        )

    def _page(self, queue: Queue, user_id: uuid.UUID, cursor: str | None) -> Callable[[Session], object]:
        now = self.wiring.clock()
        return lambda session: list_cases(
            session, scope=self.scope, work_scope=self.scope, queue=queue, user_id=user_id, cursor=cursor, now=now
        )

    def _median(self, work: Callable[[Session], object]) -> float:
        taken = []
        for _ in range(_TURNS + 1):
            with self.wiring.database.reading() as session:
                begin = time.perf_counter()
                work(session)
                taken.append(time.perf_counter() - begin)
        return statistics.median(taken[1:])  # the first reads from the disk


def _claim(wiring: Wiring, crowd: Crowd) -> float:
    """Return the median of some claims in seconds, commit included."""
    actor = Actor(crowd.idle, (Grant(Role.MANAGER, uuid.UUID(int=0), whole_company=True),))
    taken = []
    for _ in range(_TURNS):
        begin = time.perf_counter()
        with wiring.database.transaction() as session:
            case = claim_most_urgent(session, actor=actor, now=wiring.clock())
        taken.append(time.perf_counter() - begin)
        assert case is not None
    return statistics.median(taken)
