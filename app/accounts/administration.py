"""What administrators do to users: invite, give and take roles, rename, switch off and on.

Whoever administers only a part of the company does all this within it: to users whose every role lies there, and with
roles there. `scope` is where the administrator is one, EVERYTHING on the command line; `by` is who does it, None there.
"""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, false, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.invitations import NameMissingError, make_invitation, revoke_links_made_by, tidy_name
from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.passwords import NO_PASSWORD
from app.accounts.scope import Scope
from app.accounts.service import add_user, grant_role, set_active
from app.kit.errors import ConflictError, NotFoundError
from app.kit.i18n import Language
from app.organisation.models import ROOT_CODE, Unit
from app.organisation.service import get_unit
from app.organisation.tree import lock_tree


class UnknownUserError(NotFoundError):
    """There is no such user, or a role of theirs lies where the asker administers nothing."""

    code = "unknown_user"


class UnknownGrantError(NotFoundError):
    """The user does not hold this role."""

    code = "unknown_grant"


class OwnAccountError(ConflictError):
    """Nobody takes a role from themselves or switches themselves off: somebody else has to, so that it is meant."""

    code = "own_account"


class LastAdminError(ConflictError):
    """Without this user nobody who can sign in would administer the company."""

    code = "last_admin"


class LastRoleError(ConflictError):
    """A user without any role sees nothing and is seen by few; switching off says what is meant."""

    code = "last_role"


def managed(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a user is the scope's to administer: some role lies within it, and none outside."""
    if scope.everything:
        return true()
    if not scope:
        return false()
    held = select(StaffGrant.id).where(StaffGrant.user_id == StaffUser.id)
    return exists(held) & ~exists(held.where(~scope.where(StaffGrant.unit_id)))


def get_managed_user(session: Session, user_id: uuid.UUID, scope: Scope, *, to_change: bool = False) -> StaffUser:
    """Return the user if the scope may administer them; raises UnknownUserError.

    With `to_change` the row is held first, so that no role is given elsewhere between this look and what follows it.
    """
    if to_change:
        session.execute(select(StaffUser.id).where(StaffUser.id == user_id).with_for_update(key_share=True))
    user = session.scalars(select(StaffUser).where(StaffUser.id == user_id, managed(scope))).one_or_none()
    if user is None:
        raise UnknownUserError
    return user


def invite_user(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    unit_id: uuid.UUID,
    language: Language | None,
    scope: Scope,
    by: uuid.UUID | None,
    now: datetime,
) -> tuple[StaffUser, str]:
    """Return the new user, who has no password yet, and the token of their link.

    Raises UnknownUnitError outside the scope, UserExistsError, InvalidEmailError.
    """
    unit = get_unit(session, unit_id, scope)
    user = add_user(
        session, email=email, password=None, role=role, unit_id=unit.id, name=name, language=language, by=by, now=now
    )
    return user, make_invitation(session, user, by=by, now=now)


def give_role(
    session: Session,
    user_id: uuid.UUID,
    *,
    role: Role,
    unit_id: uuid.UUID,
    scope: Scope,
    by: uuid.UUID | None,
    now: datetime,
) -> bool:
    """Give the user one more role, and tell whether it is new; raises UnknownUserError, UnknownUnitError."""
    user = get_managed_user(session, user_id, scope, to_change=True)
    unit = get_unit(session, unit_id, scope)
    return grant_role(session, user, role=role, unit_id=unit.id, by=by, now=now)


def take_role(
    session: Session, user_id: uuid.UUID, grant_id: uuid.UUID, *, scope: Scope, by: uuid.UUID | None, now: datetime
) -> None:
    """Take a role away; it is gone at the user's next request.

    Raises UnknownUserError, UnknownGrantError, OwnAccountError, LastAdminError, LastRoleError.
    """
    user = get_managed_user(session, user_id, scope, to_change=True)
    grants = session.execute(
        select(StaffGrant.id, StaffGrant.role, StaffGrant.unit_id).where(StaffGrant.user_id == user.id)
    ).all()
    grant = next((one for one in grants if one.id == grant_id), None)
    if grant is None:
        raise UnknownGrantError
    if user.id == by:
        raise OwnAccountError("somebody else has to take your role away")
    if grant.role == Role.ADMIN:
        _keep_an_admin(session, user, losing=grant.unit_id, now=now)
    if len(grants) == 1:
        raise LastRoleError("this is the only role; give another one first, or switch the user off: `user off`")
    session.execute(delete(StaffGrant).where(StaffGrant.id == grant_id).execution_options(synchronize_session=False))
    if grant.role == Role.ADMIN:
        revoke_links_made_by(session, user.id, now=now)
    details = {"role": grant.role, "unit_id": str(grant.unit_id)}
    record(session, "role.revoked", now=now, user_id=by, object_type="user", object_id=user.id, details=details)


def switch_off(session: Session, user_id: uuid.UUID, *, scope: Scope, by: uuid.UUID | None, now: datetime) -> StaffUser:
    """Let the user in no more, signed out everywhere; raises UnknownUserError, OwnAccountError, LastAdminError."""
    user = get_managed_user(session, user_id, scope, to_change=True)
    if user.id == by:
        raise OwnAccountError("somebody else has to switch you off")
    _keep_an_admin(session, user, now=now)
    set_active(session, user, active=False, by=by, now=now)
    return user


def switch_on(session: Session, user_id: uuid.UUID, *, scope: Scope, by: uuid.UUID | None, now: datetime) -> StaffUser:
    """Let the user in again, with the password they had; raises UnknownUserError."""
    user = get_managed_user(session, user_id, scope, to_change=True)
    set_active(session, user, active=True, by=by, now=now)
    return user


def rename_user(
    session: Session,
    user_id: uuid.UUID,
    *,
    name: str,
    language: Language | None,
    scope: Scope,
    by: uuid.UUID | None,
    now: datetime,
) -> None:
    """Give the user another name, and another language of the pages; raises UnknownUserError, NameMissingError."""
    user = get_managed_user(session, user_id, scope, to_change=True)
    tidy = tidy_name(name)
    if not tidy:
        raise NameMissingError(field="name")
    changed = [field for field, now_is in (("name", tidy), ("language", language)) if getattr(user, field) != now_is]
    if changed:
        user.name, user.language, user.updated_at = tidy, language, now
        details = {"changed": changed}
        record(session, "user.changed", now=now, user_id=by, object_type="user", object_id=user.id, details=details)


def make_link(session: Session, user_id: uuid.UUID, *, scope: Scope, by: uuid.UUID | None, now: datetime) -> str:
    """Return the token of a link by which the user chooses a password; raises UnknownUserError, UserIsOffError."""
    return make_invitation(session, get_managed_user(session, user_id, scope, to_change=True), by=by, now=now)


def _keep_an_admin(session: Session, user: StaffUser, *, losing: uuid.UUID | None = None, now: datetime) -> None:
    """Raise LastAdminError if the company would be left without an administrator who can sign in.

    `losing` is the unit of the one role that goes, None if all go. The company's row is held: of two administrators who
    dismiss each other at the same moment, the second waits for the first and is then told.
    """
    company = lock_tree(session)
    admins = (
        select(StaffUser.id)
        .join(StaffGrant, StaffGrant.user_id == StaffUser.id)
        .join(Unit, Unit.id == StaffGrant.unit_id)
        .where(Unit.code == ROOT_CODE, StaffGrant.role == Role.ADMIN)
    )
    is_one = session.scalars(admins.where(StaffUser.id == user.id)).first() is not None
    if not is_one or losing not in (None, company):
        return
    able = admins.where(
        StaffUser.id != user.id,
        StaffUser.active,
        StaffUser.password != NO_PASSWORD,
        or_(StaffUser.one_time_until.is_(None), StaffUser.one_time_until > now),
    )
    if session.scalars(able.limit(1)).first() is None:
        raise LastAdminError("nobody else who can sign in administers the company; `user grant` or `user on` first")
