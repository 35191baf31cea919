"""The tree itself: who lies below whom, kept as pairs so that "this and all below" is one WHERE."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, insert, literal, select
from sqlalchemy.orm import Session, aliased

from app.kit.db import table_of
from app.kit.errors import ConfigurationError, ConflictError, NotFoundError
from app.kit.ids import new_id
from app.organisation.holidays import KEPT_AS, Holidays
from app.organisation.hours import parse_hours
from app.organisation.models import ROOT_CODE, Unit, UnitAncestor, UnitMove
from app.organisation.workdays import WorkingTime, no_special_days

__all__ = [
    "UnitClosedError",
    "UnitCycleError",
    "UnknownUnitError",
    "WorkingTime",
    "link_new",
    "lock_tree",
    "path_of",
    "relink",
    "working_time",
    "working_times",
]

# SQLite takes 32,766 parameters a statement.
BATCH = 5000


class UnknownUnitError(NotFoundError):
    """There is no such unit, or the asker may not know of it."""

    code = "unknown_unit"


class UnitCycleError(ConflictError):
    """A unit cannot lie below itself."""

    code = "unit_cycle"


class UnitClosedError(ConflictError):
    """The unit above is closed, so nothing can be open below it."""

    code = "unit_closed"


def lock_tree(session: Session) -> uuid.UUID:
    """Return the id of the company, whose row is held so that two changes of the tree come one after the other.

    Two moves at once could each be right and together make a circle. SQLite has one writer and needs no lock.
    """
    # The weaker lock: rows that merely point at the company are not kept waiting.
    root = session.scalar(select(Unit.id).where(Unit.code == ROOT_CODE).with_for_update(key_share=True))
    if root is None:
        raise ConfigurationError("the company is missing from the database; run `flask --app wsgi db upgrade`")
    return root


def link_new(session: Session, unit_id: uuid.UUID, parent_id: uuid.UUID | None) -> None:
    """Write the pairs of a new unit: itself, and everything above its parent."""
    session.execute(insert(UnitAncestor).values(unit_id=unit_id, ancestor_id=unit_id, distance=0))
    above = select(literal(unit_id, UnitAncestor.unit_id.type), UnitAncestor.ancestor_id, UnitAncestor.distance + 1)
    session.execute(
        insert(UnitAncestor).from_select(
            ["unit_id", "ancestor_id", "distance"], above.where(UnitAncestor.unit_id == parent_id)
        )
    )


def relink(session: Session, unit_id: uuid.UUID, parent_id: uuid.UUID) -> None:
    """Hang the pairs of a unit and all below it under another parent; raises UnitCycleError."""
    if session.get(UnitAncestor, (parent_id, unit_id)) is not None:
        raise UnitCycleError("a unit cannot be moved below itself")
    below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id).scalar_subquery()
    session.execute(
        delete(UnitAncestor)
        .where(UnitAncestor.unit_id.in_(below), UnitAncestor.ancestor_id.not_in(below))
        .execution_options(synchronize_session=False)
    )
    upper, lower = aliased(UnitAncestor), aliased(UnitAncestor)
    session.execute(
        insert(UnitAncestor).from_select(
            ["unit_id", "ancestor_id", "distance"],
            select(lower.unit_id, upper.ancestor_id, upper.distance + lower.distance + 1)
            .join(upper, upper.unit_id == parent_id)
            .where(lower.ancestor_id == unit_id),
        )
    )
    session.execute(insert(UnitMove).values(id=new_id(), unit_id=unit_id))


_UNIT, _PAIR = table_of(Unit).c, table_of(UnitAncestor).c
# Composed once, through Core: asked for every rating that opens a case.
_WORKING_TIMES = (
    select(_PAIR.unit_id, _UNIT.code, _UNIT.time_zone, _UNIT.hours)
    .join_from(table_of(UnitAncestor), table_of(Unit), _UNIT.id == _PAIR.ancestor_id)
    .where(_PAIR.unit_id.in_(bindparam("unit_ids", expanding=True)))
    .order_by(_PAIR.distance)
)
# The same few texts stand at thousands of offices.
_read_hours = lru_cache(maxsize=1024)(parse_hours)


def working_times(session: Session, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, WorkingTime]:
    """Return the working time of each unit, its own or the nearest ancestor's; one query for every 5,000 units.

    With the days off that the session carries (`holidays.keep_holidays`), if it does.
    """
    zones: dict[uuid.UUID, str] = {}
    hours: dict[uuid.UUID, str] = {}
    paths: dict[uuid.UUID, list[str]] = {}
    holidays: Holidays | None = session.info.get(KEPT_AS)
    for batch in _batches(unit_ids):
        for unit_id, code, zone, text in session.execute(_WORKING_TIMES, {"unit_ids": batch}):
            paths.setdefault(unit_id, []).append(code)
            if zone is not None:
                zones.setdefault(unit_id, zone)
            if text is not None:
                hours.setdefault(unit_id, text)
    # The company has both from its settings, so only an unknown unit or a database never started has neither.
    return {
        unit_id: WorkingTime(
            ZoneInfo(zones[unit_id]),
            _read_hours(hours[unit_id]),
            holidays.calendar_at(paths[unit_id]) if holidays else no_special_days,
        )
        for unit_id in unit_ids
        if unit_id in zones and unit_id in hours
    }


def working_time(session: Session, unit_id: uuid.UUID) -> WorkingTime:
    """Return when the unit works, its own or inherited, in one query; raises UnknownUnitError."""
    found = working_times(session, [unit_id]).get(unit_id)
    if found is None:
        raise UnknownUnitError(f"no unit {unit_id} with working hours; the company's come from OTKLIK_HOURS")
    return found


def path_of(session: Session, unit_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, tuple[str, ...]]:
    """Return the names from the company down to each unit, itself included; one query for every 5,000 units."""
    names: dict[uuid.UUID, list[str]] = {}
    for batch in _batches(unit_ids):
        rows = session.execute(
            select(UnitAncestor.unit_id, Unit.name)
            .join(Unit, Unit.id == UnitAncestor.ancestor_id)
            .where(UnitAncestor.unit_id.in_(batch))
            .order_by(UnitAncestor.distance.desc())
        )
        for unit_id, name in rows:
            names.setdefault(unit_id, []).append(name)
    return {unit_id: tuple(path) for unit_id, path in names.items()}


def _batches(unit_ids: Iterable[uuid.UUID]) -> Iterable[Sequence[uuid.UUID]]:
    wanted = list(dict.fromkeys(unit_ids))
    return (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))
