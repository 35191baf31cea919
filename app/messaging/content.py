"""What a message says, made anew at each try from what it is about: links and buttons are never kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.errors import OtklikError
from app.messaging.gateway import Button
from app.messaging.models import Message, MessagePurpose


class NothingToSayError(OtklikError):
    """What the message is about is gone, answered or withdrawn: it is cancelled, not tried again.

    `code` says why and is kept as the message's `failure`.
    """

    code = "nothing_to_say"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Content:
    """The words of one message in its channel; the fields are those of `gateway.Outgoing`."""

    text: str
    subject: str = ""
    html: str = ""
    buttons: Sequence[Button] = ()
    buttons_title: str = ""
    unsubscribe_url: str = ""
    template_values: Sequence[str] = ()


# Put together by the factory from whoever knows the subject; raises NothingToSayError.
Compose = Callable[[Session, Message, datetime], Content]


def by_purpose(composers: Mapping[MessagePurpose, Compose]) -> Compose:
    """Return the one that composes every message by whoever knows its purpose; nobody knows: NothingToSayError."""

    def compose(session: Session, message: Message, now: datetime) -> Content:
        composer = composers.get(MessagePurpose(message.purpose))
        if composer is None:
            raise NothingToSayError("gone")
        return composer(session, message, now)

    return compose
