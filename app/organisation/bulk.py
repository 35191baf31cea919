"""Many units at once, for files: a few statements however many rows there are."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.kit.db import table_of
from app.kit.ids import new_id
from app.kit.rows import insert_rows
from app.organisation.models import Unit, UnitAncestor, UnitMove
from app.organisation.tree import BATCH, UnitCycleError


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A unit as it stands in its table, checked by `facts`; only the company has no parent."""

    id: uuid.UUID
    code: str
    name: str
    kind: str
    parent_id: uuid.UUID | None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str | None = None
    hours: str | None = None
    source_key: str | None = None
    demo: bool = False


_NAMES = tuple(UnitRecord.__dataclass_fields__)
_FACTS = attrgetter(*_NAMES)
_COLUMNS = [getattr(Unit, name) for name in _NAMES]
_UNIT, _PAIR = table_of(Unit), table_of(UnitAncestor)
T = TypeVar("T")
TreeVersion = tuple[int, datetime | None]


def read_units(session: Session) -> dict[uuid.UUID, UnitRecord]:
    """Return every unit by its id, in one query."""
    return {row[0]: UnitRecord(*row) for row in session.execute(select(*_COLUMNS))}


def read_version(session: Session) -> TreeVersion:
    """Return a value that differs once a unit was added, changed or moved: how many there are and the latest change."""
    count, latest = session.execute(select(func.count(), func.max(Unit.updated_at))).one()
    return count, latest


def write_units(
    session: Session, before: Mapping[uuid.UUID, UnitRecord], different: Sequence[UnitRecord], *, now: datetime
) -> None:
    """Add and change units, given those that differ from `before` (what `read_units` found, under the tree's lock).

    A record under an id not known is added, one with another parent is moved with all below it. Raises UnitCycleError.
    """
    parents = {unit.id: unit.parent_id for unit in (*before.values(), *different)}
    added = [unit for unit in different if unit.id not in before]
    changed = [unit for unit in different if unit.id in before]
    moved = {unit.id for unit in changed if unit.parent_id != before[unit.id].parent_id}
    paths = _Paths(parents)
    # A parent's row comes before its children's: SQLite checks each row as it comes.
    added.sort(key=lambda unit: len(paths.above(unit.id)))
    insert_rows(session, _UNIT, (*_NAMES, "created_at", "updated_at"), ((*_FACTS(unit), now, now) for unit in added))
    for batch in _batches(changed):
        session.execute(update(Unit), [_values(unit) | {"updated_at": now} for unit in batch])
    relinked = [unit for unit in before if moved and not moved.isdisjoint(paths.above(unit))]
    for ids in _batches(relinked):
        session.execute(
            delete(UnitAncestor).where(UnitAncestor.unit_id.in_(ids)).execution_options(synchronize_session=False)
        )
    if moved:
        session.execute(insert(UnitMove).values(id=new_id(), unit_id=None))
    pairs = (
        (unit_id, ancestor_id, distance)
        for unit_id in (*relinked, *(unit.id for unit in added))
        for distance, ancestor_id in enumerate(paths.above(unit_id))
    )
    insert_rows(session, _PAIR, ("unit_id", "ancestor_id", "distance"), pairs)


def _values(unit: UnitRecord) -> dict[str, object]:
    return {name: getattr(unit, name) for name in _NAMES}


class _Paths:
    """Ancestors of each unit, itself first, walked up once."""

    def __init__(self, parents: Mapping[uuid.UUID, uuid.UUID | None]) -> None:
        self._parents = parents
        self._known: dict[uuid.UUID, tuple[uuid.UUID, ...]] = {}

    def above(self, unit_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
        """Return the unit and its ancestors, nearest first; raises UnitCycleError."""
        climbed: list[uuid.UUID] = []
        seen: set[uuid.UUID] = set()
        at: uuid.UUID | None = unit_id
        while at is not None and at not in self._known:
            if at in seen:
                raise UnitCycleError("a unit cannot lie below itself")
            seen.add(at)
            climbed.append(at)
            at = self._parents[at]
        path = self._known[at] if at is not None else ()
        for step in reversed(climbed):
            path = (step, *path)
            self._known[step] = path
        return path


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
