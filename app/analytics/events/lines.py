"""The time line as lines of a file: each event with the figure before and after it. Pure."""

from collections.abc import Iterator, Sequence

from app.analytics.events.judging import Judged
from app.analytics.events.listing import EventLine
from app.analytics.figure_lines import Line, PageLines, tell_days, tell_difference, tell_headline

COLUMNS = ("day", "kind", "event", "unit", "unit_name", "side", "first_day", "last_day", "timing", "also")


def list_events(judged: Sequence[Judged], below: Sequence[EventLine]) -> PageLines:
    """Return the events that touch all of it, each with both sides and their difference, and those of a part of it.

    `also` names what else may be the reason: how many other events lie in the same days, and channels that shifted.
    """
    return PageLines(COLUMNS, _list_events(judged, below))


def _list_events(judged: Sequence[Judged], below: Sequence[EventLine]) -> Iterator[Line]:
    for each in judged:
        about = {**_tell(each.event), "timing": each.timing.value, "also": _also(each)}
        sides = (("before", each.before, each.window.before), ("after", each.after, each.window.after))
        for side, measured, days in sides:
            if measured is not None:
                yield tell_headline("event", measured, {**about, "side": side, **tell_days(*days)})
        change = each.change
        yield tell_difference(
            "event",
            "difference",
            change.difference if change else None,
            about,
            verdict=change.verdict if change else None,
        )
    for event in below:
        yield {"row": "below", **_tell(event)}


def _tell(event: EventLine) -> dict[str, str]:
    return {
        "day": event.day.isoformat(),
        "kind": event.kind,
        "event": event.title,
        "unit": event.unit_code,
        "unit_name": event.unit_name,
    }


def _also(judged: Judged) -> str:
    told = [f"{len(judged.others)} events"] if judged.others else []
    return " ".join([*told, *judged.channels])
