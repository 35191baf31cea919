"""The days that a figure is about, cut into hours or days in the company's zone, and the days before them. Pure.

A day is from midnight to midnight on the wall: one of 23 or 25 hours, where clocks change, is a day like any other.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """One stretch of the trend, from `start` to before `until`."""

    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from `first` to `last`, both included, in `zone`."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """Midnight at the beginning of the first day."""
        return start_of(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """Midnight at the end of the last day; exclusive."""
        return start_of(self.last + DAY, self.zone)

    @property
    def before(self) -> "Period":
        """As many days right before, to compare with."""
        return Period(self.first - timedelta(days=self.days), self.first - DAY, self.zone)

    def slots(self) -> tuple[Slot, ...]:
        """Return the hours of a single day, the days of a longer period, in order and without a gap."""
        if self.days > 1:
            bounds = [start_of(self.first + timedelta(days=day), self.zone) for day in range(self.days + 1)]
        else:
            # Counted in UTC, so that the hour a clock repeats is there twice and the one it leaps over is not.
            start, end = self.since.astimezone(UTC), self.until.astimezone(UTC)
            bounds = [start + hour * HOUR for hour in range(-((start - end) // HOUR))] + [end]
        return tuple(Slot(start, until) for start, until in pairwise(bounds))


def last_days(days: int, *, now: datetime, zone: ZoneInfo) -> Period:
    """Return today and the days before it, so many in all."""
    today = now.astimezone(zone).date()
    return Period(today - timedelta(days=days - 1), today, zone)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return midnight at the beginning of the day."""
    return datetime.combine(day, time.min, tzinfo=zone)
