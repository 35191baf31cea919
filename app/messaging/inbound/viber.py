"""Viber's bot: messages, receipts, who began and who left. Pure.

https://developers.viber.com/docs/api/rest-bot-api/#callbacks
"""

from collections.abc import Mapping
from typing import Any

from app.messaging.inbound.events import Blocked, Event, Inbound, Receipt, ReceiptState, Started, Tap, Text
from app.messaging.inbound.reading import find_id, find_text, inner, read_id, read_json

_STATES = {"delivered": ReceiptState.DELIVERED, "seen": ReceiptState.READ, "failed": ReceiptState.FAILED}
# What a keyboard of ours sends back as if it had been typed.
_PAYLOADS = ("r:", "c:")


def parse_viber(body: bytes) -> list[Inbound]:
    """Return the event, or none; raises UnreadableInboundError."""
    callback = read_json(body)
    said = callback.get("event")
    if not isinstance(said, str):
        return []
    if said in _STATES:
        message, state = read_id(callback.get("message_token")), _STATES[said]
        failure = "refused" if state is ReceiptState.FAILED else None
        return [Inbound(f"{message} {state}", Receipt(message, state, failure))]
    event = _read(said, callback)
    if event is None:
        return []
    # A conversation begins once with a token of its own; leaving has one as well.
    return [Inbound(f"{said} {read_id(callback.get('message_token'))}", event)]


def _read(said: str, callback: Mapping[str, Any]) -> Event | None:
    user = inner(callback, "user")
    language = find_id(user.get("language"))[:16] or None
    if said == "message":
        sender, message = inner(callback, "sender"), inner(callback, "message")
        chat, text = find_id(sender.get("id")), find_text(message.get("text"))
        if not chat:
            return None
        if text.startswith(_PAYLOADS):
            return Tap(chat, text[:64], find_id(callback.get("message_token")))
        return Text(chat, text, find_id(sender.get("language"))[:16] or None)
    if said == "conversation_started":
        chat = find_id(user.get("id"))
        return Started(chat, find_id(callback.get("context"))[:64], language) if chat else None
    if said == "unsubscribed":
        chat = find_id(callback.get("user_id"))
        return Blocked(chat) if chat else None
    return None
