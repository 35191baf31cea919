"""The queues as they are worked, page by page, and how many wait on each: read-only selects.

Each finds its page by an index that holds all that the queue asks, so that no row is read that is not shown: fifty of
a hundred thousand open cases take no longer for a company than for an office.
"""

import base64
import binascii
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.scope import NOTHING, Scope
from app.callbacks.case_rows import CaseRow, read_rows
from app.callbacks.models import CallbackCase, CaseEvent
from app.callbacks.within import within
from app.kit.errors import InvalidInputError

PAGE = 50


class Queue(StrEnum):
    """The queues: each is worked for itself, all but the closed ones by deadline; `open` is all of those together."""

    MINE = "mine"
    # Everybody who waits for a call.
    UNIT = "unit"
    UNCLAIMED = "unclaimed"
    OVERDUE = "overdue"
    # Put off until an agreed or planned time that has not come.
    SCHEDULED = "scheduled"
    LOOK_INTO = "look_into"
    CLOSED = "closed"
    OPEN = "open"

    @classmethod
    def _missing_(cls, value: object) -> "Queue | None":
        """Return the queue that the name of before stands for: it is in addresses that people keep."""
        return cls.UNIT if value == "callbacks" else None


# Those with a count: what waits to be worked.
COUNTED = (Queue.MINE, Queue.UNIT, Queue.UNCLAIMED, Queue.OVERDUE, Queue.SCHEDULED, Queue.LOOK_INTO)


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
    queue: Queue,
    user_id: uuid.UUID,
    unit_id: uuid.UUID | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
    now: datetime,
    changed_since: datetime | None = None,
) -> CasePage:
    """Return a page of a queue, the most urgent first, of the closed ones the latest; two queries however many rows.

    `scope` is what the reader may see, `work_scope` what of it they may work; `unit_id` narrows it to a unit with all
    below, `changed_since` to cases to which something happened after that instant. Raises InvalidInputError for a
    cursor that we did not write.
    """
    found = _page(queue, scope=scope, user_id=user_id, unit_id=unit_id, cursor=cursor, now=now)
    if changed_since is not None:
        found = found.where(CallbackCase.id.in_(select(CaseEvent.case_id).where(CaseEvent.at > changed_since)))
    rows = read_rows(session, found.limit(limit + 1).subquery(), _order(queue), work_scope=work_scope, now=now)
    shown = rows[:limit]
    return CasePage(shown, _write_cursor(shown[-1], queue) if len(rows) > limit else None)


def count_queues(
    session: Session, *, scope: Scope, user_id: uuid.UUID, unit_id: uuid.UUID | None = None, now: datetime
) -> dict[Queue, int]:
    """Return how many cases wait on each queue, in one query that passes once over an index of the open ones."""
    inside = within(scope, unit_id)
    mine = select(func.count()).where(_on_queue(Queue.MINE, user_id=user_id, now=now), *inside).scalar_subquery()
    sums = [func.count().filter(_asks(queue, now)) for queue in COUNTED[1:]]
    counts = session.execute(select(mine, *sums).where(CallbackCase.closed_at.is_(None), *inside)).one()
    return dict(zip(COUNTED, counts, strict=True))


def read_version(
    session: Session,
    scope: Scope,
    user_id: uuid.UUID,
    unit_id: uuid.UUID | None,
    queue: Queue,
    *,
    now: datetime,
    cursor: str | None = None,
    limit: int = PAGE,
) -> str:
    """Return a fingerprint of a page of a queue and of all counts: as long as it stays, the page shows the same.

    Two queries, no words and no names; times that merely pass change it where a case has become due.
    """
    page = _page(queue, scope=scope, user_id=user_id, unit_id=unit_id, cursor=cursor, now=now).limit(limit + 1)
    # Events are only ever added.
    events = select(func.count()).where(CaseEvent.case_id == CallbackCase.id).scalar_subquery()
    seen = page.subquery()
    rows = session.execute(
        select(
            CallbackCase.id,
            CallbackCase.due_at,
            CallbackCase.due_at < now,
            func.coalesce(CallbackCase.first_attempt_warn_at < now, False),
            func.coalesce(CallbackCase.settle_warn_at < now, False),
            events,
        )
        .select_from(seen)
        .join(CallbackCase, CallbackCase.id == seen.c.id)
        .order_by(*_order(queue))
    ).all()
    counts = count_queues(session, scope=scope, user_id=user_id, unit_id=unit_id, now=now)
    return hashlib.sha256(repr(([tuple(row) for row in rows], list(counts.values()))).encode()).hexdigest()[:20]


def write_cursor(at: datetime, case_id: uuid.UUID) -> str:
    """Return the cursor of what comes after a case that is due (of the closed ones: was closed) at the instant."""
    text = f"{at.astimezone(UTC).isoformat()} {case_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _on_queue(queue: Queue, *, user_id: uuid.UUID, now: datetime) -> ColumnElement[bool]:
    if queue is Queue.CLOSED:
        return CallbackCase.closed_at.is_not(None)
    still_open = CallbackCase.closed_at.is_(None)
    match queue:
        case Queue.MINE:
            return still_open & (CallbackCase.claimed_by_id == user_id)
        case Queue.OPEN:
            return still_open
    return still_open & _asks(queue, now)


def _asks(queue: Queue, now: datetime) -> ColumnElement[bool]:
    """Return what a queue asks of an open case, whoever reads it."""
    has_number = CallbackCase.contact_id.is_not(None)
    match queue:
        case Queue.UNCLAIMED:
            return has_number & CallbackCase.claimed_by_id.is_(None)
        case Queue.OVERDUE:
            return CallbackCase.due_at < now
        case Queue.SCHEDULED:
            return CallbackCase.next_attempt_at.is_not(None) & (CallbackCase.due_at > now)
        case Queue.LOOK_INTO:
            return ~has_number
    return has_number


def _page(
    queue: Queue,
    *,
    scope: Scope,
    user_id: uuid.UUID,
    unit_id: uuid.UUID | None,
    cursor: str | None,
    now: datetime,
) -> Select[Any]:
    """Return the ids of a queue in its order, from the cursor on: by key, so that the thousandth page costs what the
    first does.
    """
    query = select(CallbackCase.id).where(_on_queue(queue, user_id=user_id, now=now), *within(scope, unit_id))
    if cursor is not None:
        if queue is Queue.CLOSED:
            query = query.where(tuple_(CallbackCase.closed_at, CallbackCase.id) < _read_cursor(cursor))
        else:
            query = query.where(tuple_(CallbackCase.due_at, CallbackCase.id) > _read_cursor(cursor))
    return query.order_by(*_order(queue))


def _order(queue: Queue) -> tuple[Any, Any]:
    if queue is Queue.CLOSED:
        return CallbackCase.closed_at.desc(), CallbackCase.id.desc()
    return CallbackCase.due_at, CallbackCase.id


def _write_cursor(row: CaseRow, queue: Queue) -> str:
    return write_cursor((row.closed_at if queue is Queue.CLOSED else None) or row.due_at, row.id)


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
