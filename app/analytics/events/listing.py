"""The events of a period: those that touch what is looked at, and those of units below it. Read-only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.scope import Scope
from app.analytics.counts.question import below
from app.analytics.events.models import TimeLineEvent
from app.organisation.models import Unit, UnitAncestor

# A time line with more marks, or a longer page of the list, is read by nobody.
MOST_EVENTS = 50


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event with its unit; `by` is who wrote it down, None once they are gone."""

    id: uuid.UUID
    day: date
    kind: str
    title: str
    note: str | None
    unit_code: str
    unit_name: str
    is_company: bool
    by: str | None
    unit_id: uuid.UUID


def list_touching(
    session: Session,
    scope: Scope,
    *,
    unit_id: uuid.UUID | None,
    first: date,
    last: date,
    limit: int = MOST_EVENTS,
    offset: int = 0,
) -> list[EventLine]:
    """Return the events that touch all of what is looked at, the latest first: of the unit and of those above it.

    Without a unit it is all that may be seen: then those above every unit that was granted. Of units above the scope no
    more is told than what happened there, which happened here as well.
    """
    return _list(session, _touching(session, scope, unit_id), first, last, limit=limit, offset=offset)


def count_touching(session: Session, scope: Scope, *, unit_id: uuid.UUID | None, first: date, last: date) -> int:
    """Return how many events `list_touching` has in all."""
    return _count(session, _touching(session, scope, unit_id), first, last)


def list_below(
    session: Session,
    scope: Scope,
    *,
    unit_id: uuid.UUID | None,
    first: date,
    last: date,
    limit: int = MOST_EVENTS,
    offset: int = 0,
) -> list[EventLine]:
    """Return the events that touch a part of what is looked at alone, the latest first."""
    return _list(session, _below(session, scope, unit_id), first, last, limit=limit, offset=offset)


def count_below(session: Session, scope: Scope, *, unit_id: uuid.UUID | None, first: date, last: date) -> int:
    """Return how many events `list_below` has in all."""
    return _count(session, _below(session, scope, unit_id), first, last)


def find_within(session: Session, scope: Scope, events: Sequence[EventLine]) -> frozenset[uuid.UUID]:
    """Return those of the events that are of a unit of the scope; one query."""
    units = {event.unit_id for event in events}
    within = set(session.scalars(select(Unit.id).where(Unit.id.in_(sorted(units)), scope.where(Unit.id))))
    return frozenset(event.id for event in events if event.unit_id in within)


def _tops(session: Session, scope: Scope) -> Sequence[uuid.UUID]:
    if scope.everything:
        return session.scalars(select(Unit.id).where(Unit.parent_id.is_(None))).all()
    return sorted(scope.unit_ids)


def _touching(session: Session, scope: Scope, unit_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    tops = [unit_id] if unit_id is not None else _tops(session, scope)
    above = (
        select(UnitAncestor.ancestor_id)
        .where(UnitAncestor.unit_id.in_(tops))
        .group_by(UnitAncestor.ancestor_id)
        .having(func.count() == len(tops))
    )
    return [TimeLineEvent.unit_id.in_(above)]


def _below(session: Session, scope: Scope, unit_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    tops = [unit_id] if unit_id is not None else _tops(session, scope)
    conditions: list[ColumnElement[bool]] = [scope.where(TimeLineEvent.unit_id), TimeLineEvent.unit_id.in_(below(tops))]
    if len(tops) == 1:
        conditions.append(TimeLineEvent.unit_id != tops[0])
    return conditions


def _count(session: Session, conditions: list[ColumnElement[bool]], first: date, last: date) -> int:
    event = TimeLineEvent
    query = select(func.count()).select_from(event).where(*conditions, event.day >= first, event.day <= last)
    return session.scalar(query) or 0


def _list(
    session: Session, conditions: list[ColumnElement[bool]], first: date, last: date, *, limit: int, offset: int
) -> list[EventLine]:
    event = TimeLineEvent
    rows = session.execute(
        select(
            event.id,
            event.day,
            event.kind,
            event.title,
            event.note,
            Unit.code,
            Unit.name,
            Unit.parent_id.is_(None),
            func.coalesce(func.nullif(StaffUser.name, ""), StaffUser.email),
            Unit.id,
        )
        .join(Unit, Unit.id == event.unit_id)
        .outerjoin(StaffUser, StaffUser.id == event.added_by_id)
        .where(*conditions, event.day >= first, event.day <= last)
        .order_by(event.day.desc(), event.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [EventLine(*row) for row in rows]
