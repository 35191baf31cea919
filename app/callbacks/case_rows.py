"""One line of a queue, and how a page of them is read."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, Subquery, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import StaffUser
from app.accounts.scope import Scope
from app.callbacks.deadlines import NextMove
from app.callbacks.models import CallbackCase
from app.callbacks.standing import is_overdue, is_warned, move_of
from app.contacts.models import Contact
from app.invitations.models import Interaction
from app.organisation.models import Employee, Unit
from app.organisation.places import Place
from app.organisation.tree import working_times
from app.responses.models import SurveyResponse

# The case, its unit with the name and kind of the one above, who works it, what it follows from, the language of the
# person, who served them, and whether the reader may work it. What is joined from outside may be None.
_Line = tuple[CallbackCase, Unit, str, str, str, SurveyResponse, str | None, str, bool]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case on the list. `time_zone` is the unit's; the rating and the rest are empty without a response.

    `workable`: it is open and lies where the reader may work it. `warn`: most of a clock is up, or all of it.
    `hurried_by` is empty, `repeated`, `vip`, or both with a comma. `language` is the one that the response was given
    in, else what the complaint says; `contact_language` what the person is known to speak.
    """

    id: uuid.UUID
    response_id: uuid.UUID | None
    unit_code: str
    unit_name: str
    unit_place: str | None
    time_zone: ZoneInfo
    reason: str
    has_number: bool
    call_window: str | None
    opened_at: datetime
    due_at: datetime
    overdue: bool
    warn: bool
    workable: bool
    move: NextMove
    first_attempt_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    promise_due_at: datetime | None
    hurried_by: str
    channel: str | None
    reopenings: int
    complaint: str | None
    employee: str | None
    claimed_by_id: uuid.UUID | None
    claimed_by: str | None
    closed_at: datetime | None
    outcome: str | None
    cause: str | None
    survey_version_id: uuid.UUID | None
    rating: int | None
    band: str | None
    comment: str | None
    language: str | None
    contact_language: str | None
    suspect: bool


def read_rows(
    session: Session, page: Subquery, order: Sequence[Any], *, work_scope: Scope, now: datetime
) -> list[CaseRow]:
    """Return the cases whose ids the subquery has, in the order given; two queries however many there are."""
    rows = session.execute(_lines(page, work_scope).order_by(*order)).all()
    zones = working_times(session, {row[0].unit_id for row in rows}) if rows else {}
    return [_row(row, zones[row[0].unit_id].time_zone, now) for row in rows]


def _lines(page: Subquery, work_scope: Scope) -> Select[*_Line]:
    claimer, above = aliased(StaffUser), aliased(Unit)
    return (
        select(
            CallbackCase,
            Unit,
            above.name,
            above.kind,
            claimer.name,
            SurveyResponse,
            Contact.language,
            Employee.name,
            work_scope.where(CallbackCase.unit_id),
        )
        # The page first: PostgreSQL keeps the order of so many joins, and would join all cases to find fifty.
        .select_from(page)
        .join(CallbackCase, CallbackCase.id == page.c.id)
        .join(Unit, Unit.id == CallbackCase.unit_id)
        .outerjoin(above, above.id == Unit.parent_id)
        .outerjoin(claimer, claimer.id == CallbackCase.claimed_by_id)
        .outerjoin(SurveyResponse, SurveyResponse.id == CallbackCase.response_id)
        .outerjoin(Contact, Contact.id == CallbackCase.contact_id)
        .outerjoin(
            Interaction, Interaction.id == func.coalesce(CallbackCase.interaction_id, SurveyResponse.interaction_id)
        )
        .outerjoin(Employee, Employee.id == func.coalesce(SurveyResponse.employee_id, Interaction.employee_id))
    )


def _row(row: Row[*_Line], zone: ZoneInfo, now: datetime) -> CaseRow:
    item, unit, above, above_kind, claimed_by, response, contact_language, employee, may_work = row
    place = Place(unit.code, unit.name, unit.address, above, above_kind)
    return CaseRow(
        id=item.id,
        response_id=item.response_id,
        unit_code=place.code,
        unit_name=place.name,
        unit_place=place.where,
        time_zone=zone,
        reason=item.reason,
        has_number=item.contact_id is not None,
        call_window=item.call_window,
        opened_at=item.opened_at,
        due_at=item.due_at,
        overdue=is_overdue(item, now),
        warn=is_warned(item, now),
        workable=may_work and item.closed_at is None,
        move=move_of(item),
        first_attempt_at=item.first_attempt_at,
        attempts=item.attempts,
        next_attempt_at=item.next_attempt_at,
        promise_due_at=item.promise_due_at,
        hurried_by=item.hurried_by,
        channel=item.channel,
        reopenings=item.reopenings,
        complaint=item.complaint,
        employee=employee,
        claimed_by_id=item.claimed_by_id,
        claimed_by=claimed_by,
        closed_at=item.closed_at,
        outcome=item.outcome,
        cause=item.cause,
        survey_version_id=response.survey_version_id if response else None,
        rating=response.rating if response else None,
        band=response.band if response else None,
        comment=response.comment if response else None,
        language=response.language if response else item.language,
        contact_language=contact_language,
        suspect=response.suspect if response else False,
    )
