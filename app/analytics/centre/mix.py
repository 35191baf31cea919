"""Contacts by channel over time. Read-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from app.analytics.centre.handled import Asking
from app.analytics.counts.raw import slot_number
from app.analytics.periods import DAY, Period, start_of
from app.invitations.models import Interaction

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Mix:
    """Contacts of a stretch of days (both included) by channel."""

    first: date
    last: date
    by_channel: Mapping[str, int]


def list_stretches(period: Period) -> list[tuple[date, date]]:
    """Return the days of up to two weeks, the weeks of up to a quarter, or the months; together the whole period."""
    first, last = period.first, period.last
    if period.days <= 2 * _WEEK:
        starts = [first + place * DAY for place in range(period.days)]
    elif period.days <= 13 * _WEEK + 1:
        # Counted back from the last day, so that the latest week is a whole one.
        starts = [last - timedelta(days=_WEEK * place - 1) for place in range(period.days // _WEEK, 0, -1)]
        starts = starts if starts[0] == first else [first, *starts]
    else:
        starts = [first]
        while (following := (starts[-1].replace(day=28) + timedelta(days=4)).replace(day=1)) <= last:
            starts.append(following)
    return [
        (start, (starts[place + 1] - DAY) if place + 1 < len(starts) else last) for place, start in enumerate(starts)
    ]


def read_mix(asking: Asking) -> tuple[Mix, ...]:
    """Return the stretches of the period in order, none left out; one statement."""
    zone, stretches = asking.wanted.period.zone, list_stretches(asking.wanted.period)
    place = slot_number(Interaction.ended_at, [start_of(first, zone) for first, _ in stretches]).label("place")
    rows = asking.session.execute(
        select(place, Interaction.channel, func.count())
        .where(*asking.conditions())
        .group_by("place", Interaction.channel)
    )
    found: dict[int, dict[str, int]] = {}
    for at, channel, n in rows:
        found.setdefault(at, {})[channel] = n
    return tuple(Mix(first, last, found.get(at, {})) for at, (first, last) in enumerate(stretches))
