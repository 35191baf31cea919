"""What each unit of an area adds up to, with all below it: answers in a period and the one before, cases, children.

One statement for each kind of row, grouped by the unit it stands at; the tree is climbed here, so that neither the
depth of the tree nor the number of offices asks the database more often.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, and_, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.cut_points import SATISFIED
from app.analytics.filters import response_conditions
from app.analytics.metrics import Sums
from app.analytics.periods import Period
from app.analytics.series import Asked, feeding, list_series
from app.analytics.wanted import Wanted
from app.callbacks.models import CallbackCase
from app.organisation.models import Unit, UnitAncestor, UnitKind
from app.responses.models import ResponseAnswer, SurveyResponse
from app.surveys.definition import Metric

# Where customers come to; a desk or a queue is part of one.
_OFFICES = (UnitKind.OFFICE, UnitKind.CONTACT_CENTRE)
# A unit's id as the driver hands it over: 32 digits from SQLite, a UUID from PostgreSQL.
_Key = str | uuid.UUID


@dataclass(slots=True)
class Tally:
    """Counts of a unit and all below it: CSAT answers now and before, cases that are open."""

    n: int = 0
    satisfied: int = 0
    total: int = 0
    squares: int = 0
    before_n: int = 0
    before_satisfied: int = 0
    to_ring: int = 0
    look_into: int = 0
    overdue: int = 0

    @property
    def open(self) -> int:
        """Every case not yet closed."""
        return self.to_ring + self.look_into

    @property
    def sums(self) -> Sums:
        """What the mean is computed from."""
        return Sums(self.n, self.total, self.squares)

    def add(self, other: "Tally") -> None:
        """Count the other's with these."""
        self.n += other.n
        self.satisfied += other.satisfied
        self.total += other.total
        self.squares += other.squares
        self.before_n += other.before_n
        self.before_satisfied += other.before_satisfied
        self.to_ring += other.to_ring
        self.look_into += other.look_into
        self.overdue += other.overdue

    def is_empty(self) -> bool:
        """Tell whether there is nothing to say of the unit."""
        return not (self.n or self.before_n or self.open)


@dataclass(slots=True, eq=False)
class Node:
    """A unit within the area, what hangs below it there, and what all of it adds up to."""

    code: str
    name: str
    address: str | None
    kind: str
    closed: bool
    is_company: bool
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @property
    def is_alive(self) -> bool:
        """Tell whether the unit is to be named: a closed one only while there are figures of it."""
        return not self.closed or not self.tally.is_empty()

    def above(self) -> Iterator["Node"]:
        """Yield the units above this one within the area, upwards."""
        at = self.parent
        while at is not None:
            yield at
            at = at.parent


@dataclass(frozen=True, slots=True)
class Area:
    """The units that a dashboard is about. `tops` hang below none of the others; with one of them, it is the area."""

    tops: tuple[Node, ...]
    whole: Tally

    @property
    def top(self) -> Node | None:
        """The unit above all others, or None where several units were granted."""
        return self.tops[0] if len(self.tops) == 1 else None

    def next_level(self) -> list[Node]:
        """Return the units right below the area's, or the granted ones."""
        found = self.top.children if self.top else self.tops
        return [node for node in found if node.is_alive]

    def offices(self) -> list[Node]:
        """Return the offices at any depth below, none within another."""
        return list(_offices(self.top.children if self.top else self.tops))

    def has_an_office(self) -> bool:
        """Tell whether there is an office at all, the area itself included."""
        return next(_offices(self.tops), None) is not None


def read_area(session: Session, *, scope: Scope, unit_id: uuid.UUID | None, period: Period, now: datetime) -> Area:
    """Return the unit (or all that may be seen) with all below it and what each adds up to.

    Four statements and two more where CSAT is asked by a later question; none of them for each row.
    """
    nodes = _read_units(session, scope, unit_id)
    tops = {key: node for key, node in nodes.items() if node.parent is None}
    # Named even for the company: so led, the index hands the answers over unit by unit, and nothing is sorted.
    within = unit_id or (_as_uuid(next(iter(tops))) if len(tops) == 1 else None)
    fed = feeding(list_series(session), Metric.CSAT)
    wanted = Wanted(period, unit_id=within)
    for unit, n, satisfied, total, squares in _count_answers(session, wanted, scope, fed):
        tally = nodes[unit].tally
        tally.n, tally.satisfied = tally.n + n, tally.satisfied + satisfied
        tally.total, tally.squares = tally.total + total, tally.squares + squares
    for unit, n, satisfied, *_ in _count_answers(session, wanted.before, scope, fed):
        tally = nodes[unit].tally
        tally.before_n, tally.before_satisfied = tally.before_n + n, tally.before_satisfied + satisfied
    for unit, to_ring, count, overdue in _count_cases(session, scope, within, now):
        tally = nodes[unit].tally
        tally.to_ring, tally.look_into, tally.overdue = to_ring, count - to_ring, overdue
    whole = Tally()
    for top in tops.values():
        _roll_up(top)
        whole.add(top.tally)
    return Area(tuple(tops.values()), whole)


def _read_units(session: Session, scope: Scope, unit_id: uuid.UUID | None) -> dict[_Key, Node]:
    closed, is_company = Unit.closed_at.is_not(None), Unit.parent_id.is_(None)
    own, above = _key(Unit.id), _key(Unit.parent_id)
    query = select(own, above, Unit.code, Unit.name, Unit.address, Unit.kind, closed, is_company).where(
        scope.where(Unit.id)
    )
    if unit_id is not None:
        query = query.where(Unit.id.in_(_below(unit_id)))
    rows = _all(session, query)
    nodes = {row[0]: Node(*row[2:]) for row in rows}
    for own_id, parent_id, *_ in rows:
        parent = nodes.get(parent_id) if parent_id else None
        if parent is not None:
            nodes[own_id].parent = parent
            parent.children.append(nodes[own_id])
    return nodes


def _roll_up(node: Node) -> None:
    for child in node.children:
        _roll_up(child)
        node.tally.add(child.tally)


def _offices(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.kind not in _OFFICES:
            yield from _offices(node.children)
        elif node.is_alive:
            yield node


def _count_answers(session: Session, wanted: Wanted, scope: Scope, fed: Sequence[Asked]) -> Iterator[Sequence[Any]]:
    """Yield (unit, how many answers, how many of them satisfied, their sum, the sum of their squares)."""
    response, answer = SurveyResponse, ResponseAnswer
    conditions = response_conditions(session, wanted.as_filter(), scope)
    firsts = sorted(one.series.version_id for one in fed if one.series.is_first)
    later = sorted((one.series.version_id, one.series.question_key) for one in fed if not one.series.is_first)
    if firsts:
        query = _add_up(response.rating).where(response.survey_version_id.in_(firsts), *conditions)
        yield from _all(session, query)
    if later:
        asked = or_(*(and_(response.survey_version_id == one, answer.question_key == key) for one, key in later))
        query = _add_up(answer.value).join(answer, answer.response_id == response.id)
        yield from _all(session, query.where(answer.value.is_not(None), asked, *conditions))


def _add_up(value: Any) -> Select[*tuple[Any, ...]]:
    unit, satisfied = SurveyResponse.unit_id, case((value >= SATISFIED[0], 1), else_=0)
    sums = func.sum(satisfied), func.sum(value), func.sum(value * value)
    return select(_key(unit), func.count(), *sums).group_by(unit)


def _count_cases(session: Session, scope: Scope, within: uuid.UUID | None, now: datetime) -> Sequence[Sequence[Any]]:
    """Return (unit, whom to ring, all that are open, how many of these are overdue)."""
    unit_id = CallbackCase.unit_id
    overdue = func.sum(case((CallbackCase.due_at < now, 1), else_=0))
    query = select(_key(unit_id), func.count(CallbackCase.contact_id), func.count(), overdue).where(
        CallbackCase.closed_at.is_(None), scope.where(unit_id)
    )
    if within is not None:
        query = query.where(unit_id.in_(_below(within)))
    return _all(session, query.group_by(unit_id))


def _key(column: Any) -> Any:
    """Return the id as the driver hands it over: making ids of 3,000 units four times took as long as counting."""
    return type_coerce(column, String)


def _as_uuid(key: _Key) -> uuid.UUID:
    return key if isinstance(key, uuid.UUID) else uuid.UUID(hex=key)


def _all(session: Session, query: Select[*tuple[Any, ...]]) -> Sequence[Sequence[Any]]:
    """Return the rows past the session, which would look at each of thousands for objects of its own."""
    return session.connection().execute(query).all()


def _below(unit_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id)
