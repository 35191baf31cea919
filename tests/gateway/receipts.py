"""What a gateway tells us later: posted to `/hooks/…` in the provider's shape, signed as it signs."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import requests

from app.messaging.hooks import Hook
from tests.gateway.ledger import Line

# delivered, read, failed as each provider says it.
_WORDS = {
    "smsc": {"delivered": "1", "read": "2", "failed": "20"},
    "mobizon": {"delivered": "DELIVRD", "read": "DELIVRD", "failed": "UNDELIV"},
    "twilio": {"delivered": "delivered", "read": "read", "failed": "undelivered"},
    "whatsapp": {"delivered": "delivered", "read": "read", "failed": "failed"},
    "viber": {"delivered": "delivered", "read": "seen", "failed": "failed"},
}


def post_receipt(base_url: str, hook: Hook, line: Line, state: str, *, provider_id: str | None = None) -> int:
    """Tell the state (`delivered`, `read`, `failed`) of the message and return the answer's status.

    Telegram tells none: its answer is 0. `provider_id` stands in for one that nobody knows.
    """
    if hook.gateway not in _WORDS:
        return 0
    return post(base_url, hook, _receipt(hook.gateway, provider_id or line.provider_id, line.to, state))


def post(base_url: str, hook: Hook, content: dict[str, Any]) -> int:
    """Post anything in the provider's way, signed, and return the answer's status."""
    address = f"{base_url.rstrip('/')}{hook.path}"
    is_form = hook.gateway in ("smsc", "mobizon", "twilio")
    body = urlencode(content).encode() if is_form else json.dumps(content, ensure_ascii=False).encode()
    kind = "application/x-www-form-urlencoded" if is_form else "application/json"
    headers = {"Content-Type": kind, **signature(hook, address, body, content)}
    return requests.post(address, data=body, headers=headers, timeout=10, allow_redirects=False).status_code


def signature(hook: Hook, address: str, body: bytes, form: dict[str, Any]) -> dict[str, str]:
    """Return the header by which the provider proves itself."""
    key = hook.secret.encode()
    match hook.gateway:
        case "telegram":
            return {"X-Telegram-Bot-Api-Secret-Token": hook.secret}
        case "whatsapp":
            return {"X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()}
        case "viber":
            return {"X-Viber-Content-Signature": hmac.new(key, body, hashlib.sha256).hexdigest()}
        case "twilio":
            told = address + "".join(f"{name}{form[name]}" for name in sorted(form))
            return {
                "X-Twilio-Signature": base64.b64encode(hmac.new(key, told.encode(), hashlib.sha1).digest()).decode()
            }
    return {}


def _receipt(gateway: str, provider_id: str, to: str, state: str) -> dict[str, Any]:
    word = _WORDS[gateway][state]
    match gateway:
        case "smsc":
            return {"id": provider_id, "phone": to.lstrip("+"), "status": word, "time": "04.03.2026 12:00:00"}
        case "mobizon":
            return {"messageId": provider_id, "status": word}
        case "twilio":
            failure = {"ErrorCode": "30003"} if state == "failed" else {}
            return {"MessageSid": provider_id, "MessageStatus": word, "To": to, **failure}
        case "whatsapp":
            status: dict[str, Any] = {"id": provider_id, "status": word, "timestamp": "1772600000", "recipient_id": to}
            if state == "failed":
                status["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
            change = {"field": "messages", "value": {"messaging_product": "whatsapp", "statuses": [status]}}
            return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    return {"event": word, "timestamp": 1772600000000, "message_token": int(provider_id), "user_id": to}
