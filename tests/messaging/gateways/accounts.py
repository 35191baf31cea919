"""One account with each provider, all of them at the scripted gateway, and a message to send."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from app.kit.i18n import Language
from app.messaging.gateway import Button, Gateway, Outgoing
from app.messaging.http import Http
from app.messaging.mobizon import Mobizon
from app.messaging.models import MessagingChannel
from app.messaging.smsc import Smsc
from app.messaging.telegram import Telegram
from app.messaging.twilio import Twilio
from app.messaging.viber import Viber
from app.messaging.whatsapp import WhatsApp

MESSAGE_ID = uuid.UUID("01920000-0000-7000-8000-000000000001")
LINK = "https://fb.example/i/7K3M9PXQ7K3M9PXQ"
RATINGS = tuple(Button(f"{face} {value}", f"r:7K3M9PXQ7K3M9PXQ:{value}") for value, face in enumerate("😡🙁😐🙂😀", 1))
# Long enough for this machine, short enough for a test that waits for it.
SECONDS = 0.6
# What must never be told to anybody.
SECRETS = ("smsc-password", "mobizon-key", "twilio-token", "telegram-token", "whatsapp-token", "viber-token")

BUILD: Mapping[str, Callable[[str, Http], Gateway]] = {
    "smsc": lambda url, http: Smsc((url,), login="company", password="smsc-password", sender="COMPANY", http=http),
    "mobizon": lambda url, http: Mobizon(url, "mobizon-key", "COMPANY", http=http),
    "twilio": lambda url, http: Twilio(url, "AC1", "twilio-token", "+15005550006", http=http),
    "telegram": lambda url, http: Telegram(url, "123456:telegram-token", http=http),
    "whatsapp": lambda url, http: WhatsApp(f"{url}/v23.0", "whatsapp-token", "1055", "rate_call", http=http),
    "viber": lambda url, http: Viber(url, "viber-token", "Company", http=http),
}
_PLACES = {
    "telegram": (MessagingChannel.TELEGRAM, "123456789"),
    "whatsapp": (MessagingChannel.WHATSAPP, "+77011234567"),
    "viber": (MessagingChannel.VIBER, "aB+/cd=="),
}


def outgoing(gateway: str, **changed: Any) -> Outgoing:
    """Return an invitation in the gateway's channel, with whatever the test is about changed."""
    channel, to = _PLACES.get(gateway, (MessagingChannel.SMS, "+77011234567"))
    given: dict[str, Any] = {
        "message_id": MESSAGE_ID,
        "channel": channel,
        "to": to,
        "language": Language.RU,
        "text": f"Оцените звонок: {LINK}",
        "buttons": () if channel is MessagingChannel.SMS else RATINGS,
        "buttons_title": "Оценить",
        "template_values": ("Айгуль",) if gateway == "whatsapp" else (),
        **changed,
    }
    return Outgoing(**given)
