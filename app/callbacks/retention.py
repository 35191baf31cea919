"""Addresses are forgotten when they have served: what the consent, or the end of the link, promised the person.

The contact, its consents, its cases and its interactions stay, without the addresses and without their indexes.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from app.callbacks.asking_back.models import AskedBack
from app.callbacks.models import CallbackCase
from app.contacts.models import REACHABLE, AddressKind, Contact
from app.invitations.models import Interaction, Invitation
from app.messaging.models import Message, MessageState

_EMPTY = {f"{kind}_{part}": None for kind in AddressKind for part in ("enc", "index")}


def forget_numbers(
    session: Session, *, before: datetime, asked_before: datetime | None = None, limit: int = 1000
) -> int:
    """Empty the addresses of up to `limit` people whose every case was closed before the instant; return how many.

    An address that no case needs any more is kept no longer than one whose case was closed on the day it was given.
    Whoever can still answer, waits for a message, or was asked from `asked_before` on, is left as they are.
    """
    served = [Contact.updated_at < before, ~_has_case(before), ~_is_asked(before)]
    return _forget(session, served, asked_before or before, limit)


def forget_asked(
    session: Session,
    *,
    before: datetime,
    closed_before: datetime,
    asked_before: datetime | None = None,
    limit: int = 1000,
) -> int:
    """Empty the addresses of up to `limit` people we were told of and asked, or not; return how many.

    Those whose last link ended before the instant and who were not heard of since; a case keeps them as long as it
    keeps anybody, until it has been closed before `closed_before`. Whoever was asked from `asked_before` on is kept:
    the rule that people are asked only so often needs to know them again.
    """
    told_of = exists().where(Interaction.contact_id == Contact.id)
    # Whoever was asked whether a case is settled may answer in the chat for as long as the question stands.
    asked_back = exists().where(AskedBack.contact_id == Contact.id, AskedBack.answer_by >= before)
    served = [Contact.updated_at < before, told_of, ~_has_case(closed_before), ~_is_asked(before), ~asked_back]
    return _forget(session, served, asked_before or before, limit)


def _has_case(closed_before: datetime) -> ColumnElement[bool]:
    return exists().where(
        CallbackCase.contact_id == Contact.id,
        CallbackCase.closed_at.is_(None) | (CallbackCase.closed_at >= closed_before),
    )


def _is_asked(ended_before: datetime) -> ColumnElement[bool]:
    """Whether a link of theirs ended lately or has not ended, or a message to them waits."""
    link = exists().where(
        Invitation.interaction_id == Interaction.id,
        Interaction.contact_id == Contact.id,
        Invitation.answer_by >= ended_before,
        Invitation.withdrawn_at.is_(None),
    )
    waits = exists().where(Message.contact_id == Contact.id, Message.state == MessageState.WAITING)
    return or_(link, waits)


def _forget(session: Session, served: list[ColumnElement[bool]], asked_before: datetime, limit: int) -> int:
    long_ago = or_(Contact.asked_at.is_(None), Contact.asked_at < asked_before)
    chosen = select(Contact.id).where(REACHABLE, *served, long_ago).order_by(Contact.updated_at).limit(limit)
    # Said again outside the list: of a contact that was used while this waited for its row, only the row is read anew.
    statement = update(Contact).where(Contact.id.in_(chosen), served[0]).values(_EMPTY)
    return int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
