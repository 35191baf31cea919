"""Everything about one response: its answers, its history, where the respondent went, its cases. Read-only."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.callbacks.models import CallbackCase
from app.kit.errors import NotFoundError
from app.organisation.models import Employee, Unit
from app.organisation.service import path_of, working_times
from app.responses.flags import SuspectReason
from app.responses.models import RatingChange, ResponseAnswer, SurveyResponse
from app.responses.reading.unread import is_customers
from app.review_sites.catalogue import Site
from app.review_sites.service import Click, find_offered_sites, list_clicks
from app.surveys.definition import Definition, Question
from app.surveys.service import get_definition
from app.touchpoints.models import Touchpoint


class Step(StrEnum):
    """What can happen to a response."""

    ANSWERED = "answered"
    CHANGED = "changed"
    LEFT = "left"
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What was answered to a later question: values in order (several for a multiple choice), or text."""

    question: Question
    values: tuple[int, ...]
    text: str | None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case of the response; open until `closed_at`."""

    id: uuid.UUID
    reason: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class ResponseReport:
    """One response. `path` are the names of the units above and the unit itself; times are in `zone` on screen."""

    response: SurveyResponse
    definition: Definition
    zone: ZoneInfo
    unit: Unit
    path: tuple[str, ...]
    touchpoint: Touchpoint | None
    employee: str | None
    answers: tuple[GivenAnswer, ...]
    suspect_reasons: tuple[SuspectReason, ...]
    changes: tuple[RatingChange, ...]
    offered: tuple[Site, ...]
    clicks: tuple[Click, ...]
    cases: tuple[CaseLine, ...]

    @property
    def course(self) -> list[tuple[datetime, Step, RatingChange | Click | CaseLine | None]]:
        """What happened in the order of time; the third part tells what it happened to."""
        steps: list[tuple[datetime, Step, RatingChange | Click | CaseLine | None]] = [
            (min([self.response.answered_at, *(change.changed_at for change in self.changes)]), Step.ANSWERED, None)
        ]
        steps += [(change.changed_at, Step.CHANGED, change) for change in self.changes]
        steps += [(click.clicked_at, Step.LEFT, click) for click in self.clicks]
        steps += [(case.opened_at, Step.CASE_OPENED, case) for case in self.cases]
        steps += [(case.closed_at, Step.CASE_CLOSED, case) for case in self.cases if case.closed_at]
        return sorted(steps, key=lambda step: step[0])

    @property
    def has_open_case(self) -> bool:
        """Whether somebody still has to settle it."""
        return any(case.closed_at is None for case in self.cases)


def get_response(session: Session, response_id: uuid.UUID, *, scope: Scope, zone: ZoneInfo) -> ResponseReport:
    """Return everything about the response; raises NotFoundError, also for one outside the scope or of an employee."""
    row = session.execute(
        select(SurveyResponse, Unit, Touchpoint, Employee.name)
        .join(Unit, Unit.id == SurveyResponse.unit_id)
        .outerjoin(Touchpoint, Touchpoint.id == SurveyResponse.touchpoint_id)
        .outerjoin(Employee, Employee.id == SurveyResponse.employee_id)
        .where(SurveyResponse.id == response_id, scope.where(SurveyResponse.unit_id), is_customers())
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no response {response_id}")
    response, unit, touchpoint, employee = row
    definition = get_definition(session, response.survey_version_id)
    times = working_times(session, [unit.id]).get(unit.id)
    return ResponseReport(
        response=response,
        definition=definition,
        zone=times.time_zone if times else zone,
        unit=unit,
        path=path_of(session, [unit.id])[unit.id],
        touchpoint=touchpoint,
        employee=employee,
        answers=_answers(session, response_id, definition),
        suspect_reasons=_reasons(response.suspect_reasons),
        changes=tuple(
            session.scalars(
                select(RatingChange)
                .where(RatingChange.response_id == response_id)
                .order_by(RatingChange.changed_at, RatingChange.id)
            )
        ),
        offered=tuple(find_offered_sites(session, response_id)),
        clicks=tuple(list_clicks(session, response_id)),
        cases=_cases(session, response_id),
    )


def _answers(session: Session, response_id: uuid.UUID, definition: Definition) -> tuple[GivenAnswer, ...]:
    """Return the answers in the order in which the survey asks."""
    found: dict[str, list[ResponseAnswer]] = {}
    for answer in session.scalars(
        select(ResponseAnswer).where(ResponseAnswer.response_id == response_id).order_by(ResponseAnswer.value)
    ):
        found.setdefault(answer.question_key, []).append(answer)
    return tuple(
        GivenAnswer(
            question,
            tuple(answer.value for answer in found[question.key] if answer.value is not None),
            next((answer.text for answer in found[question.key] if answer.text is not None), None),
        )
        for question in definition.later
        if question.key in found
    )


def _reasons(stored: str) -> tuple[SuspectReason, ...]:
    return tuple(SuspectReason(reason) for reason in stored.split(",") if reason in set(SuspectReason))


def _cases(session: Session, response_id: uuid.UUID) -> tuple[CaseLine, ...]:
    case = CallbackCase
    rows = session.execute(
        select(case.id, case.reason, case.opened_at, case.due_at, case.closed_at, case.outcome)
        .where(case.response_id == response_id)
        .order_by(case.opened_at, case.id)
    )
    return tuple(CaseLine(*row) for row in rows)
