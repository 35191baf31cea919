"""A tree of four levels and people who stand in it, for the tests of who hears of a case."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.models import Role, StaffUser
from app.callbacks.escalation.models import Duty, UnitOwner
from app.kit.ids import new_id
from app.organisation.models import UnitKind
from app.organisation.service import add_unit, get_company, sync_company
from tests.callbacks.factories import make_user

LEVELS = ("company", "region", "city", "office")


@dataclass
class Tree:
    """Units by level and users by name; names tell who is meant in a table."""

    session: Session
    now: datetime
    units: dict[str, uuid.UUID]
    users: dict[str, StaffUser] = field(default_factory=dict)

    def stand(self, name: str, level: str, role: Role = Role.MANAGER, *, active: bool = True) -> uuid.UUID:
        """Add somebody with a role at the level."""
        user = make_user(self.session, name, unit_id=self.units[level], role=role, now=self.now)
        user.active = active
        self.users[name] = user
        self.session.flush()
        return user.id

    def duty(
        self, name: str, level: str, hours: str = "24/7", from_on: date | None = None, until_on: date | None = None
    ) -> Duty:
        """Put somebody on duty for the level, whom `stand` added before."""
        duty = Duty(
            id=new_id(),
            user_id=self.users[name].id,
            unit_id=self.units[level],
            hours=hours,
            from_on=from_on,
            until_on=until_on,
            created_at=self.now,
        )
        self.session.add(duty)
        self.session.flush()
        return duty

    def owner(self, name: str, level: str) -> None:
        """Make somebody the owner of last resort of the level."""
        self.session.add(UnitOwner(unit_id=self.units[level], user_id=self.users[name].id, updated_at=self.now))
        self.session.flush()

    def name_of(self, user_id: uuid.UUID | None) -> str | None:
        """Return the name of one of the users."""
        return next((name for name, user in self.users.items() if user.id == user_id), None)


def make_tree(session: Session, *, now: datetime) -> Tree:
    """A company with a region, a city and an office, which work Mo-Fr 09:00-18:00 in Almaty; nobody in it yet."""
    sync_company(session, name="Aru Bank", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=now)
    units = {"company": get_company(session).id}
    for level, above, kind in (
        ("region", "company", UnitKind.REGION),
        ("city", "region", UnitKind.CITY),
        ("office", "city", UnitKind.OFFICE),
    ):
        units[level] = add_unit(session, name=level, kind=kind, parent_id=units[above], code=level, now=now).id
    return Tree(session, now, units)
