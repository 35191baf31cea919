"""What was done to a code, by whom and when: read from the audit log."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, StaffUser
from app.organisation.models import Unit

SUBJECT = "touchpoint"
REPOINTED, REVOKED, RESTORED = "touchpoint.repointed", "touchpoint.revoked", "touchpoint.restored"
_MOST = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One line. `who` is None for the command line; pairs are before and after, None where it stayed."""

    at: datetime
    who: str | None
    action: str
    changed: Sequence[str] = ()
    units: tuple[str, str] | None = None
    surveys: tuple[str, str] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def unit_name(self, code: str) -> str:
        """Return what a unit of the line is called today, or its code if it is gone."""
        return self.names.get(code, code)


def list_changes(session: Session, touchpoint_id: uuid.UUID) -> list[Change]:
    """Return what was done to the code, the latest first; at most a hundred lines, two queries."""
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.action, AuditEntry.details, StaffUser.name)
        .outerjoin(StaffUser, StaffUser.id == AuditEntry.user_id)
        .where(AuditEntry.object_id == str(touchpoint_id), AuditEntry.action.in_((REPOINTED, REVOKED, RESTORED)))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(_MOST)
    ).all()
    codes = {code for _, _, details, _ in rows for code in details.get("unit", ())}
    names = dict(session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes))).all())
    return [_read(at, action, details, who, names) for at, action, details, who in rows]


def _read(at: datetime, action: str, details: Mapping[str, Any], who: str | None, names: Mapping[str, str]) -> Change:
    changed = tuple(details.get("changed", ()))
    return Change(
        at,
        who,
        action,
        changed,
        tuple(details["unit"]) if "unit" in changed else None,
        tuple(details["survey"]) if "survey" in changed else None,
        names,
    )
