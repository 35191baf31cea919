"""Signing in: the password, the limits on guessing, and the row that each request is checked against."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.audit import count_entries, record
from app.accounts.models import Role, SignIn, StaffGrant, StaffUser
from app.accounts.passwords import NO_PASSWORD, password_matches, waste_a_hash
from app.accounts.permissions import Actor, Grant, scope_for
from app.accounts.proving import PASSWORD
from app.accounts.scope import Scope
from app.kit.crypto import digest
from app.kit.emails import normalise_email
from app.kit.errors import NotFoundError, OtklikError
from app.kit.ids import new_id
from app.organisation.models import Unit

FAILED = "sign_in.failed"
# How often a password may be wrong: (for one account, from one address, failures, within). The first slows a guesser
# down without locking the owner out elsewhere, the second stops many guessing at one, the third one guessing at many;
# a whole office may sit behind one address.
_LIMITS: Sequence[tuple[bool, bool, int, timedelta]] = (
    (True, True, 8, timedelta(minutes=15)),
    (True, False, 40, timedelta(hours=1)),
    (False, True, 100, timedelta(minutes=15)),
)
# A sign-in's `seen_at` is exact to this; writing it on every page would make reading a writer.
SEEN_EVERY = timedelta(minutes=1)
_USER_AGENT_LENGTH = 200
# For so long a sign-in that was renewed still opens the door by its old secret.
_OVERLAP = timedelta(seconds=10)


class WrongCredentialsError(OtklikError):
    """No active user has this e-mail and this password; which of them is wrong is not told."""

    code = "wrong_credentials"


class TooManyAttemptsError(OtklikError):
    """The password was wrong too often, for this account or from this address; waiting helps."""

    code = "too_many_attempts"


@dataclass(frozen=True, slots=True)
class Staff:
    """Who asks: the user, the sign-in that says so, and what was granted."""

    user: StaffUser
    sign_in: SignIn
    grants: tuple[Grant, ...]

    def scope(self, *roles: Role) -> Scope:
        """Return the units where the user holds one of the roles, or any role if none is named."""
        return scope_for(self.grants, roles or Role)

    @property
    def actor(self) -> Actor:
        """The user as use cases take them."""
        return Actor(self.user.id, self.grants)

    def holds(self, *roles: Role) -> bool:
        """Tell whether the user holds one of the roles anywhere."""
        return any(grant.role in roles for grant in self.grants)


def account_key(email: str) -> str:
    """Return how the audit names an account that somebody tried: people type passwords into the e-mail field."""
    return hashlib.sha256(normalise_email(email).encode()).hexdigest()[:32]


def check_credentials(session: Session, *, email: str, password: str, address: str, now: datetime) -> StaffUser:
    """Return the user with this e-mail and password; raises WrongCredentialsError or TooManyAttemptsError.

    Takes as long for an e-mail that nobody has. Writes nothing: record the failure apart, with `FAILED` and
    `account_key(email)`.
    """
    check_not_guessing(session, email=email, address=address, now=now)
    user = session.scalars(select(StaffUser).where(StaffUser.email == normalise_email(email))).one_or_none()
    if user is None or user.password == NO_PASSWORD:
        waste_a_hash(password)
        raise WrongCredentialsError
    usable = user.active and (user.one_time_until is None or user.one_time_until > now)
    if not password_matches(user.password, password) or not usable:
        raise WrongCredentialsError
    return user


def check_not_guessing(session: Session, *, email: str, address: str, now: datetime) -> None:
    """Raise TooManyAttemptsError while this account's password was wrong too often, wherever it was asked for."""
    for by_account, by_address, most, within in _LIMITS:
        failures = count_entries(
            session,
            FAILED,
            since=now - within,
            object_id=account_key(email) if by_account else None,
            address=address if by_address else None,
        )
        if failures >= most:
            raise TooManyAttemptsError


def begin_sign_in(
    session: Session,
    user: StaffUser,
    *,
    address: str,
    user_agent: str,
    lasts: timedelta,
    method: str = PASSWORD,
    now: datetime,
) -> str:
    """Write a new sign-in and return the secret for the cookie (256 bits); only its hash is kept.

    `method` is what was shown for it, as `proving` names it.
    """
    secret = secrets.token_urlsafe(32)
    sign_in = SignIn(
        id=new_id(),
        user_id=user.id,
        secret_hash=digest(secret),
        created_at=now,
        seen_at=now,
        expires_at=now + lasts,
        address=address,
        user_agent="".join(filter(str.isprintable, user_agent))[:_USER_AGENT_LENGTH],
        method=method,
        proved_at=now,
    )
    session.add(sign_in)
    record(
        session,
        "sign_in.begun",
        now=now,
        user_id=user.id,
        object_type="sign_in",
        object_id=sign_in.id,
        details={"method": method},
        address=address,
    )
    return secret


def note_proof(session: Session, sign_in_id: uuid.UUID, *, method: str | None = None, now: datetime) -> None:
    """Note that the user has just proved anew who they are, and by what now if that is more than before."""
    values: dict[str, object] = {"proved_at": now} | ({"method": method} if method else {})
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def renew_sign_in(session: Session, sign_in_id: uuid.UUID, *, method: str | None = None, now: datetime) -> str:
    """Let the sign-in go on as another row, proved now, and return its secret: the old cookie soon opens nothing.

    `method` is what was shown by now if that is more than before. The old one has proved nothing, and lasts ten seconds
    more, since a second tap and pages that refresh themselves still come with it.
    """
    old = session.get_one(SignIn, sign_in_id, populate_existing=True)
    secret = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            id=new_id(),
            user_id=old.user_id,
            secret_hash=digest(secret),
            created_at=old.created_at,
            seen_at=now,
            expires_at=old.expires_at,
            address=old.address,
            user_agent=old.user_agent,
            method=method or old.method,
            proved_at=now,
        )
    )
    old.expires_at = min(old.expires_at, now + _OVERLAP)
    return secret


def find_staff(session: Session, secret: str, *, idle: timedelta, now: datetime) -> Staff | None:
    """Return who holds this secret, or None if the sign-in has ended, expired or idled, or the user is disabled.

    One query: sign-in, user and grants together.
    """
    rows = session.execute(
        select(SignIn, StaffUser, StaffGrant.role, StaffGrant.unit_id, Unit.parent_id)
        .join(StaffUser, StaffUser.id == SignIn.user_id)
        .outerjoin(StaffGrant, StaffGrant.user_id == StaffUser.id)
        .outerjoin(Unit, Unit.id == StaffGrant.unit_id)
        .where(
            SignIn.secret_hash == digest(secret),
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
            SignIn.seen_at > now - idle,
            StaffUser.active,
        )
    ).all()
    if not rows:
        return None
    grants = tuple(
        Grant(Role(role), unit_id, whole_company=parent_id is None)
        for _, _, role, unit_id, parent_id in rows
        if role is not None and unit_id is not None
    )
    return Staff(rows[0][1], rows[0][0], grants)


def mark_seen(session: Session, sign_in_id: uuid.UUID, *, now: datetime) -> None:
    """Note that the sign-in was in use; never moves it back, and never revives one that has ended."""
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None), SignIn.seen_at < now)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def list_sign_ins(session: Session, user_id: uuid.UUID, *, idle: timedelta, now: datetime) -> Sequence[SignIn]:
    """Return the user's sign-ins that still open the door, the last seen first."""
    return session.scalars(
        select(SignIn)
        .where(
            SignIn.user_id == user_id,
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
            SignIn.seen_at > now - idle,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    ).all()


def end_sign_in(
    session: Session, sign_in_id: uuid.UUID, *, user_id: uuid.UUID, by: uuid.UUID | None = None, now: datetime
) -> None:
    """End one of the user's sign-ins; ended twice is ended. Somebody else's raises NotFoundError.

    `by` is whoever ends it, the user unless somebody else is named.
    """
    sign_in = session.scalars(select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user_id)).one_or_none()
    if sign_in is None:
        raise NotFoundError
    if sign_in.ended_at is None:
        sign_in.ended_at = now
        by = by or user_id
        record(session, "sign_in.ended", now=now, user_id=by, object_type="sign_in", object_id=sign_in_id)


def end_sign_ins(
    session: Session, user_id: uuid.UUID, *, keep: uuid.UUID | None = None, by: uuid.UUID | None = None, now: datetime
) -> int:
    """End the user's sign-ins, but for the one to keep; returns how many ended. `by` is None on the command line."""
    ending = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    if keep is not None:
        ending = ending.where(SignIn.id != keep)
    ended = session.scalars(
        ending.values(ended_at=now).returning(SignIn.id).execution_options(synchronize_session=False)
    ).all()
    if ended:
        record(
            session,
            "sign_in.all_ended",
            now=now,
            user_id=by,
            object_type="user",
            object_id=user_id,
            details={"ended": len(ended)},
        )
    return len(ended)
