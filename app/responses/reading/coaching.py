"""The coaching list: responses to talk over with the employee they are about, and what came of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.permissions import Actor, Permission
from app.accounts.scope import Scope
from app.kit.errors import ConflictError, NotFoundError
from app.organisation.models import Employee, Unit
from app.responses.models import SurveyResponse
from app.responses.reading.marking import read_note
from app.responses.reading.models import CoachingItem

# As many as anybody talks over; what is beyond shows once these are done.
MOST = 200


class CoachingItemNotFoundError(NotFoundError):
    """There is no such item, or it is another office's."""

    code = "unknown_coaching_item"


class CoachingDoneError(ConflictError):
    """It has been talked over already."""

    code = "coaching_done"


@dataclass(frozen=True, slots=True)
class CoachingLine:
    """One response to talk over, or talked over once `done_at`."""

    id: uuid.UUID
    employee_code: str
    employee_name: str
    unit_id: uuid.UUID
    unit_name: str
    response_id: uuid.UUID
    survey_version_id: uuid.UUID
    rating: int
    comment: str | None
    language: str
    answered_at: datetime
    note: str | None
    added_at: datetime
    added_by: str | None
    done_at: datetime | None
    done_note: str | None


def list_coaching(
    session: Session, *, scope: Scope, employee_code: str | None = None, done: bool = False, limit: int = MOST
) -> Sequence[CoachingLine]:
    """Return open items by employee, the longest waiting first, or those `done`, the latest first; one query.

    What may be seen goes by where the response was given: an employee may have moved on since.
    """
    item = CoachingItem
    query: Select[*tuple[Any, ...]] = (
        select(
            item.id,
            Employee.code,
            Employee.name,
            Unit.id,
            Unit.name,
            SurveyResponse.id,
            SurveyResponse.survey_version_id,
            SurveyResponse.rating,
            SurveyResponse.comment,
            SurveyResponse.language,
            SurveyResponse.answered_at,
            item.note,
            item.added_at,
            StaffUser.name,
            item.done_at,
            item.done_note,
        )
        .join(Employee, Employee.id == item.employee_id)
        .join(SurveyResponse, SurveyResponse.id == item.response_id)
        .join(Unit, Unit.id == SurveyResponse.unit_id)
        .outerjoin(StaffUser, StaffUser.id == item.added_by_id)
        .where(scope.where(SurveyResponse.unit_id))
        .limit(limit)
    )
    if employee_code is not None:
        query = query.where(Employee.code == employee_code)
    if done:
        query = query.where(item.done_at.is_not(None)).order_by(item.done_at.desc(), item.id)
    else:
        query = query.where(item.done_at.is_(None)).order_by(Employee.name, Employee.code, item.added_at, item.id)
    return [CoachingLine(*row) for row in session.execute(query)]


def finish_coaching(
    session: Session, item_id: uuid.UUID, actor: Actor, *, note: str | None, now: datetime
) -> CoachingItem:
    """Take the item off the list, with what came of the talk.

    Raises CoachingItemNotFoundError, CoachingDoneError, InvalidInputError.
    """
    item = session.scalars(
        select(CoachingItem)
        .join(SurveyResponse, SurveyResponse.id == CoachingItem.response_id)
        .where(CoachingItem.id == item_id, actor.scope(Permission.MARK_RESPONSES).where(SurveyResponse.unit_id))
        .with_for_update(of=CoachingItem)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if item is None:
        raise CoachingItemNotFoundError("no such item")
    if item.done_at is not None:
        raise CoachingDoneError("it has been talked over", at=item.done_at)
    item.done_note = read_note(note)
    item.done_at, item.done_by_id = now, actor.user_id
    return item
