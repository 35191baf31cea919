"""What is forgotten about sign-ins and links once nobody asks about them any more."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.accounts.models import SignIn, StaffInvitation


def forget_sign_ins(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` sign-ins that ended or expired before the instant, and return how many.

    A user's last one stays, without address and program: it tells when somebody was here last.
    """
    later = aliased(SignIn)
    newer = exists().where(later.user_id == SignIn.user_id, later.id > SignIn.id)  # keys are in the order of time
    over = func.coalesce(SignIn.ended_at, SignIn.expires_at) < before
    traced = or_(SignIn.address != "", SignIn.user_agent != "")
    last = select(SignIn.id).where(over, ~newer, traced).limit(limit)
    emptied = _rows(session, update(SignIn).where(SignIn.id.in_(last)).values(address="", user_agent=""))
    old = select(SignIn.id).where(over, newer).limit(limit - emptied)
    return emptied + _rows(session, delete(SignIn).where(SignIn.id.in_(old)))


def forget_invitations(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` links that were used or revoked or had expired before the instant, and return how many."""
    over = func.coalesce(StaffInvitation.used_at, StaffInvitation.revoked_at, StaffInvitation.expires_at) < before
    old = select(StaffInvitation.id).where(over).limit(limit)
    return _rows(session, delete(StaffInvitation).where(StaffInvitation.id.in_(old)))


def _rows(session: Session, statement: Any) -> int:
    return int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
