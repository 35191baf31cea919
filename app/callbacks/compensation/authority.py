"""How much somebody may give, by where in the tree they stand; pure."""

import uuid
from collections.abc import Iterable, Mapping
from enum import StrEnum

from app.accounts.models import Role
from app.accounts.permissions import ROLES, Grant, Permission
from app.callbacks.rules.compensation import Authority


class Standing(StrEnum):
    """Where somebody stands towards a unit."""

    MANAGER = "manager"
    LEADER = "leader"
    ADMIN = "admin"


def find_standing(grants: Iterable[Grant], above: Mapping[uuid.UUID, int]) -> Standing | None:
    """Return the highest standing towards a unit, or None for who may give nothing there.

    `above` is the distance of the unit to itself (0) and to everything above it.
    """
    found: Standing | None = None
    for grant in grants:
        distance = above.get(grant.unit_id)
        if distance is None or grant.role not in ROLES[Permission.PROPOSE_COMPENSATION]:
            continue
        if grant.role is Role.ADMIN:
            return Standing.ADMIN
        if distance > 0:
            found = Standing.LEADER
        elif found is None:
            found = Standing.MANAGER
    return found


def limit_of(standing: Standing | None, authority: Authority) -> int:
    """Return up to how much the standing gives alone, in hundredths."""
    if standing is None:
        return 0
    amount: float = getattr(authority, standing.value)
    return round(amount * 100)
