"""The audit as administrators of the whole company search it. Read-only, page by page along an index."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, StaffUser
from app.accounts.permissions import Actor, NotPermittedError, Permission
from app.kit.cursors import read_cursor, write_cursor
from app.organisation.models import Unit
from app.organisation.search import says

PAGE_SIZE = 50
# Whoever types one letter of a name has not said whom they mean.
_MOST_USERS = 200
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; everything that is None is not asked about. `who` is part of a name or e-mail."""

    who: str | None = None
    action: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    address: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry. `who` is None for the command line, the worker and whoever was not signed in.

    `name` is what the object is called now, where it is a user or a unit; `unit` the unit that the details name.
    """

    id: uuid.UUID
    at: datetime
    user_id: uuid.UUID | None
    who: str | None
    email: str | None
    action: str
    object_type: str | None
    object_id: str | None
    name: str | None
    unit: str | None
    details: Mapping[str, Any]
    address: str | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`older` is the cursor of the next page, if there is one."""

    lines: tuple[AuditLine, ...]
    older: str | None


def check_reader(actor: Actor) -> None:
    """Raise NotPermittedError unless the actor may read the audit of the whole company: it is about all of it."""
    if not actor.scope(Permission.READ_AUDIT).everything:
        raise NotPermittedError(Permission.READ_AUDIT)


def list_entries(
    session: Session, wanted: AuditFilter, *, actor: Actor, cursor: str | None = None, limit: int = PAGE_SIZE
) -> AuditPage:
    """Return a page of entries, the latest first; four queries at most.

    Raises NotPermittedError, and InvalidInputError for a cursor that is none of ours.
    """
    check_reader(actor)
    page = select(AuditEntry, StaffUser.name, StaffUser.email).outerjoin(StaffUser, StaffUser.id == AuditEntry.user_id)
    page = page.where(*_conditions(session, wanted))
    if cursor is not None:
        page = page.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(*read_cursor(cursor)))
    latest = (AuditEntry.at.desc(), AuditEntry.id.desc())
    rows = session.execute(page.order_by(*latest).limit(limit + 1)).all()
    shown = rows[:limit]
    names = _read_names(session, [entry for entry, _, _ in shown])
    lines = tuple(_line(entry, name, email, names) for entry, name, email in shown)
    older = write_cursor(lines[-1].at, lines[-1].id) if len(rows) > limit else None
    return AuditPage(lines, older)


def walk_entries(session: Session, wanted: AuditFilter, *, actor: Actor) -> Iterator[AuditLine]:
    """Yield every entry that fits, the latest first, some at a time: however many there are, few are in memory."""
    cursor: str | None = None
    while True:
        page = list_entries(session, wanted, actor=actor, cursor=cursor, limit=_BATCH)
        yield from page.lines
        session.expunge_all()
        if page.older is None:
            return
        cursor = page.older


def _conditions(session: Session, wanted: AuditFilter) -> list[ColumnElement[Any]]:
    conditions: list[ColumnElement[Any]] = [
        column == value
        for column, value in (
            (AuditEntry.action, wanted.action),
            (AuditEntry.object_type, wanted.object_type),
            (AuditEntry.object_id, wanted.object_id),
            (AuditEntry.address, wanted.address),
        )
        if value is not None
    ]
    if wanted.who is not None:
        # The people first: a join would walk the whole log to look at each entry's name.
        found = session.scalars(
            select(StaffUser.id).where(says(wanted.who, StaffUser.name, StaffUser.email)).limit(_MOST_USERS)
        ).all()
        conditions.append(AuditEntry.user_id.in_(found))
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEntry.at < wanted.until)
    return conditions


def _read_names(session: Session, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Return what users and units that entries are about are called, by their ids as text."""
    users = {key for entry in entries if entry.object_type == "user" and (key := _read_id(entry.object_id))}
    units = {key for entry in entries if entry.object_type == "unit" and (key := _read_id(entry.object_id))}
    units |= {key for entry in entries if (key := _read_id(entry.details.get("unit_id")))}
    names: dict[str, str] = {}
    for ids, named in (
        (users, select(StaffUser.id, StaffUser.name).where(StaffUser.id.in_(users))),
        (units, select(Unit.id, Unit.name).where(Unit.id.in_(units))),
    ):
        if ids:
            names |= {str(row_id): name for row_id, name in session.execute(named)}
    return names


def _read_id(written: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _line(entry: AuditEntry, who: str | None, email: str | None, names: Mapping[str, str]) -> AuditLine:
    return AuditLine(
        entry.id,
        entry.at,
        entry.user_id,
        who,
        email,
        entry.action,
        entry.object_type,
        entry.object_id,
        names.get(entry.object_id or ""),
        names.get(str(entry.details.get("unit_id"))),
        entry.details,
        entry.address,
    )
