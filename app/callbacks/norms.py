"""When a case's two clocks are up: by score, by the norms of the channel, by what hurries it, by the customer's window.

Pure. The order is that of docs/callbacks.md: the score gives both clocks, a channel's norm replaces them, hurry makes
them shorter, and the window that the customer chose wins over all of it, for the first attempt.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.callbacks.deadlines import Deadline, add_working_hours, open_spans, working_between
from app.callbacks.rules.clocks import ChannelNorm, Hurried, Hurry, Windows
from app.organisation.workdays import WorkingTime

# Shorter than this, what is left of a window is gone before somebody has read the case.
LEAST_ROOM = timedelta(minutes=30)
_HOUR = timedelta(hours=1)
# A unit that works on one day a week, which is a holiday, works in the next one.
_DAYS_AHEAD = 60


@dataclass(frozen=True, slots=True)
class Clock:
    """When it is up, and when so much of it is up that somebody is warned; both in UTC."""

    due_at: datetime
    warn_at: datetime


@dataclass(frozen=True, slots=True)
class Norms:
    """What counts for one case. `norm` is its channel's, None for one without; `warn_at_percent` is of working time."""

    deadline: Deadline
    norm: ChannelNorm | None
    hurry: Hurry
    hurried_by: frozenset[Hurried]
    windows: Windows
    warn_at_percent: float


def run_first_attempt(norms: Norms, works: WorkingTime, *, start: datetime, window: str | None) -> Clock:
    """Return the clock of the first attempt, which began at `start`, for a customer who chose the window (or none)."""
    chosen = norms.windows.span(window)
    if chosen is not None:
        return _warned(norms, works, start, next_window(start, *chosen, works))
    norm = norms.norm
    if norm is not None and norm.first_attempt_days is not None:
        due = same_time_after(start, norm.first_attempt_days, works)
    elif norm is not None and norm.first_attempt_minutes is not None:
        due = add_working_hours(start, norm.first_attempt_minutes / 60, works)
    else:
        due = add_working_hours(start, norms.deadline.first_attempt_hours, works)
    return _warned(norms, works, start, _hurry(norms, works, start, due))


def run_settlement(norms: Norms, works: WorkingTime, *, start: datetime, first_attempt: Clock | None) -> Clock:
    """Return the clock of the settlement; it is never up before the first attempt's."""
    norm = norms.norm
    hours = norms.deadline.settle_hours
    if norm is not None and norm.settle_hours is not None:
        hours = norm.settle_hours
    due = _hurry(norms, works, start, add_working_hours(start, hours, works))
    if norm is not None and norm.settle_days is not None:
        due = min(due, _same_clock(start, norm.settle_days, works))
    if first_attempt is not None:
        due = max(due, first_attempt.due_at)
    return _warned(norms, works, start, due)


def next_window(start: datetime, begins: time, ends: time, works: WorkingTime) -> datetime:
    """Return when the customer's window is over, the first one with room left, on a day on which the unit works.

    Of a window that lies partly in the unit's hours that part counts; one that lies outside them counts as it is: the
    customer's word stands over the unit's hours, though not over its days off.
    """
    today = start.astimezone(works.time_zone).date()
    last = None
    for day in (today + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD)):
        if not works.spans_on(day):
            continue
        opens, closes = _worked_part(_at(day, begins, works), _at(day, ends, works), works)
        last = closes
        room = min(LEAST_ROOM, closes - opens)
        if closes - max(opens, start) >= room:
            return closes
    return last or _at(today, ends, works)


def same_time_after(start: datetime, days: int, works: WorkingTime) -> datetime:
    """Return the same time of day so many of the unit's working days later, or the last moment worked before it."""
    local = start.astimezone(works.time_zone)
    day = local.date()
    for _ in range(days):
        day = _next_working_day(day, works)
    due = _at(day, local.time(), works)
    worked = due
    for opens, closes in open_spans(start, works):
        if opens >= due:
            break
        worked = min(closes, due)
    return worked


def _next_working_day(day: date, works: WorkingTime) -> date:
    ahead = (day + timedelta(days=number) for number in range(1, _DAYS_AHEAD))
    return next((each for each in ahead if works.spans_on(each)), day + timedelta(days=1))


def _worked_part(begins: datetime, ends: datetime, works: WorkingTime) -> tuple[datetime, datetime]:
    """Return the part of the window from the first to the last moment worked in it, all of it where none is."""
    worked: list[tuple[datetime, datetime]] = []
    for opens, closes in open_spans(begins, works):
        if opens >= ends:
            break
        worked.append((opens, min(closes, ends)))
    return (worked[0][0], worked[-1][1]) if worked else (begins, ends)


def _hurry(norms: Norms, works: WorkingTime, start: datetime, due: datetime) -> datetime:
    factor = norms.hurry.factor(norms.hurried_by)
    if factor == 1:
        return due
    return add_working_hours(start, working_between(start, due, works) / _HOUR * factor, works)


def _warned(norms: Norms, works: WorkingTime, start: datetime, due: datetime) -> Clock:
    """Return the clock with its warning: so much of the time worked until then, of plain time where none is worked."""
    share = norms.warn_at_percent / 100
    worked = working_between(start, due, works)
    if worked:
        warn = min(add_working_hours(start, worked / _HOUR * share, works), due)
    else:
        warn = start.astimezone(UTC) + max(due - start, timedelta()) * share
    return Clock(due, warn)


def _same_clock(start: datetime, days: int, works: WorkingTime) -> datetime:
    local = start.astimezone(works.time_zone)
    return _at(local.date() + timedelta(days=days), local.time(), works)


def _at(day: date, clock: time, works: WorkingTime) -> datetime:
    return datetime.combine(day, clock, tzinfo=works.time_zone).astimezone(UTC)


def hurried(written: str) -> frozenset[Hurried]:
    """Return the reasons that a case keeps as `repeated,vip`."""
    return frozenset(Hurried(why) for why in written.split(",") if why)


def write_hurried(reasons: Collection[Hurried]) -> str:
    """Return the reasons as a case keeps them."""
    return ",".join(why for why in Hurried if why in reasons)
