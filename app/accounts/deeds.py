"""What the audit says by and about a user. Read-only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import AuditEntry, StaffUser
from app.organisation.models import Unit


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry of the audit by or about a user; `who` is another's name, None for the user and the command line."""

    at: datetime
    action: str
    own: bool
    who: str | None
    role: str | None
    unit: str | None
    address: str | None


def list_deeds(session: Session, user_id: uuid.UUID, *, limit: int = 30) -> list[Deed]:
    """Return what the audit says by and about a user, the latest first; three queries."""
    actor = aliased(StaffUser)
    entries = select(AuditEntry, actor.name).outerjoin(actor, actor.id == AuditEntry.user_id)
    latest = (AuditEntry.at.desc(), AuditEntry.id.desc())
    # Two queries, each along an index of its own; together they would be a scan.
    found = {
        entry.id: (entry, name)
        for whose in (AuditEntry.user_id == user_id, AuditEntry.object_id == str(user_id))
        for entry, name in session.execute(entries.where(whose).order_by(*latest).limit(limit))
    }
    rows = sorted(found.values(), key=lambda row: (row[0].at, row[0].id), reverse=True)[:limit]
    units = _unit_names(session, [entry.details.get("unit_id") for entry, _ in rows])
    return [
        Deed(
            entry.at,
            entry.action,
            own=entry.user_id == user_id,
            who=name if entry.user_id != user_id else None,
            role=entry.details.get("role"),
            unit=units.get(str(entry.details.get("unit_id"))),
            address=entry.address,
        )
        for entry, name in rows
    ]


def _unit_names(session: Session, written: Sequence[object]) -> dict[str, str]:
    ids = {uuid.UUID(text) for text in written if isinstance(text, str)}
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))) if ids else ()
    return {str(unit_id): name for unit_id, name in rows}
