"""Batches of posters: asked for by a user, drawn by the worker, kept for two days.

The event `posters.wanted` is recorded with the batch; its `once_key` is how the worker finds it, see `find_waiting`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.scope import Scope
from app.kit.errors import ConflictError, NotFoundError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow, OutboxState, record_event, withdraw
from app.organisation.models import Unit
from app.touchpoints.models import BatchState, PosterBatch
from app.touchpoints.posters.choice import (
    MOST_POSTERS,
    NothingToPrintError,
    TooManyPostersError,
    Wanted,
    count_posters,
)
from app.touchpoints.posters.sheet import PosterSize

KIND = "posters.wanted"
# It takes minutes, so it has a loop of its own (jobs/long_work.py).
LANE = "long"
MOST_UNFINISHED = 3
KEPT_FOR = timedelta(days=2)
_LISTED = 30
_AT_ONCE = timedelta(seconds=10)
_UNFINISHED = (BatchState.WAITING, BatchState.DRAWING)


class TooManyBatchesError(ConflictError):
    """The user has as many batches in the making as one may have; `details` say how many."""

    code = "too_many_batches"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as its user sees it, without the PDF."""

    id: uuid.UUID
    unit_code: str
    unit_name: str
    survey_key: str | None
    size: PosterSize
    languages: tuple[Language, ...]
    state: BatchState
    done: int
    total: int
    missing: str
    error: str | None
    created_at: datetime

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in _UNFINISHED

    @property
    def kept_until(self) -> datetime:
        """When it goes."""
        return self.created_at + KEPT_FOR


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What the worker draws."""

    wanted: Wanted
    size: PosterSize


def ask_for_batch(
    session: Session,
    *,
    user_id: uuid.UUID,
    unit_id: uuid.UUID,
    size: PosterSize,
    languages: Sequence[Language] = (),
    survey_key: str | None = None,
    scope: Scope,
    now: datetime,
) -> uuid.UUID:
    """Return the id of a batch, to be drawn by the worker; the unit is one that the user may see.

    The same asked for again at once is one batch: the button was pressed twice.
    Raises NothingToPrintError, TooManyPostersError, TooManyBatchesError.
    """
    in_making = session.scalars(
        select(PosterBatch).where(PosterBatch.user_id == user_id, PosterBatch.state.in_(_UNFINISHED))
    ).all()
    wish = (unit_id, survey_key, size, [language.value for language in languages])
    for batch in in_making:
        if (batch.unit_id, batch.survey_key, batch.size, batch.languages) == wish and now - batch.created_at < _AT_ONCE:
            return batch.id
    if len(in_making) >= MOST_UNFINISHED:
        raise TooManyBatchesError(f"{MOST_UNFINISHED} of your batches are still in the making", most=MOST_UNFINISHED)
    total = count_posters(session, Wanted(unit_id, survey_key), scope=scope)
    if not total:
        raise NothingToPrintError("there is no live code at this unit or below it")
    if total > MOST_POSTERS:
        raise TooManyPostersError(f"{total} posters are more than {MOST_POSTERS}", count=total, most=MOST_POSTERS)
    batch = PosterBatch(
        id=new_id(),
        user_id=user_id,
        unit_id=unit_id,
        survey_key=survey_key,
        size=size,
        languages=[language.value for language in languages],
        total=total,
        created_at=now,
    )
    session.add(batch)
    record_event(session, KIND, {"batch_id": str(batch.id)}, now=now, once_key=once_key(batch.id), lane=LANE)
    record(
        session,
        "posters.asked",
        now=now,
        user_id=user_id,
        object_type="unit",
        object_id=unit_id,
        details={"size": size.value, "posters": total},
    )
    return batch.id


def list_batches(session: Session, *, user_id: uuid.UUID, scope: Scope) -> list[BatchRow]:
    """Return the user's own batches, the newest first; those of units that the user may no longer see are left out."""
    return _read(session, PosterBatch.user_id == user_id, scope)


def get_batch(session: Session, batch_id: uuid.UUID, *, user_id: uuid.UUID, scope: Scope) -> BatchRow:
    """Return one of the user's own batches; raises NotFoundError."""
    found = _read(session, (PosterBatch.user_id == user_id) & (PosterBatch.id == batch_id), scope)
    if not found:
        raise NotFoundError("no such batch of posters")
    return found[0]


def get_content(session: Session, batch: BatchRow) -> bytes:
    """Return the PDF of a batch; raises NotFoundError while there is none."""
    content = session.scalar(select(PosterBatch.content).where(PosterBatch.id == batch.id))
    if content is None:
        raise NotFoundError("this batch of posters has no file")
    return content


def remove_batch(session: Session, batch_id: uuid.UUID, *, user_id: uuid.UUID, scope: Scope, now: datetime) -> BatchRow:
    """Delete one of the user's own batches and return what it was; one that is being drawn is let go of by itself."""
    batch = get_batch(session, batch_id, user_id=user_id, scope=scope)
    session.execute(delete(PosterBatch).where(PosterBatch.id == batch_id))
    withdraw(session, [once_key(batch_id)], now=now)
    record(session, "posters.removed", now=now, user_id=user_id, object_type="poster_batch", object_id=batch_id)
    return batch


def once_key(batch_id: uuid.UUID) -> str:
    """Return the key of the batch's event."""
    return f"{KIND}:{batch_id}"


def find_waiting(session: Session) -> list[str]:
    """Return the event keys of the batches in the making, the oldest first."""
    unfinished = select(PosterBatch.id).where(PosterBatch.state.in_(_UNFINISHED)).order_by(PosterBatch.created_at)
    return [once_key(batch_id) for batch_id in session.scalars(unfinished)]


def read_order(session: Session, batch_id: uuid.UUID) -> BatchOrder | None:
    """Return what is to be drawn, or None if the batch was removed."""
    row = session.execute(
        select(PosterBatch.unit_id, PosterBatch.survey_key, PosterBatch.languages, PosterBatch.size).where(
            PosterBatch.id == batch_id
        )
    ).one_or_none()
    if row is None:
        return None
    unit_id, survey_key, languages, size = row
    return BatchOrder(Wanted(unit_id, survey_key, tuple(map(Language, languages))), PosterSize(size))


def note_progress(session: Session, batch_id: uuid.UUID, *, done: int, total: int) -> bool:
    """Write how far the drawing is; False if the batch was removed meanwhile."""
    return _write(session, batch_id, state=BatchState.DRAWING, done=done, total=total)


def finish_batch(
    session: Session, batch_id: uuid.UUID, *, content: bytes, missing: str, total: int, now: datetime
) -> bool:
    """Keep the PDF; False if the batch was removed meanwhile."""
    return _write(
        session,
        batch_id,
        state=BatchState.DONE,
        done=total,
        total=total,
        content=content,
        missing=missing,
        finished_at=now,
    )


def fail_batch(session: Session, batch_id: uuid.UUID, *, error: str, now: datetime) -> bool:
    """Write that the batch will not be drawn; `error` is the code of what went wrong."""
    return _write(session, batch_id, state=BatchState.FAILED, error=error, finished_at=now)


def forget_batches(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` batches asked for before the instant, and return how many."""
    old = select(PosterBatch.id).where(PosterBatch.created_at < before).limit(limit)
    result = session.execute(
        delete(PosterBatch)
        .where(PosterBatch.id.in_(old.scalar_subquery()))
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def end_orphans(session: Session, *, now: datetime, limit: int) -> int:
    """End up to `limit` events of batches that are gone, and return how many.

    A batch may go before a worker comes to it: with its unit, when it is too old, or when a backup is restored, which
    holds none. Nothing finds such an event any more, and it would count as waiting for ever.
    """
    waiting = select(OutboxRow.payload).where(OutboxRow.kind == KIND, OutboxRow.state == OutboxState.WAITING)
    wanted = {uuid.UUID(payload["batch_id"]) for payload in session.scalars(waiting.limit(limit))}
    gone = wanted - set(session.scalars(select(PosterBatch.id).where(PosterBatch.id.in_(wanted))))
    return withdraw(session, [once_key(batch_id) for batch_id in sorted(gone)], now=now)


def _read(session: Session, condition: ColumnElement[bool], scope: Scope) -> list[BatchRow]:
    rows = session.execute(
        select(
            PosterBatch.id,
            Unit.code,
            Unit.name,
            PosterBatch.survey_key,
            PosterBatch.size,
            PosterBatch.languages,
            PosterBatch.state,
            PosterBatch.done,
            PosterBatch.total,
            PosterBatch.missing,
            PosterBatch.error,
            PosterBatch.created_at,
        )
        .join(Unit, Unit.id == PosterBatch.unit_id)
        .where(condition, scope.where(PosterBatch.unit_id))
        .order_by(PosterBatch.id.desc())
        .limit(_LISTED)
    )
    return [
        BatchRow(
            batch_id, code, name, survey, PosterSize(size), tuple(map(Language, languages)), BatchState(state), *rest
        )
        for batch_id, code, name, survey, size, languages, state, *rest in rows
    ]


def _write(session: Session, batch_id: uuid.UUID, **values: object) -> bool:
    result = session.execute(
        update(PosterBatch)
        .where(PosterBatch.id == batch_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]
