"""Links by which staff choose their password: an invited person the first one, somebody who forgot it a new one.

A link opens once, for seven days, and until a newer one is made or the user is switched off; then it is as if it had
never been. Looking at its page spends nothing: mail scanners open links.

Whoever made a link has seen it and could open it, so it also ends once they may no longer administer its user: when
they are switched off or lose a role as an administrator, and when its user is given a role beyond theirs.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import StaffInvitation, StaffUser
from app.accounts.passwords import NO_PASSWORD, check_new_password, hash_password
from app.accounts.sign_ins import end_sign_ins
from app.kit.crypto import digest
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id, random_code, read_code

LASTS = timedelta(days=7)
_LONGEST_NAME = 120
# Crockford's letters have 5 bits each: 160 in all. Nothing in them is lost at the end of a line or of a message.
_LENGTH = 32
CHOSEN = "password.chosen_by_link"


class InvitationGoneError(NotFoundError):
    """No such link, or it was used, revoked or has expired: told alike."""

    code = "invitation_gone"


class UserIsOffError(ConflictError):
    """A user who is switched off gets no link: it would not open."""

    code = "user_is_off"


class NameMissingError(InvalidInputError):
    """Colleagues see people by their names."""

    code = "name_missing"


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """A link that opens now, and whose it is; `is_first` until the user has ever had a password."""

    id: uuid.UUID
    user_id: uuid.UUID
    email: str
    name: str
    language: str | None
    expires_at: datetime
    is_first: bool


def make_invitation(session: Session, user: StaffUser, *, by: uuid.UUID | None, now: datetime) -> str:
    """Return the token of a new link (160 bits, kept as a hash alone) and revoke the user's older one.

    Raises UserIsOffError. `by` is None on the command line.
    """
    if not user.active:
        raise UserIsOffError("the user is switched off; `user on` lets them in again")
    # Two links made at once come one after the other; otherwise the second would meet the unique index.
    session.execute(select(StaffUser.id).where(StaffUser.id == user.id).with_for_update(key_share=True))
    revoke_invitations(session, user.id, now=now)
    token = random_code(_LENGTH)
    session.add(
        StaffInvitation(
            id=new_id(),
            user_id=user.id,
            invited_by=by,
            secret_hash=digest(token),
            created_at=now,
            expires_at=now + LASTS,
            used_at=None,
            revoked_at=None,
        )
    )
    record(session, "user.link_made", now=now, user_id=by, object_type="user", object_id=user.id)
    session.flush()  # the page shows until when it opens
    return token


def tidy_name(text: str) -> str:
    """Return a person's name on one line, of 120 characters at most; empty if there is nothing to see in it."""
    return " ".join("".join(filter(str.isprintable, " ".join(text.split()))).split())[:_LONGEST_NAME].strip()


def revoke_invitations(session: Session, user_id: uuid.UUID, *, now: datetime) -> bool:
    """Let the user's open link open nothing any more, and tell whether there was one."""
    return _revoke(session, StaffInvitation.user_id == user_id, now=now)


def revoke_links_made_by(session: Session, maker_id: uuid.UUID, *, now: datetime) -> bool:
    """Let no link open any more that this user has made for others, and tell whether there was one."""
    return _revoke(session, StaffInvitation.invited_by == maker_id, now=now)


def find_link_maker(session: Session, user_id: uuid.UUID) -> uuid.UUID | None:
    """Return who made the user's open link, or None: there is none, or it was made on the command line."""
    return session.scalar(
        select(StaffInvitation.invited_by).where(
            StaffInvitation.user_id == user_id,
            StaffInvitation.used_at.is_(None),
            StaffInvitation.revoked_at.is_(None),
        )
    )


def _revoke(session: Session, whose: ColumnElement[bool], *, now: datetime) -> bool:
    revoked = session.scalars(
        update(StaffInvitation)
        .where(
            whose,
            StaffInvitation.used_at.is_(None),
            StaffInvitation.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(StaffInvitation.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(revoked)


def get_invitation(session: Session, token: str, *, now: datetime) -> OpenInvitation:
    """Return the link of this token, typed in any case; raises InvitationGoneError. Writes nothing."""
    code = read_code(token, _LENGTH)
    row = (
        session.execute(
            select(StaffInvitation, StaffUser)
            .join(StaffUser, StaffUser.id == StaffInvitation.user_id)
            .where(
                StaffInvitation.secret_hash == digest(code),
                StaffInvitation.used_at.is_(None),
                StaffInvitation.revoked_at.is_(None),
                StaffInvitation.expires_at > now,
                StaffUser.active,
            )
        ).one_or_none()
        if code
        else None
    )
    if row is None:
        raise InvitationGoneError
    link, user = row
    return OpenInvitation(
        link.id, user.id, user.email, user.name, user.language, link.expires_at, user.password == NO_PASSWORD
    )


def accept_invitation(
    session: Session, link: OpenInvitation, *, password: str, name: str = "", address: str | None = None, now: datetime
) -> StaffUser:
    """Spend the link, give its user the password, and return the user; every sign-in there was ends.

    `name` is asked of somebody invited; whoever has one keeps it without. Raises NameMissingError, WeakPasswordError,
    and InvitationGoneError when another request was faster.
    """
    chosen = tidy_name(name) or ("" if link.is_first else link.name)
    if not chosen:
        raise NameMissingError(field="name")
    check_new_password(password, email=link.email)
    hashed = hash_password(password)  # before the first statement: nobody waits for the writer meanwhile
    user = session.get(StaffUser, link.user_id, with_for_update={"key_share": True})
    spent = session.scalars(
        update(StaffInvitation)
        .where(
            StaffInvitation.id == link.id,
            StaffInvitation.used_at.is_(None),
            StaffInvitation.revoked_at.is_(None),
            StaffInvitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(StaffInvitation.user_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if spent is None or user is None or not user.active:
        raise InvitationGoneError
    user.password, user.one_time_until, user.name, user.updated_at = hashed, None, chosen, now
    end_sign_ins(session, user.id, by=user.id, now=now)
    record(
        session,
        CHOSEN,
        now=now,
        user_id=user.id,
        object_type="user",
        object_id=user.id,
        details={"first": link.is_first},
        address=address,
    )
    return user
