"""Whoever acts without a browser: named by e-mail by another system, by a chat, or by the worker."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.permissions import Actor, Grant
from app.accounts.service import find_user
from app.kit.errors import InvalidInputError
from app.organisation.models import Unit


class UserUnknownError(InvalidInputError):
    """Nobody who may sign in has this e-mail."""

    code = "unknown_user"


def load_actor(session: Session, user_id: uuid.UUID) -> Actor | None:
    """Return the active user with their grants, or None; one query."""
    rows = session.execute(
        select(StaffGrant.role, StaffGrant.unit_id, Unit.parent_id)
        .select_from(StaffUser)
        .outerjoin(StaffGrant, StaffGrant.user_id == StaffUser.id)
        .outerjoin(Unit, Unit.id == StaffGrant.unit_id)
        .where(StaffUser.id == user_id, StaffUser.active)
    ).all()
    if not rows:
        return None
    held = [Grant(Role(role), unit_id, parent_id is None) for role, unit_id, parent_id in rows if role is not None]
    return Actor(user_id, tuple(held))


def get_worker(session: Session, email: str) -> Actor:
    """Return the active user with this e-mail; raises UserUnknownError, also for one who works no cases."""
    user = find_user(session, email)
    actor = load_actor(session, user.id) if user is not None else None
    if actor is None:
        raise UserUnknownError("no active user has this e-mail", field="user")
    return actor
