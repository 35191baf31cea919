"""Which days of a period are read from what was counted ahead, and which from the answers themselves.

Pure but for `read_counted`, which reads how far the counts go. A day that was changed after it was counted is read from
its answers until it is counted anew, so that a figure is the same whatever the worker has come to.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.analytics.models import CountedDays
from app.analytics.periods import DAY, Period
from app.organisation.models import UnitMove
from app.responses.models import ChangedDay

# More stretches than these cost more to ask for one by one than the whole period at once.
_MOST_STRETCHES = 12
# After a file of years has come in nearly every day is marked: reading the marks would cost more than they tell.
_MOST_MARKS = 10_000


@dataclass(frozen=True, slots=True)
class Counted:
    """The days from `first` to before `until` were counted, all but the `changed` ones."""

    first: date
    until: date
    changed: frozenset[date] = frozenset()

    def has(self, day: date) -> bool:
        """Tell whether the counts of the day are those of its answers."""
        return self.first <= day < self.until and day not in self.changed


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Cover:
    """A period in parts that do not overlap: whole months and days that were counted, and what was not."""

    months: tuple[date, ...] = ()
    days: tuple[Stretch, ...] = ()
    raw: tuple[Stretch, ...] = ()


def read_counted(session: Session, zone: ZoneInfo) -> Counted | None:
    """Return how far the counts go, or None where nothing was counted for this zone and this tree; three queries."""
    state = session.get(CountedDays, 1, populate_existing=True)
    if state is None or state.zone != zone.key or session.scalar(select(UnitMove.id).limit(1)) is not None:
        return None
    marks = session.scalars(select(ChangedDay.answered_at).distinct().limit(_MOST_MARKS + 1)).all()
    if len(marks) > _MOST_MARKS:
        return None
    return Counted(state.first, state.until, frozenset(instant.astimezone(zone).date() for instant in marks))


def plan_cover(period: Period, counted: Counted | None, *, by_month: bool = True) -> Cover:
    """Return the parts of the period; without `by_month` whole months come as days too."""
    whole = Stretch(period.first, period.last)
    if counted is None:
        return Cover(raw=(whole,))
    months: list[date] = []
    days: list[date] = []
    raw: list[date] = []
    for month in _months(whole):
        inside = list(_days(month))
        if by_month and _is_whole(month) and all(map(counted.has, inside)):
            months.append(month.first)
            continue
        for day in inside:
            (days if counted.has(day) else raw).append(day)
    stretches = tuple(_stretches(raw))
    if len(stretches) > _MOST_STRETCHES:
        return Cover(raw=(whole,))
    return Cover(tuple(months), tuple(_stretches(days)), stretches)


def _months(whole: Stretch) -> Iterator[Stretch]:
    first = whole.first
    while first <= whole.last:
        last = min(month_end(first), whole.last)
        yield Stretch(first, last)
        first = last + DAY


def month_end(day: date) -> date:
    """Return the last day of the day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY


def _is_whole(month: Stretch) -> bool:
    return month.first.day == 1 and month.last == month_end(month.first)


def _days(stretch: Stretch) -> Iterator[date]:
    for offset in range((stretch.last - stretch.first).days + 1):
        yield stretch.first + timedelta(days=offset)


def _stretches(days: Collection[date]) -> Iterator[Stretch]:
    """Join days that follow each other; `days` are in order."""
    first = last = None
    for day in days:
        if last is not None and first is not None and day - last != DAY:
            yield Stretch(first, last)
            first = day
        first, last = first or day, day
    if first is not None and last is not None:
        yield Stretch(first, last)
