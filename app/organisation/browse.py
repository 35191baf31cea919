"""Units as staff look through them: a level of the tree at a time, or all that say a word; and one with what is above.

Read-only; a few queries however many units there are.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from app.organisation.models import Unit, UnitAncestor
from app.organisation.search import says
from app.organisation.service import UnitScope, get_unit

_PARENT = aliased(Unit)


class UnitState(StrEnum):
    """Which units a list shows."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


class UnitSort(StrEnum):
    """What a flat list is in the order of."""

    NAME = "name"
    KIND = "kind"
    CODE = "code"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit of a list. `below` counts the open units under it, on all levels."""

    unit: Unit
    below: int


@dataclass(frozen=True, slots=True)
class UnitLines:
    """A page of a list, and how many units are in all of it."""

    lines: Sequence[UnitLine]
    total: int


@dataclass(frozen=True, slots=True)
class Step:
    """A unit on the way from the company down; `seen` tells whether the asker may open it."""

    code: str
    name: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What the nearest unit above that has it says, and that unit's name; nothing for the company."""

    value: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class UnitSheet:
    """A unit with the way down to it (itself left out), and what it takes from above unless it has its own."""

    unit: Unit
    path: tuple[Step, ...]
    zone_above: Taken
    hours_above: Taken

    @property
    def time_zone(self) -> str | None:
        """The time zone in force."""
        return self.unit.time_zone or self.zone_above.value

    @property
    def hours(self) -> str | None:
        """The hours in force."""
        return self.unit.hours or self.hours_above.value


_SORTS: Mapping[UnitSort, ColumnElement[str]] = {
    UnitSort.NAME: func.lower(Unit.name),
    UnitSort.KIND: Unit.kind.expression,
    UnitSort.CODE: func.lower(Unit.code),
    UnitSort.ADDRESS: func.lower(func.coalesce(Unit.address, "")),
}


def list_tops(session: Session, *, scope: UnitScope) -> list[UnitLine]:
    """Return the units of the scope that lie below no other of it: where the asker's tree begins. Two queries."""
    begins = or_(Unit.parent_id.is_(None), not_(scope.where(Unit.parent_id)))
    tops = session.scalars(select(Unit).where(scope.where(Unit.id), begins).order_by(*_by(UnitSort.NAME)))
    return _with_below(session, tops.all())


def list_level(
    session: Session,
    parent_id: uuid.UUID,
    *,
    scope: UnitScope,
    state: UnitState = UnitState.OPEN,
    limit: int,
    offset: int = 0,
) -> UnitLines:
    """Return the units right below one, by name and address. Three queries."""
    wanted = [Unit.parent_id == parent_id, scope.where(Unit.id), *_in_state(state)]
    return _page(session, wanted, _by(UnitSort.NAME), limit, offset)


def find_lines(
    session: Session,
    *,
    scope: UnitScope,
    text: str = "",
    kind: str | None = None,
    state: UnitState = UnitState.OPEN,
    sort: UnitSort = UnitSort.NAME,
    descending: bool = False,
    limit: int,
    offset: int = 0,
) -> UnitLines:
    """Return the units whose code, name or address say each word of the text, from the whole scope. Three queries.

    Of a kind, the name of the unit above counts as well: offices are sought by their city.
    """
    wanted = [scope.where(Unit.id), *_in_state(state)]
    if kind is None:
        # Whoever types a city among units of all kinds means the city, not each of its offices.
        wanted.append(says(text, Unit.code, Unit.name, Unit.address))
    else:
        wanted += [Unit.kind == kind, says(text, Unit.code, Unit.name, Unit.address, _PARENT.name)]
    return _page(session, wanted, _by(sort, descending=descending), limit, offset)


def read_sheet(session: Session, code: str, *, scope: UnitScope) -> UnitSheet:
    """Return one unit with what it inherits; raises UnknownUnitError if there is none within `scope`. Two queries."""
    unit = get_unit(session, code, scope)
    rows = session.execute(
        select(Unit.code, Unit.name, Unit.time_zone, Unit.hours, scope.where(Unit.id))
        .join(UnitAncestor, UnitAncestor.ancestor_id == Unit.id)
        .where(UnitAncestor.unit_id == unit.id, UnitAncestor.distance > 0)
        .order_by(UnitAncestor.distance)
    ).all()
    zones = (Taken(zone, name) for _, name, zone, _, _ in rows if zone is not None)
    hours = (Taken(text, name) for _, name, _, text, _ in rows if text is not None)
    path = tuple(Step(code, name, bool(seen)) for code, name, _, _, seen in reversed(rows))
    return UnitSheet(unit, path, next(zones, Taken()), next(hours, Taken()))


def count_below(session: Session, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many open units lie below each, on all levels; those with none are left out. One query."""
    counts = session.execute(
        select(UnitAncestor.ancestor_id, func.count())
        .join(Unit, Unit.id == UnitAncestor.unit_id)
        .where(UnitAncestor.ancestor_id.in_(unit_ids), UnitAncestor.distance > 0, Unit.closed_at.is_(None))
        .group_by(UnitAncestor.ancestor_id)
    )
    return dict(counts.all())


def _page(
    session: Session,
    wanted: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[str]],
    limit: int,
    offset: int,
) -> UnitLines:
    above = _PARENT.id == Unit.parent_id
    total = session.scalars(select(func.count(Unit.id)).outerjoin(_PARENT, above).where(*wanted)).one()
    found = select(Unit).outerjoin(_PARENT, above).where(*wanted)
    units = session.scalars(found.order_by(*order).limit(limit).offset(offset))
    return UnitLines(_with_below(session, units.all()), total)


def _with_below(session: Session, units: Sequence[Unit]) -> list[UnitLine]:
    below = count_below(session, [unit.id for unit in units])
    return [UnitLine(unit, below.get(unit.id, 0)) for unit in units]


def _in_state(state: UnitState) -> list[ColumnElement[bool]]:
    if state is UnitState.ALL:
        return []
    return [Unit.closed_at.is_(None) if state is UnitState.OPEN else Unit.closed_at.is_not(None)]


def _by(sort: UnitSort, *, descending: bool = False) -> list[ColumnElement[str]]:
    first = _SORTS[sort]
    # Names repeat, addresses too; the code makes the pages of a list disjoint.
    then = [_SORTS[UnitSort.NAME].asc(), _SORTS[UnitSort.ADDRESS].asc(), Unit.code.asc()]
    return [first.desc() if descending else first.asc(), *then]
