"""The providers' requests and answers, as far as we speak to them."""

import base64
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_NUMBERS = itertools.count(1001)


@dataclass(frozen=True)
class Request:
    """One request as it came; `form` and `json` are its body read."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The path without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's fields."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode("utf-8", "replace")).items()}

    @property
    def json(self) -> Any:
        """The body as JSON; an empty object if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def user(self) -> tuple[str, str]:
        """Name and password of basic authentication."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        name, _, password = (
            base64.b64decode(value).decode().partition(":") if scheme.lower() == "basic" else ("", "", "")
        )
        return name, password


@dataclass(frozen=True)
class Asked:
    """What a request asks for: a message to send, or (`to` is empty) another call of the provider's."""

    gateway: str
    to: str = ""
    text: str = ""
    message_id: str = ""


def understand(request: Request) -> Asked | None:
    """Return what is asked, or None for an address that no provider has."""
    asked = _understand(request)
    if asked is None or not asked.to:
        return asked
    return Asked(asked.gateway, asked.to, asked.text, asked.message_id or request.headers.get("x-request-id", ""))


def _understand(request: Request) -> Asked | None:
    path, form = request.path, request.form
    if path == "/sys/send.php":
        return Asked("smsc", form.get("phones", ""), form.get("mes", ""), form.get("id", ""))
    if path == "/service/message/sendsmsmessage":
        return Asked("mobizon", form.get("recipient", ""), form.get("text", ""))
    if re.fullmatch(r"/2010-04-01/Accounts/[^/]+/Messages\.json", path):
        return Asked("twilio", form.get("To", ""), form.get("Body", ""))
    if found := re.fullmatch(r"/bot([^/]+)/(\w+)", unquote(path)):
        sent = request.json if found[2] == "sendMessage" else {}
        return Asked("telegram", str(sent.get("chat_id", "")), sent.get("text", ""))
    if re.fullmatch(r"(/v\d+\.\d+)?/\d+/messages", path):
        sent = request.json
        return Asked("whatsapp", sent.get("to", ""), _whatsapp_text(sent), sent.get("biz_opaque_callback_data", ""))
    if path.startswith("/pa/"):
        sent = request.json if path == "/pa/send_message" else {}
        return Asked("viber", sent.get("receiver", ""), sent.get("text", ""), sent.get("tracking_data", ""))
    return None


def _whatsapp_text(sent: dict[str, Any]) -> str:
    kind = sent.get("type", "")
    if kind == "text":
        return str(sent["text"]["body"])
    if kind == "interactive":
        return str(sent["interactive"]["body"]["text"])
    return json.dumps(sent.get("template", {}), ensure_ascii=False)


def accepted(asked: Asked) -> tuple[int, Any, str]:
    """Return status, body and the provider's id of an accepted request."""
    number = next(_NUMBERS)
    match asked.gateway:
        case "smsc":
            name = asked.message_id or str(number)
            return 200, {"id": name, "cnt": 1, "cost": "18.5", "balance": "9981.5"}, name
        case "mobizon":
            data = {"campaignId": str(number), "messageId": str(number), "status": 2}
            return 200, {"code": 0, "data": data, "message": ""}, str(number)
        case "twilio":
            name = f"SM{number:032x}"
            return 201, {"sid": name, "status": "queued", "price": None, "error_code": None}, name
        case "telegram":
            chat = {"id": int(asked.to) if asked.to.lstrip("-").isdigit() else 0, "type": "private"}
            return 200, {"ok": True, "result": {"message_id": number, "chat": chat} if asked.to else True}, str(number)
        case "whatsapp":
            name = f"wamid.{number:024X}"
            return 200, {"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": name}]}, name
    return 200, {"status": 0, "status_message": "ok", "message_token": number}, str(number)


_ERRORS: Mapping[str, str] = {
    "smsc": "6",
    "mobizon": "1",
    "twilio": "400/21610",
    "telegram": "403",
    "whatsapp": "400/131026",
    "viber": "6",
}


def refused(asked: Asked, argument: str) -> tuple[int, Any]:
    """Return status and body of the provider's refusal; `argument` is `CODE` or `STATUS/CODE`."""
    status_text, _, code_text = (argument or _ERRORS[asked.gateway]).rpartition("/")
    status, code = int(status_text or 200), int(code_text)
    match asked.gateway:
        case "smsc":
            return status, {"error": "refused as told", "error_code": code}
        case "mobizon":
            return status, {"code": code, "data": {"recipient": "refused as told"}, "message": "refused as told"}
        case "twilio":
            return status, {"code": code, "message": "refused as told", "status": status}
        case "telegram":
            described = {400: "Bad Request: chat not found", 403: "Forbidden: bot was blocked by the user"}
            body: dict[str, Any] = {"ok": False, "error_code": code, "description": described.get(code, "as told")}
            if code == 429:
                body["parameters"] = {"retry_after": 7}
            return status if status_text else code, body
        case "whatsapp":
            return status, {"error": {"message": "refused as told", "type": "OAuthException", "code": code}}
    return status, {"status": code, "status_message": "refused as told"}
