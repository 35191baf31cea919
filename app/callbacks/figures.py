"""How many cases are open, for operations; staff's own lists count within what each may see."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase


@dataclass(frozen=True, slots=True)
class OpenCases:
    """Cases not yet closed, and those of them past their deadline."""

    open: int
    overdue: int


def count_open(session: Session, *, now: datetime) -> OpenCases:
    """Return the figures of the whole company at `now`."""
    late = func.coalesce(func.sum(case((CallbackCase.due_at < now, 1), else_=0)), 0)
    total, overdue = session.execute(select(func.count(), late).where(CallbackCase.closed_at.is_(None))).one()
    return OpenCases(total, overdue)
