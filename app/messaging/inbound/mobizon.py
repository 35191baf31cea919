"""Mobizon's reports: statuses of messages, and texts to a number that was rented there. Pure.

Its reports name the message as sending did (`messageId`) and say the status in the words of `getsmsstatus`.
https://help.mobizon.kz/help/api-docs/message
"""

import hashlib

from app.messaging.inbound.events import Inbound, Receipt, ReceiptState, Text
from app.messaging.inbound.reading import find_id, read_fields, read_id, read_number

_STATES = {
    "ACCEPTD": ReceiptState.HANDED_OVER,
    "PDLIVRD": ReceiptState.HANDED_OVER,  # a part of it
    "DELIVRD": ReceiptState.DELIVERED,
    "UNDELIV": ReceiptState.FAILED,
    "REJECTD": ReceiptState.FAILED,
    "EXPIRED": ReceiptState.FAILED,
    "DELETED": ReceiptState.FAILED,
}
_FAILURES = {"UNDELIV": "unreachable", "EXPIRED": "not_delivered_in_time"}


def parse_mobizon(body: bytes) -> list[Inbound]:
    """Return the event, or none; raises UnreadableInboundError."""
    fields = read_fields(body)
    words = fields.get("text") or fields.get("message")
    if words and "status" not in fields:
        once = find_id(fields.get("id") or fields.get("messageId"))
        told = "\0".join(fields.get(name, "") for name in ("from", "to", "date")) + words
        text = Text(read_number(fields.get("from") or fields.get("sender")), words)
        return [Inbound(f"in {once or hashlib.sha256(told.encode()).hexdigest()}", text)]
    said = fields.get("status", "").upper()
    state = _STATES.get(said)
    if state is None:  # new, enqueued: on its way
        return []
    message = read_id(fields.get("messageId") or fields.get("message_id") or fields.get("id"))
    failure = _FAILURES.get(said, "refused") if state is ReceiptState.FAILED else None
    return [Inbound(f"{message} {state}", Receipt(message, state, failure))]
