"""Messages by a Telegram bot, to people who opened a chat with it. https://core.telegram.org/bots/api"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.messaging.gateway import Accepted, Button, DeliveryError, Outgoing
from app.messaging.http import Answer, Http

# https://core.telegram.org/bots/api#inlinekeyboardbutton
LONGEST_PAYLOAD = 64
LONGEST_TEXT = 4096
# Short labels stand side by side, as on a scale; longer ones one below the other, or a phone cuts them off.
_SHORT, _IN_A_ROW = 5, 6
# What a bot is told about; the rest would only be thrown away.
UPDATES = ("message", "callback_query", "my_chat_member")


@dataclass(frozen=True, slots=True)
class Telegram:
    """One bot. Its token is a part of every address, so nothing here repeats an address."""

    url: str
    token: str = field(repr=False)
    per_second: float = 25
    name: str = "telegram"
    http: Http = field(default_factory=Http, repr=False)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Send it with its buttons below; a survey's link opens no preview, which would call the page."""
        if len(outgoing.text) > LONGEST_TEXT:
            raise DeliveryError(code="too_long", permanent=True)
        content: dict[str, Any] = {
            "chat_id": _chat(outgoing.to),
            "text": outgoing.text,
            "link_preview_options": {"is_disabled": True},
        }
        if outgoing.buttons:
            content["reply_markup"] = {"inline_keyboard": _keyboard(outgoing.buttons)}
        result = self._call("sendMessage", content, str(outgoing.message_id))
        name = result.get("message_id") if isinstance(result, dict) else None
        # Telegram counts messages by chat.
        return Accepted(f"{outgoing.to}:{name}" if name else None)

    def answer_tap(self, tap_id: str, text: str) -> None:
        """End the waiting that a tapped button shows, with a few words or none; raises DeliveryError."""
        self._call("answerCallbackQuery", {"callback_query_id": tap_id, **({"text": text[:200]} if text else {})})

    def drop_keyboard(self, chat: str, message_id: str) -> None:
        """Take the buttons off a message that was answered; raises DeliveryError."""
        name = int(message_id) if message_id.isascii() and message_id.isdigit() else message_id
        self._call("editMessageReplyMarkup", {"chat_id": _chat(chat), "message_id": name})

    def replace_text(self, chat: str, message_id: str, text: str) -> None:
        """Put another text in place of a message's and take its buttons off; raises DeliveryError."""
        name = int(message_id) if message_id.isascii() and message_id.isdigit() else message_id
        content = {
            "chat_id": _chat(chat),
            "message_id": name,
            "text": text[:LONGEST_TEXT],
            "link_preview_options": {"is_disabled": True},
        }
        self._call("editMessageText", content)

    def set_hook(self, address: str, secret: str) -> None:
        """Have updates posted to the address, each with the secret; raises DeliveryError."""
        self._call("setWebhook", {"url": address, "secret_token": secret, "allowed_updates": list(UPDATES)})

    def _call(self, method: str, content: Mapping[str, Any], request_id: str = "") -> Any:
        answer = self.http.post(f"{self.url}/bot{self.token}/{method}", content=content, request_id=request_id)
        if answer.fields.get("ok") is True:
            return answer.fields.get("result")
        raise _refusal(answer)


def _refusal(answer: Answer) -> DeliveryError:
    said = str(answer.fields.get("description", "")).lower()
    if answer.status == 429 or "retry after" in said:
        more = answer.fields.get("parameters")
        wait = more.get("retry_after") if isinstance(more, dict) else None
        asked = timedelta(seconds=min(wait, 86_400)) if isinstance(wait, int) and wait >= 0 else answer.retry_after
        return DeliveryError(code="rate_limited", retry_after=asked)
    if answer.status == 403:
        blocked = "blocked" in said or "kicked" in said
        return DeliveryError(code="blocked" if blocked else "unreachable", permanent=True)
    if answer.status in (401, 404):  # a wrong token is an address that is not there
        return DeliveryError(f"status {answer.status}", code="bad_credentials", gateway_down=True)
    if answer.status == 400:
        if "chat not found" in said or "peer_id_invalid" in said or "deactivated" in said:
            return DeliveryError(code="unreachable", permanent=True)
        if "too long" in said:
            return DeliveryError(code="too_long", permanent=True)
        return DeliveryError("Telegram does not understand us", code="misconfigured")
    return answer.refuse()


def _chat(address: str) -> int | str:
    digits = address.removeprefix("-")
    return int(address) if digits.isascii() and digits.isdigit() else address


def _keyboard(buttons: Sequence[Button]) -> list[list[dict[str, str]]]:
    one_each = any(len(button.label) > _SHORT for button in buttons)
    width = 1 if one_each else _IN_A_ROW
    keys = [_key(button) for button in buttons]
    return [keys[start : start + width] for start in range(0, len(keys), width)]


def _key(button: Button) -> dict[str, str]:
    if button.url:
        return {"text": button.label, "url": button.url}
    if not 1 <= len(button.payload.encode()) <= LONGEST_PAYLOAD:
        raise DeliveryError("a button carries 1 to 64 bytes", code="misconfigured")
    return {"text": button.label, "callback_data": button.payload}
