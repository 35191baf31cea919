"""Who may do what, written down once; pure. Use cases ask here, pages only offer what they would allow.

A role is granted at a unit and counts there and below. `docs/roles.md` is this table in words.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.accounts.models import Role
from app.accounts.scope import EVERYTHING, Scope
from app.kit.errors import OtklikError

_EVERYBODY = frozenset(Role)
_WORKERS = frozenset({Role.ADMIN, Role.MANAGER})
_ADMINS = frozenset({Role.ADMIN})


class Permission(StrEnum):
    """What somebody may do at a unit and below it."""

    READ_CASES = "read_cases"
    WORK_CASES = "work_cases"
    REVEAL_NUMBERS = "reveal_numbers"
    HAND_OVER_CASES = "hand_over_cases"
    WORK_IN_BULK = "work_in_bulk"
    PROPOSE_COMPENSATION = "propose_compensation"
    APPROVE_COMPENSATION = "approve_compensation"
    READ_RESPONSES = "read_responses"
    MARK_RESPONSES = "mark_responses"
    IMPROVE = "improve"
    ENTER_RATINGS = "enter_ratings"
    KEEP_EVENTS = "keep_events"
    KEEP_ROSTER = "keep_roster"
    READ_AUDIT = "read_audit"
    READ_TOPIC_RULES = "read_topic_rules"
    MANAGE_USERS = "manage_users"


ROLES: Mapping[Permission, frozenset[Role]] = {
    Permission.READ_CASES: _EVERYBODY,
    Permission.WORK_CASES: _WORKERS,
    Permission.REVEAL_NUMBERS: _WORKERS,
    Permission.HAND_OVER_CASES: _WORKERS,
    Permission.WORK_IN_BULK: _WORKERS,
    Permission.PROPOSE_COMPENSATION: _WORKERS,
    Permission.APPROVE_COMPENSATION: _WORKERS,
    Permission.READ_RESPONSES: _EVERYBODY,
    Permission.MARK_RESPONSES: _WORKERS,
    Permission.IMPROVE: _WORKERS,
    Permission.ENTER_RATINGS: _WORKERS,
    Permission.KEEP_EVENTS: _WORKERS,
    Permission.KEEP_ROSTER: _ADMINS,
    Permission.READ_AUDIT: _ADMINS,
    Permission.READ_TOPIC_RULES: frozenset({Role.ADMIN, Role.ANALYST}),
    Permission.MANAGE_USERS: _ADMINS,
}


class NotPermittedError(OtklikError):
    """The user holds no role that allows this anywhere; `permission` says what."""

    code = "not_permitted"

    def __init__(self, permission: Permission) -> None:
        super().__init__(f"needs {permission}", permission=permission)
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a unit and all below it; `whole_company` if that unit is the root."""

    role: Role
    unit_id: uuid.UUID
    whole_company: bool


def scope_for(grants: Iterable[Grant], roles: Iterable[Role]) -> Scope:
    """Return the units where one of the roles is held."""
    wanted = frozenset(roles)
    held = [grant for grant in grants if grant.role in wanted]
    if any(grant.whole_company for grant in held):
        return EVERYTHING
    return Scope(frozenset(grant.unit_id for grant in held))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: the user and what was granted to them. Every use case of staff takes one."""

    user_id: uuid.UUID
    grants: tuple[Grant, ...]

    def may(self, permission: Permission) -> bool:
        """Tell whether it is allowed anywhere."""
        return any(grant.role in ROLES[permission] for grant in self.grants)

    def scope(self, permission: Permission) -> Scope:
        """Return where it is allowed; raises NotPermittedError if nowhere."""
        if not self.may(permission):
            raise NotPermittedError(permission)
        return scope_for(self.grants, ROLES[permission])
