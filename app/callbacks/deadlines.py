"""When somebody must have been rung and when a matter must be settled, in the working hours of a unit. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.organisation.hours import Span
from app.organisation.workdays import WorkingTime


@dataclass(frozen=True, slots=True)
class Deadline:
    """Working hours until the first attempt and until the settlement, both counted from the same moment."""

    first_attempt_hours: float
    settle_hours: float


def add_working_hours(start: datetime, hours: float, time: WorkingTime) -> datetime:
    """Return the instant (UTC) at which the unit will have worked `hours` since `start`, an aware instant.

    Hours are real elapsed time: an hour that the clocks skip is not worked, one that they repeat is worked twice. A
    deadline that is up exactly at closing time falls on closing time, not on the next opening; zero hours return
    `start` itself. A week always has hours somewhere (WeekHours refuses an empty one), so that every deadline comes.
    """
    left = timedelta(hours=hours)
    reached = start.astimezone(UTC)
    if left <= timedelta():
        return reached
    for opens, closes in open_spans(reached, time):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise AssertionError("unreachable: spans never end")


def working_between(start: datetime, end: datetime, time: WorkingTime) -> timedelta:
    """Return for how long the unit works from `start` to `end`; nothing if it does not, or `end` comes first."""
    worked = timedelta()
    for opens, closes in open_spans(start, time):
        if opens >= end:
            break
        worked += min(closes, end) - opens
    return worked


def open_spans(start: datetime, time: WorkingTime) -> Iterator[tuple[datetime, datetime]]:
    """Yield without end when the unit works from `start` on, in UTC, what has begun cut at `start`."""
    start = start.astimezone(UTC)
    day = start.astimezone(time.time_zone).date()
    while True:
        for opens, closes in _spans_of(day, time.spans_on(day), time.time_zone):
            begins = max(opens, start)
            if begins < closes:
                yield begins, closes
        day += timedelta(days=1)


def when_due(
    *,
    next_attempt_at: datetime | None,
    first_attempt_due_at: datetime | None,
    first_attempt_at: datetime | None,
    settle_due_at: datetime,
    promise_due_at: datetime | None = None,
) -> datetime:
    """Return what the list sorts by: the agreed next attempt, else the first attempt's time, else the settlement's.

    A promise that falls earlier brings it forward; a later one hides nothing.
    """
    if next_attempt_at is not None:
        due = next_attempt_at
    elif first_attempt_due_at is not None and first_attempt_at is None:
        due = min(first_attempt_due_at, settle_due_at)
    else:
        due = settle_due_at
    return due if promise_due_at is None else min(due, promise_due_at)


class NextMove(StrEnum):
    """What is to be done next about a case."""

    RING = "ring"
    RING_AGAIN = "ring_again"
    SETTLE = "settle"
    LOOK_INTO = "look_into"
    NOTHING = "nothing"


def next_move(
    *, has_number: bool, closed: bool, first_attempt_at: datetime | None, next_attempt_at: datetime | None
) -> NextMove:
    """Return what is to be done by `when_due`."""
    if closed:
        return NextMove.NOTHING
    if not has_number:
        return NextMove.LOOK_INTO
    if next_attempt_at is not None:
        return NextMove.RING_AGAIN
    return NextMove.RING if first_attempt_at is None else NextMove.SETTLE


def _spans_of(day: date, spans: Sequence[Span], zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is worked on the day, in UTC: read with the offset before a change of the clocks, then after it."""
    if not spans:
        return
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    # Offsets lie between -12 and +14 hours, so that the whole local day is between these two instants.
    first, last = midnight - timedelta(hours=15), midnight + timedelta(hours=39)
    before, after = _offset(first, zone), _offset(last, zone)
    if before == after:
        yield from _place(spans, midnight - before)
        return
    change = _find_change(first, last, zone)
    for opens, closes in _place(spans, midnight - before):
        yield opens, min(closes, change)
    for opens, closes in _place(spans, midnight - after):
        yield max(opens, change), closes


def _place(spans: Sequence[Span], midnight: datetime) -> Iterator[tuple[datetime, datetime]]:
    for opens, closes in spans:
        yield midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)


def _find_change(first: datetime, last: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant between the two at which the zone's offset changes, to the second."""
    before = _offset(first, zone)
    low, high = 0, int((last - first).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(first + timedelta(seconds=middle), zone) == before:
            low = middle
        else:
            high = middle
    return first + timedelta(seconds=high)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
