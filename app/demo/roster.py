"""Who is on duty in the demo, and who hears at last: enough to see a handover in the day, and a gap on Saturday."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.callbacks.escalation.models import Duty, UnitOwner
from app.kit.ids import new_id

# (unit, the unit whose manager it is, hours)
_DUTIES = (
    ("demo-region", "demo-region", "Mo-Fr 09:00-18:00"),
    ("demo-city", "demo-city", "Mo-Fr 09:00-14:00"),
    ("demo-city", "demo-region", "Mo-Fr 14:00-18:00"),
    ("demo-city-3", "demo-city-3", "Mo-Sa 10:00-19:00"),
)
# The third region is left without, to be found.
_OWNERS = (("demo-region", "demo-region"), ("demo-city-3", "demo-city-3"))


def add_roster(
    session: Session, *, units: Mapping[str, uuid.UUID], managers: Mapping[str, uuid.UUID], now: datetime
) -> None:
    """Put the demo's managers on duty and make them owners of last resort; units and managers by codes of units."""
    session.add_all(
        Duty(id=new_id(), unit_id=units[unit], user_id=managers[manager], hours=hours, created_at=now)
        for unit, manager, hours in _DUTIES
    )
    session.add_all(
        UnitOwner(unit_id=units[unit], user_id=managers[manager], updated_at=now) for unit, manager in _OWNERS
    )
