"""Who somebody of the company's own sign-in is here: tied by a verified e-mail, then known by issuer and subject.

Nobody is added by signing in: an administrator invites people, this only lets them in.
"""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.company_provider import Person
from app.accounts.factors import StaffIdentity
from app.accounts.models import StaffUser
from app.accounts.service import find_user
from app.kit.errors import OtklikError
from app.kit.ids import new_id

REFUSED = "company.refused"


class NotLetInError(OtklikError):
    """The company's sign-in knows the person, but we do not let them in; `code` says why."""

    code = "not_let_in"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def find_person(session: Session, person: Person, *, now: datetime) -> tuple[StaffUser, bool]:
    """Return the user that the person is, and whether they were tied together just now; raises NotLetInError.

    Codes: `email_unverified`, `unknown_person`, `tied_to_another` (the e-mail's user is already somebody else there: an
    e-mail may have been given to a new person), `user_is_off`.
    """
    identity = session.scalars(
        select(StaffIdentity).where(StaffIdentity.issuer == person.issuer, StaffIdentity.subject == person.subject)
    ).one_or_none()
    if identity is not None:
        user = session.get_one(StaffUser, identity.user_id)
        if not user.active:
            raise NotLetInError("user_is_off")
        identity.last_used_at = now
        return user, False
    if not person.email or not person.email_verified:
        raise NotLetInError("email_unverified")
    found = find_user(session, person.email)
    if found is None:
        raise NotLetInError("unknown_person")
    if not found.active:
        raise NotLetInError("user_is_off")
    tied = select(StaffIdentity.id).where(StaffIdentity.user_id == found.id, StaffIdentity.issuer == person.issuer)
    if session.scalars(tied.limit(1)).first() is not None:
        raise NotLetInError("tied_to_another")
    session.add(
        StaffIdentity(
            id=new_id(),
            user_id=found.id,
            issuer=person.issuer,
            subject=person.subject,
            created_at=now,
            last_used_at=now,
        )
    )
    record(session, "company.tied", now=now, user_id=found.id, object_type="user", object_id=found.id)
    return found, True


def is_tied(session: Session, user_id: uuid.UUID) -> bool:
    """Tell whether the user is known to the company's own sign-in."""
    return (
        session.scalars(select(StaffIdentity.id).where(StaffIdentity.user_id == user_id).limit(1)).first() is not None
    )
