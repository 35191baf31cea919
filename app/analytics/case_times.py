"""How long people waited: the time between two instants on the wall and in a unit's working hours, and the median and
the 90th percentile of many such times. Pure.

Instants are whole seconds since 1970 (UTC), so that a hundred thousand cases are a matter of a moment. Whoever still
waits past the deadline counts as waiting longest of all: ignoring people must not make the others' median look better.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import floor

from app.analytics.suppression import MINIMUM
from app.callbacks.deadlines import open_spans
from app.organisation.workdays import WorkingTime

P90 = 0.9


class WorkClock:
    """How many seconds a unit has worked by an instant, between two instants given at the start."""

    def __init__(self, time: WorkingTime, since: datetime, until: datetime) -> None:
        self._opens: list[int] = []
        self._closes: list[int] = []
        # Worked before each span begins.
        self._before: list[int] = []
        worked, end = 0, _seconds(until)
        for opens, closes in open_spans(since, time):
            start, stop = _seconds(opens), _seconds(closes)
            if start >= end:
                break
            self._opens.append(start)
            self._closes.append(stop)
            self._before.append(worked)
            worked += stop - start

    def between(self, start: int, end: int) -> int:
        """Return the seconds worked from `start` to `end`, both within the bounds of the clock; 0 if not in order."""
        return max(0, self.by(end) - self.by(start))

    def by(self, instant: int) -> int:
        """Return the seconds worked from the clock's beginning to the instant."""
        place = bisect_right(self._opens, instant) - 1
        if place < 0:
            return 0
        return self._before[place] + min(instant, self._closes[place]) - self._opens[place]


@dataclass(slots=True)
class Waits:
    """Seconds until it was done, and so far where it is not done in time and not yet."""

    done: list[int] = field(default_factory=list)
    so_far: list[int] = field(default_factory=list)

    def add(self, other: "Waits") -> None:
        """Count the other's with these."""
        self.done += other.done
        self.so_far += other.so_far


@dataclass(frozen=True, slots=True)
class Quantile:
    """A point of the distribution; `at_least` where it falls among those who still wait: then nobody knows more."""

    value: timedelta
    at_least: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 90th percentile of `n` times, `waiting` of them still running; None below ten."""

    n: int
    waiting: int
    median: Quantile | None
    p90: Quantile | None


def spread_of(waits: Waits, *, minimum: int = MINIMUM) -> Spread:
    """Return the median and the 90th percentile, hidden below `minimum` times."""
    n = len(waits.done) + len(waits.so_far)
    if n < max(minimum, 1):
        return Spread(n, len(waits.so_far), None, None)
    done = sorted(waits.done)
    longest = done[-1] if done else 0
    ordered = done + sorted(max(seconds, longest) for seconds in waits.so_far)
    median, p90 = (_point(ordered, part, done=len(done)) for part in (0.5, P90))
    return Spread(n, len(waits.so_far), median, p90)


def quantile(ordered: Sequence[int], part: float) -> float:
    """Return the quantile of sorted values, between two of them in proportion (as PostgreSQL's percentile_cont)."""
    place = part * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def merge(all_waits: Iterable[Waits]) -> Waits:
    """Return all of them together."""
    merged = Waits()
    for waits in all_waits:
        merged.add(waits)
    return merged


def _point(ordered: Sequence[int], part: float, *, done: int) -> Quantile:
    at_least = part * (len(ordered) - 1) > done - 1
    return Quantile(timedelta(seconds=round(quantile(ordered, part))), at_least)


def _seconds(instant: datetime) -> int:
    return int(instant.astimezone(UTC).timestamp())
