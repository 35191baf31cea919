"""Codes as staff look through them: where each stands, and what came of it lately. Read-only.

The figures are of one period up to now. Opens are what browsers reported, a lower bound; answers are all but
the suspect ones, as on the dashboard. An answer counts for the code that it came through, wherever that leads by now.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.organisation.models import Employee, Unit, UnitAncestor
from app.organisation.places import say_place
from app.organisation.search import says
from app.responses.models import SurveyResponse
from app.touchpoints.models import Channel, PageOpen, Touchpoint

_Parent = aliased(Unit)


class TouchpointSort(StrEnum):
    """What the list is in the order of."""

    UNIT = "unit"
    PLACEMENT = "placement"
    CREATED = "created"
    OPENS = "opens"
    ANSWERS = "answers"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class TouchpointFilter:
    """Everything left out does not narrow. `below` takes all units below with it, `at` only the unit itself."""

    text: str = ""
    survey: str | None = None
    live: bool | None = None
    below: uuid.UUID | None = None
    at: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class TouchpointLine:
    """One code; `place` tells where its unit is, `opens` and `answers` are those of the period."""

    id: uuid.UUID
    code: str
    unit_code: str
    unit_name: str
    place: str | None
    employee: str | None
    survey_key: str
    placement: str
    channel: Channel
    demo: bool
    created_at: datetime
    revoked_at: datetime | None
    opens: int
    answers: int
    last_answer_at: datetime | None


@dataclass(frozen=True, slots=True)
class TouchpointLines:
    """A page of the list, and how many codes are in all of it."""

    lines: Sequence[TouchpointLine]
    total: int


def list_touchpoint_lines(
    session: Session,
    wanted: TouchpointFilter,
    *,
    scope: Scope,
    sort: TouchpointSort = TouchpointSort.UNIT,
    descending: bool = False,
    offset: int = 0,
    limit: int,
    since: datetime,
) -> TouchpointLines:
    """Return a page of codes with their figures since the instant; five statements, however many there are.

    Opens are counted from the day of `since` on its own clock.
    """
    narrowed = _narrow(select(Touchpoint.id), wanted, scope)
    total = session.scalars(select(func.count()).select_from(narrowed.order_by(None).subquery())).one()
    ids = session.scalars(_sorted(narrowed, sort, descending, since).offset(offset).limit(limit)).all()
    return TouchpointLines(_read_lines(session, ids, since), total)


def list_codes(session: Session, wanted: TouchpointFilter, *, scope: Scope) -> list[tuple[str, str]]:
    """Return code and unit's code of all that the filter finds, by unit and placement; one statement."""
    columns = _narrow(select(Touchpoint.code, Unit.code), wanted, scope)
    return list(session.execute(columns.order_by(*_BY_PLACE)).all())


def answer_times(session: Session, touchpoint_id: uuid.UUID, *, since: datetime) -> Sequence[datetime]:
    """Return when each answer came through the code since the instant, without the suspect ones."""
    return session.scalars(
        select(SurveyResponse.answered_at).where(
            SurveyResponse.touchpoint_id == touchpoint_id,
            SurveyResponse.answered_at >= since,
            SurveyResponse.suspect.is_(False),
        )
    ).all()


_BY_PLACE = (func.lower(Unit.name), Unit.code, Touchpoint.placement, Touchpoint.id)


def _narrow(columns: Select[*tuple[Any, ...]], wanted: TouchpointFilter, scope: Scope) -> Select[*tuple[Any, ...]]:
    query = (
        columns.select_from(Touchpoint)
        .join(Unit, Unit.id == Touchpoint.unit_id)
        .outerjoin(Employee, Employee.id == Touchpoint.employee_id)
        .where(scope.where(Touchpoint.unit_id))
    )
    if wanted.text:
        query = query.where(_says(wanted.text))
    if wanted.survey is not None:
        query = query.where(Touchpoint.survey_key == wanted.survey)
    if wanted.live is not None:
        gone = Touchpoint.revoked_at
        query = query.where(gone.is_(None) if wanted.live else gone.is_not(None))
    if wanted.below is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == wanted.below)
        query = query.where(Touchpoint.unit_id.in_(below))
    if wanted.at is not None:
        query = query.where(Touchpoint.unit_id == wanted.at)
    return query


def _says(text: str) -> ColumnElement[bool]:
    words = says(
        text,
        Touchpoint.code,
        Touchpoint.placement,
        Unit.name,
        Unit.address,
        Unit.code,
        func.coalesce(Employee.name, ""),
    )
    # As a code is read off a poster: in two halves, or with the letters that look like figures.
    typed = text.replace("-", "").replace(" ", "").upper().translate(str.maketrans("OIL", "011"))
    return or_(words, Touchpoint.code == typed)


def _sorted(
    query: Select[*tuple[Any, ...]], sort: TouchpointSort, descending: bool, since: datetime
) -> Select[*tuple[Any, ...]]:
    column: ColumnElement[Any]
    if sort is TouchpointSort.UNIT:
        column = func.lower(Unit.name)
    elif sort is TouchpointSort.PLACEMENT:
        column = func.lower(Touchpoint.placement)
    elif sort is TouchpointSort.CREATED:
        column = Touchpoint.created_at.expression
    elif sort is TouchpointSort.OPENS:
        counts = _count_opens(since).subquery()
        query = query.outerjoin(counts, counts.c.touchpoint_id == Touchpoint.id)
        column = func.coalesce(counts.c.opens, 0)
    elif sort is TouchpointSort.ANSWERS:
        counts = _count_answers(since).subquery()
        query = query.outerjoin(counts, counts.c.touchpoint_id == Touchpoint.id)
        column = func.coalesce(counts.c.answers, 0)
    else:
        column = _LAST
    order = column.desc().nulls_last() if descending else column.asc().nulls_last()
    return query.order_by(order, *_BY_PLACE)


def _read_lines(session: Session, ids: Sequence[uuid.UUID], since: datetime) -> list[TouchpointLine]:
    rows = session.execute(
        select(Touchpoint, Unit, _Parent.name, _Parent.kind, Employee.name, _LAST)
        .join(Unit, Unit.id == Touchpoint.unit_id)
        .outerjoin(_Parent, _Parent.id == Unit.parent_id)
        .outerjoin(Employee, Employee.id == Touchpoint.employee_id)
        .where(Touchpoint.id.in_(ids))
    ).all()
    of_page_opens = _count_opens(since).where(PageOpen.touchpoint_id.in_(ids))
    of_page_answers = _count_answers(since).where(SurveyResponse.touchpoint_id.in_(ids))
    opens: Mapping[uuid.UUID, int] = dict(session.execute(of_page_opens).all())
    answers: Mapping[uuid.UUID, int] = dict(session.execute(of_page_answers).all())
    lines = {
        touchpoint.id: TouchpointLine(
            id=touchpoint.id,
            code=touchpoint.code,
            unit_code=unit.code,
            unit_name=unit.name,
            place=say_place(unit.address, above, above_kind),
            employee=employee,
            survey_key=touchpoint.survey_key,
            placement=touchpoint.placement,
            channel=Channel(touchpoint.channel),
            demo=touchpoint.demo,
            created_at=touchpoint.created_at,
            revoked_at=touchpoint.revoked_at,
            opens=opens.get(touchpoint.id, 0),
            answers=answers.get(touchpoint.id, 0),
            last_answer_at=last,
        )
        for touchpoint, unit, above, above_kind, employee, last in rows
    }
    return [lines[touchpoint_id] for touchpoint_id in ids if touchpoint_id in lines]


def _count_opens(since: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(PageOpen.touchpoint_id, func.sum(PageOpen.opens).label("opens"))
        .where(PageOpen.day >= since.date())
        .group_by(PageOpen.touchpoint_id)
    )


def _count_answers(since: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(SurveyResponse.touchpoint_id, func.count().label("answers"))
        .where(SurveyResponse.answered_at >= since, SurveyResponse.suspect.is_(False))
        .group_by(SurveyResponse.touchpoint_id)
    )


# The index of a code's answers by time gives it without counting them.
_LAST = (
    select(SurveyResponse.answered_at)
    .where(SurveyResponse.touchpoint_id == Touchpoint.id, SurveyResponse.suspect.is_(False))
    .order_by(SurveyResponse.answered_at.desc())
    .limit(1)
    .correlate(Touchpoint)
    .scalar_subquery()
)
