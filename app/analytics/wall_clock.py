"""The hour of the week that an instant falls in, by the clock on a wall, as SQL on either database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Integer, cast, extract, func, literal_column
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

HOURS_OF_WEEK = 168
_HOUR = 3600
# The first of January 1970 was a Thursday: so many hours after its week began.
_THURSDAY = 72
# No answer is older, and clocks are not planned further ahead: of other years nothing is looked up, whatever is asked.
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WallHour:
    """An hour of a weekday (1 is Monday) in a zone."""

    weekday: int
    hour: int
    zone: ZoneInfo

    @property
    def place(self) -> int:
        """Its number within the week, from 0."""
        return (self.weekday - 1) * 24 + self.hour


def hour_of_week(
    session: Session, column: Any, zone: ZoneInfo, since: datetime | None = None, until: datetime | None = None
) -> ColumnElement[int]:
    """Return the SQL of the hour within the week, from 0 (Monday, midnight) to 167, of instants within the bounds."""
    # Seconds of PostgreSQL have decimals, and casting them would round the last half second of an hour up.
    whole = func.date_trunc("second", column) if session.get_bind().dialect.name == "postgresql" else column
    seconds = cast(extract("epoch", whole), BigInteger)
    first, last = (min(max(each, _FIRST), _LAST) for each in (since or _FIRST, until or _LAST))
    offsets = _list_offsets(zone, first, last)
    shift: ColumnElement[int] = _number(offsets[-1][1])
    if len(offsets) > 1:
        steps = [(column < offsets[place + 1][0], offset) for place, (_, offset) in enumerate(offsets[:-1])]
        shift = sql_case(*((when, _number(offset)) for when, offset in steps), else_=shift)
    found: ColumnElement[int] = (
        (seconds + shift + _number(_THURSDAY * _HOUR)) // _number(_HOUR) % _number(HOURS_OF_WEEK)
    )
    return found


def _number(value: int) -> ColumnElement[int]:
    """Return a number that stands in the statement itself, so that groups and columns are the same expression."""
    return literal_column(str(value), Integer)


def _list_offsets(zone: ZoneInfo, since: datetime, until: datetime) -> list[tuple[datetime, int]]:
    """Return from when on which offset from UTC holds, in seconds; the first from `since` on."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    found = [(since, _offset(since, zone))]
    day = since
    while day < until:
        following = min(day + timedelta(days=1), until)
        if _offset(following, zone) != found[-1][1]:
            change = _find_change(day, following, zone)
            found.append((change, _offset(change, zone)))
        day = following
    return found


def _find_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the minute in which the clock leaps, between two instants of which only the first is before it."""
    offset = _offset(before, zone)
    while after - before > timedelta(minutes=1):
        middle = (before + (after - before) / 2).replace(second=0, microsecond=0)
        if middle <= before:
            middle = before + timedelta(minutes=1)
        before, after = (middle, after) if _offset(middle, zone) == offset else (before, middle)
    return after


def _offset(instant: datetime, zone: ZoneInfo) -> int:
    offset = instant.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
