"""The days before and after an event, and what else happened in them. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.analytics.differences import LEAST, Verdict, judge, share_difference
from app.analytics.periods import DAY

# Days on either side, by name in the address.
WINDOWS = (7, 14, 30, 60, 90)
USUAL_WINDOW = 30
# A channel's share of the answers that moved by less explains little of a figure.
_NOTABLE = 0.1


class Timing(StrEnum):
    """Whether an event can be judged."""

    TO_COME = "to_come"
    TOO_EARLY = "too_early"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Window:
    """As many whole days before the event as from its day on; the day itself counts as after."""

    day: date
    days: int

    @property
    def first(self) -> date:
        """The first day before."""
        return self.day - timedelta(days=self.days)

    @property
    def last(self) -> date:
        """The last day after."""
        return self.day + timedelta(days=self.days - 1)

    @property
    def before(self) -> tuple[date, date]:
        """The days before, both included."""
        return self.first, self.day - DAY

    @property
    def after(self) -> tuple[date, date]:
        """The days after, both included."""
        return self.day, self.last

    def timing(self, today: date) -> Timing:
        """Tell whether all the days after are over; `today` is not."""
        if self.day > today:
            return Timing.TO_COME
        return Timing.OVER if self.last < today else Timing.TOO_EARLY

    def holds(self, day: date) -> bool:
        """Tell whether another day lies within."""
        return self.first <= day <= self.last


def shifted_channels(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[str, ...]:
    """Return the channels whose share of the answers is clearly another after than before, by 10 points or more.

    Then a figure may have moved because other people were heard, not because they felt otherwise.
    """
    n, other_n = sum(after.values()), sum(before.values())
    if min(n, other_n) < LEAST:
        return ()
    found = []
    for channel in sorted({*before, *after}):
        difference = share_difference(after.get(channel, 0), n, before.get(channel, 0), other_n)
        if abs(difference.value) >= _NOTABLE and judge(difference) in (Verdict.HIGHER, Verdict.LOWER):
            found.append(channel)
    return tuple(found)


def span_of(windows: Collection[Window]) -> tuple[date, date]:
    """Return the first and the last day of all of them."""
    return min(each.first for each in windows), max(each.last for each in windows)
