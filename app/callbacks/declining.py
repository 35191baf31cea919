"""The respondent does not want to be rung: the matter stays to be looked into, without a number."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.callbacks.holding import set_due
from app.callbacks.models import CallbackCase, EventKind
from app.callbacks.timeline import write_event

# In the details of a note that nobody of the staff wrote.
NO_CALL = "no_call"


def decline_call(session: Session, case: CallbackCase, *, now: datetime) -> None:
    """Take the number off an open case, so that nobody rings; it is to look into from now on.

    Said twice, or of a case that is closed, nothing changes. Whoever works it sees why in the timeline.
    """
    session.refresh(case, with_for_update=True)
    if case.closed_at is not None or case.contact_id is None:
        return
    case.contact_id = case.consent_id = case.call_window = None
    case.first_attempt_due_at = case.first_attempt_warn_at = case.next_attempt_at = None
    set_due(case)
    write_event(session, case.id, EventKind.NOTE, now=now, said=NO_CALL)
