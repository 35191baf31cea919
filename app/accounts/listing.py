"""Users as administrators see them: with their roles, whether they can sign in, and when they were here. Read-only."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, exists, func, not_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.administration import managed
from app.accounts.models import Role, SignIn, StaffGrant, StaffInvitation, StaffUser
from app.accounts.passwords import NO_PASSWORD
from app.accounts.scope import Scope
from app.organisation.models import Unit, UnitAncestor
from app.organisation.places import say_place
from app.organisation.search import says


class UserState(StrEnum):
    """Whether somebody can sign in: yes; not before a link has been used; no."""

    ACTIVE = "active"
    INVITED = "invited"
    OFF = "off"


class Sort(StrEnum):
    """What the table may be sorted by."""

    NAME = "name"
    EMAIL = "email"
    SEEN = "seen"


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role at a unit; `place` tells the unit from another of its name."""

    id: uuid.UUID
    role: Role
    unit_code: str
    unit_name: str
    place: str | None
    whole_company: bool


@dataclass(frozen=True, slots=True)
class UserLine:
    """One user; `made_until` is set while the password is one made for them, `link_until` while a link opens."""

    id: uuid.UUID
    name: str
    email: str
    language: str | None
    demo: bool
    state: UserState
    made_until: datetime | None
    link_until: datetime | None
    seen_at: datetime | None
    roles: tuple[HeldRole, ...]


def list_users(
    session: Session,
    *,
    scope: Scope,
    search: str = "",
    role: Role | None = None,
    state: UserState | None = None,
    unit_id: uuid.UUID | None = None,
    sort: Sort = Sort.NAME,
    descending: bool = False,
    limit: int = 50,
    offset: int = 0,
    now: datetime,
) -> tuple[list[UserLine], int]:
    """Return a page of the users the scope may administer, and how many there are in all; four queries.

    `role` and `unit_id` mean a role that is held there: at the unit or below it, and the same one if both are given.
    """
    wanted = select(StaffUser).where(managed(scope), says(search, StaffUser.name, StaffUser.email))
    if state is not None:
        wanted = wanted.where(_is(state))
    if role is not None or unit_id is not None:
        wanted = wanted.where(_holds(role, unit_id))
    total = session.scalars(select(func.count()).select_from(wanted.subquery())).one()
    columns: Mapping[Sort, SQLColumnExpression[Any]] = {
        Sort.NAME: func.lower(StaffUser.name),
        Sort.EMAIL: StaffUser.email,
        Sort.SEEN: _seen_at(),
    }
    order = (columns[sort].desc() if descending else columns[sort].asc()).nulls_last()
    page = _lines(session, wanted.order_by(order, StaffUser.email).limit(limit).offset(offset), now=now)
    return page, total


def read_user(session: Session, user_id: uuid.UUID, *, now: datetime) -> UserLine:
    """Return one user as the table shows them; whether the asker may look is decided before."""
    (line,) = _lines(session, select(StaffUser).where(StaffUser.id == user_id), now=now)
    return line


def list_roles(session: Session, user_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[HeldRole]]:
    """Return the roles of each user, the widest first; one query."""
    above = aliased(Unit)
    depth = select(func.max(UnitAncestor.distance)).where(UnitAncestor.unit_id == Unit.id).scalar_subquery()
    rows = session.execute(
        select(StaffGrant, Unit, above.name, above.kind)
        .join(Unit, Unit.id == StaffGrant.unit_id)
        .outerjoin(above, above.id == Unit.parent_id)
        .where(StaffGrant.user_id.in_(user_ids))
        .order_by(depth, Unit.name, Unit.code, StaffGrant.role)
    )
    held: dict[uuid.UUID, list[HeldRole]] = {}
    for grant, unit, above_name, above_kind in rows:
        place = say_place(unit.address, above_name, above_kind)
        role = HeldRole(grant.id, Role(grant.role), unit.code, unit.name, place, unit.parent_id is None)
        held.setdefault(grant.user_id, []).append(role)
    return held


def _lines(session: Session, wanted: Select[StaffUser], *, now: datetime) -> list[UserLine]:
    link_until = (
        select(StaffInvitation.expires_at)
        .where(
            StaffInvitation.user_id == StaffUser.id,
            StaffInvitation.used_at.is_(None),
            StaffInvitation.revoked_at.is_(None),
            StaffInvitation.expires_at > now,
        )
        .scalar_subquery()
    )
    rows = session.execute(wanted.add_columns(link_until, _seen_at())).all()
    roles = list_roles(session, [user.id for user, _, _ in rows])
    return [
        UserLine(
            user.id,
            user.name,
            user.email,
            user.language,
            user.demo,
            _state_of(user),
            user.one_time_until,
            until,
            seen,
            tuple(roles.get(user.id, ())),
        )
        for user, until, seen in rows
    ]


def _seen_at() -> ScalarSelect[datetime]:
    return select(func.max(SignIn.seen_at)).where(SignIn.user_id == StaffUser.id).scalar_subquery()


def _state_of(user: StaffUser) -> UserState:
    if not user.active:
        return UserState.OFF
    return UserState.INVITED if user.password == NO_PASSWORD else UserState.ACTIVE


def _is(state: UserState) -> ColumnElement[bool]:
    if state is UserState.OFF:
        return not_(StaffUser.active)
    invited = StaffUser.password == NO_PASSWORD
    return StaffUser.active & (invited if state is UserState.INVITED else not_(invited))


def _holds(role: Role | None, unit_id: uuid.UUID | None) -> ColumnElement[bool]:
    held = select(StaffGrant.id).where(StaffGrant.user_id == StaffUser.id)
    if role is not None:
        held = held.where(StaffGrant.role == role)
    if unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id)
        held = held.where(StaffGrant.unit_id.in_(below))
    return exists(held)
