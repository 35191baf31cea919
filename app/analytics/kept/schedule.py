"""When a report is due and which days it is about, by the clock on the wall. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.analytics.kept.models import Every
from app.analytics.periods import DAY, Period
from app.messaging.notices.quiet import reached_on

# A report that could not go out at its minute (the worker was off) still goes for so long.
LATEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every week on a weekday from 1 (Monday) or every month on a day up to 28, at a minute of the day."""

    every: Every
    day: int
    minute: int


@dataclass(frozen=True, slots=True)
class Due:
    """The day a report is due on, and the instant, in UTC."""

    slot: date
    at: datetime


def last_due(rhythm: Rhythm, *, now: datetime, zone: ZoneInfo) -> Due:
    """Return the last time the report was due, at the aware instant or before it."""
    day = now.astimezone(zone).date()
    while True:
        if _falls_on(rhythm, day):
            at = reached_on(day, rhythm.minute, zone)
            if at <= now:
                return Due(day, at)
        day -= DAY


def next_due(rhythm: Rhythm, *, now: datetime, zone: ZoneInfo) -> Due:
    """Return the next time the report is due after the aware instant."""
    day = now.astimezone(zone).date()
    while True:
        if _falls_on(rhythm, day):
            at = reached_on(day, rhythm.minute, zone)
            if at > now:
                return Due(day, at)
        day += DAY


def is_to_send(rhythm: Rhythm, *, since: datetime, now: datetime, zone: ZoneInfo) -> Due | None:
    """Return what is to be sent at the instant, or None: what is too old by now, and what was due before `since`.

    Of several that were missed the last one is meant: nobody wants three letters of the same kind at once.
    """
    due = last_due(rhythm, now=now, zone=zone)
    return due if due.at >= since and now - due.at <= LATEST else None


def days_of(every: Every, slot: date, zone: ZoneInfo) -> Period:
    """Return the last whole week from Monday, or the last whole month, that was over before the day."""
    if every is Every.WEEK:
        first = slot - timedelta(days=slot.weekday() + 7)
        return Period(first, first + timedelta(days=6), zone)
    last = slot.replace(day=1) - DAY
    return Period(last.replace(day=1), last, zone)


def _falls_on(rhythm: Rhythm, day: date) -> bool:
    return (day.isoweekday() if rhythm.every is Every.WEEK else day.day) == rhythm.day
