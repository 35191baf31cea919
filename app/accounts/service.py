"""Users and what is granted to them. Every change is in the audit, in the same transaction."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.invitations import find_link_maker, revoke_invitations, revoke_links_made_by, tidy_name
from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.passwords import NO_PASSWORD, check_new_password, hash_password, password_matches
from app.accounts.scope import Scope
from app.accounts.sign_ins import check_not_guessing, end_sign_ins
from app.kit.emails import normalise_email, read_email
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.organisation.models import Unit

ONE_TIME_LASTS = timedelta(days=7)


class UserExistsError(ConflictError):
    """There is a user with this e-mail already."""

    code = "user_exists"


class NoSuchUserError(NotFoundError):
    """Nobody has this e-mail."""

    code = "no_such_user"


class WrongPasswordError(InvalidInputError):
    """The present password, asked for again, is not this one."""

    code = "wrong_password"


def add_user(
    session: Session,
    *,
    email: str,
    password: str | None,
    role: Role,
    unit_id: uuid.UUID,
    one_time: bool = False,
    name: str = "",
    language: Language | None = None,
    demo: bool = False,
    by: uuid.UUID | None = None,
    now: datetime,
) -> StaffUser:
    """Return the new user with one grant; raises UserExistsError, InvalidEmailError.

    A `one_time` password was made by us and works for seven days, unless the user chooses another. Without a password
    the user cannot sign in before a link has been used. `by` is None on the command line, here as below.
    """
    address = read_email(email)
    if find_user(session, address) is not None:
        raise UserExistsError(
            "there is a user with this e-mail; `user grant` gives another role, `user password` resets"
        )
    user = StaffUser(
        id=new_id(),
        email=address,
        name=tidy_name(name) or address.partition("@")[0],
        password=NO_PASSWORD if password is None else hash_password(password),
        one_time_until=now + ONE_TIME_LASTS if one_time else None,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        language=language,
        demo=demo,
        created_at=now,
        updated_at=now,
    )
    session.add(user)
    session.flush()  # the grant's foreign key needs the row
    record(session, "user.added", now=now, user_id=by, object_type="user", object_id=user.id)
    grant_role(session, user, role=role, unit_id=unit_id, by=by, now=now)
    return user


def grant_role(
    session: Session,
    user: StaffUser,
    *,
    role: Role,
    unit_id: uuid.UUID,
    by: uuid.UUID | None = None,
    now: datetime,
) -> bool:
    """Give the user the role at the unit and all below it, and tell whether it is new; given twice is given."""
    known = session.scalars(
        select(StaffGrant.id).where(
            StaffGrant.user_id == user.id, StaffGrant.unit_id == unit_id, StaffGrant.role == role
        )
    ).one_or_none()
    if known is not None:
        return False
    session.add(StaffGrant(id=new_id(), user_id=user.id, unit_id=unit_id, role=role))
    _end_link_of_narrower_admin(session, user, unit_id, now=now)
    details = {"role": str(role), "unit_id": str(unit_id)}
    record(session, "role.granted", now=now, user_id=by, object_type="user", object_id=user.id, details=details)
    return True


def find_user(session: Session, email: str) -> StaffUser | None:
    """Return the user with this e-mail in any case, active or not, or None."""
    return session.scalars(select(StaffUser).where(StaffUser.email == normalise_email(email))).one_or_none()


def get_user(session: Session, email: str) -> StaffUser:
    """Return the user with this e-mail; raises NoSuchUserError."""
    user = find_user(session, email)
    if user is None:
        raise NoSuchUserError(
            f"no user has the e-mail {normalise_email(email)!r}; `user invite` or `user add` makes one"
        )
    return user


def has_admin(session: Session) -> bool:
    """Tell whether anybody who may sign in is an administrator."""
    admins = select(StaffUser.id).join(StaffGrant, StaffGrant.user_id == StaffUser.id)
    admins = admins.where(StaffUser.active, StaffUser.password != NO_PASSWORD, StaffGrant.role == Role.ADMIN)
    return session.scalars(admins.limit(1)).first() is not None


def scope_of(session: Session, user_id: uuid.UUID, *roles: Role) -> Scope:
    """Return the units where the user holds one of the roles, or any role if none is named."""
    query = select(StaffGrant.unit_id, Unit.parent_id).join(Unit, Unit.id == StaffGrant.unit_id)
    query = query.where(StaffGrant.user_id == user_id)
    if roles:
        query = query.where(StaffGrant.role.in_(roles))
    rows = session.execute(query).all()
    return Scope(frozenset(unit_id for unit_id, _ in rows), everything=any(parent is None for _, parent in rows))


def set_password(session: Session, user: StaffUser, password: str, *, one_time: bool, now: datetime) -> None:
    """Replace the password from outside; no link opens any more. The caller ends the sign-ins the old one began."""
    revoke_invitations(session, user.id, now=now)
    user.password = hash_password(password)
    user.one_time_until = now + ONE_TIME_LASTS if one_time else None
    user.updated_at = now
    record(session, "password.reset", now=now, object_type="user", object_id=user.id)


def change_password(
    session: Session, user_id: uuid.UUID, *, present: str, new: str, address: str, now: datetime
) -> None:
    """Replace the user's own password; the caller ends the sign-ins.

    Raises WeakPasswordError, WrongPasswordError, and TooManyAttemptsError after as many wrong ones as at the door:
    whoever finds a desk unattended guesses no faster there. Record a wrong one apart, as `check_credentials` says.
    """
    user = session.get_one(StaffUser, user_id)
    check_not_guessing(session, email=user.email, address=address, now=now)
    if not password_matches(user.password, present):
        raise WrongPasswordError(field="password")
    check_new_password(new, email=user.email)
    if password_matches(user.password, new):
        raise InvalidInputError(field="new_password", code="password_unchanged")
    revoke_invitations(session, user.id, now=now)
    user.password = hash_password(new)
    user.one_time_until = None
    user.updated_at = now
    record(session, "password.changed", now=now, user_id=user.id, object_type="user", object_id=user.id)


def set_language(session: Session, user_id: uuid.UUID, language: Language, *, now: datetime) -> None:
    """Show the staff pages to the user in the language from now on."""
    user = session.get_one(StaffUser, user_id)
    user.language = language
    user.updated_at = now


def set_active(session: Session, user: StaffUser, *, active: bool, by: uuid.UUID | None = None, now: datetime) -> None:
    """Let the user in, or not: whoever is switched off is signed out everywhere, and no link of theirs opens."""
    if user.active == active:
        return
    user.active = active
    user.updated_at = now
    action = "user.enabled" if active else "user.disabled"
    record(session, action, now=now, user_id=by, object_type="user", object_id=user.id)
    if not active:
        revoke_invitations(session, user.id, now=now)
        revoke_links_made_by(session, user.id, now=now)
        end_sign_ins(session, user.id, by=by, now=now)


def _end_link_of_narrower_admin(session: Session, user: StaffUser, unit_id: uuid.UUID, *, now: datetime) -> None:
    """Revoke the user's open link if whoever made it, and so could open it, does not administer the unit."""
    maker = find_link_maker(session, user.id)
    if maker is None:
        return
    reach = scope_of(session, maker, Role.ADMIN)
    if session.scalar(select(Unit.id).where(Unit.id == unit_id, reach.where(Unit.id))) is None:
        revoke_invitations(session, user.id, now=now)
