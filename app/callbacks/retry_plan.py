"""When somebody who did not answer is rung again: at an hour of the day that was not tried yet. Pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.callbacks.rules.clocks import Retries

# Days searched for an hour at which the unit works; longer holidays end on the first working moment after them.
_DAYS = 14
_MINUTE = 1 / 60
_DAY = 24 * 60


def plan_retry(
    tried: Sequence[datetime],
    rules: Retries,
    *,
    work: Callable[[datetime, float], datetime],
    zone: ZoneInfo,
) -> datetime | None:
    """Return when to ring again after the tries in vain (the latest last, at least one), or None when it is enough.

    The first hour of the rules that was not tried yet and at which the unit works, `least_hours` after the last try or
    later; any hour of the rules once all were tried; the first working moment where the unit works at none of them.
    `work(start, hours)` returns the instant at which the unit will have worked so long since `start`.
    """
    if len(tried) >= rules.tries:
        return None
    earliest = tried[-1] + timedelta(hours=rules.least_hours)
    slots = sorted({_read_minutes(hour) for hour in rules.at})
    used = {_nearest(slots, attempt, zone) for attempt in tried}
    fresh = [slot for slot in slots if slot not in used] or slots
    first_day = earliest.astimezone(zone).date()
    for number in range(_DAYS):
        day = first_day + timedelta(days=number)
        for slot in fresh:
            moment = datetime(day.year, day.month, day.day, slot // 60, slot % 60, tzinfo=zone).astimezone(UTC)
            if moment >= earliest and _is_open(moment, work):
                return moment
    opens = work(earliest, _MINUTE) - timedelta(minutes=1)
    return max(opens, earliest)


def _is_open(moment: datetime, work: Callable[[datetime, float], datetime]) -> bool:
    """Tell whether the unit works during the minute after the moment: only then is it over within that minute."""
    return work(moment, _MINUTE) == moment + timedelta(minutes=1)


def _nearest(slots: Sequence[int], attempt: datetime, zone: ZoneInfo) -> int:
    """Return the hour of the rules that a try belongs to: people ring at five past, not at the stroke."""
    local = attempt.astimezone(zone)
    minutes = local.hour * 60 + local.minute
    return min(slots, key=lambda slot: min(abs(slot - minutes), _DAY - abs(slot - minutes)))


def _read_minutes(hour: str) -> int:
    hours, _, minutes = hour.partition(":")
    return int(hours) * 60 + int(minutes)
