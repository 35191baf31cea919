"""The e-mail by which somebody signs in, changed by themselves or by an administrator."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.administration import get_managed_user
from app.accounts.audit import record
from app.accounts.invitations import revoke_invitations
from app.accounts.models import StaffUser
from app.accounts.permissions import Actor, Permission
from app.accounts.service import UserExistsError, find_user
from app.accounts.sign_ins import end_sign_ins
from app.kit.emails import read_email


def change_own_email(
    session: Session, actor: Actor, email: str, *, keep_sign_in: uuid.UUID | None, now: datetime
) -> str | None:
    """Give the actor another e-mail, and return the one from before, or None if it is the same.

    Every sign-in but the one to keep ends. Raises InvalidEmailError, UserExistsError.
    """
    user = session.get_one(StaffUser, actor.user_id)
    return _change(session, user, email, keep=keep_sign_in, by=actor.user_id, now=now)


def change_email(session: Session, user_id: uuid.UUID, email: str, *, actor: Actor, now: datetime) -> str | None:
    """Give a user whom the actor administers another e-mail, and return the one from before, or None if it is the same.

    The user is signed out everywhere. Raises UnknownUserError, InvalidEmailError, UserExistsError.
    """
    user = get_managed_user(session, user_id, actor.scope(Permission.MANAGE_USERS), to_change=True)
    return _change(session, user, email, keep=None, by=actor.user_id, now=now)


def _change(
    session: Session, user: StaffUser, email: str, *, keep: uuid.UUID | None, by: uuid.UUID, now: datetime
) -> str | None:
    address, before = read_email(email), user.email
    if address == before:
        return None
    if find_user(session, address) is not None:
        raise UserExistsError("another user has this e-mail")
    revoke_invitations(session, user.id, now=now)  # its page shows the e-mail from before
    user.email, user.updated_at = address, now
    session.flush()  # two who choose one e-mail at once: the second is told here
    end_sign_ins(session, user.id, keep=keep, by=by, now=now)
    record(session, "user.email_changed", now=now, user_id=by, object_type="user", object_id=user.id)
    return before
