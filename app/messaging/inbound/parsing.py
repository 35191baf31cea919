"""Which gateway speaks which shape; pure."""

from collections.abc import Callable, Mapping

from app.messaging.inbound.events import Inbound
from app.messaging.inbound.mobizon import parse_mobizon
from app.messaging.inbound.smsc import parse_smsc
from app.messaging.inbound.telegram import parse_telegram
from app.messaging.inbound.twilio import parse_twilio
from app.messaging.inbound.viber import parse_viber
from app.messaging.inbound.whatsapp import parse_whatsapp

_PARSERS: Mapping[str, Callable[[bytes], list[Inbound]]] = {
    "smsc": parse_smsc,
    "mobizon": parse_mobizon,
    "twilio": parse_twilio,
    "telegram": parse_telegram,
    "whatsapp": parse_whatsapp,
    "viber": parse_viber,
}


def parse_inbound(gateway: str, body: bytes) -> list[Inbound]:
    """Return what the gateway tells, in its order; raises UnreadableInboundError and nothing else."""
    return _PARSERS[gateway](body)
