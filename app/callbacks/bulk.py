"""One step for many cases at once; what cannot be done is told case by case, and the rest is done."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from app.accounts.permissions import Actor, Permission
from app.callbacks.closing import close_case
from app.callbacks.errors import InvalidWorkError
from app.callbacks.handing_over import hand_over_case
from app.callbacks.holding import get_case
from app.callbacks.models import CallbackCase
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.working import claim_case, release_case, reschedule_case
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.organisation.tree import working_time

MOST = 200


class BulkKind(StrEnum):
    """What can be done to many."""

    CLAIM = "claim"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    RESCHEDULE = "reschedule"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class BulkAct:
    """The step and what it takes: `to_user_id` to hand over, `at` to put off, `outcome` and `cause` to close.

    `at` has no zone: whoever puts off cases of several offices means each office's own clock.
    """

    kind: BulkKind
    to_user_id: uuid.UUID | None = None
    at: datetime | None = None
    outcome: str | None = None
    cause: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What was done, and what was refused with the code and details of the error."""

    done: list[uuid.UUID]
    refused: list[tuple[uuid.UUID, str, Mapping[str, object]]]


def work_in_bulk(
    session: Session,
    case_ids: Sequence[uuid.UUID],
    *,
    actor: Actor,
    act: BulkAct,
    rules: CaseRules,
    now: datetime,
) -> BulkResult:
    """Do the step to each case by the use case of its own, and return how each went; up to 200, each named once.

    A refused one changes nothing. Raises InvalidWorkError for none, for too many and for a step that lacks what it
    takes; NotPermittedError.
    """
    actor.scope(Permission.WORK_IN_BULK)
    # In one order whatever was ticked first: two leaders at once wait for one another, and never in a circle.
    wanted = sorted(set(case_ids))
    if not wanted:
        raise InvalidWorkError("choose cases", field="case_ids", code="no_cases")
    if len(wanted) > MOST:
        raise InvalidWorkError(f"{len(wanted)} cases; at most {MOST} at once", field="case_ids", code="too_many_cases")
    step = _step(session, actor, act, rules, now)
    result = BulkResult([], [])
    for case_id in wanted:
        try:
            with session.begin_nested():
                step(case_id)
        except (ConflictError, InvalidInputError, NotFoundError) as error:
            result.refused.append((case_id, error.code, error.details))
        else:
            result.done.append(case_id)
    return result


def _step(
    session: Session, actor: Actor, act: BulkAct, rules: CaseRules, now: datetime
) -> Callable[[uuid.UUID], CallbackCase]:
    match act:
        case BulkAct(kind=BulkKind.CLAIM):
            return lambda case_id: claim_case(session, case_id, actor=actor, now=now)
        case BulkAct(kind=BulkKind.RELEASE):
            return lambda case_id: release_case(session, case_id, actor=actor, now=now)
        case BulkAct(kind=BulkKind.HAND_OVER, to_user_id=uuid.UUID() as taker):
            return lambda case_id: hand_over_case(
                session, case_id, actor=actor, to_user_id=taker, note=act.note, now=now
            )
        case BulkAct(kind=BulkKind.RESCHEDULE, at=datetime() as at):
            return lambda case_id: reschedule_case(
                session, case_id, actor=actor, at=_by_its_clock(session, case_id, actor, at), note=act.note, now=now
            )
        case BulkAct(kind=BulkKind.CLOSE, outcome=str() as outcome, cause=str() as cause):
            return lambda case_id: close_case(
                session, case_id, actor=actor, rules=rules, outcome=outcome, cause=cause, note=act.note, now=now
            )
    field, code = _LACKING[act.kind]
    raise InvalidWorkError(f"{act.kind} lacks {field}", field=field, code=code)


def _by_its_clock(session: Session, case_id: uuid.UUID, actor: Actor, at: datetime) -> datetime:
    """Return the instant at which the clock of the case's unit shows the time; raises CaseNotFoundError."""
    case = get_case(session, case_id, actor.scope(Permission.WORK_CASES))
    return at.replace(tzinfo=working_time(session, case.unit_id).time_zone)


_LACKING = {
    BulkKind.HAND_OVER: ("to_user_id", "taker_unknown"),
    BulkKind.RESCHEDULE: ("at", "time_missing"),
    BulkKind.CLOSE: ("outcome", "outcome_missing"),
}
