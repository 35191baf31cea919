"""What an employee was thanked for: the customer's words, who said thank you and when. Read-only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.scope import Scope
from app.responses.models import SurveyResponse
from app.responses.reading.models import EmployeeThanks

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Thanks:
    """One thank-you with what the customer said."""

    response_id: uuid.UUID
    survey_version_id: uuid.UUID
    rating: int
    comment: str | None
    language: str
    answered_at: datetime
    thanked_at: datetime
    thanked_by: str | None
    note: str | None


def list_thanks(session: Session, employee_id: uuid.UUID, *, scope: Scope, limit: int = SHOWN) -> Sequence[Thanks]:
    """Return the latest thanks to the employee for responses of the scope, the latest first; one query."""
    rows = session.execute(
        select(
            SurveyResponse.id,
            SurveyResponse.survey_version_id,
            SurveyResponse.rating,
            SurveyResponse.comment,
            SurveyResponse.language,
            SurveyResponse.answered_at,
            EmployeeThanks.thanked_at,
            StaffUser.name,
            EmployeeThanks.note,
        )
        .join(SurveyResponse, SurveyResponse.id == EmployeeThanks.response_id)
        .outerjoin(StaffUser, StaffUser.id == EmployeeThanks.thanked_by_id)
        .where(EmployeeThanks.employee_id == employee_id, scope.where(SurveyResponse.unit_id))
        .order_by(EmployeeThanks.thanked_at.desc(), EmployeeThanks.id.desc())
        .limit(limit)
    )
    return [Thanks(*row) for row in rows]
