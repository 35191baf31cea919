"""Where interactions happened, for many at once: the unit's path, its zone, what stands above it, and who is paused."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.invitations.counts import Limit
from app.invitations.rules import DeliveryPolicy
from app.messaging.models import SendingPause
from app.organisation.models import Employee, Unit, UnitAncestor

Key = TypeVar("Key", str, uuid.UUID)
_unit, _above = aliased(Unit), aliased(Unit)


def _select(key: InstrumentedAttribute[Key]) -> Select[Key, uuid.UUID, str, str | None]:
    return (
        select(key, _above.id, _above.code, _above.time_zone)
        .select_from(_unit)
        .join(UnitAncestor, UnitAncestor.unit_id == _unit.id)
        .join(_above, _above.id == UnitAncestor.ancestor_id)
        .where(key.in_(bindparam("wanted", expanding=True)))
        .order_by(UnitAncestor.distance.desc())
    )


# Composed once: an alias made anew for each call of a contact centre costs more than everything the database does.
_BY_CODE, _BY_ID = _select(_unit.code), _select(_unit.id)


@dataclass(frozen=True, slots=True)
class Step:
    """One unit on the way from the company down, with its zone, own or inherited."""

    id: uuid.UUID
    code: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Place:
    """A unit with everything above it, the company first and the unit itself last."""

    steps: Sequence[Step]
    path: tuple[str, ...]

    @property
    def unit_id(self) -> uuid.UUID:
        """The unit itself."""
        return self.steps[-1].id

    @property
    def zone(self) -> ZoneInfo:
        """The unit's zone."""
        return self.steps[-1].zone

    def is_paused(self, paused: Collection[uuid.UUID]) -> bool:
        """Tell whether sending is stopped here or anywhere above."""
        return any(step.id in paused for step in self.steps)

    def limits(self, policy: DeliveryPolicy, now: datetime) -> list[Limit]:
        """Return the caps and budgets that hold here, the company's first, each for its own unit's day."""
        steps = {step.code: step for step in self.steps}
        return [
            Limit(steps[code].id, now.astimezone(steps[code].zone).date(), cap, budget)
            for code, cap, budget in policy.limits_on(self.path)
        ]


def find_places(session: Session, codes: Collection[str]) -> dict[str, Place]:
    """Return the place of each unit that there is, by its code, in one query."""
    return _read_places(session.execute(_BY_CODE, {"wanted": list(codes)}))


def find_places_by_id(session: Session, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Place]:
    """Return the place of each unit that there is, by its id, in one query."""
    return _read_places(session.execute(_BY_ID, {"wanted": list(unit_ids)}))


def find_employees(session: Session, codes: Collection[str]) -> Mapping[str, uuid.UUID]:
    """Return the ids of employees by their code."""
    if not codes:
        return {}
    rows = session.execute(select(Employee.code, Employee.id).where(Employee.code.in_(codes)))
    return dict(rows.all())


def find_paused(session: Session) -> frozenset[uuid.UUID]:
    """Return the units at which sending is stopped; what lies below them is stopped with them."""
    return frozenset(session.scalars(select(SendingPause.unit_id).where(SendingPause.ended_at.is_(None))))


def _read_places(rows: Iterable[Row[Key, uuid.UUID, str, str | None]]) -> dict[Key, Place]:
    steps: dict[Key, list[Step]] = {}
    for name, unit_id, code, zone in rows:
        way = steps.setdefault(name, [])
        # The company always has a zone, from the settings; a database that was never started has none yet.
        own = ZoneInfo(zone) if zone else (way[-1].zone if way else ZoneInfo("UTC"))
        way.append(Step(unit_id, code, own))
    return {name: Place(tuple(way), tuple(step.code for step in way)) for name, way in steps.items()}
