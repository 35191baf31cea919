"""Who is asked to approve a proposal: the nearest people whose own authority covers it."""

import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.permissions import ROLES, Grant, Permission
from app.callbacks.compensation.authority import Standing, find_standing, limit_of
from app.callbacks.rules.compensation import Authority
from app.organisation.models import UnitAncestor


def list_approvers(
    session: Session, unit_id: uuid.UUID, *, amount: int, authority: Authority, proposed_by: uuid.UUID
) -> list[uuid.UUID]:
    """Return the active users whom `choose_approvers` chooses for the unit; one query."""
    rows = session.execute(
        select(StaffGrant.user_id, StaffGrant.role, StaffGrant.unit_id, UnitAncestor.distance)
        .join(StaffUser, StaffUser.id == StaffGrant.user_id)
        .join(UnitAncestor, UnitAncestor.ancestor_id == StaffGrant.unit_id)
        .where(
            UnitAncestor.unit_id == unit_id,
            StaffGrant.role.in_(sorted(ROLES[Permission.APPROVE_COMPENSATION])),
            StaffGrant.user_id != proposed_by,
            StaffUser.active,
        )
        .order_by(StaffUser.created_at, StaffUser.id)
    ).all()
    held: dict[uuid.UUID, list[Grant]] = {}
    for user_id, role, granted_at, _ in rows:
        held.setdefault(user_id, []).append(Grant(Role(role), granted_at, whole_company=False))
    return choose_approvers(held, {row.unit_id: row.distance for row in rows}, amount=amount, authority=authority)


def choose_approvers(
    held: Mapping[uuid.UUID, Iterable[Grant]], above: Mapping[uuid.UUID, int], *, amount: int, authority: Authority
) -> list[uuid.UUID]:
    """Return whoever stands nearest of those who may give so much (hundredths); pure.

    A leader, however far up, comes before an administrator: what a region can decide is not asked of the head office.
    `above` is as for `find_standing`. Empty where nobody's authority covers the amount.
    """
    ranked: dict[tuple[bool, int], list[uuid.UUID]] = {}
    for user_id, grants in held.items():
        mine = list(grants)
        standing = find_standing(mine, above)
        if standing is None or amount > limit_of(standing, authority):
            continue
        is_admin = standing is Standing.ADMIN
        distances = [above[grant.unit_id] for grant in mine if (grant.role is Role.ADMIN) is is_admin]
        ranked.setdefault((is_admin, min(distances)), []).append(user_id)
    return ranked[min(ranked)] if ranked else []
