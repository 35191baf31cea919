"""One case with everything that happened: read-only selects, as many for a long story as for a short one."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.scope import Scope
from app.callbacks.deadlines import NextMove
from app.callbacks.earlier import EarlierCase, GivenResponse, list_responses, list_same_person
from app.callbacks.holding import get_case
from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.callbacks.promises import Promise, list_promises
from app.callbacks.standing import is_overdue, is_warned, move_of
from app.callbacks.states import EntryKind
from app.callbacks.story import HeldCall, SentMessage, find_call, list_sent
from app.contacts.models import Contact
from app.organisation.models import Unit
from app.organisation.tree import path_of, working_time
from app.organisation.workdays import WorkingTime
from app.responses.models import SurveyResponse
from app.responses.service import list_answers
from app.surveys.answers import Answer

# What of an event's details is the id of somebody of the staff.
_PEOPLE = ("held_by", "to", "to_user_id")


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of a case; `who` is empty for what the respondent or the program did.

    `held_by` is whose case was given back or handed over by somebody else, `given_to` who it was handed over to or who
    was told of it.
    """

    entry: ClassVar = EntryKind.EVENT
    at: datetime
    kind: EventKind
    who: str | None
    note: str | None
    details: dict[str, Any]
    held_by: str | None = None
    given_to: str | None = None


Entry = TimelineEvent | HeldCall | GivenResponse | EarlierCase | SentMessage


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """Everything that the page of a case shows, but for the number (`numbers`) and the review sites.

    `timeline` has all that happened in one order, the earliest first: the case's own `events`, the call, what the same
    person said and which other cases they have (within the reader's scope), and our messages. `entry` tells them apart.
    """

    case: CallbackCase
    unit_path: tuple[str, ...]
    unit_address: str | None
    time: WorkingTime
    move: NextMove
    overdue: bool
    warn: bool
    claimed_by: str | None
    contact_language: str | None
    response: SurveyResponse | None
    answers: list[Answer]
    events: list[TimelineEvent]
    promises: list[Promise]
    call: HeldCall | None
    same_person: list[EarlierCase]
    timeline: list[Entry]


def read_case(session: Session, case_id: uuid.UUID, scope: Scope, *, now: datetime) -> CaseSheet:
    """Return the page of a case; raises CaseNotFoundError, for another office's too."""
    item = get_case(session, case_id, scope)
    response = session.get(SurveyResponse, item.response_id) if item.response_id else None
    claimed_by = session.get(StaffUser, item.claimed_by_id) if item.claimed_by_id else None
    contact = session.get(Contact, item.contact_id) if item.contact_id else None
    interaction_id = item.interaction_id or (response.interaction_id if response else None)
    call = find_call(session, interaction_id, scope)
    person_id = item.contact_id or (call.contact_id if call else None)
    same_person = list_same_person(session, item, scope)
    events = list_events(session, item.id)
    responses = list_responses(session, person_id=person_id, own_id=item.response_id, scope=scope)
    sent = list_sent(session, person_id=person_id, interaction_id=interaction_id, scope=scope)
    return CaseSheet(
        case=item,
        unit_path=path_of(session, [item.unit_id])[item.unit_id],
        unit_address=session.scalar(select(Unit.address).where(Unit.id == item.unit_id)),
        time=working_time(session, item.unit_id),
        move=move_of(item),
        overdue=is_overdue(item, now),
        warn=is_warned(item, now),
        claimed_by=claimed_by.name if claimed_by else None,
        contact_language=contact.language if contact else None,
        response=response,
        answers=list_answers(session, response.id) if response else [],
        events=events,
        promises=list_promises(session, item.id),
        call=call,
        same_person=same_person,
        timeline=_tell([call] if call else [], responses, same_person, sent, events),
    )


def _tell(*parts: Iterable[Entry]) -> list[Entry]:
    """Put all into one order; of what happened at one instant the call and the answer come before what followed."""
    return sorted((entry for part in parts for entry in part), key=lambda entry: entry.at)


def list_events(session: Session, case_id: uuid.UUID) -> list[TimelineEvent]:
    """Return everything that happened to a case, the earliest first."""
    rows = session.execute(
        select(CaseEvent, StaffUser.name)
        .outerjoin(StaffUser, StaffUser.id == CaseEvent.user_id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.at, CaseEvent.id)
    ).all()
    named = {event.details[key] for event, _ in rows for key in _PEOPLE if event.details.get(key)}
    names: dict[str, str] = {}
    if named:
        people = select(StaffUser.id, StaffUser.name).where(StaffUser.id.in_([uuid.UUID(one) for one in named]))
        names = {str(user_id): name for user_id, name in session.execute(people)}
    return [
        TimelineEvent(
            event.at,
            EventKind(event.kind),
            who,
            event.note,
            event.details,
            names.get(event.details.get("held_by", "")),
            names.get(event.details.get("to") or event.details.get("to_user_id", "")),
        )
        for event, who in rows
    ]
