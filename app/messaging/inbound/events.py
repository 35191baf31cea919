"""What can come in, whoever the gateway is: a receipt, a tap, a text, somebody who began or stopped; pure."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from app.kit.errors import InvalidInputError


class UnreadableInboundError(InvalidInputError):
    """The bytes are not of the shape that this gateway speaks."""

    code = "unreadable_inbound"


class ReceiptState(StrEnum):
    """What a gateway says later about a message; those of `MessageState` that it can know."""

    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the message that the gateway calls `message`; `failure` is a stable code of ours."""

    message: str
    state: ReceiptState
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Tap:
    """A button was tapped in `chat`: what we had put behind it, and how the gateway calls the tap and the message."""

    chat: str
    payload: str
    tap_id: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Somebody wrote; empty for what is no text (a picture, a voice), which still shows that the person is there."""

    chat: str
    text: str
    # As the messenger's own settings say, if they say: for people whom we do not know yet.
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """Somebody opened the chat, by a link of ours if there is a token."""

    chat: str
    token: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person closed the chat to us."""

    chat: str


Event = Receipt | Tap | Text | Started | Blocked
_KINDS: dict[str, type[Event]] = {
    "receipt": Receipt,
    "tap": Tap,
    "text": Text,
    "started": Started,
    "blocked": Blocked,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event with what tells a repeat of it: the provider's id, with the status for receipts."""

    once: str
    event: Event


def dump_event(event: Event) -> str:
    """Return the event as the JSON that `load_event` reads."""
    return json.dumps({"kind": _NAMES[type(event)], **asdict(event)}, ensure_ascii=False)


def load_event(text: str) -> Event:
    """Return the event that was kept."""
    fields = json.loads(text)
    kind = _KINDS[fields.pop("kind")]
    if kind is Receipt:
        fields["state"] = ReceiptState(fields["state"])
    return kind(**fields)
