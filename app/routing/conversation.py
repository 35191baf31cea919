"""A conversation inside a channel: taps, words, stop and start become the very use cases that the page calls.

Nothing that comes in is believed beyond what the gateway vouches for: whose chat it is. A token in a button says which
invitation is meant, and counts only in a chat of the person who was invited.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.composing import BACK
from app.contacts.addresses import forget_address, move_address
from app.contacts.links import read_opt_in
from app.contacts.models import AddressKind, Contact, SuppressionReason
from app.contacts.service import find_or_add_contact
from app.contacts.suppression import find_suppression, lift_suppression, opt_in, suppress_address
from app.invitations.links import LinkNotInUseError, LiveInvitation, get_live, get_live_by_id
from app.invitations.models import Invitation
from app.kit.i18n import read_language
from app.messaging.inbound.events import Blocked, Event, Receipt, Started, Tap, Text
from app.messaging.models import MessagingChannel
from app.messaging.stopping import stop_writing
from app.responses.models import SurveyResponse
from app.routing.asked_back import find_asked_about, hear_back_tap, hear_back_text
from app.routing.chat import Asked, Awaits, find_asked, find_speaker, find_turn, read_chat, was_told_lately
from app.routing.chat_answers import answer_call, comment, find_definition, rate, take_number
from app.routing.heard import asks_to_start, asks_to_stop, looks_like_number, read_rating
from app.routing.line import Line, Talk, tell, tell_person
from app.routing.replies import CALL, HELP, RATE, Reply


@dataclass(frozen=True, slots=True)
class _Chat:
    """A chat, whoever is in it."""

    session: Session
    talk: Talk
    channel: MessagingChannel
    address: str
    now: datetime

    @property
    def kind(self) -> AddressKind:
        return self.channel.address_kind

    def line(self, contact: Contact) -> Line:
        return Line(self.session, self.talk, self.channel, contact, self.now)


def hear(session: Session, talk: Talk, channel: MessagingChannel, event: Event, *, now: datetime) -> bool:
    """Let follow what follows from the event, and tell whether it was a tap that counted: its buttons are spent.

    `now` is when it came in. What is not understood, forged or too late changes nothing and is no error. Receipts are
    about messages and said to `messaging.receipts`.
    """
    if isinstance(event, Receipt):
        return False
    address = read_chat(channel, event.chat, talk.desk.phone_region)
    if address is None:
        return False
    chat = _Chat(session, talk, channel, address, now)
    contact = find_speaker(session, talk.desk.vault, channel, address)
    if isinstance(event, Blocked):
        # A number is good for other channels; the id of a chat that is closed is good for nothing.
        if contact is not None and chat.kind is not AddressKind.PHONE:
            forget_address(session, contact, chat.kind)
        return False
    if isinstance(event, Started):
        _start(chat, event, contact)
        return False
    if contact is None:
        _hear_stranger(chat, event)
        return False
    if channel is MessagingChannel.WHATSAPP:
        contact.whatsapp_seen_at = max(now, contact.whatsapp_seen_at or now)
    if isinstance(event, Tap):
        return _hear_tap(chat.line(contact), event)
    _hear_text(chat.line(contact), event.text)
    return False


def _hear_stranger(chat: _Chat, event: Tap | Text) -> None:
    """Heed stop and start from anybody: a stop outlives the contact. A chat with our bot gets an answer, too."""
    if not isinstance(event, Text):
        return
    vault, reason = chat.talk.desk.vault, SuppressionReason.OPTED_OUT
    if asks_to_stop(event.text):
        suppress_address(chat.session, vault, chat.kind, chat.address, reason=reason, via=chat.channel, now=chat.now)
    elif asks_to_start(event.text) and lift_suppression(chat.session, vault, chat.kind, chat.address, reason=reason):
        return
    elif chat.kind is not AddressKind.PHONE and event.text:
        _help(chat.line(_add_contact(chat, event.language)), None)


def _start(chat: _Chat, event: Started, contact: Contact | None) -> None:
    """Link the chat to the person whose token it brings; without one, say who we are."""
    owner_id = read_opt_in(chat.talk.desk.vault, event.token) if event.token else None
    owner = chat.session.get(Contact, owner_id, with_for_update=True) if owner_id is not None else None
    if owner is not None:
        move_address(chat.session, chat.talk.desk.vault, owner, chat.kind, chat.address)
        owner.updated_at = chat.now
    if chat.channel is MessagingChannel.VIBER:
        return  # nobody may be written to before they write: the answer to this very event has said what there is
    if owner is not None:
        tell_person(chat.line(owner), Reply.LINKED)
        return
    line = chat.line(contact or _add_contact(chat, event.language))
    tell_person(line, Reply.STARTED if opt_in(chat.session, line.contact) else Reply.WELCOME)


def _add_contact(chat: _Chat, language: str | None) -> Contact:
    return find_or_add_contact(
        chat.session,
        chat.talk.desk.vault,
        telegram=chat.address if chat.kind is AddressKind.TELEGRAM else None,
        viber=chat.address if chat.kind is AddressKind.VIBER else None,
        language=read_language(language) or chat.talk.language,
        now=chat.now,
    )


def _hear_tap(line: Line, tap: Tap) -> bool:
    kind, _, rest = tap.payload.partition(":")
    token, _, value = rest.rpartition(":")
    if kind == BACK:
        return hear_back_tap(line, token, value)
    if kind == CALL and value in ("y", "n"):
        return answer_call(line, token, wants_call=value == "y")
    if kind != RATE or not (value.isascii() and value.isdecimal() and len(value) <= 3):
        return False
    try:
        invitation = get_live(line.session, token, now=line.now)
    except LinkNotInUseError:
        return False
    # Whoever passes a message on passes its buttons on: the chat must be that of the person who was invited.
    return invitation.contact_id == line.contact.id and rate(line, invitation, int(value), None)


def _hear_text(line: Line, text: str) -> None:
    if not text.strip():
        return
    if asks_to_stop(text):
        _stop(line)
        return
    if asks_to_start(text) and opt_in(line.session, line.contact):
        tell_person(line, Reply.STARTED)
        return
    asked = find_asked(line.session, line.contact, line.channel, now=line.now)
    if _is_about_a_case(line, asked, text):
        return
    response, awaits = _find_subject(line, asked)
    invitation = _find_invitation(line, asked, response)
    definition = find_definition(line, invitation)
    rated = read_rating(text, definition.first) if definition is not None else None
    # After a rating a bare number is a change of mind; with words around it, it is a comment like any other.
    if invitation is not None and rated is not None and (response is None or rated.words is None):
        rate(line, invitation, rated.value, rated.words)
    elif response is None:
        _help(line, invitation)
    elif awaits is Awaits.CALL and looks_like_number(text):
        take_number(line, response, text)
    elif not comment(line, response, text):
        _help(line, None)


def _is_about_a_case(line: Line, asked: Asked | None, text: str) -> bool:
    """Hear the text as an answer to "did we settle it?" if that was asked last, and tell whether it was one.

    A newer invitation, or a response that the chat came to be about since, is what the person answers.
    """
    about = find_asked_about(line)
    turn = find_turn(line.session, line.contact, line.channel)
    if about is None or (asked is not None and asked.at >= about.at) or (turn is not None and turn.since >= about.at):
        return False
    return hear_back_text(line, about, text)


def _find_subject(line: Line, asked: Asked | None) -> tuple[SurveyResponse | None, Awaits]:
    """Return the response that the chat is about: of what was asked last, or that of a tap on something older."""
    turn = find_turn(line.session, line.contact, line.channel)
    if turn is not None and (asked is None or turn.since >= asked.at):
        return line.session.get(SurveyResponse, turn.subject_id), Awaits(turn.awaits)
    if asked is None:
        return None, Awaits.COMMENT
    # Perhaps answered elsewhere, on the page that the same message leads to.
    query = select(SurveyResponse).where(SurveyResponse.interaction_id == asked.interaction_id)
    return line.session.scalars(query).one_or_none(), Awaits.COMMENT


def _find_invitation(line: Line, asked: Asked | None, response: SurveyResponse | None) -> LiveInvitation | None:
    invitation_id: UUID | None = asked.invitation_id if asked is not None else None
    if response is not None:
        query = select(Invitation.id).where(Invitation.interaction_id == response.interaction_id)
        invitation_id = line.session.scalars(query).one_or_none()
    if invitation_id is None:
        return None
    try:
        return get_live_by_id(line.session, invitation_id, now=line.now)
    except LinkNotInUseError:
        return None


def _stop(line: Line) -> None:
    """End all sending, over every channel, and confirm it once."""
    stood = find_suppression(line.session, line.desk.vault, line.contact)
    stop_writing(line.session, line.contact, via=line.channel, now=line.now)
    if stood is not SuppressionReason.OPTED_OUT:
        tell_person(line, Reply.STOPPED)


def _help(line: Line, invitation: LiveInvitation | None) -> None:
    """Say how to answer, at most once a day: two machines must not talk to each other all night."""
    if was_told_lately(line.session, line.contact, line.channel, HELP, now=line.now):
        return
    if invitation is None:
        tell_person(line, Reply.HELP)
        return
    tell(
        line,
        Reply.HELP_RATE,
        subject_id=invitation.id,
        unit_id=invitation.unit_id,
        language=invitation.language,
    )
