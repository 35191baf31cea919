"""Words that come as a message of a chat: they are added to what the person said before, not put in its place."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.kit.outbox import record_event
from app.responses import service as responses
from app.routing.desk import Desk
from app.surveys.answers import MAX_TEXT, read_text


def add_words(session: Session, desk: Desk, *, key: str, words: str, now: datetime) -> None:
    """Add a paragraph to the response's comment, as far as there is room; raises ResponseClosedError.

    A question that the survey requires on its form holds nobody up here: a chat has no form.
    """
    response = responses.get_by_key(session, key, for_update=True)
    if not responses.is_open(response, now=now, window=timedelta(hours=desk.policy.change_hours)):
        raise responses.ResponseClosedError("this answer takes no more additions")
    said = read_text(words[:MAX_TEXT], "comment")
    if said is None:
        return
    response.comment = "\n".join(filter(None, (response.comment, said)))[:MAX_TEXT]
    response.touched_at = now
    if response.finished_at is None:
        response.finished_at = now
        record_event(session, "response.completed", {"response_id": str(response.id)}, now=now)
