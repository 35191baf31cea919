"""The tables of the contact centre as lines of a file. Pure."""

from collections.abc import Iterator, Sequence

from app.analytics.centre.bands import BandMeasured
from app.analytics.centre.handled import Handled
from app.analytics.centre.view import ContactCentre
from app.analytics.figure_lines import About, Line, PageLines, tell_count, tell_days, tell_figure, tell_value
from app.analytics.seconds import Seconds

COLUMNS = ("key", "name", "first_day", "last_day")


def list_centre(centre: ContactCentre) -> PageLines:
    """Return the whole, the channels over time, the bands of seconds, the topics and the employees.

    `key` is a channel, a band of seconds (`30-60`), a topic or an employee's code.
    """
    return PageLines(COLUMNS, _list_centre(centre) if centre.handled.contacts else ())


def _list_centre(centre: ContactCentre) -> Iterator[Line]:
    yield from _tell_handled("whole", centre.handled, {})
    for name, part in centre.satisfied.parts.items():
        yield tell_figure("whole", name, part)
    yield from _tell_seconds("waiting_seconds", centre.waiting)
    yield from _tell_seconds("handling_seconds", centre.handling)
    for stretch in centre.mix:
        days = tell_days(stretch.first, stretch.last)
        for channel, n in sorted(stretch.by_channel.items()):
            yield tell_count("channel", "contacts", n, {"key": channel, **days})
    yield from _tell_bands("waiting", centre.by_waiting)
    yield from _tell_bands("handling", centre.by_handling)
    for topic in centre.topics:
        about = {"key": topic.topic}
        yield tell_count("topic", "contacts", topic.handled.contacts, about)
        yield tell_figure("topic", "resolved", topic.handled.resolved, about)
        yield tell_figure("topic", "csat", topic.csat, about)
    for person in centre.people:
        who = {"key": person.code, "name": person.name}
        yield from _tell_handled("employee", person.handled, who)
        yield tell_value("employee", "waiting_seconds_mean", person.handled.wait, about=who)
        verdict = person.against_others if person.is_ranked else None
        yield tell_figure("employee", "csat", person.csat, who, verdict=verdict)


def _tell_handled(row: str, handled: Handled, about: About) -> Iterator[Line]:
    yield tell_count(row, "contacts", handled.contacts, about)
    yield tell_figure(row, "answered", handled.answered, about)
    yield tell_figure(row, "resolved", handled.resolved, about)


def _tell_seconds(name: str, seconds: Seconds) -> Iterator[Line]:
    yield tell_figure("whole", f"{name}_mean", seconds.mean)
    yield tell_value("whole", f"{name}_median", seconds.median, seconds.n)
    yield tell_value("whole", f"{name}_p90", seconds.p90, seconds.n)


def _tell_bands(row: str, bands: Sequence[BandMeasured]) -> Iterator[Line]:
    for each in bands:
        if each.contacts or each.measured.n:
            about = {"key": each.band.address}
            yield tell_count(row, "contacts", each.contacts, about)
            yield tell_figure(row, "csat", each.measured.figure, about, verdict=each.against_shorter)
