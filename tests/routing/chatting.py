"""A person with a chat and a call to rate: what tests of conversations start from."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.messaging.inbound.events import Event, Tap, Text
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.organisation.models import Unit
from app.responses.models import SurveyResponse
from app.review_sites.catalogue import Site
from app.review_sites.service import set_listing
from app.routing.conversation import hear
from app.routing.line import Talk
from tests.callbacks.factories import make_office
from tests.callers import PHONE, AskedCall, make_asked_call
from tests.conftest import NOW
from tests.respondents import FIRM, SURVEYS, make_desk

CHAT = "5501001"
TELEGRAM, SMS, WHATSAPP = MessagingChannel.TELEGRAM, MessagingChannel.SMS, MessagingChannel.WHATSAPP


@dataclass
class Person:
    """Somebody who was asked about a call by one channel; `taps`, `says` are what comes in from that chat."""

    session: Session
    talk: Talk
    call: AskedCall
    channel: MessagingChannel
    chat: str

    @property
    def contact(self) -> Contact:
        """The person as we keep them."""
        assert self.call.contact is not None
        return self.call.contact

    def hears(self, event: Event, *, channel: MessagingChannel | None = None, now: datetime = NOW) -> bool:
        """Let the event come in."""
        return hear(self.session, self.talk, channel or self.channel, event, now=now)

    def taps(self, value: object, *, chat: str | None = None, now: datetime = NOW) -> bool:
        """Tap an answer of the invitation."""
        return self.hears(Tap(chat or self.chat, f"r:{self.call.token}:{value}", "tap", "77"), now=now)

    def says(self, text: str, *, now: datetime = NOW) -> None:
        """Write something."""
        self.hears(Text(self.chat, text), now=now)

    def told(self) -> list[str]:
        """Return the keys of the replies so far, in order."""
        query = select(Message.text_key).where(Message.purpose == MessagePurpose.REPLY).order_by(Message.id)
        return list(self.session.scalars(query))

    def response(self) -> SurveyResponse:
        """Return the one response there is."""
        query = select(SurveyResponse).execution_options(populate_existing=True)
        return self.session.scalars(query).one()


def make_talk(vault: Vault) -> Talk:
    """Return a talk with the shipped surveys."""
    return Talk(make_desk(vault), SURVEYS, Language.RU)


def make_person(
    session: Session,
    vault: Vault,
    channel: MessagingChannel = TELEGRAM,
    *,
    unit: Unit | None = None,
    phone: str | None = PHONE,
    asked_at: datetime = NOW - timedelta(minutes=3),
    language: Language = Language.RU,
) -> Person:
    """Return somebody who got an invitation by the channel three minutes ago."""
    unit = unit or make_office(session, now=NOW)
    set_listing(session, unit_id=unit.id, site=Site.TWOGIS, link=FIRM, now=NOW)
    call = make_asked_call(
        session,
        vault,
        unit.id,
        now=NOW,
        phone=phone,
        telegram=CHAT if channel is TELEGRAM else None,
        language=language,
    )
    assert call.contact is not None
    add_message(session, call.contact.id, unit.id, call.invitation.id, channel=channel, at=asked_at)
    chat = {TELEGRAM: CHAT, SMS: PHONE, WHATSAPP: PHONE}[channel]
    return Person(session, make_talk(vault), call, channel, chat)


def add_message(
    session: Session,
    contact_id: uuid.UUID,
    unit_id: uuid.UUID,
    invitation_id: uuid.UUID,
    *,
    channel: MessagingChannel,
    at: datetime,
    state: MessageState = MessageState.DELIVERED,
    provider_id: str | None = None,
) -> Message:
    """Return an invitation that went out at the moment."""
    message = Message(
        id=new_id(),
        channel=channel,
        purpose=MessagePurpose.INVITATION,
        subject_id=invitation_id,
        contact_id=contact_id,
        unit_id=unit_id,
        language="ru",
        text_key="invitation",
        params={},
        state=state,
        created_at=at,
        due_at=at,
        handed_over_at=at if state is not MessageState.WAITING else None,
        gateway="smsc" if channel is SMS else channel.value,
        provider_id=provider_id or str(new_id()),
    )
    session.add(message)
    session.flush()
    return message
