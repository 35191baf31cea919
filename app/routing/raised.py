"""Somebody of the staff who read a response finds that its person needs a call: a case by hand."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.permissions import Actor, Permission
from app.callbacks import opening
from app.callbacks.holding import read_note
from app.callbacks.models import CallbackCase, CallWindow, EventKind
from app.callbacks.states import CaseReason
from app.callbacks.timeline import write_event
from app.contacts.models import Consent, Contact
from app.contacts.suppression import find_suppression
from app.kit.errors import InvalidInputError, NotFoundError
from app.organisation.tree import working_time
from app.responses.models import SurveyResponse
from app.routing.desk import Desk
from app.routing.known_person import find_person
from app.routing.rules import Answer, choose
from app.surveys.definition import Audience
from app.surveys.service import get_definition


class EmployeesAnswerError(InvalidInputError):
    """The response is an employee's about the company, and nobody is told who gave it."""

    code = "employees_answer"


def raise_case(
    session: Session, desk: Desk, *, response_id: uuid.UUID, actor: Actor, note: str | None = None, now: datetime
) -> uuid.UUID:
    """Return the id of the case that the response has now: a new one, or the open one, with `note` written into it.

    The clocks are those of the rating if it was low, else those of a call that somebody asked for. The person is rung
    where we may: at the number that they left, or by which we know them unless they declined a call or said stop;
    otherwise the case is to look into. Raises NotFoundError for a response beyond the actor's cases,
    EmployeesAnswerError, NotPermittedError, InvalidInputError for a note that is too long.
    """
    scope = actor.scope(Permission.WORK_CASES)
    words = read_note(note)
    response = session.scalars(
        select(SurveyResponse).where(SurveyResponse.id == response_id, scope.where(SurveyResponse.unit_id))
    ).one_or_none()
    if response is None:
        raise NotFoundError("no such response")
    definition = get_definition(session, response.survey_version_id)
    if definition.audience is Audience.EMPLOYEES:
        raise EmployeesAnswerError("an employee's answer has no case; nobody is told who gave it")
    case = opening.find_open_case(session, response.id)
    if case is not None:
        if words is not None:
            write_event(session, case.id, EventKind.NOTE, now=now, user_id=actor.user_id, note=words)
        return case.id
    contact_id, consent_id, window = _whom_to_ring(session, desk, response)
    case_id = opening.open_case(
        session,
        unit_id=response.unit_id,
        response_id=response.id,
        reason=CaseReason.RAISED,
        deadline=choose(Answer(definition, response.rating), desk.policy).deadline or desk.policy.requested_deadline(),
        rules=desk.case_rules,
        channel=response.channel,
        interaction_id=response.interaction_id,
        opened_by_id=actor.user_id,
        working_time=working_time(session, response.unit_id),
        contact_id=contact_id,
        consent_id=consent_id,
        call_window=window,
        now=now,
        demo=response.demo,
    )
    if words is not None:
        write_event(session, case_id, EventKind.NOTE, now=now, user_id=actor.user_id, note=words)
    return case_id


def _whom_to_ring(
    session: Session, desk: Desk, response: SurveyResponse
) -> tuple[uuid.UUID | None, uuid.UUID | None, CallWindow | None]:
    """Return the contact that may be rung about the response, its consent and its window."""
    nobody = (None, None, None)
    last = session.scalars(
        select(CallbackCase)
        .where(CallbackCase.response_id == response.id)
        .order_by(CallbackCase.opened_at.desc(), CallbackCase.id.desc())
        .limit(1)
    ).one_or_none()
    person = find_person(session, response)
    if last is not None:
        # A case without a number whose person is known was declined a call; what was said then still holds.
        contact_id, consent_id, window = last.contact_id, last.consent_id, last.call_window
    else:
        contact_id, consent_id, window = (person.contact_id if person and person.has_number else None), None, None
    contact = session.get(Contact, contact_id) if contact_id else None
    if contact is None or contact.phone_enc is None:
        return nobody
    consent = session.get(Consent, consent_id) if consent_id else None
    if consent is not None and consent.withdrawn_at is not None:
        return nobody
    if consent is None and find_suppression(session, desk.vault, contact) is not None:
        return nobody
    return contact.id, consent_id, CallWindow(window) if window else None
