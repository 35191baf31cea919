"""Messages by WhatsApp's Cloud API.

Within 24 hours of the person's last message anything may be sent; outside of it only a template that Meta approved.
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from app.messaging.gateway import Accepted, DeliveryError, Outgoing
from app.messaging.http import Http
from app.messaging.refusals import Refuse, down, for_good, slower

_MOST_REPLIES, _MOST_ROWS = 3, 10
_LONGEST_REPLY, _LONGEST_ROW, _LONGEST_TITLE, _LONGEST_INTERACTIVE, _LONGEST_TEXT = 20, 24, 20, 1024, 4096
_WINDOW_CLOSED = (131047, 470)
# Of the approved template, in the order of the ratings (docs/channels.md).
TEMPLATE_REPLIES = 5


_REFUSALS: Mapping[int, Refuse] = {
    **dict.fromkeys(_WINDOW_CLOSED, for_good("window_closed")),
    131021: for_good("unknown_number"),  # our own
    **dict.fromkeys((131026, 131030), for_good("unreachable")),
    **dict.fromkeys((131049, 130472), for_good("not_engaged")),
    131050: for_good("opted_out"),
    **dict.fromkeys((130497, 131051), for_good("refused")),
    **dict.fromkeys((4, 613, 80007, 130429, 131056), slower(timedelta(seconds=10))),
    131048: slower(timedelta(minutes=15)),  # too many people called us spam
    131042: down("no_money"),
    **dict.fromkeys((0, 3, 10, 190, 131005, *range(200, 300)), down("bad_credentials")),
    **dict.fromkeys((368, 131031), down("bad_credentials")),  # the account is locked
    # A template that is missing, paused or of another shape: mended in the account, and what waits is then sent.
    **dict.fromkeys((132000, 132001, 132005, 132007, 132012, 132015, 132016), down("misconfigured")),
    **dict.fromkeys((33, 100, 131008, 131009, 133010), down("misconfigured")),
    **dict.fromkeys((1, 2, 131000, 131016, 131057, 133004), down("unavailable")),
}


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """One number. `template` is the invitation's; it ends with `buttons`: quick replies, or one link."""

    url: str
    token: str = field(repr=False)
    phone_id: str
    template: str
    buttons: Literal["replies", "link"] = "replies"
    per_second: float = 20
    name: str = "whatsapp"
    http: Http = field(default_factory=Http, repr=False)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Send it freely while the window is open, by the template otherwise, also if the window has just closed."""
        if not outgoing.window_open:
            return self._post(outgoing, self._by_template(outgoing))
        try:
            return self._post(outgoing, _freely(outgoing))
        except DeliveryError as refusal:
            if refusal.code != "window_closed" or not outgoing.template_values:
                raise
            return self._post(outgoing, self._by_template(outgoing))

    def _by_template(self, outgoing: Outgoing) -> dict[str, Any]:
        if not outgoing.template_values:  # a turn of a conversation that is over
            raise DeliveryError(code="window_closed", permanent=True)
        body = [{"type": "text", "text": " ".join(value.split()) or "-"} for value in outgoing.template_values]
        components: list[dict[str, Any]] = [{"type": "body", "parameters": body}]
        if self.buttons == "link":
            components.append(_component("url", 0, {"type": "text", "text": _link_ending(outgoing)}))
        else:
            ratings = [button.payload for button in outgoing.buttons if button.payload]
            if len(ratings) != TEMPLATE_REPLIES:
                # Meta would refuse it and count it against the account, or show five ratings of another scale.
                raise DeliveryError(
                    "the template has five replies, the survey not", code="misconfigured", permanent=True
                )
            components += [
                _component("quick_reply", number, {"type": "payload", "payload": payload})
                for number, payload in enumerate(ratings)
            ]
        return {
            "type": "template",
            "template": {
                "name": self.template,
                "language": {"code": outgoing.language.value},
                "components": components,
            },
        }

    def _post(self, outgoing: Outgoing, content: Mapping[str, Any]) -> Accepted:
        answer = self.http.post(
            f"{self.url}/{self.phone_id}/messages",
            content={
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": outgoing.to.lstrip("+"),
                "biz_opaque_callback_data": str(outgoing.message_id),
                **content,
            },
            headers={"Authorization": f"Bearer {self.token}"},
            request_id=str(outgoing.message_id),
        )
        error = answer.fields.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        if isinstance(code, int) and code in _REFUSALS:
            raise _REFUSALS[code](answer)
        messages = answer.fields.get("messages")
        name = (
            messages[0].get("id") if isinstance(messages, list) and messages and isinstance(messages[0], dict) else ""
        )
        if answer.status != 200 or not name:
            raise answer.refuse()
        return Accepted(str(name))


def _component(kind: str, index: int, parameter: Mapping[str, str]) -> dict[str, Any]:
    return {"type": "button", "sub_type": kind, "index": str(index), "parameters": [dict(parameter)]}


def _link_ending(outgoing: Outgoing) -> str:
    """Return what the template's link ends with, the invitation's token: from a button, or from the text's link."""
    for button in outgoing.buttons:
        ending = button.url.partition("?")[0].rpartition("/")[2] or button.payload.partition(":")[2].partition(":")[0]
        if ending:
            return ending
    links = [word for word in outgoing.text.split() if word.startswith(("https://", "http://"))]
    if not links:
        raise DeliveryError("the template's link has nothing to lead to", code="misconfigured", permanent=True)
    return links[-1].partition("?")[0].rpartition("/")[2]


def _freely(outgoing: Outgoing) -> dict[str, Any]:
    """Return the message as three buttons, as a list, as a link or as text, whatever it fits."""
    replies = [button for button in outgoing.buttons if button.payload]
    links = [button for button in outgoing.buttons if button.url]
    text = outgoing.text[:_LONGEST_TEXT]
    if len(text) > _LONGEST_INTERACTIVE or len(replies) > _MOST_ROWS or not outgoing.buttons:
        return {"type": "text", "text": {"preview_url": False, "body": text}}
    action: dict[str, Any]
    if not replies:
        if len(links) > 1:  # one link fits a button; the text holds them all
            return {"type": "text", "text": {"preview_url": False, "body": text}}
        kind = "cta_url"
        action = {
            "name": kind,
            "parameters": {"display_text": _cut(links[0].label, _LONGEST_REPLY), "url": links[0].url},
        }
    elif len(replies) <= _MOST_REPLIES:
        kind = "button"
        action = {
            "buttons": [
                {"type": "reply", "reply": {"id": button.payload, "title": _cut(button.label, _LONGEST_REPLY)}}
                for button in replies
            ]
        }
    else:
        kind = "list"
        rows = [{"id": button.payload, "title": _cut(button.label, _LONGEST_ROW)} for button in replies]
        title = _cut(outgoing.buttons_title or "…", _LONGEST_TITLE)
        action = {"button": title, "sections": [{"title": title, "rows": rows}]}
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": text}, "action": action}}


def _cut(label: str, longest: int) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1].rstrip()}…"
