"""What a reader does about a response: each thing is written down with who and when, and says that they have read it.

A suspect response is never deleted: `survey_response.suspect` takes it out of every figure, and `genuine` brings it
back, whatever the rules found.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.permissions import Actor, Permission
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.responses.days import mark_days
from app.responses.flags import StaffMark, is_suspect, put_mark
from app.responses.models import SurveyResponse
from app.responses.reading.models import CoachingItem, EmployeeThanks, MarkKind, ReadResponse, ResponseMark
from app.responses.reading.unread import is_customers
from app.surveys.answers import read_text

MAX_NOTE = 500
# A page of the list; more at once is nobody's reading.
MOST_AT_ONCE = 100


class ResponseNotFoundError(NotFoundError):
    """There is no such response, it is another office's, or an employee's own."""

    code = "unknown_response"


class NoEmployeeError(ConflictError):
    """Nobody knows which employee the response is about."""

    code = "no_employee"


class AlreadyMarkedError(ConflictError):
    """It was done before: thanked for, on the coaching list, found suspect or genuine."""

    code = "already_marked"


def acknowledge_responses(session: Session, ids: Collection[uuid.UUID], actor: Actor, *, now: datetime) -> int:
    """Note that the actor has read these responses and return how many were unread; others' are passed over.

    Raises InvalidInputError for more than 100 at once.
    """
    if len(ids) > MOST_AT_ONCE:
        raise InvalidInputError(f"at most {MOST_AT_ONCE} at once", field="response", code="too_many")
    response = SurveyResponse
    unread = session.scalars(
        select(response.id)
        .where(
            response.id.in_(ids),
            response.read_at.is_(None),
            is_customers(),
            actor.scope(Permission.MARK_RESPONSES).where(response.unit_id),
        )
        .order_by(response.id)  # two who acknowledge one page wait for each other instead of locking each other out
        .with_for_update()
    ).all()
    if not unread:
        return 0
    session.execute(
        update(response).where(response.id.in_(unread)).values(read_at=now).execution_options(synchronize_session=False)
    )
    session.execute(
        insert(ReadResponse), [{"response_id": one, "read_by_id": actor.user_id, "read_at": now} for one in unread]
    )
    return len(unread)


def hold_response(session: Session, response_id: uuid.UUID, actor: Actor) -> SurveyResponse:
    """Return the response, its row held, if the actor may mark it; raises ResponseNotFoundError."""
    response = session.scalars(
        select(SurveyResponse)
        .where(
            SurveyResponse.id == response_id,
            is_customers(),
            actor.scope(Permission.MARK_RESPONSES).where(SurveyResponse.unit_id),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if response is None:
        raise ResponseNotFoundError("no such response")
    return response


def thank_employee(
    session: Session, response_id: uuid.UUID, actor: Actor, *, note: str | None, now: datetime
) -> EmployeeThanks:
    """Thank the employee whom the response is about; they stand on the employee's page with the customer's words.

    Raises ResponseNotFoundError, NoEmployeeError, AlreadyMarkedError, InvalidInputError.
    """
    response = hold_response(session, response_id, actor)
    words = read_note(note)
    employee_id = _employee_of(response)
    known = select(EmployeeThanks.id).where(
        EmployeeThanks.employee_id == employee_id, EmployeeThanks.response_id == response.id
    )
    if session.scalar(known) is not None:
        raise AlreadyMarkedError("the employee was thanked for it", kind=MarkKind.THANKED)
    thanks = EmployeeThanks(
        id=new_id(),
        employee_id=employee_id,
        response_id=response.id,
        thanked_at=now,
        thanked_by_id=actor.user_id,
        note=words,
    )
    session.add(thanks)
    _mark(session, response, MarkKind.THANKED, actor, words, now=now)
    return thanks


def put_on_coaching(
    session: Session, response_id: uuid.UUID, actor: Actor, *, note: str | None, now: datetime
) -> CoachingItem:
    """Put the response on the coaching list of its employee; one that was done with stands there anew.

    Raises ResponseNotFoundError, NoEmployeeError, AlreadyMarkedError, InvalidInputError.
    """
    response = hold_response(session, response_id, actor)
    words = read_note(note)
    employee_id = _employee_of(response)
    item = session.scalars(
        select(CoachingItem).where(CoachingItem.employee_id == employee_id, CoachingItem.response_id == response.id)
    ).one_or_none()
    if item is None:
        item = CoachingItem(id=new_id(), employee_id=employee_id, response_id=response.id)
        session.add(item)
    elif item.done_at is None:
        raise AlreadyMarkedError("it is on the coaching list", kind=MarkKind.COACHING)
    item.note, item.added_at, item.added_by_id = words, now, actor.user_id
    item.done_at = item.done_by_id = item.done_note = None
    _mark(session, response, MarkKind.COACHING, actor, words, now=now)
    return item


def note_case_raised(
    session: Session, response_id: uuid.UUID, actor: Actor, *, note: str | None, now: datetime
) -> None:
    """Note that the actor raised a case for the response; raises ResponseNotFoundError, InvalidInputError."""
    response = hold_response(session, response_id, actor)
    _mark(session, response, MarkKind.CASE_RAISED, actor, read_note(note), now=now)


def mark_suspect(session: Session, response_id: uuid.UUID, actor: Actor, *, note: str | None, now: datetime) -> None:
    """Take the response out of the figures, for a reason that is kept as the note.

    Raises ResponseNotFoundError, AlreadyMarkedError, and InvalidInputError without a note.
    """
    _judge(session, response_id, actor, MarkKind.SUSPECT, note, now=now)


def mark_genuine(session: Session, response_id: uuid.UUID, actor: Actor, *, note: str | None, now: datetime) -> None:
    """Let a suspect response count again, whoever or whatever found it suspect.

    Raises ResponseNotFoundError, AlreadyMarkedError, InvalidInputError.
    """
    _judge(session, response_id, actor, MarkKind.GENUINE, note, now=now)


def read_note(note: str | None, *, required: bool = False) -> str | None:
    """Return the note as it is kept, at most 500 characters, or None; raises InvalidInputError for the field `note`."""
    words = read_text(note or "", "note")
    if words is None and required:
        raise InvalidInputError("say why", field="note", code="note_missing")
    if words is not None and len(words) > MAX_NOTE:
        raise InvalidInputError("the note is too long", field="note", code="note_too_long", limit=MAX_NOTE)
    return words


def _judge(
    session: Session, response_id: uuid.UUID, actor: Actor, kind: MarkKind, note: str | None, *, now: datetime
) -> None:
    response = hold_response(session, response_id, actor)
    words = read_note(note, required=kind is MarkKind.SUSPECT)
    mark = StaffMark.MARKED if kind is MarkKind.SUSPECT else StaffMark.GENUINE
    reasons = put_mark(response.suspect_reasons, mark)
    if is_suspect(reasons) is response.suspect:
        raise AlreadyMarkedError("it is so already", kind=kind)
    response.suspect, response.suspect_reasons = is_suspect(reasons), reasons
    mark_days(session, [response.answered_at])
    _mark(session, response, kind, actor, words, now=now)
    record(
        session,
        f"response.{kind}",
        now=now,
        user_id=actor.user_id,
        object_type="response",
        object_id=response.id,
    )


def _employee_of(response: SurveyResponse) -> uuid.UUID:
    if response.employee_id is None:
        raise NoEmployeeError("the response is about no employee")
    return response.employee_id


def _mark(
    session: Session, response: SurveyResponse, kind: MarkKind, actor: Actor, note: str | None, *, now: datetime
) -> None:
    mark = ResponseMark(id=new_id(), response_id=response.id, kind=kind, user_id=actor.user_id, at=now, note=note)
    session.add(mark)
    if response.read_at is None:
        response.read_at = now
        session.add(ReadResponse(response_id=response.id, read_by_id=actor.user_id, read_at=now))
