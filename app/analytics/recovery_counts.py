"""What the figures of callbacks are counted from: whole counts for each unit of a level, one statement for all of them.

A case is counted by the day on which it was opened. One that was opened again is counted by how its first round went:
what came after is the second chance that the first one made necessary.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, extract, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.analytics.counts.question import Group
from app.analytics.grouping import Columns, Grouping
from app.analytics.periods import Period
from app.analytics.wanted import By, Wanted
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.callbacks.within import within
from app.invitations.models import Interaction
from app.kit.db import dialect_of
from app.organisation.models import Unit, UnitAncestor
from app.responses.models import SurveyResponse
from app.surveys.definition import QuestionType
from app.surveys.models import SurveyVersion
from app.surveys.service import get_definition

Bucket = uuid.UUID | None
# Good enough to count as won back: a four or a five, and better than the first time.
_GOOD, _BETTER_BY = 4, 1
_case = CallbackCase
# The round that the person answered last: their word as it stands.
_Word = aliased(AskedBack)


class Which(StrEnum):
    """The cases behind a figure."""

    OPENED = "opened"
    LATE_ATTEMPT = "late_attempt"
    LATE_SETTLEMENT = "late_settlement"
    REOPENED = "reopened"
    SETTLED = "settled"
    NOT_SETTLED = "not_settled"
    RECOVERED = "recovered"


@dataclass(slots=True)
class CaseCounts:
    """Counts of the cases opened in a period.

    `attempt_clocks`, `settle_clocks`: those whose clock is over or kept; the others are pending. `rated`: closed, with
    a rating of how it was handled and a first rating on the same scale.
    """

    opened: int = 0
    closed: int = 0
    reopened: int = 0
    asked: int = 0
    answered: int = 0
    settled: int = 0
    rated: int = 0
    recovered: int = 0
    attempt_clocks: int = 0
    attempt_kept: int = 0
    settle_clocks: int = 0
    settle_kept: int = 0

    def add(self, other: "CaseCounts") -> None:
        """Count the other's with these."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


class Timed(NamedTuple):
    """A case's first round in seconds since 1970: when it was opened, tried, reached and due to be tried."""

    opened: int
    attempted: int | None
    reached: int | None
    due: int
    closed: bool


@dataclass(frozen=True, slots=True)
class UnitTimes:
    """The cases of one unit, and the listed unit that it lies at or below."""

    bucket: Bucket
    unit_id: uuid.UUID
    cases: Sequence[Timed]


@dataclass(frozen=True, slots=True)
class Level:
    """The units that are listed: those right below one, or several that were granted."""

    below: uuid.UUID | None = None
    tops: tuple[uuid.UUID, ...] = ()

    def pairs(self) -> Any:
        """Return unit and listed unit above it, as a subquery."""
        pairs = select(UnitAncestor.unit_id, UnitAncestor.ancestor_id.label("bucket"))
        if self.below is None:
            return pairs.where(UnitAncestor.ancestor_id.in_(self.tops)).subquery()
        listed = select(Unit.id).where(Unit.parent_id == self.below)
        return pairs.where(UnitAncestor.ancestor_id.in_(listed)).subquery()


@dataclass(frozen=True, slots=True)
class Cohort:
    """The cases that figures are about."""

    scope: Scope
    unit_id: uuid.UUID | None
    period: Period
    now: datetime

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the WHERE over callback_case, the reader's scope included."""
        opened = _case.opened_at
        return [opened >= self.period.since, opened < self.period.until, *within(self.scope, self.unit_id)]


def count_cases(session: Session, cohort: Cohort, level: Level) -> dict[Bucket, CaseCounts]:
    """Return the counts of each listed unit with all below it, None for what lies at none of them."""
    pairs = level.pairs()
    rated = _is_rated(session)
    conditions = _conditions(rated, cohort.now)
    sums = {
        "opened": func.count(),
        "closed": _sum(_was_closed()),
        "reopened": _sum(_case.reopenings > 0),
        "asked": _sum(exists().where(AskedBack.case_id == _case.id, AskedBack.asked_at.is_not(None))),
        "answered": _sum(_Word.id.is_not(None)),
        "settled": _sum(conditions[Which.SETTLED]),
        "rated": _sum(rated),
        "recovered": _sum(conditions[Which.RECOVERED]),
        "attempt_clocks": _sum(_attempt_kept() | conditions[Which.LATE_ATTEMPT]),
        "attempt_kept": _sum(_attempt_kept()),
        "settle_clocks": _sum(_settle_kept() | conditions[Which.LATE_SETTLEMENT]),
        "settle_kept": _sum(_settle_kept()),
    }
    query = _joined(select(pairs.c.bucket, *(column.label(name) for name, column in sums.items())))
    query = query.outerjoin(pairs, pairs.c.unit_id == _case.unit_id)
    rows = session.execute(query.where(*cohort.conditions()).group_by(pairs.c.bucket))
    return {row[0]: CaseCounts(*(value or 0 for value in row[1:])) for row in rows}


@dataclass(frozen=True, slots=True)
class Won:
    """Of the cases `opened`, those `rated` in the end, and those that were won back."""

    opened: int = 0
    rated: int = 0
    recovered: int = 0


def count_won(
    session: Session,
    wanted: Wanted,
    scope: Scope,
    *,
    survey: str | None = None,
    by: By | None = None,
    units: Collection[uuid.UUID] = (),
    now: datetime,
) -> dict[Group, Won]:
    """Return who was won back of the cases opened in the period, by group as `count_values` does; two statements.

    Channel, employee and topic are those of the response or the contact that the case follows.
    """
    rated = _is_rated(session)
    recovered = _conditions(rated, now)[Which.RECOVERED]
    columns = Columns(
        at=_case.opened_at,
        unit_id=_case.unit_id,
        employee_id=func.coalesce(SurveyResponse.employee_id, Interaction.employee_id),
        channel=func.coalesce(SurveyResponse.channel, Interaction.channel, _case.channel),
        topic=Interaction.topic,
    )
    about = Interaction.id == func.coalesce(_case.interaction_id, SurveyResponse.interaction_id)
    counts: Any = select(func.count(), _sum(rated), _sum(recovered))
    query = _joined(counts).outerjoin(Interaction, about)
    if survey is not None:
        versions = select(SurveyVersion.id).where(SurveyVersion.key == survey)
        query = query.where(SurveyResponse.survey_version_id.in_(versions))
    found = Grouping(columns, wanted, by, units).count(session, query, scope)
    return {group: Won(*row) for group, row in found.items()}


def count_endings(session: Session, cohort: Cohort) -> list[tuple[str, str, int]]:
    """Return outcome, cause and how many of the cases that are closed now ended so."""
    query = (
        select(_case.outcome, _case.cause, func.count())
        .where(*cohort.conditions(), _case.closed_at.is_not(None))
        .group_by(_case.outcome, _case.cause)
    )
    return [(outcome or "", cause or "", n) for outcome, cause, n in session.execute(query)]


def read_times(session: Session, cohort: Cohort, level: Level) -> Iterator[UnitTimes]:
    """Yield the first round of each case that had somebody to ring; two statements.

    The database packs the instants of a unit's cases into one text: a hundred thousand rows of seven columns each would
    take ten times as long to be made.
    """
    pairs = level.pairs()
    due = _case.first_attempt_due_at
    packed = (
        select(_case.unit_id.label("unit_id"), _pack(session).label("cases"))
        .where(*cohort.conditions(), _case.reopenings == 0, due.is_not(None))
        .group_by(_case.unit_id)
        .subquery()
    )
    query = select(pairs.c.bucket, packed.c.unit_id, packed.c.cases).select_from(packed)
    for bucket, unit_id, cases in session.execute(query.outerjoin(pairs, pairs.c.unit_id == packed.c.unit_id)):
        yield UnitTimes(bucket, unit_id, [_unpack(case) for case in cases.split(";")])
    for bucket, unit_id, opened_at, over in _first_rounds(session, cohort, pairs):
        if over.first_attempt_due_at is not None:
            times = (opened_at, over.first_attempt_at, over.first_reached_at, over.first_attempt_due_at)
            opened, attempted, reached, by = (None if at is None else int(at.timestamp()) for at in times)
            yield UnitTimes(bucket, unit_id, [Timed(opened or 0, attempted, reached, by or 0, closed=True)])


def add_first_rounds(session: Session, cohort: Cohort, level: Level, counts: Mapping[Bucket, CaseCounts]) -> None:
    """Add the clocks of cases that were opened again, as their first round kept them; one statement."""
    for bucket, _, _, over in _first_rounds(session, cohort, level.pairs()):
        tally = counts[bucket]
        ended = [each for each in (over.first_attempt_at, over.closed_at) if each is not None]
        if over.first_attempt_due_at is not None and ended:
            tally.attempt_clocks += 1
            tally.attempt_kept += min(ended) <= over.first_attempt_due_at
        if over.settle_due_at is not None and over.closed_at is not None:
            tally.settle_clocks += 1
            tally.settle_kept += over.closed_at <= over.settle_due_at


def select_cases(session: Session, cohort: Cohort, which: Which, *, outcome: str = "", cause: str = "") -> Select[Any]:
    """Return the query of the ids of the cases behind a figure; outcome and cause narrow it further."""
    query = _joined(select(_case.id)).where(*cohort.conditions(), _conditions(_is_rated(session), cohort.now)[which])
    if outcome:
        query = query.where(_case.outcome == outcome)
    return query.where(_case.cause == cause) if cause else query


@dataclass(frozen=True, slots=True)
class _Over:
    """How a round that is over went, as the event of its reopening says."""

    first_attempt_at: datetime | None = None
    first_attempt_due_at: datetime | None = None
    first_reached_at: datetime | None = None
    settle_due_at: datetime | None = None
    closed_at: datetime | None = None


_OVER = [each.name for each in fields(_Over)]


def _first_rounds(session: Session, cohort: Cohort, pairs: Any) -> Sequence[tuple[Bucket, uuid.UUID, datetime, _Over]]:
    query = (
        select(_case.id, pairs.c.bucket, _case.unit_id, _case.opened_at, CaseEvent.details)
        .join(CaseEvent, CaseEvent.case_id == _case.id)
        .outerjoin(pairs, pairs.c.unit_id == _case.unit_id)
        .where(*cohort.conditions(), _case.reopenings > 0, CaseEvent.kind == EventKind.REOPENED)
        .order_by(CaseEvent.at, CaseEvent.id)
    )
    found: dict[uuid.UUID, tuple[Bucket, uuid.UUID, datetime, _Over]] = {}
    for case_id, bucket, unit_id, opened_at, details in session.execute(query):
        if case_id not in found:
            said = {name: datetime.fromisoformat(details[name]) for name in _OVER if details.get(name)}
            found[case_id] = bucket, unit_id, opened_at, _Over(**said)
    return list(found.values())


def _joined(query: Select[Any]) -> Select[Any]:
    """Join the person's last word and the response that the case follows."""
    newer = aliased(AskedBack)
    last = (
        select(func.max(newer.round)).where(newer.case_id == _case.id, newer.answered_at.is_not(None)).scalar_subquery()
    )
    return (
        query.select_from(_case)
        .outerjoin(_Word, and_(_Word.case_id == _case.id, _Word.round == last))
        .outerjoin(SurveyResponse, SurveyResponse.id == _case.response_id)
    )


def _conditions(rated: ColumnElement[bool], now: datetime) -> dict[Which, ColumnElement[bool]]:
    return {
        Which.OPENED: _case.id.is_not(None),
        Which.LATE_ATTEMPT: _first_round(
            _case.first_attempt_due_at.is_not(None),
            not_(_attempt_kept()),
            or_(_case.first_attempt_at.is_not(None), _case.closed_at.is_not(None), _case.first_attempt_due_at < now),
        ),
        Which.LATE_SETTLEMENT: _first_round(
            not_(_settle_kept()), or_(_case.closed_at.is_not(None), _case.settle_due_at < now)
        ),
        Which.REOPENED: _case.reopenings > 0,
        Which.SETTLED: _surely(_Word.settled.is_(True)),
        Which.NOT_SETTLED: _surely(_Word.settled.is_(False)),
        Which.RECOVERED: and_(rated, _Word.rating >= _GOOD, _Word.rating >= SurveyResponse.rating + _BETTER_BY),
    }


def _was_closed() -> ColumnElement[bool]:
    return or_(_case.closed_at.is_not(None), _case.reopenings > 0)


def _is_rated(session: Session) -> ColumnElement[bool]:
    """A rating is compared with a first one of five faces alone: never with another scale."""
    faces = [
        version_id
        for version_id in session.scalars(select(SurveyVersion.id))
        if get_definition(session, version_id).first.type is QuestionType.RATING5
    ]
    return and_(_Word.rating.is_not(None), _surely(SurveyResponse.survey_version_id.in_(faces)))


def _attempt_kept() -> ColumnElement[bool]:
    """Tried in time, or closed by then without a try: the person was met on site."""
    due = _case.first_attempt_due_at
    return _first_round(or_(_surely(_case.first_attempt_at <= due), _surely(_case.closed_at <= due)))


def _settle_kept() -> ColumnElement[bool]:
    return _first_round(_surely(_case.closed_at <= _case.settle_due_at))


def _first_round(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(_case.reopenings == 0, *conditions)


def _surely(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Turn unknown into no, so that it can be negated."""
    return func.coalesce(condition, False)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _pack(session: Session) -> Any:
    """Return an aggregate: `opened,attempted,reached,due,closed` of each case in seconds, with `;` between them."""
    columns = (_case.opened_at, _case.first_attempt_at, _case.first_reached_at, _case.first_attempt_due_at)
    if dialect_of(session) == "sqlite":
        seconds = [func.coalesce(func.strftime("%s", column), "") for column in columns]
        gather = func.group_concat
    else:
        seconds = [func.coalesce(cast(func.floor(extract("epoch", column)), String), "") for column in columns]
        gather = func.string_agg
    closed = case((_case.closed_at.is_not(None), "1"), else_="")
    packed = reduce(lambda one, other: one.op("||")(",").op("||")(other), [*seconds, closed])
    return gather(packed, ";")


def _unpack(case: str) -> Timed:
    opened, attempted, reached, due, closed = case.split(",")
    return Timed(
        int(opened), int(attempted) if attempted else None, int(reached) if reached else None, int(due), closed == "1"
    )
