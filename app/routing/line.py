"""One line of a conversation: whose chat it is, when it was said, and how we answer in it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.invitations.models import Interaction
from app.kit.i18n import Language, read_language
from app.messaging.models import MessagePurpose, MessagingChannel
from app.messaging.service import queue_message
from app.organisation.service import get_company
from app.routing.chat import was_told_lately
from app.routing.desk import Desk
from app.routing.replies import Reply
from app.surveys.loader import SurveyLibrary


@dataclass(frozen=True, slots=True)
class Talk:
    """What hearing needs: how respondents are served, the surveys, and the language of whom we do not know."""

    desk: Desk
    surveys: SurveyLibrary
    language: Language


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said in one chat by a person whom we know; `now` is when it came in."""

    session: Session
    talk: Talk
    channel: MessagingChannel
    contact: Contact
    now: datetime

    @property
    def desk(self) -> Desk:
        """How respondents are served."""
        return self.talk.desk


def tell(line: Line, reply: Reply, *, subject_id: UUID, unit_id: UUID, language: Language) -> None:
    """Answer in the chat, about a response or an invitation."""
    queue_message(
        line.session,
        channel=line.channel,
        purpose=MessagePurpose.REPLY,
        subject_id=subject_id,
        contact_id=line.contact.id,
        unit_id=unit_id,
        language=language,
        text_key=reply,
        now=line.now,
    )


def tell_person(line: Line, reply: Reply) -> None:
    """Say what is about no answer, in the person's language, on behalf of the unit that they dealt with last."""
    last = (
        select(Interaction.unit_id)
        .where(Interaction.contact_id == line.contact.id)
        .order_by(Interaction.ended_at.desc())
        .limit(1)
    )
    tell(
        line,
        reply,
        subject_id=line.contact.id,
        unit_id=line.session.scalars(last).one_or_none() or get_company(line.session).id,
        language=read_language(line.contact.language) or line.talk.language,
    )


def tell_once_a_day(line: Line, reply: Reply) -> None:
    """As `tell_person`, unless it was said today."""
    if not was_told_lately(line.session, line.contact, line.channel, reply, now=line.now):
        tell_person(line, reply)
