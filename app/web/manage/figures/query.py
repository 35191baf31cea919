"""What the pages of figures are asked for, as it stands in the address: unit, days, channel, employee, topic, metric.

The same filter leads from page to page, to the responses behind a figure, and to whoever is sent the address.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from app.accounts.scope import Scope
from app.analytics.all_days import MOST_DAYS, all_days
from app.analytics.cut_points import PMF_QUALIFIED
from app.analytics.periods import Period, last_days
from app.analytics.wanted import Wanted
from app.organisation.models import Employee, Unit
from app.organisation.places import Place
from app.surveys.definition import Metric, QuestionType
from app.surveys.question import list_scales
from app.touchpoints.models import Channel
from app.web import edge
from app.web.manage.filter_fields import read_day, read_known
from app.web.manage.responses.query import list_choices
from app.web.manage.unit_choice import seek_unit
from app.web.manage.words import CHANNELS

# The periods offered, by name in the address, with their days; the usual one is not named there. Of all days nobody
# knows the number beforehand.
PERIODS: Mapping[str, tuple[int, LazyString]] = {
    "week": (7, lazy_gettext("7 days")),
    "month": (30, lazy_gettext("30 days")),
    "quarter": (90, lazy_gettext("90 days")),
    "year": (365, lazy_gettext("A year")),
    "all": (0, lazy_gettext("All days")),
}
USUAL = "month"
# The pages of figures, in the order of their tabs; each takes the same filter.
PAGES: tuple[tuple[str, LazyString], ...] = (
    ("figures.show", lazy_gettext("Overview")),
    ("figure_times.show", lazy_gettext("By the hour")),
    ("figure_funnel.show", lazy_gettext("Who answers")),
    ("figure_contacts.show", lazy_gettext("Contact centre")),
    ("figure_drivers.show", lazy_gettext("What moves it")),
    ("figure_people.show", lazy_gettext("Employees")),
    ("figure_topics.show", lazy_gettext("Topics")),
    ("figure_events.show", lazy_gettext("Events")),
    ("public_ratings.show", lazy_gettext("Public ratings")),
    ("evidence.show", lazy_gettext("Evidence")),
)
# The pages whose tables may be taken along, by the name of the file; some have fields of their own beside the filter.
TABLES: Mapping[str, str] = {
    "figures.show": "figures",
    "figure_times.show": "hours",
    "figure_funnel.show": "who-answers",
    "figure_contacts.show": "contact-centre",
    "figure_drivers.show": "drivers",
    "figure_people.show": "employees",
    "figure_topics.show": "topics",
    "figure_events.show": "events",
    "public_ratings.show": "public",
}
_OWN_FIELDS: Mapping[str, tuple[str, ...]] = {
    "figure_events.show": ("days",),
    "public_ratings.show": ("level", "q", "lack", "site", "sort"),
}
FIELDS = ("unit", "period", "from", "to", "channel", "employee", "about", "metric")


@dataclass(slots=True)
class FigureQuery:
    """What was asked for. `problems` are by field, in the reader's words; what has one narrows nothing.

    `typed` is what stands in the address. `wanted` is the same for the counts; `unit` None means all that may be seen.
    """

    typed: Mapping[str, str]
    period: Period
    chosen: str | None
    unit: Unit | None = None
    employee: Employee | None = None
    channel: Channel | None = None
    call_topic: str | None = None
    metric: Metric = Metric.CSAT
    problems: dict[str, str] = field(default_factory=dict)
    suggestions: Sequence[Place] = ()

    def value(self, name: str) -> str:
        """Return what stands in a field, or an empty text."""
        return self.typed.get(name, "")

    @property
    def unit_id(self) -> uuid.UUID | None:
        """The unit shown; None for the company and for all that may be seen."""
        return self.unit.id if self.unit is not None and self.unit.parent_id is not None else None

    @property
    def wanted(self) -> Wanted:
        """What the counts are asked for."""
        return Wanted(
            period=self.period,
            unit_id=self.unit_id,
            employee_id=self.employee.id if self.employee else None,
            employee_known=self.metric is Metric.AGENT_CSAT and self.employee is None,
            channel=self.channel,
            call_topic=self.call_topic,
        )

    def address(self, endpoint: str | None = None, **changes: str | None) -> str:
        """Return this page, or another one, for the same filter but for the changes; None takes a field out."""
        kept = {name: value for name, value in self.typed.items() if name in FIELDS}
        if "period" in changes:
            changes = {"from": None, "to": None, **changes}
        values: dict[str, Any] = {**kept, **changes}
        if values.get("period") == USUAL:
            values["period"] = None
        return url_for(endpoint or request.endpoint or "", **{key: value for key, value in values.items() if value})

    @property
    def _kept_by_lists(self) -> dict[str, Any]:
        """What of the filter the lists of answers and of contacts have, too."""
        return {
            "unit": self.unit.code if self.unit is not None and self.unit_id is not None else None,
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "channel": self.channel.value if self.channel else None,
            "employee": self.employee.code if self.employee else None,
            "about": self.call_topic,
        }

    def answers(self, **more: Any) -> str:
        """Return the address of the very responses that are counted, narrowed further by fields of their list."""
        served = "yes" if self.wanted.employee_known else None
        values = {**self._kept_by_lists, "served": served, "suspect": "no", **more}
        return url_for("responses.show_list", **{key: value for key, value in values.items() if value})

    def counted(self, kind: QuestionType | None, values: Sequence[int] = (), **more: Any) -> str:
        """Return the address of the responses that the metric counts, or of those with one of the values.

        Of a metric that is asked on two scales, those on the scale of such questions alone.
        """
        scale = kind.value if kind is not None and len(list_scales(self.metric)) > 1 else None
        entered = PMF_QUALIFIED if self.metric is Metric.PMF else ()  # who no longer uses it is asked and not counted
        return self.answers(figure=self.metric.value, scale=scale, rating=list(values or entered), **more)

    def contacts(self, **more: Any) -> str:
        """Return the address of the contacts that are counted, narrowed further by fields of their list."""
        values = {**self._kept_by_lists, **more}
        return url_for("interactions.show_list", **{key: value for key, value in values.items() if value})


def read_figure_query(scope: Scope) -> FigureQuery:
    """Return the filter of the request's address; a unit beyond the scope is one that there is not."""
    typed = {name: value.strip() for name in FIELDS if (value := request.args.get(name, "")).strip()}
    strange = [name for name, value in typed.items() if not value.isprintable() or len(value) > 200]
    today = last_days(1, now=edge.now(), zone=edge.desk().zone)
    query = FigureQuery(
        {name: value for name, value in typed.items() if name not in strange},
        today,
        USUAL,
        problems={name: gettext("There is no such choice.") for name in strange},
    )
    _read_period(query, today)
    if query.value("unit"):
        choice = seek_unit(edge.db(), query.value("unit"), scope)
        query.unit, query.suggestions = choice.unit, choice.suggestions
        if choice.unit is None:
            query.problems["unit"] = choice.problem or ""
    query.employee = _read_employee(query, scope)
    query.channel = read_known(query, "channel", Channel)
    query.call_topic = query.value("about") or None
    query.metric = read_known(query, "metric", Metric) or Metric.CSAT
    return query


def figure_context(query: FigureQuery, scope: Scope) -> dict[str, Any]:
    """Return what templates/manage/figures/layout.html shows around every page of figures."""
    return {
        "query": query,
        "period": query.period,
        "periods": PERIODS,
        "pages": [(endpoint, name) for endpoint, name in PAGES if endpoint in current_app.view_functions],
        "unit_choices": list_choices(edge.db(), scope),
        "channel_choices": [(channel.value, CHANNELS[channel]) for channel in Channel],
        "words_of_channels": CHANNELS,
        "table_file": _table_file(query),
    }


def _table_file(query: FigureQuery) -> str | None:
    """Return the address of the page's tables as a file, for what the page shows."""
    page = TABLES.get(request.endpoint or "")
    if page is None:
        return None
    own = {name: request.args.get(name, "") for name in _OWN_FIELDS.get(request.endpoint or "", ())}
    kept = {name: value for name, value in own.items() if value.isprintable() and len(value) <= 200}
    return query.address("figure_downloads.download_table", page=page, **kept)


def _read_period(query: FigureQuery, today: Period) -> None:
    chosen = query.value("period")
    first, last = read_day(query, "from"), read_day(query, "to")
    if first is None and last is None:
        query.chosen = chosen if chosen in PERIODS else USUAL
        if chosen and chosen not in PERIODS:
            query.problems["period"] = gettext("There is no such choice.")
        days = PERIODS[query.chosen][0]
        query.period = (
            last_days(days, now=edge.now(), zone=today.zone)
            if days
            else all_days(edge.db(), now=edge.now(), zone=today.zone)
        )
        return
    query.chosen = None
    end: date = last or max(today.last, first or today.last)
    start: date = first or end - timedelta(days=PERIODS[USUAL][0] - 1)
    if start > end:
        query.problems["to"] = gettext("The last day comes before the first.")
        start = end
    if (end - start).days >= MOST_DAYS:
        query.problems["from"] = gettext("At most ten years can be looked at together.")
        start = end - timedelta(days=MOST_DAYS - 1)
    query.period = Period(start, end, today.zone)


def _read_employee(query: FigureQuery, scope: Scope) -> Employee | None:
    code = query.value("employee")
    if not code:
        return None
    found = (
        edge.db().scalars(select(Employee).where(Employee.code == code, scope.where(Employee.unit_id))).one_or_none()
    )
    if found is None:
        query.problems["employee"] = gettext("There is no such employee among those you may see.")
    return found
