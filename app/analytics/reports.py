"""Responses joined with what became of them: the list of staff pages. Read-only; `export_rows` has the export."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, ScalarSelect, Select, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.analytics.filters import ResponseFilter, response_conditions
from app.callbacks.models import CallbackCase
from app.kit.errors import InvalidInputError
from app.organisation.models import Employee, Unit
from app.organisation.places import say_place
from app.organisation.service import WorkingTime, working_times
from app.responses.models import RatingChange, ResponseAnswer, SurveyResponse
from app.review_sites.models import ReviewClick
from app.surveys.definition import Band, Definition, QuestionType
from app.surveys.service import get_definition
from app.touchpoints.models import Touchpoint

PAGE_SIZE = 50
COUNT_UP_TO = 10_000


@dataclass(frozen=True, slots=True)
class ResponseLine:
    """One line of the list; `zone` is the unit's, `case_open` is None where there never was a case."""

    id: uuid.UUID
    answered_at: datetime
    zone: ZoneInfo
    unit_code: str
    unit_name: str
    unit_place: str | None
    placement: str | None
    employee: str | None
    employee_code: str | None
    definition: Definition
    channel: str
    language: str
    rating: int
    band: Band | None
    comment: str | None
    suspect: bool
    demo: bool
    changed: bool
    clicks: int
    case_open: bool | None


@dataclass(frozen=True, slots=True)
class ResponsePage:
    """`older` is the cursor of the next page, if there is one.

    `total` is counted up to 10,000 (`more_than_total`), and only where the filter names a first day: without one, a
    rare kind of answer would be looked for in all that was ever said.
    """

    lines: tuple[ResponseLine, ...]
    older: str | None
    total: int | None
    more_than_total: bool


def list_responses(
    session: Session,
    wanted: ResponseFilter,
    *,
    scope: Scope,
    zone: ZoneInfo,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> ResponsePage:
    """Return a page of responses, the latest first. `zone` is the company's, for units that inherit none.

    Raises InvalidInputError for a cursor that is none of ours.
    """
    response = SurveyResponse
    conditions = response_conditions(session, wanted, scope)
    total = None
    if wanted.since is not None:
        some = select(response.id).where(*conditions).limit(COUNT_UP_TO + 1).subquery()
        total = session.scalar(select(func.count()).select_from(some)) or 0
    page = select(response.id).where(*conditions)
    if cursor is not None:
        page = page.where(tuple_(response.answered_at, response.id) < tuple_(*_read_cursor(cursor)))
    # The page is chosen by index first; what is shown beside it is looked up for these rows only.
    ids = page.order_by(response.answered_at.desc(), response.id.desc()).limit(limit + 1).subquery()
    rows = session.execute(_lines(ids.c.id)).all()
    times = working_times(session, {row.unit_id for row in rows})
    lines = tuple(_line(session, row, times.get(row.unit_id), zone) for row in rows[:limit])
    return ResponsePage(
        lines=lines,
        older=_write_cursor(lines[-1]) if len(rows) > limit else None,
        total=None if total is None else min(total, COUNT_UP_TO),
        more_than_total=total is not None and total > COUNT_UP_TO,
    )


def latest_case(column: Any) -> ScalarSelect[Any]:
    """Return a column of the response's latest case: the open one if there is one, since only one can be open."""
    return (
        select(column)
        .where(CallbackCase.response_id == SurveyResponse.id)
        .order_by(CallbackCase.opened_at.desc(), CallbackCase.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _lines(ids: Any) -> Select[*tuple[Any, ...]]:
    response, above = SurveyResponse, aliased(Unit)
    changes = select(func.count()).where(RatingChange.response_id == response.id).scalar_subquery()
    clicks = select(func.count()).where(ReviewClick.response_id == response.id).scalar_subquery()
    return (
        select(
            response.id,
            response.answered_at,
            response.unit_id,
            Unit.code,
            Unit.name,
            Unit.address,
            above.name.label("above"),
            above.kind.label("above_kind"),
            Touchpoint.placement,
            Employee.name.label("employee"),
            Employee.code.label("employee_code"),
            response.survey_version_id,
            response.channel,
            response.language,
            response.rating,
            response.band,
            response.comment,
            response.suspect,
            response.demo,
            changes.label("changes"),
            clicks.label("clicks"),
            latest_case(CallbackCase.closed_at.is_(None)).label("case_open"),
        )
        .join(Unit, Unit.id == response.unit_id)
        .outerjoin(above, above.id == Unit.parent_id)
        .outerjoin(Touchpoint, Touchpoint.id == response.touchpoint_id)
        .outerjoin(Employee, Employee.id == response.employee_id)
        .where(response.id.in_(select(ids)))
        .order_by(response.answered_at.desc(), response.id.desc())
    )


def _line(session: Session, row: Row[Any], times: WorkingTime | None, zone: ZoneInfo) -> ResponseLine:
    return ResponseLine(
        id=row.id,
        answered_at=row.answered_at,
        zone=times.time_zone if times else zone,
        unit_code=row.code,
        unit_name=row.name,
        unit_place=say_place(row.address, row.above, row.above_kind),
        placement=row.placement or None,
        employee=row.employee,
        employee_code=row.employee_code,
        definition=get_definition(session, row.survey_version_id),
        channel=row.channel,
        language=row.language,
        rating=row.rating,
        band=Band(row.band) if row.band else None,
        comment=row.comment,
        suspect=row.suspect,
        demo=row.demo,
        changed=row.changes > 0,
        clicks=row.clicks,
        case_open=None if row.case_open is None else bool(row.case_open),
    )


def given_answers(
    session: Session, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[str, int | None, str | None]]]:
    """Return (question, value, text) of each answer to a later question, by response; one query."""
    answer = ResponseAnswer
    found: dict[uuid.UUID, list[tuple[str, int | None, str | None]]] = {}
    for response_id, key, value, text in session.execute(
        select(answer.response_id, answer.question_key, answer.value, answer.text)
        .where(answer.response_id.in_(ids))
        .order_by(answer.response_id, answer.question_key, answer.value)
    ):
        found.setdefault(response_id, []).append((key, value, text))
    return found


def plain_answers(definition: Definition, given: Sequence[tuple[str, int | None, str | None]]) -> dict[str, Any]:
    """Return `{"waiting": 4, "reasons": ["queue", "price"]}`: options of a choice by key, everything else by value."""
    questions = {question.key: question for question in definition.questions}
    shown: dict[str, Any] = {}
    for key, value, text in given:
        question = questions.get(key)
        plain: int | str | None = text if value is None else value
        if question is not None and question.type is QuestionType.CHOICE and value is not None:
            plain = question.options[value - 1].key if question.accepts(value) else value
        if question is not None and question.multiple:
            shown.setdefault(key, []).append(plain)
        else:
            shown[key] = plain
    return shown


def _write_cursor(line: ResponseLine) -> str:
    return f"{line.answered_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{line.id.hex}"


def _read_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    moment, _, key = cursor.partition("-")
    try:
        return datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), uuid.UUID(hex=key)
    except ValueError:
        raise InvalidInputError("this is not a page of the list", field="before") from None
