"""Numbers are forgotten when they have served: what the consent promised the person."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.contacts.models import Contact


def forget_numbers(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Empty up to `limit` numbers whose every case was closed before the instant, and return how many.

    The contact, its consents and its cases stay, without the number and without its index. A number that no case needs
    any more is kept no longer than one whose case was closed on the day it was given.
    """
    needed = select(CallbackCase.id).where(
        CallbackCase.contact_id == Contact.id,
        CallbackCase.closed_at.is_(None) | (CallbackCase.closed_at >= before),
    )
    served = (
        select(Contact.id)
        .where(Contact.phone_index.is_not(None), Contact.updated_at < before, ~needed.exists())
        .limit(limit)
    )
    # Said again outside the list: of a contact that was used while this waited for its row, only the row is read anew.
    statement = (
        update(Contact)
        .where(Contact.id.in_(served), Contact.updated_at < before)
        .values(phone_enc=None, phone_index=None)
    )
    return int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
