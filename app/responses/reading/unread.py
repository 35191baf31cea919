"""Which responses wait to be read, and how many: by an index that holds nothing else."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.kit.db import dialect_of
from app.responses.models import SurveyResponse
from app.surveys.definition import Audience
from app.surveys.models import SurveyVersion

# What is older is not asked for any more: whoever begins with a year of answers would never reach the end.
LOOKS_BACK = timedelta(days=30)
# Counted up to here; more is "more" to whoever has them to read.
COUNTED = 100


def is_unread() -> ColumnElement[bool]:
    """Return the condition that nobody has acknowledged a response that may be read."""
    return SurveyResponse.read_at.is_(None) & is_customers()


def is_customers() -> ColumnElement[bool]:
    """Return the condition that a response is a customer's: those of employees stay anonymous."""
    employees = select(SurveyVersion.id).where(SurveyVersion.definition["audience"].as_string() == Audience.EMPLOYEES)
    return SurveyResponse.survey_version_id.not_in(employees)


def unit_of_unread(session: Session) -> SQLColumnExpression[uuid.UUID]:
    """Return the unit of a response as the condition of a list of unread ones asks for it.

    Each entry of the unread ones' index has it. SQLite would take an index of units all the same and sort every answer
    of a region, four seconds for 400,000 of them; from an expression it takes none. PostgreSQL weighs both.
    """
    if dialect_of(session) != "sqlite":
        return SurveyResponse.unit_id
    return func.coalesce(SurveyResponse.unit_id, SurveyResponse.unit_id)


def count_unread(session: Session, scope: Scope, *, now: datetime) -> int:
    """Return how many responses of the last 30 days wait to be read, counted up to 100."""
    some = (
        select(literal(1).label("one"))
        .where(is_unread(), SurveyResponse.answered_at >= now - LOOKS_BACK, scope.where(unit_of_unread(session)))
        .limit(COUNTED)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0
