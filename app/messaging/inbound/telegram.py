"""Telegram's updates: taps, texts, `/start`, and who blocked the bot. It sends no receipts. Pure.

Bot API 10: `message`, `callback_query`, `my_chat_member`; whatever else comes (edits, channels, groups) is nothing to
us. https://core.telegram.org/bots/api#update
"""

import re
from collections.abc import Mapping
from typing import Any

from app.messaging.inbound.events import Blocked, Event, Inbound, Started, Tap, Text
from app.messaging.inbound.reading import find_id, find_text, inner, read_id, read_json

_START = re.compile(r"/start(?:@\w{1,64})?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*", re.ASCII)
_GONE = frozenset({"kicked", "left"})


def parse_telegram(body: bytes) -> list[Inbound]:
    """Return the event of an update, or none; raises UnreadableInboundError."""
    update = read_json(body)
    once = read_id(update.get("update_id"))
    event = _tap(update) or _message(update) or _membership(update)
    return [Inbound(once, event)] if event is not None else []


def _tap(update: Mapping[str, Any]) -> Event | None:
    query = inner(update, "callback_query")
    # Who tapped is `from`; in a private chat its id is the chat's.
    chat, payload = find_id(inner(query, "from").get("id")), find_text(query.get("data"))
    if not chat or not payload:
        return None
    return Tap(chat, payload[:64], find_id(query.get("id")), find_id(inner(query, "message").get("message_id")))


def _message(update: Mapping[str, Any]) -> Event | None:
    message = inner(update, "message")
    chat = inner(message, "chat")
    chat_id = find_id(chat.get("id"))
    # In a group a bot hears strangers; what the person writes here is private or it is nothing.
    if not chat_id or chat.get("type", "private") != "private":
        return None
    language = find_id(inner(message, "from").get("language_code"))[:16] or None
    text = find_text(message.get("text"))
    if started := _START.fullmatch(text):
        return Started(chat_id, started.group(1) or "", language)
    return Text(chat_id, text, language)


def _membership(update: Mapping[str, Any]) -> Event | None:
    change = inner(update, "my_chat_member")
    chat = inner(change, "chat")
    chat_id = find_id(chat.get("id"))
    if chat_id and chat.get("type") == "private" and inner(change, "new_chat_member").get("status") in _GONE:
        return Blocked(chat_id)
    return None
