"""Twilio's webhooks: status callbacks and texts that came in, as forms. Pure.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from app.messaging.inbound.events import Inbound, Receipt, ReceiptState, Text
from app.messaging.inbound.reading import read_fields, read_id, read_number

_STATES = {
    "sent": ReceiptState.HANDED_OVER,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
}
# https://www.twilio.com/docs/api/errors
_FAILURES = {
    "30003": "unreachable",
    "30004": "blocked",
    "30005": "unknown_number",
    "30006": "unknown_number",
    "30007": "refused_as_spam",
    "21610": "blocked",
    "21211": "unknown_number",
    "21614": "unknown_number",
}


def parse_twilio(body: bytes) -> list[Inbound]:
    """Return the event, or none; raises UnreadableInboundError."""
    form = read_fields(body)
    message = read_id(form.get("MessageSid") or form.get("SmsSid"))
    said = form.get("MessageStatus") or form.get("SmsStatus", "")
    if "Body" in form and said in ("", "received"):
        return [Inbound(message, Text(read_number(form.get("From")), form["Body"]))]
    state = _STATES.get(said)
    if state is None:  # queued, sending: on its way
        return []
    failure = _FAILURES.get(form.get("ErrorCode", ""), "refused") if state is ReceiptState.FAILED else None
    return [Inbound(f"{message} {state}", Receipt(message, state, failure))]
