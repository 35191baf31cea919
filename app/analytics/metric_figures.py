"""One metric of one period by name, with its groups and the period before: what the API tells, and any face may.

Every metric goes the same way: whole counts by group, added up to what is asked, figures from the counts, and groups
hidden that would give a small one away. Read-only.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.before_after import Change, find_change
from app.analytics.counts.question import Group
from app.analytics.measured import Measured, protect_groups
from app.analytics.measures import question_types
from app.analytics.metric_sources import Answers, Contacts, FirstRequests, Invited, Recovered, Source, Tally
from app.analytics.periods import DAY, Period
from app.analytics.series import feeding, list_series
from app.analytics.topics import read_topics
from app.analytics.wanted import By, Wanted
from app.analytics.ways import choose_way
from app.organisation.models import Employee, Unit, UnitAncestor
from app.surveys.definition import Metric


class MetricName(StrEnum):
    """What can be asked for by name."""

    CSAT = "csat"
    NPS = "nps"
    CES = "ces"
    PMF = "pmf"
    AGENT_CSAT = "agent_csat"
    ESAT = "esat"
    ENPS = "enps"
    FCR = "fcr"
    RESPONSE_RATE = "response_rate"
    RECOVERY = "recovery"
    CONTACTS = "contacts"


class Split(StrEnum):
    """What the groups of a metric are; a week is one of ISO 8601, from Monday.

    `topic` is what the other system said that the contact was about. `comment_topic` is what people spoke of in words
    or by a reason: one answer may be in several of these groups, and only `csat` is told by them.
    """

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    UNIT = "unit"
    EMPLOYEE = "employee"
    CHANNEL = "channel"
    TOPIC = "topic"
    COMMENT_TOPIC = "comment_topic"


_BY = {
    Split.DAY: By.DAY,
    Split.WEEK: By.DAY,
    Split.MONTH: By.MONTH,
    Split.UNIT: By.UNIT,
    Split.EMPLOYEE: By.EMPLOYEE,
    Split.CHANNEL: By.CHANNEL,
    Split.TOPIC: By.CALL_TOPIC,
}
# The headline of csat, the one figure that is told of topics.
_SATISFIED = "top_2"


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked for. `repeat_days`: whoever comes again within them was not served at the first request."""

    name: MetricName
    wanted: Wanted
    survey: str | None = None
    split: Split | None = None
    before: bool = False
    repeat_days: int = 7


@dataclass(frozen=True, slots=True)
class MetricGroup:
    """One group: `key` is a code, a channel, a topic, or a day, week or month as ISO 8601 writes it; `name` what people
    say.
    """

    key: str
    name: str | None
    measured: Measured


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same of as many days right before, and how it changed since."""

    period: Period
    measured: Measured
    change: Change


@dataclass(frozen=True, slots=True)
class MetricFigures:
    """The metric of the whole, of each group in order, and of the period before where that was asked for."""

    whole: Measured
    groups: tuple[MetricGroup, ...] = ()
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """How a group is told; a closed unit only where there are answers."""

    key: str
    name: str | None = None
    is_always_told: bool = True


def read_metric(session: Session, asking: Asking, scope: Scope, *, now: datetime) -> MetricFigures:
    """Return the metric of what lies within the scope, in a number of statements that depends on no row.

    Raises ValueError for a metric of employees (see `employee_figures`), and for one that topics of comments do not
    tell apart.
    """
    source = _find_source(session, asking, scope, now)
    whole = source.measure(source.count(asking.wanted).get(None, Counter()))
    groups: tuple[MetricGroup, ...] = ()
    if asking.split is Split.COMMENT_TOPIC:
        groups = _read_comment_topics(session, asking, scope)
    elif asking.split is not None:
        found = _read_groups(session, asking.wanted, asking.split, scope, source)
        protected = protect_groups(whole, found)
        groups = tuple(MetricGroup(label.key, label.name, measured) for label, measured in protected.items())
    earlier = None
    if asking.before:
        before = asking.wanted.before
        measured = source.measure(source.count(before).get(None, Counter()))
        earlier = Earlier(before.period, measured, find_change(whole, measured))
    return MetricFigures(whole, groups, earlier)


def _read_groups(session: Session, wanted: Wanted, split: Split, scope: Scope, source: Source) -> dict[Label, Measured]:
    labels = _list_labels(session, wanted, split, scope)
    units = [group for group in labels if isinstance(group, uuid.UUID)] if split is Split.UNIT else []
    tallies = source.count(wanted, _BY[split], units)
    if split is Split.WEEK:
        tallies = _add_up_weeks(tallies)
    if split is Split.EMPLOYEE:
        labels = _name_employees(session, tallies)
    if split in (Split.CHANNEL, Split.TOPIC):
        labels = {group: Label(str(group)) for group in sorted(tallies, key=str)}
    return {
        label: source.measure(tallies.get(group, Counter()))
        for group, label in labels.items()
        if label.is_always_told or group in tallies
    }


def _read_comment_topics(session: Session, asking: Asking, scope: Scope) -> tuple[MetricGroup, ...]:
    """Return the satisfied of each topic, the most often spoken of first, hidden as on their page."""
    if asking.name is not MetricName.CSAT or asking.survey is not None:
        raise ValueError("topics of comments tell apart csat of all surveys alone")
    return tuple(
        MetricGroup(line.key, None, Measured(_SATISFIED, MappingProxyType({_SATISFIED: line.csat})))
        for line in read_topics(session, asking.wanted, scope).lines
    )


def _list_labels(session: Session, wanted: Wanted, split: Split, scope: Scope) -> dict[Group, Label]:
    """Return the groups that there are whatever was answered: the days of the period, the units of the next level."""
    days = [wanted.period.first + number * DAY for number in range(wanted.period.days)]
    match split:
        case Split.DAY:
            return {day: Label(day.isoformat()) for day in days}
        case Split.WEEK:
            return {_monday(day): Label(f"{_monday(day):%G-W%V}") for day in days}
        case Split.MONTH:
            return {day.replace(day=1): Label(f"{day:%Y-%m}") for day in days}
        case Split.UNIT:
            return list_units(session, wanted.unit_id, scope)
        case _:
            return {}


def list_units(session: Session, unit_id: uuid.UUID | None, scope: Scope) -> dict[Group, Label]:
    """Return the units right below, or those that were granted, by name; a closed one is told only with answers."""
    query = select(Unit.id, Unit.code, Unit.name, Unit.closed_at.is_(None)).where(scope.where(Unit.id))
    if unit_id is not None:
        query = query.where(Unit.parent_id == unit_id)
    elif scope.everything:
        company = select(Unit.id).where(Unit.parent_id.is_(None)).scalar_subquery()
        query = query.where(Unit.parent_id == company)
    else:
        granted = sorted(scope.unit_ids)
        nested = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(granted), UnitAncestor.distance > 0)
        query = query.where(Unit.id.in_(granted), Unit.id.not_in(nested))
    rows = session.execute(query.order_by(Unit.name, Unit.code))
    return {found: Label(code, name, is_open) for found, code, name, is_open in rows}


def _name_employees(session: Session, groups: Iterable[Group]) -> dict[Group, Label]:
    ids = [group for group in groups if isinstance(group, uuid.UUID)]
    query = select(Employee.id, Employee.code, Employee.name).where(Employee.id.in_(ids))
    return {found: Label(code, name) for found, code, name in session.execute(query.order_by(Employee.name))}


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _add_up_weeks(tallies: Mapping[Group, Tally]) -> dict[Group, Tally]:
    weeks: dict[Group, Tally] = {}
    for day, tally in tallies.items():
        if isinstance(day, date):
            weeks.setdefault(_monday(day), Counter()).update(tally)
    return weeks


def _find_source(session: Session, asking: Asking, scope: Scope, now: datetime) -> Source:
    match asking.name:
        case MetricName.RESPONSE_RATE:
            return Invited(session, scope, asking.survey, now)
        case MetricName.RECOVERY:
            return Recovered(session, scope, asking.survey, now)
        case MetricName.CONTACTS:
            return Contacts(session, scope)
        case MetricName.ESAT | MetricName.ENPS:
            raise ValueError(f"{asking.name} is anonymous: read it with employee_figures")
    metric = Metric(asking.name)
    asked = feeding(list_series(session, survey=asking.survey), metric)
    if metric is Metric.FCR:
        return FirstRequests(
            session, scope, asked, repeat_days=asking.repeat_days, with_repeats=asking.survey is None, now=now
        )
    way = choose_way(session, asking.wanted, scope, metric, asked)
    return Answers(session, scope, metric, asked, way.type if way else question_types(metric)[0])
