"""A unit's week as the roster has it: who is on duty when, and when it works without anybody; pure."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.callbacks.escalation.ladder import Shift
from app.organisation.workdays import WorkingTime

DAYS = 7


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when until when, aware and in the unit's zone, and who is on duty; nobody while the unit works is a gap."""

    begins: datetime
    ends: datetime
    people: tuple[uuid.UUID, ...]

    @property
    def is_gap(self) -> bool:
        """Tell whether nobody is on duty though the unit works."""
        return not self.people


@dataclass(frozen=True, slots=True)
class Day:
    """One day by the unit's clock with its stretches in order; what is neither covered nor worked is left out."""

    day: date
    works: bool
    stretches: tuple[Stretch, ...]

    @property
    def has_gap(self) -> bool:
        """Tell whether the unit works at some time with nobody on duty."""
        return any(stretch.is_gap for stretch in self.stretches)


def plan_week(first: date, time: WorkingTime, layers: Sequence[Sequence[Shift]]) -> list[Day]:
    """Return seven days from `first` on; `layers` are the duties of the unit, then of each unit above it.

    As in telling somebody, the nearest unit with anybody on duty counts.
    """
    return [_plan_day(first + timedelta(days=ahead), time, layers) for ahead in range(DAYS)]


def _plan_day(day: date, when: WorkingTime, layers: Sequence[Sequence[Shift]]) -> Day:
    begins, ends = _midnight(day, when.time_zone), _midnight(day + timedelta(days=1), when.time_zone)
    spans = when.spans_on(day)
    edges = {begins, ends, *(_instant(day, minute, when.time_zone) for span in spans for minute in span)}
    for shift in (shift for layer in layers for shift in layer):
        edges.update(_edges(shift, begins, ends))
    found: list[Stretch] = []
    for start, end in pairwise(sorted(edge for edge in edges if begins <= edge <= ends)):
        people = _on_duty(start, layers)
        works = any(
            _instant(day, opens, when.time_zone) <= start < _instant(day, shuts, when.time_zone)
            for opens, shuts in spans
        )
        if not people and not works:
            continue
        goes_on = bool(found) and found[-1].ends == start and found[-1].people == people
        found.append(Stretch(found.pop().begins if goes_on else start, end, people))
    local = [
        Stretch(each.begins.astimezone(when.time_zone), each.ends.astimezone(when.time_zone), each.people)
        for each in found
    ]
    return Day(day, bool(spans), tuple(local))


def _on_duty(now: datetime, layers: Sequence[Sequence[Shift]]) -> tuple[uuid.UUID, ...]:
    for layer in layers:
        if people := tuple(dict.fromkeys(shift.user_id for shift in layer if shift.covers(now))):
            return people
    return ()


def _edges(shift: Shift, begins: datetime, ends: datetime) -> Iterator[datetime]:
    """Yield when the shift may begin or end between the two, by its own clock."""
    zone = shift.works.time_zone
    day, last = begins.astimezone(zone).date(), ends.astimezone(zone).date()
    while day <= last:
        yield _midnight(day, zone)
        for span in shift.spans_on(day):
            yield from (_instant(day, minute, zone) for minute in span)
        day += timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return when the clock on the wall shows the minute of the day; 1440 is the next midnight."""
    ahead, rest = divmod(minute, 24 * 60)
    return datetime.combine(day + timedelta(days=ahead), time(rest // 60, rest % 60), tzinfo=zone).astimezone(UTC)
