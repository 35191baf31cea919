"""The protocol that every gateway fulfils: one message out, and how it says no.

A gateway knows no table and no session: it is handed plain values, calls its provider once, within its own time-out,
and returns or raises. Repeats, breakers and second gateways are the dispatcher's (app/jobs).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from app.kit.errors import OtklikError
from app.kit.i18n import Language
from app.messaging.models import MessagingChannel


class DeliveryError(OtklikError):
    """A message was not taken.

    `code` is the reason, stable and for people to read (`no_money`, `unknown_number`, `window_closed` …). `permanent`:
    trying again cannot help this message. `gateway_down`: the fault is the gateway's, so others should not knock
    either, and a second gateway may do better. `retry_after`: when it asked to be left alone for so long.
    """

    code = "delivery_failed"

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "delivery_failed",
        permanent: bool = False,
        gateway_down: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.permanent = permanent
        self.gateway_down = gateway_down
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Button:
    """One thing to tap: its label and what comes back (`payload`, at most 64 bytes), or a link that it opens."""

    label: str
    payload: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along with an e-mail; `media_type` such as `application/pdf`."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a gateway is handed. `text` is complete as it stands, links included, for channels that have no buttons.

    `message_id` goes along wherever the provider takes an id of ours: a message sent twice is then known by it.
    """

    message_id: uuid.UUID
    channel: MessagingChannel
    to: str  # E.164, an e-mail, or the messenger's id
    language: Language
    text: str
    subject: str = ""  # e-mail
    html: str = ""  # e-mail
    attachments: Sequence[Attachment] = ()  # e-mail
    buttons: Sequence[Button] = ()
    # How the buttons are asked for where they fold into a list (WhatsApp): the label of what opens it.
    buttons_title: str = ""
    unsubscribe_url: str = ""
    # WhatsApp: whether the person wrote within the last 24 hours; outside it only a template may be sent.
    window_open: bool = False
    # WhatsApp: values for the template's placeholders, in order.
    template_values: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A gateway took a message: its name for it, and what it costs in hundredths if the gateway says so."""

    provider_id: str | None = None
    cost: int | None = None


class Gateway(Protocol):
    """One account with one provider."""

    @property
    def name(self) -> str:
        """How it is named in tables, settings and hooks: `smsc`, `twilio`."""
        ...

    @property
    def per_second(self) -> float:
        """How many messages a second the contract allows."""
        ...

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand the message to the provider; raises DeliveryError. Returns within 30 seconds whatever happens."""
        ...
