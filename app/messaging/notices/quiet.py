"""When somebody may be told: quiet hours and the minute of a digest, by a clock that changes twice a year; pure.

Minutes are counted from midnight on the wall: 480 is 08:00, whatever the offset from UTC is on that day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one minute of the day to another, over midnight if the second is the smaller; equal ones: never quiet."""

    begins: int
    ends: int
    zone: ZoneInfo

    def holds_at(self, instant: datetime) -> bool:
        """Tell whether it is quiet at the aware instant; at `ends` itself it is not."""
        local = instant.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


def after_quiet(instant: datetime, quiet: QuietHours) -> datetime:
    """Return the aware instant itself if it is not quiet, else the end of these quiet hours, in UTC."""
    while quiet.holds_at(instant):  # once, but for a day that a country left out
        instant = next_at(quiet.ends, instant, quiet.zone)
    return instant


def next_at(minute: int, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant after the aware one, in UTC, at which the clocks of the zone reach the minute."""
    day = after.astimezone(zone).date()
    later = (at for offset in range(3) for at in _reached(day + timedelta(days=offset), minute, zone) if at > after)
    return next(later)


def reached_on(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which the clocks of the zone first reach the minute on the day."""
    return _reached(day, minute, zone)[0]


def _reached(day: date, minute: int, zone: ZoneInfo) -> list[datetime]:
    """Return when the clocks reach the minute: twice when they are set back over it, else once.

    A minute that they skip is reached with the skip: whoever is quiet until 02:30 hears of us at 03:00.
    """
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    # PEP 495: fold 0 reads the wall by the offset before a change, fold 1 by the one after it.
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return [first] if first == second else [first, second]
    while second.astimezone(zone).utcoffset() != first.astimezone(zone).utcoffset():
        second += _MINUTE
    return [second]
