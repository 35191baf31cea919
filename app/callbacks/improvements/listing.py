"""The wishes to gather and the improvements, as staff look through them. Read-only, a few queries a page."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, literal_column, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.scope import Scope
from app.callbacks.improvements.models import Improvement, ImprovementState, Wish, WishState
from app.callbacks.improvements.visible import concerns
from app.callbacks.models import CallbackCase
from app.kit.cursors import read_cursor, write_cursor
from app.organisation.models import Unit, UnitAncestor
from app.responses.models import SurveyResponse

PAGE = 50
# To choose from when gathering; beyond, the oldest are found on their own page.
MOST_CHOICES = 200
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class WishLine:
    """One wish in the words it was said in: a response's comment or a case's complaint."""

    id: uuid.UUID
    unit_id: uuid.UUID
    unit_name: str
    response_id: uuid.UUID | None
    case_id: uuid.UUID | None
    said_at: datetime
    found_by: str
    told_at: datetime | None
    untold: str | None
    words: str | None
    language: str | None
    rating: int | None
    survey_version_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class WishPage:
    """A page of wishes, and the cursor of the page after it."""

    lines: Sequence[WishLine]
    older: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """How many asked for an improvement, from how many units, and how many of them were told or could not be."""

    wishes: int = 0
    units: int = 0
    told: int = 0
    untold: int = 0


@dataclass(frozen=True, slots=True)
class ImprovementLine:
    """One improvement with where it belongs, who owns it, and who asked within the reader's units."""

    improvement: Improvement
    unit_code: str
    unit_name: str
    owner: str | None
    asked: Asked


@dataclass(frozen=True, slots=True)
class Choice:
    """An improvement to gather into."""

    id: uuid.UUID
    title: str
    unit_name: str


def list_wishes(
    session: Session,
    *,
    scope: Scope,
    improvement_id: uuid.UUID | None = None,
    below: uuid.UUID | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> WishPage:
    """Return new wishes, or those of an improvement, the latest first; one query.

    `below` narrows them to a unit with all below it. Raises InvalidInputError for a cursor that is none of ours.
    """
    wish = Wish
    query: Select[*tuple[Any, ...]] = (
        select(
            wish.id,
            wish.unit_id,
            Unit.name,
            wish.response_id,
            wish.case_id,
            wish.said_at,
            wish.found_by,
            wish.told_at,
            wish.untold,
            func.coalesce(SurveyResponse.comment, CallbackCase.complaint),
            func.coalesce(SurveyResponse.language, CallbackCase.language),
            SurveyResponse.rating,
            SurveyResponse.survey_version_id,
        )
        .join(Unit, Unit.id == wish.unit_id)
        .outerjoin(SurveyResponse, SurveyResponse.id == wish.response_id)
        .outerjoin(CallbackCase, CallbackCase.id == wish.case_id)
        .where(scope.where(wish.unit_id))
        .order_by(wish.said_at.desc(), wish.id.desc())
        .limit(limit + 1)
    )
    # Said as it stands in the index, which SQLite does not recognise behind a parameter.
    query = query.where(_is_new() if improvement_id is None else wish.improvement_id == improvement_id)
    if below is not None:
        query = query.where(wish.unit_id.in_(select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == below)))
    if cursor is not None:
        at, key = read_cursor(cursor)
        bound = tuple_(literal(at, wish.said_at.type), literal(key, wish.id.type))
        query = query.where(tuple_(wish.said_at, wish.id) < bound)
    lines = [WishLine(*row) for row in session.execute(query)]
    more = len(lines) > limit
    lines = lines[:limit]
    return WishPage(lines, write_cursor(lines[-1].said_at, lines[-1].id) if more else None)


def count_new_wishes(session: Session, scope: Scope) -> int:
    """Return how many wishes wait to be gathered, counted up to 1,000."""
    some = select(literal(1).label("one")).where(_is_new(), scope.where(Wish.unit_id)).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def list_improvements(
    session: Session,
    *,
    scope: Scope,
    states: Collection[ImprovementState] = (),
    below: uuid.UUID | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> tuple[Sequence[ImprovementLine], int]:
    """Return a page of the improvements that concern the scope, the last changed first, and how many; three queries."""
    conditions = [concerns(scope)]
    if states:
        conditions.append(Improvement.state.in_(states))
    if below is not None:
        conditions.append(
            Improvement.unit_id.in_(select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == below))
        )
    total = session.scalar(select(func.count()).select_from(Improvement).where(*conditions)) or 0
    rows = session.execute(
        select(Improvement, Unit.code, Unit.name, StaffUser.name)
        .join(Unit, Unit.id == Improvement.unit_id)
        .outerjoin(StaffUser, StaffUser.id == Improvement.owner_id)
        .where(*conditions)
        .order_by(Improvement.updated_at.desc(), Improvement.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    asked = count_asked(session, [row[0].id for row in rows], scope=scope)
    return [ImprovementLine(*row, asked.get(row[0].id, Asked())) for row in rows], total


def count_states(session: Session, *, scope: Scope) -> Mapping[str, int]:
    """Return how many improvements stand in each state; one query."""
    rows = session.execute(select(Improvement.state, func.count()).where(concerns(scope)).group_by(Improvement.state))
    return {state: number for state, number in rows}  # noqa: C416 -- rows are no pairs to mypy


def count_asked(session: Session, ids: Collection[uuid.UUID], *, scope: Scope) -> Mapping[uuid.UUID, Asked]:
    """Return who asked for each of the improvements within the scope; one query."""
    if not ids:
        return {}
    rows = session.execute(
        select(
            Wish.improvement_id,
            func.count(),
            func.count(Wish.unit_id.distinct()),
            func.count(Wish.told_at),
            func.count(Wish.untold),
        )
        .where(Wish.improvement_id.in_(ids), scope.where(Wish.unit_id))
        .group_by(Wish.improvement_id)
    )
    return {one: Asked(*numbers) for one, *numbers in rows if one is not None}


def list_choices(session: Session, *, scope: Scope) -> Sequence[Choice]:
    """Return the improvements that wishes can be gathered into, by title; those declined are none. One query."""
    rows = session.execute(
        select(Improvement.id, Improvement.title, Unit.name)
        .join(Unit, Unit.id == Improvement.unit_id)
        .where(concerns(scope), Improvement.state != ImprovementState.DECLINED)
        .order_by(Improvement.updated_at.desc(), Improvement.id.desc())
        .limit(MOST_CHOICES)
    )
    return sorted((Choice(*row) for row in rows), key=lambda choice: (choice.title.casefold(), choice.unit_name))


def _is_new() -> Any:
    return Wish.state == literal_column(f"'{WishState.NEW}'")
