"""Whoever another system acts for: a user named by e-mail, and what they may work."""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.scope import Scope
from app.accounts.service import find_user, scope_of
from app.kit.errors import InvalidInputError

WORKERS = (Role.ADMIN, Role.MANAGER)


class UserUnknownError(InvalidInputError):
    """Nobody who may sign in has this e-mail."""

    code = "unknown_user"


@dataclass(frozen=True, slots=True)
class Worker:
    """A user, and the units whose cases they may work."""

    user_id: uuid.UUID
    scope: Scope


def get_worker(session: Session, email: str) -> Worker:
    """Return the active user with this e-mail and where they are admin or manager; raises UserUnknownError."""
    user = find_user(session, email)
    if user is None or not user.active:
        raise UserUnknownError("no active user has this e-mail", field="user")
    return Worker(user.id, scope_of(session, user.id, *WORKERS))
