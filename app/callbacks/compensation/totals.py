"""What waits for an approval, and what was given by unit and month: read-only selects."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Role, StaffUser
from app.accounts.permissions import Actor, Permission
from app.accounts.scope import Scope
from app.callbacks.compensation.authority import Standing, find_standing, limit_of
from app.callbacks.compensation.models import Compensation, CompensationState
from app.callbacks.rules.case_rules import CaseRules
from app.organisation.models import Unit, UnitAncestor

MOST_PENDING = 200


@dataclass(frozen=True, slots=True)
class GivenRow:
    """One compensation as people read it; amounts in hundredths of the currency."""

    id: uuid.UUID
    case_id: uuid.UUID
    unit_code: str
    unit_name: str
    kind: str
    amount: int
    currency: str
    note: str | None
    state: CompensationState
    proposed_at: datetime
    proposed_by_id: uuid.UUID
    proposed_by: str
    decided_at: datetime | None
    decided_by: str | None
    may_decide: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """What was approved at one unit of one kind; `amount` in hundredths of the currency."""

    unit_id: uuid.UUID
    unit_code: str
    unit_name: str
    currency: str
    kind: str
    count: int
    amount: int


def list_of_case(session: Session, case_id: uuid.UUID, *, actor: Actor, rules: CaseRules) -> list[GivenRow]:
    """Return what was given or proposed in a case, the earliest first. The case itself was found within a scope."""
    rows = _rows(session, (Compensation.case_id == case_id,))
    return _mark(session, rows, actor, rules)


def list_pending(session: Session, *, actor: Actor, rules: CaseRules) -> list[GivenRow]:
    """Return what the actor may decide about, the longest waiting first; three queries however many, 200 rows at most.

    What is above their authority is left out by the database: else two hundred of those would hide the rest.
    """
    waits = (
        Compensation.state == CompensationState.PENDING,
        Compensation.proposed_by_id != actor.user_id,
        actor.scope(Permission.APPROVE_COMPENSATION).where(Compensation.unit_id),
        _within_authority(actor, rules),
    )
    rows = _rows(session, waits, MOST_PENDING)
    return [row for row in _mark(session, rows, actor, rules) if row.may_decide]


def list_given(
    session: Session, scope: Scope, *, since: datetime, until: datetime, unit_id: uuid.UUID | None = None
) -> list[GivenRow]:
    """Return what was approved in a time, the latest first: the lines behind the totals."""
    return _rows(session, _approved(scope, since, until, unit_id), MOST_PENDING, latest=True)


def sum_given(
    session: Session, scope: Scope, *, since: datetime, until: datetime, unit_id: uuid.UUID | None = None
) -> list[Total]:
    """Return what was approved in a time by unit, currency and kind, by the name of the unit."""
    rows = session.execute(
        select(
            Unit.id,
            Unit.code,
            Unit.name,
            Compensation.currency,
            Compensation.kind,
            func.count(),
            func.sum(Compensation.amount),
        )
        .join(Unit, Unit.id == Compensation.unit_id)
        .where(*_approved(scope, since, until, unit_id))
        .group_by(Unit.id, Unit.code, Unit.name, Compensation.currency, Compensation.kind)
        .order_by(Unit.name, Unit.id, Compensation.currency, Compensation.kind)
    ).all()
    return [Total(*row[:6], amount=int(row[6])) for row in rows]


def _approved(
    scope: Scope, since: datetime, until: datetime, unit_id: uuid.UUID | None
) -> Sequence[ColumnElement[bool]]:
    within = [
        Compensation.state == CompensationState.APPROVED,
        Compensation.decided_at >= since,
        Compensation.decided_at < until,
        scope.where(Compensation.unit_id),
    ]
    if unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id)
        within.append(Compensation.unit_id.in_(below))
    return within


def _within_authority(actor: Actor, rules: CaseRules) -> ColumnElement[bool]:
    """Return the condition that the actor alone may give as much at the unit, as `find_standing` has it."""
    ways = []
    for role, nearest, standing in (
        (Role.ADMIN, 0, Standing.ADMIN),
        (Role.MANAGER, 1, Standing.LEADER),
        (Role.MANAGER, 0, Standing.MANAGER),
    ):
        below = select(UnitAncestor.unit_id).where(
            UnitAncestor.ancestor_id.in_([grant.unit_id for grant in actor.grants if grant.role is role]),
            UnitAncestor.distance >= nearest,
        )
        limit = limit_of(standing, rules.compensation.authority)
        ways.append(and_(Compensation.amount <= limit, Compensation.unit_id.in_(below)))
    return or_(*ways)


def _rows(
    session: Session, conditions: Sequence[ColumnElement[bool]], limit: int | None = None, *, latest: bool = False
) -> list[GivenRow]:
    proposer, decider = aliased(StaffUser), aliased(StaffUser)
    order = (Compensation.proposed_at, Compensation.id)
    query = (
        select(Compensation, Unit.code, Unit.name, proposer.name, decider.name)
        .join(Unit, Unit.id == Compensation.unit_id)
        .join(proposer, proposer.id == Compensation.proposed_by_id)
        .outerjoin(decider, decider.id == Compensation.decided_by_id)
        .where(*conditions)
        .order_by(*(column.desc() for column in order) if latest else order)
        .limit(limit)
    )
    return [
        GivenRow(
            id=given.id,
            case_id=given.case_id,
            unit_code=code,
            unit_name=name,
            kind=given.kind,
            amount=given.amount,
            currency=given.currency,
            note=given.note,
            state=CompensationState(given.state),
            proposed_at=given.proposed_at,
            proposed_by_id=given.proposed_by_id,
            proposed_by=proposed_by,
            decided_at=given.decided_at,
            decided_by=decided_by,
        )
        for given, code, name, proposed_by, decided_by in session.execute(query)
    ]


def _mark(session: Session, rows: list[GivenRow], actor: Actor, rules: CaseRules) -> list[GivenRow]:
    """Say of each whether the actor may decide about it: not of their own, and within their authority there."""
    above: dict[str, dict[uuid.UUID, int]] = {row.unit_code: {} for row in rows}
    if above and actor.may(Permission.APPROVE_COMPENSATION):
        pairs = session.execute(
            select(Unit.code, UnitAncestor.ancestor_id, UnitAncestor.distance)
            .join(Unit, Unit.id == UnitAncestor.unit_id)
            .where(Unit.code.in_(above))
        )
        for code, ancestor_id, distance in pairs:
            above[code][ancestor_id] = distance
    return [_marked(row, actor, above[row.unit_code], rules) for row in rows]


def _marked(row: GivenRow, actor: Actor, above: Mapping[uuid.UUID, int], rules: CaseRules) -> GivenRow:
    limit = limit_of(find_standing(actor.grants, above), rules.compensation.authority)
    waits = row.state is CompensationState.PENDING
    return replace(row, may_decide=waits and row.proposed_by_id != actor.user_id and row.amount <= limit)
