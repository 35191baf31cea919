"""A gateway that does as it is told, and messages to send through it."""

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.contacts.service import find_or_add_contact
from app.jobs.dispatch import ChannelLoop
from app.jobs.lanes import LEASE
from app.kit.clock import utc_now
from app.kit.crypto import DataKey, Vault
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow
from app.messaging.content import Content
from app.messaging.gateway import Accepted, DeliveryError, Gateway, Outgoing
from app.messaging.models import GatewayHealth, Message, MessagePurpose, MessagingChannel
from app.messaging.registry import Gateways
from app.messaging.sending import Sender
from app.messaging.service import queue_message
from app.organisation.models import ROOT_CODE, Unit

VAULT = Vault([DataKey("t1", bytes(range(32)))])
SMS = MessagingChannel.SMS
DOWN = DeliveryError(code="unavailable", gateway_down=True)
# One answer of a gateway: it takes the message, refuses it, or does something of the test's own.
Answer = Accepted | DeliveryError | Callable[[Outgoing], Accepted]


@dataclass
class ScriptedGateway:
    """Answers by the script, the last line of it for ever; keeps what it was handed."""

    name: str = "first"
    script: list[Answer] = field(default_factory=lambda: [Accepted()])
    per_second: float = 1000.0
    sent: list[Outgoing] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Do what comes next in the script."""
        with self._guard:
            self.sent.append(outgoing)
            answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, DeliveryError):
            raise answer
        return answer if isinstance(answer, Accepted) else answer(outgoing)


def sender(*gateways: Gateway, channel: MessagingChannel = SMS, **changed: Any) -> Sender:
    """Return what the dispatcher works with, by default with words and without any night."""
    parts: dict[str, Any] = {
        "vault": VAULT,
        "gateways": Gateways({channel: gateways}),
        "compose": lambda _session, message, _now: Content(text=f"How was it? {message.id}"),
        "may_send_at": lambda _session, _message, _now: None,
        "reroute": lambda _session, _message, _now: None,
    }
    return Sender(**{**parts, **changed})


def loop(
    database: Database,
    wired: Sender,
    *,
    owner: str = "here:1",
    lease: timedelta = LEASE,
    ahead: timedelta = timedelta(),
) -> ChannelLoop:
    """Return a worker's loop over the one channel that the sender has gateways for; its clock may run ahead."""
    (channel,) = wired.gateways.channels
    return ChannelLoop(database, lambda: utc_now() + ahead, owner, wired, channel, lease=lease)


def queue(
    database: Database,
    *,
    channel: MessagingChannel = SMS,
    purpose: MessagePurpose = MessagePurpose.INVITATION,
    text_key: str = "invitation",
    number: int = 1,
    send_by: datetime | None = None,
    demo: bool = False,
) -> uuid.UUID:
    """Queue a message, due a second ago, and return its id."""
    now = utc_now() - timedelta(seconds=1)
    chat = str(7000 + number) if channel is MessagingChannel.TELEGRAM else None
    with database.transaction() as session:
        phone = f"+7701{number:07}"
        contact = find_or_add_contact(session, VAULT, phone=phone, telegram=chat, language=Language.RU, now=now)
        root = session.scalars(select(Unit.id).where(Unit.code == ROOT_CODE)).one()
        return queue_message(
            session,
            channel=channel,
            purpose=purpose,
            subject_id=uuid.uuid4(),
            contact_id=contact.id,
            unit_id=root,
            language=Language.RU,
            text_key=text_key,
            send_by=send_by,
            demo=demo,
            now=now,
        ).id


def message_of(database: Database, message_id: uuid.UUID) -> Message:
    """Return the message as it stands."""
    with database.reading() as session:
        return session.get_one(Message, message_id)


def row_of(database: Database, message_id: uuid.UUID) -> OutboxRow:
    """Return the message's row in the outbox."""
    with database.reading() as session:
        return session.scalars(select(OutboxRow).where(OutboxRow.once_key == f"message:{message_id}")).one()


def health_of(database: Database, gateway: str = "first") -> GatewayHealth | None:
    """Return how a gateway fares, or None if nothing is known."""
    with database.reading() as session:
        return session.get(GatewayHealth, gateway)


def make_due(database: Database) -> None:
    """Let what waits for another try be due now."""
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(due_at=utc_now() - timedelta(seconds=1)))


def end_rest(database: Database) -> None:
    """Let every gateway that rests have rested long enough."""
    with database.transaction() as session:
        session.execute(update(GatewayHealth).values(open_until=utc_now() - timedelta(seconds=1)))


def sent_ids(gateways: Sequence[ScriptedGateway]) -> list[uuid.UUID]:
    """Return the ids of what was handed to the gateways, in order."""
    return [outgoing.message_id for gateway in gateways for outgoing in gateway.sent]
