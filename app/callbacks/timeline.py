"""The one way in which something is written into a case's timeline."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.kit.db import table_of
from app.kit.ids import new_id

_WRITE = insert(table_of(CaseEvent))


def write_event(
    session: Session,
    case_id: uuid.UUID,
    kind: EventKind,
    *,
    now: datetime,
    user_id: uuid.UUID | None = None,
    note: str | None = None,
    **details: Any,
) -> None:
    """Add one line to the timeline; `details` are plain values without personal data, those that are None left out."""
    session.execute(
        _WRITE,
        {
            "id": new_id(),
            "case_id": case_id,
            "at": now,
            "kind": kind,
            "user_id": user_id,
            "note": note,
            "details": {name: value for name, value in details.items() if value is not None},
        },
    )


def describe_case(case: CallbackCase) -> dict[str, Any]:
    """Return what other systems hear of a case: ids and plain values, never a number or a name."""
    return {
        "case_id": str(case.id),
        "unit_id": str(case.unit_id),
        "response_id": str(case.response_id) if case.response_id else None,
        "reason": case.reason,
        "due_at": case.due_at.isoformat(),
    }
