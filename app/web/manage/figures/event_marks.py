"""Events as marks on the line of a figure: where they stand, and their words below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.analytics.events.listing import EventLine
from app.analytics.metric_view import Point
from app.web.manage.figures import words as figure_words


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on which something happened: `number` stands at the line, `x` is in percent, `place` is its stretch."""

    number: int
    x: float
    place: int
    day: str
    events: tuple[EventLine, ...]


def mark_events(events: Sequence[EventLine], points: Sequence[Point]) -> tuple[Mark, ...]:
    """Return the days with events, in their order, where they lie among the stretches of the trend."""
    by_day: dict[date, list[EventLine]] = {}
    for event in sorted(events, key=lambda event: event.day):
        by_day.setdefault(event.day, []).append(event)
    marks: list[Mark] = []
    for day, told in by_day.items():
        place = next((at for at, point in enumerate(points) if point.first <= day <= point.last), None)
        if place is None:
            continue
        point = points[place]
        # An event counts from its day on, so its mark stands where the day begins.
        part = (day - point.first).days / ((point.last - point.first).days + 1)
        x = round(100 * (place + part) / len(points), 2)
        marks.append(Mark(len(marks) + 1, x, place, figure_words.say_day(day), tuple(told)))
    return tuple(marks)
