"""Users and what is granted to them. Every change is in the audit, in the same transaction."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.passwords import check_new_password, hash_password, password_matches
from app.accounts.scope import Scope
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.organisation.models import Unit

ONE_TIME_LASTS = timedelta(days=7)
_LONGEST_EMAIL = 254
_LONGEST_NAME = 120


class UserExistsError(ConflictError):
    """There is a user with this e-mail already."""

    code = "user_exists"


class NoSuchUserError(NotFoundError):
    """Nobody has this e-mail."""

    code = "no_such_user"


class InvalidEmailError(InvalidInputError):
    """This cannot be an e-mail address."""

    code = "invalid_email"


class WrongPasswordError(InvalidInputError):
    """The present password, asked for again, is not this one."""

    code = "wrong_password"


def normalise_email(text: str) -> str:
    """Return the e-mail as it is stored and compared: trimmed, in lower case, without what no database takes."""
    return text.strip().lower().encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def add_user(
    session: Session,
    *,
    email: str,
    password: str,
    role: Role,
    unit_id: uuid.UUID,
    one_time: bool = False,
    name: str = "",
    language: Language | None = None,
    demo: bool = False,
    now: datetime,
) -> StaffUser:
    """Return the new user with one grant; raises UserExistsError, InvalidEmailError.

    A `one_time` password was made by us and works for seven days, unless the user chooses another.
    """
    address = _read_email(email)
    if find_user(session, address) is not None:
        raise UserExistsError(
            "there is a user with this e-mail; `user grant` gives another role, `user password` resets"
        )
    user = StaffUser(
        id=new_id(),
        email=address,
        name=name.strip()[:_LONGEST_NAME] or address.partition("@")[0],
        password=hash_password(password),
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
    record(session, "user.added", now=now, object_type="user", object_id=user.id)
    grant_role(session, user, role=role, unit_id=unit_id, now=now)
    return user


def grant_role(session: Session, user: StaffUser, *, role: Role, unit_id: uuid.UUID, now: datetime) -> None:
    """Give the user the role at the unit and all below it; given twice is given."""
    known = session.scalars(
        select(StaffGrant.id).where(
            StaffGrant.user_id == user.id, StaffGrant.unit_id == unit_id, StaffGrant.role == role
        )
    ).one_or_none()
    if known is not None:
        return
    session.add(StaffGrant(id=new_id(), user_id=user.id, unit_id=unit_id, role=role))
    details = {"role": str(role), "unit_id": str(unit_id)}
    record(session, "role.granted", now=now, object_type="user", object_id=user.id, details=details)


def find_user(session: Session, email: str) -> StaffUser | None:
    """Return the user with this e-mail in any case, active or not, or None."""
    return session.scalars(select(StaffUser).where(StaffUser.email == normalise_email(email))).one_or_none()


def get_user(session: Session, email: str) -> StaffUser:
    """Return the user with this e-mail; raises NoSuchUserError."""
    user = find_user(session, email)
    if user is None:
        raise NoSuchUserError(f"no user has the e-mail {normalise_email(email)!r}; `user add` makes one")
    return user


def has_admin(session: Session) -> bool:
    """Tell whether anybody who may sign in is an administrator."""
    admins = select(StaffUser.id).join(StaffGrant, StaffGrant.user_id == StaffUser.id)
    admins = admins.where(StaffUser.active.is_(True), StaffGrant.role == Role.ADMIN)
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
    """Replace the password from outside; the caller ends the sign-ins that the old one began."""
    user.password = hash_password(password)
    user.one_time_until = now + ONE_TIME_LASTS if one_time else None
    user.updated_at = now
    record(session, "password.reset", now=now, object_type="user", object_id=user.id)


def change_password(session: Session, user_id: uuid.UUID, *, present: str, new: str, now: datetime) -> None:
    """Replace the user's own password; raises WrongPasswordError, WeakPasswordError. The caller ends the sign-ins."""
    user = session.get_one(StaffUser, user_id)
    if not password_matches(user.password, present):
        raise WrongPasswordError(field="password")
    check_new_password(new, email=user.email)
    if password_matches(user.password, new):
        raise InvalidInputError(field="new_password", code="password_unchanged")
    user.password = hash_password(new)
    user.one_time_until = None
    user.updated_at = now
    record(session, "password.changed", now=now, user_id=user.id, object_type="user", object_id=user.id)


def set_language(session: Session, user_id: uuid.UUID, language: Language, *, now: datetime) -> None:
    """Show the staff pages to the user in the language from now on."""
    user = session.get_one(StaffUser, user_id)
    user.language = language
    user.updated_at = now


def set_active(session: Session, user: StaffUser, *, active: bool, now: datetime) -> None:
    """Let the user in, or not: a disabled user's next request is refused, whatever sign-ins there are."""
    if user.active == active:
        return
    user.active = active
    user.updated_at = now
    record(session, "user.enabled" if active else "user.disabled", now=now, object_type="user", object_id=user.id)


def _read_email(text: str) -> str:
    email = normalise_email(text)
    mailbox, at, domain = email.rpartition("@")
    if (
        not (mailbox and at and domain)
        or len(email) > _LONGEST_EMAIL
        or "@" in mailbox
        or not email.isprintable()
        or any(character in ' ,;<>()[]"\\' for character in email)
    ):
        raise InvalidEmailError(f"{text!r} is not an e-mail address", field="email")
    return email
