"""Whether the gateway itself sent these bytes: its own way of signing, checked on the raw body; pure.

The slug in the address was right already. Everything is compared in constant time, and a gateway that signs is not let
in unsigned.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping

from app.messaging.hooks import Hook
from app.messaging.inbound.events import UnreadableInboundError
from app.messaging.inbound.reading import read_form

Headers = Mapping[str, str]


def is_genuine(hook: Hook, headers: Headers, body: bytes, url: str) -> bool:
    """Tell whether the gateway of the hook sent the body to `url`, the public address with its query."""
    return _CHECKS[hook.gateway](hook, headers, body, url)


def _telegram(hook: Hook, headers: Headers, _body: bytes, _url: str) -> bool:
    return _same(hook.secret, headers.get("X-Telegram-Bot-Api-Secret-Token", ""))


def _whatsapp(hook: Hook, headers: Headers, body: bytes, _url: str) -> bool:
    right = "sha256=" + hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(hook.secret) and _same(right, headers.get("X-Hub-Signature-256", ""))


def _viber(hook: Hook, headers: Headers, body: bytes, _url: str) -> bool:
    right = hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(hook.secret) and _same(right, headers.get("X-Viber-Content-Signature", ""))


def _twilio(hook: Hook, headers: Headers, body: bytes, url: str) -> bool:
    """By https://www.twilio.com/docs/usage/security: the address and the sorted fields; JSON by its SHA-256 in the
    address."""
    signed = url
    if "bodySHA256=" in url:
        claimed = url.partition("bodySHA256=")[2].partition("&")[0]
        if not _same(hashlib.sha256(body).hexdigest(), claimed.lower()):
            return False
    else:
        try:
            fields = read_form(body)
        except UnreadableInboundError:
            return False
        signed += "".join(name + fields[name].decode("latin-1") for name in sorted(fields))
    # The fields are bytes as they came; Latin-1 carries them through unchanged.
    told = signed.encode("latin-1", "replace")
    right = base64.b64encode(hmac.new(hook.secret.encode(), told, hashlib.sha1).digest()).decode()
    return bool(hook.secret) and _same(right, headers.get("X-Twilio-Signature", ""))


def _smsc(hook: Hook, _headers: Headers, body: bytes, _url: str) -> bool:
    """SMSC adds a hash if the handler's address asks for one; then it must be right."""
    if body.lstrip().startswith(b"{"):
        return True
    try:
        fields = read_form(body)
    except UnreadableInboundError:
        return True  # nothing that could be taken either
    told = ("phone", "mes", "to") if "mes" in fields else ("id", "phone", "status")
    signed = b":".join([*(fields.get(name, b"") for name in told), hook.secret.encode()])
    hashes = {"md5": hashlib.md5(signed, usedforsecurity=False), "sha1": hashlib.sha1(signed, usedforsecurity=False)}
    given = {name: fields[name].decode("latin-1").lower() for name in hashes if fields.get(name)}
    return all(_same(hashes[name].hexdigest(), said) for name, said in given.items())


def _by_slug(_hook: Hook, _headers: Headers, _body: bytes, _url: str) -> bool:
    return True


def _same(right: str, given: str) -> bool:
    """Compare in constant time; nothing is never the same as nothing."""
    return bool(right) and hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogatepass"))


_CHECKS: Mapping[str, Callable[[Hook, Headers, bytes, str], bool]] = {
    "telegram": _telegram,
    "whatsapp": _whatsapp,
    "viber": _viber,
    "twilio": _twilio,
    "smsc": _smsc,
    "mobizon": _by_slug,
}
