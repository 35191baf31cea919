"""When a unit works: its week, its zone, and the days that are not as the week says. Pure.

A *special day* is a public holiday, a day off of one's own, a day with other hours, or one that is worked in another's
place. Where they come from: `holidays`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from app.organisation.hours import Span, WeekHours

_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday: closed, unless the unit's hours say otherwise (`PH 10:00-16:00`) or know no closing (24/7)."""


@dataclass(frozen=True, slots=True)
class MovedDay:
    """A day worked in another's place, with the hours of `like` (0 is Monday); None: its weekday's, else a Friday's."""

    like: int | None = None


@dataclass(frozen=True, slots=True)
class OwnHours:
    """A day with hours of its own, in minutes from midnight; none at all is a day off."""

    spans: tuple[Span, ...] = ()


SpecialDay = Holiday | MovedDay | OwnHours
# Tells what is special about a day, or None where it is as any other of its weekday.
Calendar = Callable[[date], SpecialDay | None]


def no_special_days(day: date) -> SpecialDay | None:
    """Return None: every week is like every other."""
    return None


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When a unit works and in which zone, its own or inherited, with its special days."""

    time_zone: ZoneInfo
    hours: WeekHours
    calendar: Calendar = no_special_days

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return what is worked on the day, in minutes from the unit's midnight, sorted and apart."""
        usual = self.hours.days[day.weekday()]
        match self.calendar(day):
            case None:
                return usual
            case Holiday():
                return self.hours.on_holidays(day.weekday())
            case OwnHours(spans):
                return spans
            case MovedDay(like):
                return (usual or self.hours.days[_FRIDAY]) if like is None else self.hours.days[like]
