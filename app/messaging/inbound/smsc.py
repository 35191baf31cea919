"""SMSC's handler calls: statuses of messages and texts that came in, as forms (or JSON, with `fmt=3`). Pure.

https://smsc.ru/api/http/miscellaneous/callback/
"""

import hashlib

from app.messaging.inbound.events import Inbound, Receipt, ReceiptState, Text
from app.messaging.inbound.reading import find_id, read_fields, read_id, read_number

_STATES = {
    "0": ReceiptState.HANDED_OVER,
    "1": ReceiptState.DELIVERED,
    "2": ReceiptState.READ,
    "4": ReceiptState.READ,  # a link in it was opened
    "3": ReceiptState.FAILED,
    "20": ReceiptState.FAILED,
    "22": ReceiptState.FAILED,
    "23": ReceiptState.FAILED,
    "24": ReceiptState.FAILED,
    "25": ReceiptState.FAILED,
}
_FAILURES = {
    "3": "not_delivered_in_time",
    "20": "unreachable",
    "22": "unknown_number",
    "23": "blocked",
    "24": "no_money",
    "25": "unreachable",
}


def parse_smsc(body: bytes) -> list[Inbound]:
    """Return the event, or none (a call that confirms a number); raises UnreadableInboundError."""
    fields = read_fields(body)
    if "mes" in fields:
        text = Text(read_number(fields.get("phone")), fields["mes"])
        # What came in carries an id of its own; without one the words and their time tell a repeat.
        once = find_id(fields.get("sms_id") or fields.get("id"))
        return [Inbound(f"in {once or _fingerprint(fields)}", text)]
    said = fields.get("status", "")
    state = _STATES.get(said)
    if state is None:
        return []
    message = read_id(fields.get("id"))
    return [Inbound(f"{message} {state}", Receipt(message, state, _FAILURES.get(said)))]


def _fingerprint(fields: dict[str, str]) -> str:
    told = "\0".join(fields.get(name, "") for name in ("phone", "to", "mes", "time", "ts"))
    return hashlib.sha256(told.encode()).hexdigest()
