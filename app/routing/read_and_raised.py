"""A case raised from the reading list: the case, and the note beside the response that somebody read it so."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.permissions import Actor
from app.responses.reading.marking import note_case_raised
from app.routing.desk import Desk
from app.routing.raised import raise_case


def raise_read_case(
    session: Session, desk: Desk, *, response_id: uuid.UUID, actor: Actor, note: str | None, now: datetime
) -> uuid.UUID:
    """Return the case that the response has now, and mark the response with it.

    Raises ResponseNotFoundError for one that the actor may not mark, and what `raise_case` raises.
    """
    note_case_raised(session, response_id, actor, note=note, now=now)
    return raise_case(session, desk, response_id=response_id, actor=actor, note=note, now=now)
