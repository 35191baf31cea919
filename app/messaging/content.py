"""What a message says, made anew at each try from what it is about: links and buttons are never kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.errors import OtklikError
from app.messaging.gateway import Button
from app.messaging.models import Message


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
