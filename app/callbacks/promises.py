"""What was promised to the person by a date of its own; a case is not closed while a promise is still to be kept."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.permissions import Actor, Permission
from app.callbacks.errors import InvalidWorkError, PromiseNotFoundError, PromiseOpenError, PromiseOverError
from app.callbacks.holding import check_time, read_note, set_due, take_case
from app.callbacks.models import CallbackCase, CasePromise, EventKind
from app.callbacks.timeline import write_event
from app.kit.ids import new_id
from app.surveys.answers import read_text

LONGEST = 500
_STILL_OPEN = CasePromise.kept_at.is_(None) & CasePromise.withdrawn_at.is_(None)


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of a case; neither kept nor withdrawn, it is still to be kept."""

    id: uuid.UUID
    promise: str
    due_at: datetime
    made_at: datetime
    made_by: str | None
    kept_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def still_open(self) -> bool:
        """Whether it is still to be kept."""
        return self.kept_at is None and self.withdrawn_at is None


def make_promise(
    session: Session, case_id: uuid.UUID, *, actor: Actor, promise: str, due_at: datetime, now: datetime
) -> CasePromise:
    """Write down what was promised and by when; the list shows the case by then at the latest.

    Raises InvalidWorkError without words or for a time that is not within the next 60 days, InvalidInputError for words
    that cannot be kept, CaseTakenError, CaseClosedError, CaseNotFoundError.
    """
    case = take_case(session, case_id, actor, now=now)
    words = read_text(promise, "promise")
    if words is None:
        raise InvalidWorkError("say what was promised", field="promise", code="promise_missing")
    if len(words) > LONGEST:
        raise InvalidWorkError(
            f"{len(words)} characters; at most {LONGEST} are kept", field="promise", code="promise_too_long"
        )
    check_time(due_at, "due_at", now)
    made = CasePromise(
        id=new_id(), case_id=case.id, promise=words, due_at=due_at, made_at=now, made_by_id=actor.user_id
    )
    session.add(made)
    note_promises(session, case)
    details = {"promise_id": str(made.id), "due_at": due_at.isoformat()}
    write_event(session, case.id, EventKind.PROMISED, now=now, user_id=actor.user_id, note=words, **details)
    return made


def keep_promise(session: Session, promise_id: uuid.UUID, *, actor: Actor, now: datetime) -> CasePromise:
    """Write down that the promise is kept; said twice, once.

    Raises PromiseNotFoundError, PromiseOverError for one that was taken back, CaseTakenError, CaseClosedError.
    """
    case, promise = _take(session, promise_id, actor, now=now)
    if promise.kept_at is not None:
        return promise
    if promise.withdrawn_at is not None:
        raise PromiseOverError("the promise was taken back", at=promise.withdrawn_at)
    promise.kept_at = now
    _note_end(session, case, promise, EventKind.PROMISE_KEPT, actor, note=None, now=now)
    return promise


def withdraw_promise(
    session: Session, promise_id: uuid.UUID, *, actor: Actor, note: str | None = None, now: datetime
) -> CasePromise:
    """Write down that the promise does not stand any more, and why; said twice, once.

    Raises PromiseNotFoundError, PromiseOverError for one that was kept, CaseTakenError, CaseClosedError.
    """
    case, promise = _take(session, promise_id, actor, now=now)
    if promise.withdrawn_at is not None:
        return promise
    if promise.kept_at is not None:
        raise PromiseOverError("the promise was kept", at=promise.kept_at)
    words = read_note(note)
    promise.withdrawn_at = now
    _note_end(session, case, promise, EventKind.PROMISE_WITHDRAWN, actor, note=words, now=now)
    return promise


def list_promises(session: Session, case_id: uuid.UUID) -> list[Promise]:
    """Return the promises of a case that the reader may see, the earliest due first."""
    rows = session.execute(
        select(CasePromise, StaffUser.name)
        .outerjoin(StaffUser, StaffUser.id == CasePromise.made_by_id)
        .where(CasePromise.case_id == case_id)
        .order_by(CasePromise.due_at, CasePromise.id)
    )
    return [
        Promise(made.id, made.promise, made.due_at, made.made_at, name, made.kept_at, made.withdrawn_at)
        for made, name in rows
    ]


def refuse_promised(session: Session, case: CallbackCase) -> None:
    """Raise PromiseOpenError, with the earliest, while something is still to be kept."""
    promise = session.scalars(
        select(CasePromise)
        .where(CasePromise.case_id == case.id, _STILL_OPEN)
        .order_by(CasePromise.due_at, CasePromise.id)
        .limit(1)
    ).one_or_none()
    if promise is not None:
        raise PromiseOpenError(
            "keep the promise or take it back first",
            promise_id=str(promise.id),
            promise=promise.promise,
            at=promise.due_at,
        )


def note_promises(session: Session, case: CallbackCase) -> None:
    """Copy the earliest date still to be kept to the case, held by the caller, and its due time with it."""
    session.flush()  # the promise just made or ended is counted
    case.promise_due_at = session.scalar(
        select(func.min(CasePromise.due_at)).where(CasePromise.case_id == case.id, _STILL_OPEN)
    )
    set_due(case)


def _take(session: Session, promise_id: uuid.UUID, actor: Actor, *, now: datetime) -> tuple[CallbackCase, CasePromise]:
    where = actor.scope(Permission.WORK_CASES).where(CallbackCase.unit_id)
    case_id = session.scalar(
        select(CasePromise.case_id)
        .join(CallbackCase, CallbackCase.id == CasePromise.case_id)
        .where(CasePromise.id == promise_id, where)
    )
    if case_id is None:
        raise PromiseNotFoundError("no such promise")
    case = take_case(session, case_id, actor, now=now)
    # Read once the case is held: two who say "kept" at once write one line.
    return case, session.get_one(CasePromise, promise_id, populate_existing=True)


def _note_end(
    session: Session,
    case: CallbackCase,
    promise: CasePromise,
    kind: EventKind,
    actor: Actor,
    *,
    note: str | None,
    now: datetime,
) -> None:
    note_promises(session, case)
    details = {"promise_id": str(promise.id), "promise": promise.promise}
    write_event(session, case.id, kind, now=now, user_id=actor.user_id, note=note, **details)
