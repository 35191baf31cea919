"""The outbox: what the outside world must hear of, written in the same transaction as the fact itself.

A use case calls `record_event`; a worker claims due rows by lease, hands each to whoever handles its kind, and writes
the result. Rows wait in lanes, so that what is slow in one never holds up another. Delivery is at least once:
completing needs the very claim (`owner` and `attempts`) that began it, so a worker that lost its lease cannot overwrite
what its successor did. Leases use the database's time, never a process's.
"""

import random
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, Select, delete, func, insert, select, text, type_coerce, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from app.kit.db import Base, UtcDateTime, dialect_of, one_of, table_of, upsert
from app.kit.ids import new_id
from app.kit.log import clean_text

# 0 s, 5 s, 30 s, 2 min, 5 min, then every 5 minutes with a jitter of a fifth, for four hours in all.
_DELAYS = (5, 30, 120, 300)
MAX_ATTEMPTS = 52
# The lane of what is noted or done at once.
EVENTS = "events"


class OutboxState(StrEnum):
    """Where a row stands; `dead` rows stay and can be replayed by hand."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class OutboxRow(Base):
    """One event or piece of outgoing work. `payload` holds ids and plain values, never a phone or a name."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", OutboxState),
        CheckConstraint("attempts >= 0", name="attempts_counted"),
        # The claim reads only what waits in its lane, in due order, however many rows are done or wait in others.
        Index(
            "ix_outbox_waiting_lane",
            "lane",
            "due_at",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_outbox_done_at", "done_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    lane: Mapped[str] = mapped_column(default=EVENTS, server_default=EVENTS)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=OutboxState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    once_key: Mapped[str | None] = mapped_column(unique=True)


# Composed once: every rating records an event or two.
_RECORD = insert(table_of(OutboxRow))


@dataclass(frozen=True, slots=True)
class Claim:
    """A row in the hands of one worker until its lease ends."""

    id: uuid.UUID
    kind: str
    payload: dict[str, Any]
    attempts: int
    owner: str


def record_event(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    due_at: datetime | None = None,
    once_key: str | None = None,
    lane: str = EVENTS,
) -> None:
    """Write an event (`case.opened`) into the caller's transaction; with a `once_key`, only the first of that key."""
    row = {
        "id": new_id(),
        "lane": lane,
        "kind": kind,
        "payload": payload,
        "created_at": now,
        "due_at": due_at or now,
        "state": OutboxState.WAITING,
        "attempts": 0,
        "once_key": once_key,
    }
    if once_key is None:
        session.execute(_RECORD, row)
    else:
        session.execute(upsert(session, OutboxRow).on_conflict_do_nothing(index_elements=["once_key"]), row)


def claim_due(
    session: Session, *, owner: str, limit: int, lease: timedelta, lane: str = EVENTS, kind: str | None = None
) -> list[Claim]:
    """Claim up to `limit` due rows of a lane for `owner`, longest due first; one statement, safe against any other.

    With a `kind`, rows of that kind alone: for lanes that hold little else.
    """
    due = _due(session).where(OutboxRow.lane == lane).order_by(OutboxRow.due_at, OutboxRow.id).limit(limit)
    if kind is not None:
        due = due.where(OutboxRow.kind == kind)
    return _claim(session, due, owner, lease)


def claim_once(session: Session, once_key: str, *, owner: str, lease: timedelta) -> Claim | None:
    """Claim the row of this `once_key` for `owner`, or return None if it is done, not due or in other hands.

    By its key, not by its kind: however many rows wait, one look at an index finds it.
    """
    claims = _claim(session, _due(session).where(OutboxRow.once_key == once_key), owner, lease)
    return claims[0] if claims else None


def renew(session: Session, claim: Claim, *, lease: timedelta) -> bool:
    """Hold a claim on for another `lease`; False if it was lost: its work is then another's to do."""
    return _finish(session, claim, owner=claim.owner, lease_until=_database_now(session, lease)) == 1


def give_back(session: Session, claim: Claim) -> bool:
    """Let go of a claim, so that another may take it at once; it does not count as a try."""
    return _finish(session, claim, attempts=OutboxRow.attempts - 1) == 1


def postpone(session: Session, claim: Claim, *, due_at: datetime) -> bool:
    """Let go of a claim until `due_at`; waiting for the morning or for a gateway to come back is not a try."""
    return _finish(session, claim, attempts=OutboxRow.attempts - 1, due_at=due_at) == 1


def _due(session: Session) -> Select[uuid.UUID]:
    clock = _database_now(session)
    return select(OutboxRow.id).where(
        OutboxRow.state == OutboxState.WAITING,
        OutboxRow.due_at <= clock,
        (OutboxRow.lease_until.is_(None)) | (OutboxRow.lease_until < clock),
    )


def _claim(session: Session, due: Select[uuid.UUID], owner: str, lease: timedelta) -> list[Claim]:
    due = due.with_for_update(skip_locked=True)
    claimed = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(due.scalar_subquery()))
        .values(owner=owner, lease_until=_database_now(session, lease), attempts=OutboxRow.attempts + 1)
        .returning(OutboxRow.id, OutboxRow.kind, OutboxRow.payload, OutboxRow.attempts)
        .execution_options(synchronize_session=False)
    ).all()
    return [
        Claim(row.id, row.kind, row.payload, row.attempts, owner) for row in sorted(claimed, key=lambda row: row.id)
    ]


def complete(session: Session, claims: Sequence[Claim], *, now: datetime) -> int:
    """Write that the claims are done and return how many still were this worker's to complete."""
    return sum(_finish(session, claim, state=OutboxState.DONE, done_at=now, last_error=None) for claim in claims)


def fail(
    session: Session, claim: Claim, *, error: str, permanent: bool, now: datetime, retry_at: datetime | None = None
) -> bool:
    """Write the failure: tried again later, or `dead` when permanent or tried too often. False for a lost lease.

    `retry_at` is when, if the other side said so or has a rhythm of its own. What is kept of `error` is what a log
    would keep of it.
    """
    said = clean_text(error)[:500]
    if permanent or claim.attempts >= MAX_ATTEMPTS:
        return bool(_finish(session, claim, state=OutboxState.DEAD, done_at=now, last_error=said))
    return bool(_finish(session, claim, due_at=retry_at or now + retry_delay(claim.attempts), last_error=said))


def withdraw(session: Session, once_keys: Collection[str], *, now: datetime) -> int:
    """End waiting rows that nobody needs any more and return how many; one that a worker holds is the worker's."""
    free = OutboxRow.lease_until.is_(None) | (OutboxRow.lease_until < _database_now(session))
    result = session.execute(
        update(OutboxRow)
        .where(OutboxRow.once_key.in_(once_keys), OutboxRow.state == OutboxState.WAITING, free)
        .values(state=OutboxState.DONE, done_at=now, owner=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def retry_delay(attempts: int) -> timedelta:
    """Return how long to wait after the given number of attempts (1 or more)."""
    seconds = _DELAYS[min(attempts, len(_DELAYS)) - 1]
    # A jitter, not a secret: it keeps workers from knocking at a recovering gateway in step.
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How the queue stands: rows waiting and due, dead rows, and since when the oldest due row waits."""

    due: int
    dead: int
    oldest_due_at: datetime | None


def read_status(session: Session, *, now: datetime) -> OutboxStatus:
    """Return how the queue stands at `now`."""
    due, oldest = session.execute(
        select(func.count(), func.min(OutboxRow.due_at)).where(
            OutboxRow.state == OutboxState.WAITING, OutboxRow.due_at <= now
        )
    ).one()
    dead = session.scalar(select(func.count()).where(OutboxRow.state == OutboxState.DEAD)) or 0
    return OutboxStatus(due, dead, oldest)


def purge_done(session: Session, *, before: datetime, limit: int = 1000, state: OutboxState = OutboxState.DONE) -> int:
    """Delete up to `limit` rows that were done (or, by `state`, given up) before the instant, and return how many."""
    old = select(OutboxRow.id).where(OutboxRow.state == state, OutboxRow.done_at < before).limit(limit)
    result = session.execute(
        delete(OutboxRow).where(OutboxRow.id.in_(old.scalar_subquery())).execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def _finish(session: Session, claim: Claim, **values: Any) -> int:
    result = session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.id == claim.id,
            OutboxRow.owner == claim.owner,
            OutboxRow.attempts == claim.attempts,
            OutboxRow.state == OutboxState.WAITING,
        )
        .values({"owner": None, "lease_until": None, **values})
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def _database_now(session: Session, plus: timedelta = timedelta()) -> ColumnElement[datetime]:
    """The database's own clock, so that machines that disagree about the time agree about leases.

    Of the statement, not of the moment: an index is not searched by a clock that may move while it is, and each look
    at a lane would read all that waits for the morning.
    """
    if dialect_of(session) == "sqlite":
        # The very text in which UtcDateTime stores an instant, so that text compares with text.
        return func.strftime("%Y-%m-%d %H:%M:%f000", "now", f"{plus.total_seconds():+.3f} seconds", type_=UtcDateTime())
    return type_coerce(func.statement_timestamp() + plus, UtcDateTime())
