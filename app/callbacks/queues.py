"""The lists as they are worked, page by page, and how many wait on each: read-only selects."""

import base64
import binascii
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import StaffUser
from app.accounts.scope import NOTHING, Scope
from app.callbacks.deadlines import NextMove
from app.callbacks.models import CallbackCase
from app.callbacks.standing import is_overdue, move_of
from app.kit.errors import InvalidInputError
from app.organisation.models import Unit, UnitAncestor
from app.organisation.places import Place
from app.organisation.tree import working_times
from app.responses.models import SurveyResponse

PAGE = 50
_Cases = Select[CallbackCase, Unit, Unit, str, SurveyResponse, bool]


class Tab(StrEnum):
    """The lists: each is worked for itself, all but the closed ones by deadline; `open` is all of those together."""

    CALLBACKS = "callbacks"
    MINE = "mine"
    UNCLAIMED = "unclaimed"
    OVERDUE = "overdue"
    LOOK_INTO = "look_into"
    CLOSED = "closed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case on the list. `time_zone` is the unit's; the rating and the rest are empty without a response.

    `workable`: it is open and lies where the reader may work it.
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
    workable: bool
    move: NextMove
    first_attempt_at: datetime | None
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
    suspect: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """Rows and the cursor of the page after them, None at the end."""

    rows: list[CaseRow]
    next_cursor: str | None


def list_cases(
    session: Session,
    *,
    scope: Scope,
    work_scope: Scope = NOTHING,
    tab: Tab,
    user_id: uuid.UUID,
    unit_id: uuid.UUID | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
    now: datetime,
) -> CasePage:
    """Return a page of a tab, the most urgent first, of the closed ones the latest; two queries however many rows.

    `scope` is what the reader may see, `work_scope` what of it they may work; `unit_id` narrows it to a unit with all
    below. Raises InvalidInputError for a cursor that we did not write.
    """
    claimer, above = aliased(StaffUser), aliased(Unit)
    query = (
        select(CallbackCase, Unit, above, claimer.name, SurveyResponse, work_scope.where(CallbackCase.unit_id))
        .join(Unit, Unit.id == CallbackCase.unit_id)
        .outerjoin(above, above.id == Unit.parent_id)
        .outerjoin(claimer, claimer.id == CallbackCase.claimed_by_id)
        .outerjoin(SurveyResponse, SurveyResponse.id == CallbackCase.response_id)
        .where(*_within(scope, unit_id), _on_tab(tab, user_id=user_id, now=now))
    )
    rows = session.execute(_page(query, tab, cursor).limit(limit + 1)).all()
    shown = rows[:limit]
    zones = working_times(session, {item.unit_id for item, *_ in shown}) if shown else {}
    return CasePage(
        [
            _row(
                item,
                _place(unit, above),
                claimed_by,
                response,
                zones[item.unit_id].time_zone,
                may_work=may_work,
                now=now,
            )
            for item, unit, above, claimed_by, response, may_work in shown
        ],
        _write_cursor(shown[-1][0], tab) if len(rows) > limit else None,
    )


def count_tabs(
    session: Session, *, scope: Scope, user_id: uuid.UUID, unit_id: uuid.UUID | None = None, now: datetime
) -> dict[Tab, int]:
    """Return how many cases each tab to work through has, in one query that reads nothing but open cases."""
    tabs = [tab for tab in Tab if tab not in (Tab.CLOSED, Tab.OPEN)]
    sums = [func.sum(case((_on_tab(tab, user_id=user_id, now=now), 1), else_=0)) for tab in tabs]
    counts = session.execute(select(*sums).where(CallbackCase.closed_at.is_(None), *_within(scope, unit_id))).one()
    return {tab: int(count or 0) for tab, count in zip(tabs, counts, strict=True)}


def _within(scope: Scope, unit_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    conditions = [scope.where(CallbackCase.unit_id)]
    if unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id)
        conditions.append(CallbackCase.unit_id.in_(below))
    return conditions


def _on_tab(tab: Tab, *, user_id: uuid.UUID, now: datetime) -> ColumnElement[bool]:
    still_open = CallbackCase.closed_at.is_(None)
    match tab:
        case Tab.CALLBACKS:
            return still_open & CallbackCase.contact_id.is_not(None)
        case Tab.MINE:
            return still_open & (CallbackCase.claimed_by_id == user_id)
        case Tab.UNCLAIMED:
            return still_open & CallbackCase.contact_id.is_not(None) & CallbackCase.claimed_by_id.is_(None)
        case Tab.OVERDUE:
            return still_open & (CallbackCase.due_at < now)
        case Tab.LOOK_INTO:
            return still_open & CallbackCase.contact_id.is_(None)
        case Tab.CLOSED:
            return CallbackCase.closed_at.is_not(None)
        case Tab.OPEN:
            return still_open


def _page(query: _Cases, tab: Tab, cursor: str | None) -> _Cases:
    """Order a tab and begin after the cursor: by key, so that the thousandth page costs what the first does."""
    if tab is Tab.CLOSED:
        query = query.order_by(CallbackCase.closed_at.desc(), CallbackCase.id.desc())
        key = tuple_(CallbackCase.closed_at, CallbackCase.id)
        return query if cursor is None else query.where(key < _read_cursor(cursor))
    query = query.order_by(CallbackCase.due_at, CallbackCase.id)
    key = tuple_(CallbackCase.due_at, CallbackCase.id)
    return query if cursor is None else query.where(key > _read_cursor(cursor))


def _write_cursor(item: CallbackCase, tab: Tab) -> str:
    at = (item.closed_at if tab is Tab.CLOSED else None) or item.due_at
    text = f"{at.astimezone(UTC).isoformat()} {item.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> ColumnElement[Any]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        at, _, case_id = text.partition(" ")
        instant, key = datetime.fromisoformat(at), uuid.UUID(case_id)
        if instant.tzinfo is None:
            raise ValueError("we write the zone")
        instant = instant.astimezone(UTC)  # in the first and the last year it may leave the calendar
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidInputError("go back to the first page", field="cursor", code="invalid_cursor") from error
    return tuple_(literal(instant, CallbackCase.due_at.type), literal(key, CallbackCase.id.type))


def _row(
    item: CallbackCase,
    place: Place,
    claimed_by: str | None,
    response: SurveyResponse | None,
    zone: ZoneInfo,
    *,
    may_work: bool,
    now: datetime,
) -> CaseRow:
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
        workable=may_work and item.closed_at is None,
        move=move_of(item),
        first_attempt_at=item.first_attempt_at,
        claimed_by_id=item.claimed_by_id,
        claimed_by=claimed_by,
        closed_at=item.closed_at,
        outcome=item.outcome,
        cause=item.cause,
        survey_version_id=response.survey_version_id if response else None,
        rating=response.rating if response else None,
        band=response.band if response else None,
        comment=response.comment if response else None,
        language=response.language if response else None,
        suspect=response.suspect if response else False,
    )


def _place(unit: Unit, above: Unit | None) -> Place:
    return Place(unit.code, unit.name, unit.address, *((above.name, above.kind) if above else (None, None)))
