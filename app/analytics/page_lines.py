"""The tables of single pages as lines of a file: a metric, hours, who answers, drivers, employees, topics. Pure.

Each has the columns that its lines are told apart by; `figure_lines` has those of the figures themselves.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.analytics.drivers import Drivers
from app.analytics.figure_lines import (
    About,
    Line,
    PageLines,
    tell_count,
    tell_days,
    tell_difference,
    tell_figure,
    tell_headline,
    tell_measured,
)
from app.analytics.funnel import Funnel, StepCount
from app.analytics.hours import HourMap
from app.analytics.measured import Measured
from app.analytics.metric_view import MetricView
from app.analytics.periods import Period
from app.analytics.response_rate import Disposition, WalkUps
from app.analytics.staff_and_customers import Beside, Rated, StaffAndCustomers
from app.analytics.topics import ReasonQuestion, Topics
from app.surveys.definition import Metric, Question

# A question or an option in the words of whoever takes the file along.
Say = Callable[[Mapping[Any, str]], str]


def list_metric(view: MetricView | None, period: Period) -> PageLines:
    """Return the whole period, the one before, what was chosen, the stretches of the trend and the units below."""
    columns = ("unit", "unit_name", "first_day", "last_day")
    return PageLines(columns, _list_metric(view, period) if view else ())


def _list_metric(view: MetricView, period: Period) -> Iterator[Line]:
    for row, measured, of, verdict in (
        ("whole", view.measured, period, None),
        ("before", view.before, period.before, view.change.verdict),
    ):
        yield from tell_measured(row, measured, tell_days(of.first, of.last), verdict=verdict)
    for value, n in sorted(view.measured.histogram.items()):
        yield tell_count("rating", str(value), n)
    for point in view.trend:
        yield tell_headline("time", point.measured, tell_days(point.first, point.last))
    for unit in view.units:
        about = {"unit": unit.code, "unit_name": unit.name}
        yield from tell_measured("unit", unit.measured, about, verdict=unit.against_others)


def list_hours(hours: HourMap) -> PageLines:
    """Return the whole and each hour of the map; weekdays are from 1, Monday."""
    columns = ("weekday", "hour", "first_day", "last_day")
    return PageLines(columns, _list_hours(hours) if hours.whole.n else ())


def _list_hours(hours: HourMap) -> Iterator[Line]:
    days = tell_days(hours.period.first, hours.period.last)
    yield tell_headline("whole", hours.whole, days)
    for hour in hours.hours:
        for weekday in range(1, 8):
            cell = hours.cells[weekday, hour]
            at = {"weekday": str(weekday), "hour": str(hour), **days}
            yield tell_headline("hour", cell.measured, at, verdict=cell.against_others)


def list_asked(
    funnel: Funnel, rates: Measured, dispositions: Counter[Disposition], walk_ups: WalkUps, opened: int
) -> PageLines:
    """Return the steps, those of each channel, who was not asked and why, the rates, the outcomes and the walk-ups."""
    return PageLines(("channel", "step"), _list_asked(funnel, rates, dispositions, walk_ups, opened))


def _list_asked(
    funnel: Funnel, rates: Measured, dispositions: Counter[Disposition], walk_ups: WalkUps, opened: int
) -> Iterator[Line]:
    yield tell_count("contacts", "contacts", funnel.contacts)
    yield from _list_steps("message", funnel.messages)
    yield from _list_steps("shown", funnel.shown)
    for channel, steps in funnel.by_channel.items():
        yield from _list_steps("channel", steps, {"channel": channel})
    for reason, n in funnel.not_asked.items():
        yield tell_count("not_asked", reason, n)
    for name, figure in rates.parts.items():
        if name != "walk_up_completion":
            yield tell_figure("rate", name, figure)
    for disposition, n in dispositions.items():
        if n:
            yield tell_count("outcome", disposition.value, n)
    for name, n in (("opened", opened), ("rated", walk_ups.rated), ("finished", walk_ups.finished)):
        yield tell_count("code", "people", n, {"step": name})
    yield tell_figure("code", "completion", rates.parts["walk_up_completion"])


def _list_steps(row: str, steps: Sequence[StepCount], about: About = MappingProxyType({})) -> Iterator[Line]:
    for step in steps if steps and steps[0].n else ():
        at = {"step": step.name, **about}
        yield tell_count(row, "people", step.n, at)
        for name, figure in (("of_step_before", step.of_before), ("of_invited", step.of_first)):
            if figure is not None:
                yield tell_figure(row, name, figure, at)


def list_drivers(drivers: Drivers, ask: Callable[[Question], str]) -> PageLines:
    """Return both sides of each comparison with their difference; `ask` puts a question into words."""
    columns = ("survey", "question", "question_text", "option", "side", "first_day", "last_day")
    return PageLines(columns, _list_drivers(drivers, ask))


def _list_drivers(drivers: Drivers, ask: Callable[[Question], str]) -> Iterator[Line]:
    days = tell_days(drivers.period.first, drivers.period.last)
    for each in drivers.found:
        about = {"survey": each.survey, "question": each.question.key, "question_text": ask(each.question), **days}
        if each.option is not None:
            about["option"] = each.question.options[each.option - 1].key
        yield tell_headline("driver", each.side, {**about, "side": "first"})
        yield tell_headline("driver", each.other, {**about, "side": "other"})
        yield tell_difference("driver", "difference", each.difference, about, verdict=each.verdict)
        if each.means:
            yield tell_difference("driver", "mean_difference", each.means, about)
    for name, n in (("too_few", drivers.too_few), ("alike", drivers.alike)):
        yield tell_count("not_compared", name, n, days)


def list_people(both: StaffAndCustomers | None, metric: Metric, people: Sequence[Rated]) -> PageLines:
    """Return employees beside customers by unit, and how customers rate each employee; no answers of employees."""
    columns = ("unit", "unit_name", "employee", "employee_name", "first_day", "last_day")
    return PageLines(columns, _list_people(both, metric, people))


def _list_people(both: StaffAndCustomers | None, metric: Metric, people: Sequence[Rated]) -> Iterator[Line]:
    if both is not None and both.whole is not None and both.months is not None:
        days = tell_days(both.months.first, both.months.last)
        yield from _list_both("whole", both.whole, metric, days)
        for unit in both.units:
            yield from _list_both("unit", unit, metric, {"unit": unit.code or "", "unit_name": unit.name or "", **days})
    for one in people:
        verdict = one.against_others if one.is_ranked else None
        who = {"employee": one.code, "employee_name": one.name}
        yield tell_figure("employee", Metric.AGENT_CSAT.value, one.measured.figure, who, verdict=verdict)


def _list_both(row: str, beside: Beside, metric: Metric, about: About) -> Iterator[Line]:
    employees = dict(tell_figure(row, metric.value, beside.employees.figure, about))
    if beside.employees.figure.value is None:
        # The page does not tell how few they were either.
        employees["n"] = ""
    yield employees
    yield tell_figure(row, Metric.CSAT.value, beside.customers.figure, about)


def list_topics(topics: Topics, reasons: Sequence[ReasonQuestion], say: Say) -> PageLines:
    """Return who said something, each topic with its share and satisfaction, and the reasons that were ticked."""
    columns = ("topic", "survey", "question", "option", "option_label")
    return PageLines(columns, _list_topics(topics, reasons, say))


def _list_topics(topics: Topics, reasons: Sequence[ReasonQuestion], say: Say) -> Iterator[Line]:
    yield tell_count("said", "responses", topics.said.n)
    yield tell_count("said", "before", topics.said_before)
    yield tell_count("said", "no_topic", topics.unsorted)
    yield tell_figure("said", "csat", topics.said.csat)
    for line in topics.lines:
        about = {"topic": line.key}
        yield tell_count("topic", "mentions", line.n, about)
        yield tell_figure("topic", "share", line.share, about, verdict=line.change)
        yield tell_figure("topic", "share_before", line.before, about)
        yield tell_figure("topic", "csat", line.csat, about, verdict=line.against)
    for question in reasons:
        asked = {"survey": question.survey, "question": question.key}
        for reason in question.lines:
            chosen = {"option": reason.key, "option_label": say(reason.label)}
            yield tell_count("reason", "ticks", reason.n, {**asked, **chosen})
        if question.none_chosen is not None:
            yield tell_count("reason", "none_chosen", question.none_chosen, asked)
