"""Figures by name: the very ones of the pages, from the same counts, hidden by the same rules."""

from collections.abc import Callable
from datetime import timedelta

from app.accounts.api_keys import ApiScope
from app.accounts.scope import EVERYTHING
from app.analytics.all_days import all_days
from app.analytics.counts.cover import month_end
from app.analytics.employee_figures import EmployeeAsking, read_employee_figures, whole_months
from app.analytics.metric_figures import Asking, MetricFigures, MetricName, Split, read_metric
from app.analytics.periods import DAY, Period
from app.analytics.wanted import Wanted
from app.organisation.employees import find_employee
from app.organisation.models import Unit
from app.organisation.service import find_unit
from app.surveys.definition import Metric
from app.surveys.service import list_versions
from app.web import edge
from app.web.api.calls import Resource
from app.web.api.problems import refuse_field
from app.web.api.schemas.metrics import (
    EarlierOut,
    EmployeeMetricQuery,
    GroupOut,
    MetricOut,
    MetricQuery,
    headline_of,
    parts_of,
)

metrics = Resource("metrics", __name__, title="Metrics")

# Ten years; and by day as many as a table can be read with.
_MOST_DAYS, _MOST_BY_DAY = 3660, 1100
_USUAL_DAYS = 30
_SEVEN = (
    "The answer holds the headline's value, n, interval and method; `parts` has every figure. Fewer than ten answers "
    "are hidden, and so is a group that would give another one away."
)
_SUMMARIES = {
    MetricName.CSAT: (
        "Customer satisfaction",
        "The share of fours and fives; the mean; the share of ones and twos.",
    ),
    MetricName.NPS: ("Net promoter score", "From questions of 0 to 10 alone; the shares of promoters and detractors."),
    MetricName.CES: (
        "Customer effort",
        "The mean of seven points and the share of those who found it easy. Effort on five points stands apart.",
    ),
    MetricName.PMF: (
        "Product-market fit",
        "The share that would be very disappointed, without those who no longer use it; from 40 answers on.",
    ),
    MetricName.AGENT_CSAT: (
        "Satisfaction with employees",
        "What customers say of whoever served them: of the employee where that is asked, else of the contact.",
    ),
    MetricName.FCR: (
        "First-contact resolution",
        "The share that says so; `by_repeat` is the share of contacts after which nobody came again about the same.",
    ),
    MetricName.RESPONSE_RATE: (
        "Response rate of the people asked",
        "AAPOR's RR1, of the people whose time to answer is over; `walk_up_completion` is of people at codes.",
    ),
    MetricName.CONTACTS: (
        "Contacts taken and settled",
        "The share of calls, chats and visits that somebody took, the share of these settled on the first line, and "
        "the mean seconds of waiting and handling, as the contact centre told them.",
    ),
    MetricName.RECOVERY: (
        "People won back",
        "Of the cases with a rating in the end, the share with four or five and better than at first.",
    ),
}
_OF_EMPLOYEES = {
    MetricName.ESAT: "Satisfaction of employees",
    MetricName.ENPS: "Net promoter score of employees",
}


def _add_calls() -> None:
    for name, (summary, words) in _SUMMARIES.items():
        _add(name, summary, f"{words} {_SEVEN}", MetricQuery, _tell)
    anonymous = (
        "Only whole months that are over, by unit or month: so that nobody can be found out, months and units with too "
        "few answers are left out."
    )
    for name, summary in _OF_EMPLOYEES.items():
        _add(name, summary, anonymous, EmployeeMetricQuery, _tell_of_employees)


def _add(
    name: MetricName,
    summary: str,
    words: str,
    asks: type[MetricQuery] | type[EmployeeMetricQuery],
    tell: Callable[..., MetricOut],
) -> None:
    def view(query: MetricQuery | EmployeeMetricQuery) -> MetricOut:
        return tell(name, query)

    view.__name__, view.__doc__ = name.value, words
    example = "unit=east&by=month" if asks is EmployeeMetricQuery else "unit=east&since=2026-02-01&by=unit&before=true"
    add = metrics.call(
        "GET",
        f"/metrics/{name}",
        scope=ApiScope.METRICS_READ,
        summary=summary,
        asks=asks,
        gives=MetricOut,
        asked_example=example,
    )
    add(view)


def _tell(name: MetricName, query: MetricQuery) -> MetricOut:
    unit = _find_unit(query.unit)
    employee_id = None
    if query.employee is not None:
        employee = find_employee(edge.db(), query.employee)
        if employee is None:
            raise refuse_field("employee", "unknown_employee", f"there is no employee {query.employee!r}")
        employee_id = employee.id
    if query.survey is not None and query.survey not in {key for key, _, _ in list_versions(edge.db())}:
        raise refuse_field("survey", "unknown_survey", f"there is no survey {query.survey!r}")
    period = _read_period(query)
    if query.by in (Split.DAY, Split.WEEK) and period.days > _MOST_BY_DAY:
        raise refuse_field("by", "period_too_long", f"by {query.by} at most {_MOST_BY_DAY} days are told; ask by month")
    if query.by is Split.COMMENT_TOPIC and (name is not MetricName.CSAT or query.survey is not None):
        raise refuse_field("by", "not_told_apart", "topics of comments tell apart csat alone, and that of all surveys")
    wanted = Wanted(
        period,
        unit_id=unit.id if unit else None,
        employee_id=employee_id,
        channel=query.channel,
        call_topic=query.topic,
    )
    asking = Asking(
        name,
        wanted,
        survey=query.survey,
        split=query.by,
        before=query.before == "true",
        repeat_days=edge.wiring().case_rules.figures.repeat_within_days,
    )
    return _write(name, read_metric(edge.db(), asking, EVERYTHING, now=edge.now()), period, query)


def _tell_of_employees(name: MetricName, query: EmployeeMetricQuery) -> MetricOut:
    unit, period, now = _find_unit(query.unit), _read_period(query), edge.now()
    if query.since is None and query.until is None:
        # The last month that is told: the one before today's, or before yesterday's right after its end.
        end = (now.astimezone(period.zone) - timedelta(days=1)).date().replace(day=1) - DAY
        period = Period(end.replace(day=1), end, period.zone)
    months = whole_months(period, now=now)
    if months:
        period = Period(months[0], month_end(months[-1]), period.zone)
    asking = EmployeeAsking(
        Metric(name),
        period,
        unit_id=unit.id if unit else None,
        split=Split(query.by) if query.by else None,
        before=query.before == "true",
    )
    figures = read_employee_figures(edge.db(), asking, EVERYTHING, minimum=edge.wiring().employee_minimum, now=now)
    return _write(name, figures, period, query)


def _find_unit(code: str | None) -> Unit | None:
    unit = None if code is None else find_unit(edge.db(), code)
    if code is not None and unit is None:
        raise refuse_field("unit", "unknown_unit", f"there is no unit {code!r}")
    return unit


def _read_period(query: MetricQuery | EmployeeMetricQuery) -> Period:
    zone = edge.desk().zone
    last = query.until or edge.now().astimezone(zone).date()
    if query.since is not None:
        first = query.since
    elif query.before == "true":
        first = last - (_USUAL_DAYS - 1) * DAY  # of all days there is no time before
    else:
        first = min(all_days(edge.db(), now=edge.now(), zone=zone).first, last)
    if first > last:
        raise refuse_field("since", "after_until", f"the first day, {first}, is after the last, {last}")
    if (last - first).days >= _MOST_DAYS:
        raise refuse_field("since", "period_too_long", f"at most {_MOST_DAYS} days are told at once")
    return Period(first, last, zone)


def _write(
    name: MetricName, figures: MetricFigures, period: Period, query: MetricQuery | EmployeeMetricQuery
) -> MetricOut:
    whole = figures.whole
    return MetricOut(
        **headline_of(whole),
        metric=name,
        headline=whole.headline,
        since=period.first,
        until=period.last,
        unit=query.unit,
        parts=parts_of(whole),
        histogram={str(value): n for value, n in whole.histogram.items()},
        groups=None if query.by is None else [GroupOut.of(group) for group in figures.groups],
        before=EarlierOut.of(figures.earlier) if figures.earlier else None,
    )


_add_calls()
