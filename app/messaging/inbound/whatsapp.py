"""WhatsApp Cloud API: batches of messages and statuses on one address. Pure.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.messaging.inbound.events import Event, Inbound, Receipt, ReceiptState, Tap, Text, UnreadableInboundError
from app.messaging.inbound.reading import as_object, find_id, find_text, inner, objects, read_id, read_json, read_number

_STATES = {
    "sent": ReceiptState.HANDED_OVER,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "failed": ReceiptState.FAILED,
}
# By Meta's error codes: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
_FAILURES = {
    "131026": "unreachable",
    "131047": "window_closed",
    "470": "window_closed",
    "131049": "not_engaged",
    "131050": "blocked",
    "130472": "not_engaged",
    "131048": "rate_limited",
    "130429": "rate_limited",
    "131042": "no_money",
}


def parse_whatsapp(body: bytes) -> list[Inbound]:
    """Return the events of a batch in its order; what one of them lacks does not cost the others.

    Raises UnreadableInboundError if it is no batch at all.
    """
    batch = as_object(read_json(body))
    if not isinstance(batch.get("entry"), list):
        raise UnreadableInboundError("a batch has entries")
    found: list[Inbound] = []
    for entry in objects(batch["entry"]):
        for change in objects(entry.get("changes")):
            value = inner(change, "value")
            found += _each(value.get("messages"), _message)
            found += _each(value.get("statuses"), _status)
    return found


def _each(items: object, read: Any) -> Iterator[Inbound]:
    for item in objects(items):
        try:
            event = read(item)
        except UnreadableInboundError:
            continue
        if event is not None:
            yield event


def _message(message: Mapping[str, Any]) -> Inbound:
    once, chat = read_id(message.get("id")), read_number(message.get("from"))
    return Inbound(once, _said(message, chat, once))


def _said(message: Mapping[str, Any], chat: str, once: str) -> Event:
    answered = find_id(inner(message, "context").get("id"))
    interactive = inner(message, "interactive")
    payload = (
        find_text(inner(message, "button").get("payload"))
        or find_text(inner(interactive, "list_reply").get("id"))
        or find_text(inner(interactive, "button_reply").get("id"))
    )
    if payload:
        return Tap(chat, payload[:256], once, answered)
    return Text(chat, find_text(inner(message, "text").get("body")))


def _status(status: Mapping[str, Any]) -> Inbound | None:
    message, said = read_id(status.get("id")), status.get("status")
    state = _STATES.get(said) if isinstance(said, str) else None
    if state is None:
        return None
    failure = None
    if state is ReceiptState.FAILED:
        error = next(objects(status.get("errors")), {})
        failure = _FAILURES.get(find_id(error.get("code")), "refused")
    return Inbound(f"{message} {state}", Receipt(message, state, failure))
