"""One message on its way out: what is looked at before the gateway is called, and what is written afterwards.

The dispatcher (app/jobs) calls these in short transactions, and the gateway between them. Everything is written against
the claim of the message's outbox row, so that a worker which lost its lease writes nothing.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.addresses import forget_address
from app.contacts.models import AddressKind, Contact
from app.contacts.service import read_address
from app.contacts.suppression import find_suppression
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.kit.log import get_logger
from app.kit.outbox import Claim, complete, fail, postpone, record_event
from app.messaging.breaker import Fare, find_other
from app.messaging.content import Compose, NothingToSayError
from app.messaging.gateway import Accepted, DeliveryError, Outgoing
from app.messaging.health import note_failure, note_success, rest_gateway
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.messaging.pausing import is_paused
from app.messaging.registry import CONSOLE, Gateways
from app.messaging.retries import UNREACHABLE, Then, decide, is_throttled
from app.messaging.segments import measure

_LOG = get_logger(__name__)
# The one message that somebody who has just said stop still gets: that we heard it.
STOP_HEARD = "reply.stopped"
_LOOK_AGAIN = timedelta(minutes=5)
# How long after the person wrote WhatsApp lets us write freely.
_WINDOW = timedelta(hours=24)
# Addresses that a messenger gave us and that are worth nothing once it refuses them; a number has other uses.
_FORGOTTEN = {MessagingChannel.TELEGRAM: AddressKind.TELEGRAM, MessagingChannel.VIBER: AddressKind.VIBER}

# What a gateway may call a message, which an index has to take, and what it may say of its price.
_LONGEST_NAME, _MOST_COST = 200, 2**31 - 1
_FORGOTTEN_PERSON = (MessageState.CANCELLED, "forgotten")


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending needs of others, put together by the factory.

    `may_send_at` returns until when the respondent's night has a message wait, or None. `reroute` asks again by another
    channel where this one does not reach the person.
    """

    vault: Vault
    gateways: Gateways
    compose: Compose
    may_send_at: Callable[[Session, Message, datetime], datetime | None]
    reroute: Callable[[Session, Message, datetime], object]


@dataclass(frozen=True, slots=True)
class Call:
    """A message that is to be handed to a gateway now."""

    gateway: str
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Carriers:
    """The gateways of a channel as one look found them, and the one that is to carry this message."""

    chosen: str
    names: Sequence[str]
    fares: Mapping[str, Fare]
    is_probe: bool = False


def begin_call(session: Session, claim: Claim, sender: Sender, carriers: Carriers, *, now: datetime) -> Call | None:
    """Return what to send, marked as being sent, or None if the message's row was ended or waits for later."""
    message = session.get(Message, uuid.UUID(claim.payload["message_id"]))
    if message is None or message.state != MessageState.WAITING:
        complete(session, [claim], now=now)
        return None
    contact = session.get(Contact, message.contact_id) if message.contact_id is not None else None
    against = _find_objection(session, message, contact, sender.vault, by=carriers.chosen, now=now)
    if against is not None or contact is None:
        _end(session, claim, message, *(against or _FORGOTTEN_PERSON), now=now)
        return None
    channel = MessagingChannel(message.channel)
    address = read_address(sender.vault, contact, channel.address_kind)
    if address is None:
        if _end(session, claim, message, MessageState.FAILED, "no_address", now=now):
            sender.reroute(session, message, now)
        return None
    later = _find_later(session, message, sender, now)
    if later is not None:
        if message.send_by is not None and later > message.send_by:
            _end(session, claim, message, MessageState.EXPIRED, "too_late", now=now)
        else:
            postpone(session, claim, due_at=later)
        return None
    try:
        content = sender.compose(session, message, now)
    except NothingToSayError as nothing:
        _end(session, claim, message, MessageState.CANCELLED, nothing.code, now=now)
        return None
    gateway = carriers.chosen
    if message.gateway == gateway and message.tries and not carriers.is_probe and not message.demo:
        gateway = find_other(carriers.names, carriers.fares, gateway, now) or gateway
    # Still set from a try before: that worker died, or its call never came back, perhaps after the gateway's yes.
    message.maybe_duplicate = message.maybe_duplicate or message.calling_since is not None
    message.calling_since, message.gateway, message.tries = now, gateway, message.tries + 1
    if channel is MessagingChannel.SMS:
        _count_segments(message, content.text)
    seen_at = contact.whatsapp_seen_at
    return Call(
        gateway,
        Outgoing(
            message_id=message.id,
            channel=channel,
            to=address,
            language=Language(message.language),
            text=content.text,
            subject=content.subject,
            html=content.html,
            buttons=content.buttons,
            buttons_title=content.buttons_title,
            unsubscribe_url=content.unsubscribe_url,
            window_open=seen_at is not None and now - seen_at < _WINDOW,
            template_values=content.template_values,
        ),
    )


def _count_segments(message: Message, text: str) -> None:
    """Write how many SMS the words take, now that they are known, and what is expected of their cost by that."""
    segments = measure(text).segments
    if message.segments:
        message.cost = message.cost // message.segments * segments
    message.segments = segments


def record_accepted(session: Session, claim: Claim, gateway: str, accepted: Accepted, *, now: datetime) -> bool:
    """Write that the gateway took the message, with the end of its row; False if the lease was lost meanwhile."""
    if complete(session, [claim], now=now) != 1:
        return False
    message = session.get_one(Message, uuid.UUID(claim.payload["message_id"]))
    message.state, message.handed_over_at = MessageState.HANDED_OVER, now
    message.calling_since = message.failure = message.failed_at = None
    message.gateway = gateway
    message.provider_id = _own_provider_id(session, gateway, accepted.provider_id, message.id)
    if accepted.cost is not None and 0 <= accepted.cost <= _MOST_COST:
        message.cost = accepted.cost
    note_success(session, gateway, now=now)
    if message.purpose == MessagePurpose.INVITATION:
        told = {"invitation_id": str(message.subject_id), "message_id": str(message.id)}
        record_event(session, "invitation.sent", told, now=now, once_key=f"invitation.sent:{message.id}")
    return True


def record_refused(
    session: Session,
    claim: Claim,
    gateway: str,
    error: DeliveryError,
    sender: Sender,
    *,
    now: datetime,
    is_probe: bool,
    came_back: bool = True,
) -> bool:
    """Write that the gateway did not take the message, and what follows; False if the lease was lost meanwhile.

    `came_back` is False for a call that was written off: the gateway may have taken the message all the same.
    """
    message = session.get_one(Message, uuid.UUID(claim.payload["message_id"]))
    outcome = decide(error, attempts=claim.attempts, due_at=message.due_at, now=now)
    said = f"{gateway}: {error.code}"
    if outcome.then is Then.WAIT and outcome.at is not None:
        held = postpone(session, claim, due_at=outcome.at)
    elif outcome.then is Then.FAIL:
        held = complete(session, [claim], now=now) == 1
    else:
        given_up = outcome.then is Then.GIVE_UP
        held = fail(session, claim, error=said, permanent=given_up, now=now, retry_at=outcome.at)
    if not held:
        return False
    message.failure = error.code
    if came_back:
        message.calling_since = None
    if outcome.then is Then.FAIL:
        message.state, message.failed_at = MessageState.FAILED, now
    elif outcome.then is Then.GIVE_UP:
        message.state, message.failed_at = MessageState.FAILED_TECHNICAL, now
        _LOG.error("a message was given up after hours of tries", message_id=str(message.id), gateway=gateway)
    _note_fare(session, gateway, error, now=now, is_probe=is_probe)
    if outcome.then is Then.FAIL and error.code in UNREACHABLE:
        _forget_address(session, message)
        sender.reroute(session, message, now)
    return True


def record_broken(session: Session, claim: Claim, *, error: str, now: datetime) -> bool:
    """Write that the message could not be made ready (a key is missing, a text is broken): tried again, or given up."""
    outcome = decide(DeliveryError(code="not_composed"), attempts=claim.attempts, due_at=now, now=now)
    given_up = outcome.then is Then.GIVE_UP
    if not fail(session, claim, error=error, permanent=given_up, now=now, retry_at=outcome.at):
        return False
    message = session.get_one(Message, uuid.UUID(claim.payload["message_id"]))
    message.failure = "not_composed"
    if given_up:
        message.state, message.failed_at = MessageState.FAILED_TECHNICAL, now
    return True


def _find_objection(
    session: Session, message: Message, contact: Contact | None, vault: Vault, *, by: str, now: datetime
) -> tuple[MessageState, str] | None:
    """Return how the message ends unsent and why, or None if nothing stands against it."""
    if message.send_by is not None and now > message.send_by:
        return MessageState.EXPIRED, "too_late"
    if message.demo and by != CONSOLE:
        # Its people are made up, and their numbers may be somebody's: no gateway ever hears of them, sent again or not.
        return MessageState.CANCELLED, "demo"
    if contact is None:
        return _FORGOTTEN_PERSON
    suppressed = None if message.text_key == STOP_HEARD else find_suppression(session, vault, contact)
    return (MessageState.CANCELLED, suppressed) if suppressed is not None else None


def _find_later(session: Session, message: Message, sender: Sender, now: datetime) -> datetime | None:
    """Return until when the message has to wait: sending is stopped there, or the person sleeps."""
    if is_paused(session, message.unit_id):
        return now + _LOOK_AGAIN
    if message.purpose == MessagePurpose.REPLY:
        return None  # whoever has just written is awake
    return sender.may_send_at(session, message, now)


def _end(session: Session, claim: Claim, message: Message, state: MessageState, failure: str, *, now: datetime) -> bool:
    if complete(session, [claim], now=now) != 1:
        return False
    message.state, message.failure, message.failed_at, message.calling_since = state, failure, now, None
    session.flush()  # who reroutes looks for what still waits
    return True


def _own_provider_id(session: Session, gateway: str, provider_id: str | None, message_id: uuid.UUID) -> str | None:
    """Return the gateway's name for the message, or None if it is no name: not storable, or another one's already.

    A name that the database refuses would be written again and again, and the message sent again meanwhile.
    """
    if not provider_id or len(provider_id) > _LONGEST_NAME or not provider_id.isprintable():
        return None
    taken = select(Message.id).where(
        Message.gateway == gateway, Message.provider_id == provider_id, Message.id != message_id
    )
    if session.scalars(taken).first() is None:
        return provider_id
    _LOG.warning("a gateway gave two messages one name", gateway=gateway)
    return None


def _note_fare(session: Session, gateway: str, error: DeliveryError, *, now: datetime, is_probe: bool) -> None:
    if error.gateway_down:
        note_failure(session, gateway, code=error.code, now=now, is_probe=is_probe, retry_after=error.retry_after)
        return
    # It answered, so it is there, whatever it thinks of this message.
    note_success(session, gateway, now=now)
    if is_throttled(error) and error.retry_after is not None:
        rest_gateway(session, gateway, now=now, seconds=error.retry_after)


def _forget_address(session: Session, message: Message) -> None:
    kind = _FORGOTTEN.get(MessagingChannel(message.channel))
    contact = session.get(Contact, message.contact_id) if message.contact_id is not None else None
    if kind is None or contact is None:
        return
    forget_address(session, contact, kind)
