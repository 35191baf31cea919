"""What was done and refused, by whom; only ever added to, never with what was typed."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry
from app.kit.db import Database
from app.kit.ids import new_id


def record(
    session: Session,
    action: str,
    *,
    now: datetime,
    user_id: uuid.UUID | None = None,
    object_type: str | None = None,
    object_id: str | uuid.UUID | None = None,
    details: dict[str, Any] | None = None,
    address: str | None = None,
) -> None:
    """Add one entry to the caller's transaction. `action` is `noun.verb`, `details` plain values without names."""
    session.add(
        AuditEntry(
            id=new_id(),
            at=now,
            user_id=user_id,
            action=action,
            object_type=object_type,
            object_id=None if object_id is None else str(object_id),
            details=details or {},
            address=address,
        )
    )


def record_apart(
    database: Database,
    action: str,
    *,
    now: datetime,
    user_id: uuid.UUID | None = None,
    object_type: str | None = None,
    object_id: str | uuid.UUID | None = None,
    details: dict[str, Any] | None = None,
    address: str | None = None,
) -> None:
    """Add one entry in a short transaction of its own: a refusal is rolled back, the note of it must stay.

    Call it only after the request's own transaction has been rolled back: SQLite has one writer, and the request would
    wait for itself.
    """
    with database.transaction() as session:
        record(
            session,
            action,
            now=now,
            user_id=user_id,
            object_type=object_type,
            object_id=object_id,
            details=details,
            address=address,
        )


def last_entry(session: Session, object_id: uuid.UUID, actions: Collection[str]) -> AuditEntry | None:
    """Return the latest entry about the object with one of the actions, or None."""
    query = select(AuditEntry).where(AuditEntry.object_id == str(object_id), AuditEntry.action.in_(actions))
    return session.scalars(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1)).one_or_none()


def count_entries(
    session: Session, action: str, *, since: datetime, object_id: str | None = None, address: str | None = None
) -> int:
    """Return how often the action was recorded since the instant, about the object and from the address if given."""
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action, AuditEntry.at >= since)
    if object_id is not None:
        query = query.where(AuditEntry.object_id == object_id)
    if address is not None:
        query = query.where(AuditEntry.address == address)
    return session.scalars(query).one()
