"""Messages by a Viber bot, to people who opened it. https://creators.viber.com/docs/bots-api/"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from typing import Any

from app.messaging.gateway import Accepted, Button, DeliveryError, Outgoing
from app.messaging.http import Http
from app.messaging.refusals import Refuse, down, for_good, slower

_LONGEST_TEXT = 7000
_SHORT = 5
# What a bot is told about besides messages.
EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")


# https://creators.viber.com/docs/bots-api/errors
_REFUSALS: Mapping[int, Refuse] = {
    **dict.fromkeys((5, 6, 11), for_good("unreachable")),  # not registered, not subscribed, no device for it
    **dict.fromkeys((14, 21), for_good("refused")),
    **dict.fromkeys((2, 7, 8, 9, 15), down("bad_credentials")),
    **dict.fromkeys((1, 3, 4, 10, 13, 16, 17, 18), down("misconfigured")),  # 10: `flask viber hook` was not run
    **dict.fromkeys((22, 23, 24), down("no_money")),
    12: slower(timedelta(seconds=5)),
}


@dataclass(frozen=True, slots=True)
class Viber:
    """One bot; its token goes along in the body."""

    url: str
    token: str = field(repr=False)
    sender: str
    per_second: float = 10
    name: str = "viber"
    http: Http = field(default_factory=Http, repr=False)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Send it with a keyboard in place of the person's own."""
        if len(outgoing.text) > _LONGEST_TEXT:
            raise DeliveryError(code="too_long", permanent=True)
        content: dict[str, Any] = {
            "receiver": outgoing.to,
            "type": "text",
            "text": outgoing.text,
            "min_api_version": 3,
            "sender": {"name": self.sender},
            "tracking_data": str(outgoing.message_id),
        }
        if outgoing.buttons:
            content["keyboard"] = {"Type": "keyboard", "Revision": 1, "Buttons": _keys(outgoing.buttons)}
        said = self._call("send_message", content, str(outgoing.message_id))
        name = said.get("message_token")
        return Accepted(str(name) if name else None)

    def set_hook(self, address: str) -> None:
        """Have events posted to the address, signed with the token; raises DeliveryError."""
        self._call("set_webhook", {"url": address, "event_types": list(EVENTS)})

    def _call(self, method: str, content: Mapping[str, Any], request_id: str = "") -> Mapping[str, Any]:
        answer = self.http.post(
            f"{self.url}/pa/{method}", content={"auth_token": self.token, **content}, request_id=request_id
        )
        status = answer.fields.get("status")
        if answer.status != 200 or not isinstance(status, int):
            raise answer.refuse()
        if status in _REFUSALS:
            raise _REFUSALS[status](answer)
        if status != 0:
            raise DeliveryError(f"Viber {status}", code="unavailable", gateway_down=True)
        return answer.fields


def _keys(buttons: Sequence[Button]) -> list[dict[str, Any]]:
    """Return the keys of a board six columns wide: a scale side by side, longer labels one below the other."""
    columns = 6 if any(len(button.label) > _SHORT for button in buttons) else 1
    return [
        {
            "Columns": columns,
            "Rows": 1,
            "ActionType": "open-url" if button.url else "reply",
            "ActionBody": button.url or button.payload,
            "Text": escape(button.label),  # it may hold markup
        }
        for button in buttons
    ]
