"""What the worker does for improvements: look for wishes in what was written, and tell who asked what came of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.callbacks.improvements.finding import find_wishes
from app.callbacks.improvements.recogniser import Recogniser
from app.invitations.desk import AskDesk
from app.routing.told_askers import tell_askers

FIND = "find-wishes"
TELL = "tell-askers"
# Of those who asked, in one transaction: each is a message with its row in the outbox.
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ImprovementWork:
    """The two steps; without a recogniser nothing is found, without a desk nobody is told."""

    recogniser: Recogniser | None
    desk: AskDesk | None
    batch: int

    def find(self, session: Session, now: datetime) -> int:
        """Look through a batch of comments and complaints that nobody looked through."""
        if self.recogniser is None:
            return 0
        return find_wishes(session, self.recogniser, now=now, limit=self.batch)

    def tell(self, session: Session, now: datetime) -> int:
        """Queue messages to some of those who asked; a whole batch as long as there may be more."""
        if self.desk is None:
            return 0
        return self.batch if tell_askers(session, self.desk, now=now, limit=_AT_ONCE) == _AT_ONCE else 0
