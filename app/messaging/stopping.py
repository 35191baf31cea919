"""Somebody says stop: nothing more is written to them, by any channel, from this moment on."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.contacts.suppression import opt_out
from app.messaging.models import Message, MessageState
from app.messaging.service import cancel_messages

OPTED_OUT = "opted_out"


def stop_writing(session: Session, contact: Contact, *, via: str, now: datetime) -> int:
    """End all sending to the person and return how many messages that still waited were ended with it.

    `via` is how it was said: a channel, or `page` for the link in a message. Said twice is said once.
    """
    opt_out(session, contact, via=via, now=now)
    waiting = select(Message.subject_id).where(Message.contact_id == contact.id, Message.state == MessageState.WAITING)
    subjects = session.scalars(waiting.distinct()).all()
    return sum(cancel_messages(session, subject, failure=OPTED_OUT, now=now) for subject in subjects)
