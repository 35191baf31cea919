"""What was answered to a request that its sender may send again, kept by the sender's own key for it.

The row is written in the transaction of the work itself, so a repeat finds either both or neither. Two at once: the
primary key lets one through, the other waits for it and then finds its answer.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kit.db import Base, upsert
from app.kit.errors import ConflictError

LONGEST_KEY = 255


class IdempotencyConflictError(ConflictError):
    """The key was used for another request before."""

    code = "idempotency_conflict"


class IdempotentAnswer(Base):
    """An answer by its caller and key."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (Index("ix_idempotent_answer_created_at", "created_at"),)

    caller: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    # SHA-256 of method, path and body.
    request_hash: Mapped[bytes]
    status: Mapped[int]
    body: Mapped[str]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered the first time."""

    status: int
    body: str


def find_answer(session: Session, caller: uuid.UUID, key: str, request_hash: bytes) -> KeptAnswer | None:
    """Return what the first request of this key was answered, or None; raises IdempotencyConflictError for another."""
    row = session.scalars(select(IdempotentAnswer).filter_by(caller=caller, key=key)).one_or_none()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise IdempotencyConflictError("this Idempotency-Key was used for another request; take a fresh one")
    return KeptAnswer(row.status, row.body)


def keep_answer(
    session: Session, caller: uuid.UUID, key: str, request_hash: bytes, answer: KeptAnswer, *, now: datetime
) -> bool:
    """Keep the answer in the caller's transaction; False if the very same key was faster."""
    statement = upsert(session, IdempotentAnswer).values(
        caller=caller, key=key, request_hash=request_hash, status=answer.status, body=answer.body, created_at=now
    )
    kept = session.execute(statement.on_conflict_do_nothing().returning(IdempotentAnswer.key))
    return kept.first() is not None


def purge_answers(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` answers from before the instant, and return how many."""
    old = select(IdempotentAnswer.caller, IdempotentAnswer.key).where(IdempotentAnswer.created_at < before).limit(limit)
    gone = 0
    for caller, key in session.execute(old).all():
        statement = delete(IdempotentAnswer).where(IdempotentAnswer.caller == caller, IdempotentAnswer.key == key)
        gone += int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
    return gone
