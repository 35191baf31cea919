"""What a gateway would post when somebody taps a button or writes back, signed as the gateway signs. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.cli.simulation.centre import Caller
from app.messaging.hooks import Hook, Hooks
from app.messaging.models import MessagingChannel

_GATEWAYS = {
    MessagingChannel.SMS: "smsc",
    MessagingChannel.TELEGRAM: "telegram",
    MessagingChannel.WHATSAPP: "whatsapp",
}


@dataclass(frozen=True, slots=True)
class Knock:
    """One request at a hook."""

    path: str
    headers: Mapping[str, str]
    body: bytes


def write_text(hooks: Hooks, channel: MessagingChannel, caller: Caller, text: str, *, once: int) -> Knock:
    """Return what comes in when the caller writes; `once` is the provider's number of the event."""
    hook = hooks.by_gateway[_GATEWAYS[channel]]
    if channel is MessagingChannel.SMS:
        form = {"phone": caller.chat, "mes": text, "to": "77000000000", "sms_id": str(once)}
        return Knock(hook.path, {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form).encode())
    if channel is MessagingChannel.TELEGRAM:
        person = {"id": int(caller.chat), "language_code": caller.language.value}
        message = {
            "message_id": once,
            "from": person,
            "chat": {"id": int(caller.chat), "type": "private"},
            "text": text,
        }
        return _sign(hook, {"update_id": once, "message": message})
    return _sign(hook, _batch(caller, once, {"type": "text", "text": {"body": text}}))


def tap(hooks: Hooks, channel: MessagingChannel, caller: Caller, payload: str, *, once: int) -> Knock:
    """Return what comes in when the caller taps the button with this payload: a messenger's alone has buttons."""
    hook = hooks.by_gateway[_GATEWAYS[channel]]
    if channel is MessagingChannel.TELEGRAM:
        person = {"id": int(caller.chat), "language_code": caller.language.value}
        message = {"message_id": once, "chat": {"id": int(caller.chat), "type": "private"}}
        return _sign(
            hook,
            {
                "update_id": once,
                "callback_query": {"id": str(once), "from": person, "message": message, "data": payload},
            },
        )
    reply = {"type": "list_reply", "list_reply": {"id": payload, "title": payload[-1:]}}
    return _sign(hook, _batch(caller, once, {"type": "interactive", "interactive": reply}))


def _batch(caller: Caller, once: int, said: Mapping[str, Any]) -> dict[str, Any]:
    message = {"from": caller.chat, "id": f"wamid.simulator-{once}", "timestamp": str(once // 1_000_000), **said}
    value = {"messaging_product": "whatsapp", "messages": [message]}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"value": value}]}]}


def _sign(hook: Hook, content: Mapping[str, Any]) -> Knock:
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    if hook.channel is MessagingChannel.TELEGRAM:
        headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
    else:
        signature = hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
        headers["X-Hub-Signature-256"] = f"sha256={signature}"
    return Knock(hook.path, headers, body)
