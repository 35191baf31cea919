"""Responses for other systems: one row each with its interaction and its case, by a cursor. Read-only."""

import base64
import binascii
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.reports import given_answers, plain_answers
from app.callbacks.models import CallbackCase
from app.invitations.models import Interaction
from app.kit.errors import InvalidInputError, NotFoundError
from app.organisation.models import Employee, Unit
from app.responses.models import SurveyResponse
from app.responses.reading.unread import is_customers
from app.surveys.definition import Definition
from app.surveys.service import get_definition
from app.touchpoints.models import Touchpoint


class UnknownResponseError(NotFoundError):
    """There is no such response within the scope."""

    code = "unknown_response"


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One response. `interaction` is what it is about, if we were told; `case` the latest that followed it."""

    response: SurveyResponse
    unit_code: str
    unit_name: str
    employee_code: str | None
    employee_name: str | None
    touchpoint: str | None
    definition: Definition
    answers: dict[str, Any]
    interaction: Interaction | None
    case: CallbackCase | None


@dataclass(frozen=True, slots=True)
class ResponseRows:
    """A page, and the cursor of the page after it, None at the end."""

    rows: list[ResponseRow]
    next_cursor: str | None


def list_rows(
    session: Session,
    wanted: ResponseFilter,
    *,
    scope: Scope,
    employee_id: uuid.UUID | None = None,
    latest_first: bool = False,
    cursor: str | None = None,
    limit: int,
) -> ResponseRows:
    """Return a page of responses by time and id, the earliest first unless asked otherwise; four queries.

    Raises InvalidInputError for a cursor that we did not write.
    """
    response = SurveyResponse
    key = tuple_(response.answered_at, response.id)
    page = select(response.id).where(*response_conditions(session, wanted, scope))
    if employee_id is not None:
        page = page.where(response.employee_id == employee_id)
    if cursor is not None:
        at, last = _read_cursor(cursor)
        bound = tuple_(literal(at, response.answered_at.type), literal(last, response.id.type))
        page = page.where(key < bound if latest_first else key > bound)
    order = (response.answered_at.desc(), response.id.desc()) if latest_first else (response.answered_at, response.id)
    # The page is chosen by index first; what is shown beside it is looked up for these rows only.
    ids = session.scalars(page.order_by(*order).limit(limit + 1)).all()
    rows = _read(session, ids[:limit])
    more = len(ids) > limit
    return ResponseRows(rows, _write_cursor(rows[-1].response) if more and rows else None)


def get_row(session: Session, response_id: uuid.UUID, *, scope: Scope) -> ResponseRow:
    """Return one response; raises UnknownResponseError, also for one outside the scope or of an employee."""
    allowed = select(SurveyResponse.id).where(SurveyResponse.id == response_id, scope.where(SurveyResponse.unit_id))
    rows = _read(session, session.scalars(allowed.where(is_customers())).all())
    if not rows:
        raise UnknownResponseError("no such response")
    return rows[0]


def _read(session: Session, ids: Any) -> list[ResponseRow]:
    """Return the rows of these responses in the order of the ids."""
    if not ids:
        return []
    found = {row[0].id: row for row in session.execute(_rows(ids))}
    answers = given_answers(session, ids)
    return [_row(session, found[one], answers.get(one, [])) for one in ids if one in found]


def _rows(ids: Any) -> Select[*tuple[Any, ...]]:
    later = aliased(CallbackCase)
    newest = (
        select(later.id)
        .where(later.response_id == SurveyResponse.id)
        .order_by(later.opened_at.desc(), later.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(SurveyResponse, Unit.code, Unit.name, Employee.code, Employee.name, Touchpoint.code)
        .add_columns(Interaction, CallbackCase)
        .join(Unit, Unit.id == SurveyResponse.unit_id)
        .outerjoin(Employee, Employee.id == SurveyResponse.employee_id)
        .outerjoin(Touchpoint, Touchpoint.id == SurveyResponse.touchpoint_id)
        .outerjoin(Interaction, Interaction.id == SurveyResponse.interaction_id)
        .outerjoin(CallbackCase, CallbackCase.id == newest)
        .where(SurveyResponse.id.in_(ids))
    )


def _row(session: Session, row: Any, given: list[tuple[str, int | None, str | None]]) -> ResponseRow:
    response, unit_code, unit_name, employee_code, employee_name, touchpoint, interaction, case = row
    definition = get_definition(session, response.survey_version_id)
    return ResponseRow(
        response,
        unit_code,
        unit_name,
        employee_code,
        employee_name,
        touchpoint,
        definition,
        plain_answers(definition, given),
        interaction,
        case,
    )


def _write_cursor(response: SurveyResponse) -> str:
    text = f"{response.answered_at.astimezone(UTC).isoformat()} {response.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        at, _, key = text.partition(" ")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("we write the zone")
        return instant.astimezone(UTC), uuid.UUID(key)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidInputError("begin again without a cursor", field="cursor", code="invalid_cursor") from error
