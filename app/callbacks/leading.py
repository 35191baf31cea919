"""Who leads at a unit: whoever stands above it, and its admins."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.permissions import Actor
from app.organisation.models import UnitAncestor


def is_leader(session: Session, actor: Actor, unit_id: uuid.UUID) -> bool:
    """Tell whether the actor is an admin at the unit or above it, or a manager above it or of the whole company."""
    if any(grant.whole_company for grant in actor.grants if grant.role in (Role.ADMIN, Role.MANAGER)):
        return True
    pairs = select(UnitAncestor.ancestor_id, UnitAncestor.distance).where(UnitAncestor.unit_id == unit_id)
    distances = {pair.ancestor_id: pair.distance for pair in session.execute(pairs)}
    least = {Role.ADMIN: 0, Role.MANAGER: 1}
    return any(grant.role in least and distances.get(grant.unit_id, -1) >= least[grant.role] for grant in actor.grants)
