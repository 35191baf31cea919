"""One case with everything that happened: read-only selects."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.scope import Scope
from app.callbacks.deadlines import NextMove
from app.callbacks.holding import get_case
from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.callbacks.standing import is_overdue, move_of
from app.contacts.models import Contact
from app.organisation.models import Unit
from app.organisation.tree import WorkingTime, path_of, working_time
from app.responses.models import SurveyResponse
from app.responses.service import list_answers
from app.surveys.answers import Answer


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One line of a timeline; `who` is empty for what the respondent did, `held_by` whose case was given back."""

    at: datetime
    kind: EventKind
    who: str | None
    note: str | None
    details: dict[str, Any]
    held_by: str | None = None


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """Everything that the page of a case shows, but for the number (`numbers`) and the review sites."""

    case: CallbackCase
    unit_path: tuple[str, ...]
    unit_address: str | None
    time: WorkingTime
    move: NextMove
    overdue: bool
    claimed_by: str | None
    contact_language: str | None
    response: SurveyResponse | None
    answers: list[Answer]
    events: list[TimelineEvent]


def read_case(session: Session, case_id: uuid.UUID, scope: Scope, *, now: datetime) -> CaseSheet:
    """Return the page of a case; raises CaseNotFoundError, for another office's too."""
    item = get_case(session, case_id, scope)
    response = session.get(SurveyResponse, item.response_id) if item.response_id else None
    claimed_by = session.get(StaffUser, item.claimed_by_id) if item.claimed_by_id else None
    contact = session.get(Contact, item.contact_id) if item.contact_id else None
    return CaseSheet(
        case=item,
        unit_path=path_of(session, [item.unit_id])[item.unit_id],
        unit_address=session.scalar(select(Unit.address).where(Unit.id == item.unit_id)),
        time=working_time(session, item.unit_id),
        move=move_of(item),
        overdue=is_overdue(item, now),
        claimed_by=claimed_by.name if claimed_by else None,
        contact_language=contact.language if contact else None,
        response=response,
        answers=list_answers(session, response.id) if response else [],
        events=list_events(session, item.id),
    )


def list_events(session: Session, case_id: uuid.UUID) -> list[TimelineEvent]:
    """Return everything that happened to a case, the earliest first."""
    rows = session.execute(
        select(CaseEvent, StaffUser.name)
        .outerjoin(StaffUser, StaffUser.id == CaseEvent.user_id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.at, CaseEvent.id)
    ).all()
    held = {uuid.UUID(event.details["held_by"]) for event, _ in rows if event.details.get("held_by")}
    names: dict[str, str] = {}
    if held:
        holders = session.execute(select(StaffUser.id, StaffUser.name).where(StaffUser.id.in_(held)))
        names = {str(user_id): name for user_id, name in holders}
    return [
        TimelineEvent(
            event.at,
            EventKind(event.kind),
            who,
            event.note,
            event.details,
            names.get(event.details.get("held_by", "")),
        )
        for event, who in rows
    ]
