"""What readers did about one response, for its page. Read-only."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.responses.reading.models import MarkKind, ReadResponse, ResponseMark


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that a reader did; `who` is None for somebody who is not known any more."""

    kind: MarkKind
    at: datetime
    who: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """Who acknowledged the response and when, None while nobody did, and everything that was done about it."""

    read_at: datetime | None
    read_by: str | None
    marks: tuple[Mark, ...]


def find_reading(session: Session, response_id: uuid.UUID) -> Reading:
    """Return what was done about the response, the earliest first; two queries. The caller has looked at the scope."""
    acknowledged = session.execute(
        select(ReadResponse.read_at, StaffUser.name)
        .outerjoin(StaffUser, StaffUser.id == ReadResponse.read_by_id)
        .where(ReadResponse.response_id == response_id)
    ).one_or_none()
    rows = session.execute(
        select(ResponseMark.kind, ResponseMark.at, StaffUser.name, ResponseMark.note)
        .outerjoin(StaffUser, StaffUser.id == ResponseMark.user_id)
        .where(ResponseMark.response_id == response_id)
        .order_by(ResponseMark.at, ResponseMark.id)
    )
    read_at, read_by = acknowledged if acknowledged is not None else (None, None)
    return Reading(read_at, read_by, tuple(Mark(MarkKind(kind), at, who, note) for kind, at, who, note in rows))
