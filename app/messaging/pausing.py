"""The kill switch: stop all sending at a unit and below it at once, say why, and begin again.

Who decides about asking looks at it for each interaction, the dispatcher before each message; so it is one short query.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import StaffUser
from app.accounts.scope import EVERYTHING, Scope
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.messaging.models import SendingPause
from app.organisation.models import ROOT_CODE, Unit, UnitAncestor
from app.organisation.tree import UnknownUnitError

MAX_REASON = 300


class AlreadyPausedError(ConflictError):
    """Sending at the unit has been stopped before and not begun again."""

    code = "already_paused"


class NotPausedError(NotFoundError):
    """No such stop stands, or the asker may not know of it."""

    code = "not_paused"


@dataclass(frozen=True, slots=True)
class StandingPause:
    """A stop that stands; `whole_company` when it holds for everybody, `by` ordered it, if still known."""

    id: uuid.UUID
    unit_id: uuid.UUID
    unit_name: str
    whole_company: bool
    reason: str
    began_at: datetime
    by: str | None


def pause(
    session: Session, unit_id: uuid.UUID, *, reason: str, user_id: uuid.UUID | None, now: datetime
) -> SendingPause:
    """Stop sending at the unit and everything below it and return the stop.

    Raises InvalidInputError without a reason (up to 300 characters), UnknownUnitError, and AlreadyPausedError when a
    stop of this very unit stands; one of a unit above is no hindrance, as it may end earlier.
    """
    # What cannot be seen is left out; of it, PostgreSQL keeps no NUL.
    said = " ".join("".join(filter(str.isprintable, " ".join(reason.split()))).split())
    if not said:
        raise InvalidInputError("say why sending stops", field="reason", code="missing")
    if len(said) > MAX_REASON:
        raise InvalidInputError("the reason is too long", field="reason", code="too_long", limit=MAX_REASON)
    if session.get(Unit, unit_id) is None:
        raise UnknownUnitError(f"no unit {unit_id}")
    standing = SendingPause(id=new_id(), unit_id=unit_id, reason=said, began_at=now, began_by_id=user_id)
    try:
        with session.begin_nested():  # the unique index tells of another who was faster, and the rest goes on
            session.add(standing)
    except IntegrityError as error:
        raise AlreadyPausedError("sending is stopped there already") from error
    record(
        session,
        "sending.pause",
        now=now,
        user_id=user_id,
        object_type="unit",
        object_id=unit_id,
        details={"pause_id": str(standing.id)},
    )
    return standing


def resume(
    session: Session, pause_id: uuid.UUID, *, user_id: uuid.UUID | None, now: datetime, scope: Scope = EVERYTHING
) -> SendingPause:
    """End the stop and return it; what waits is sent again. Raises NotPausedError."""
    standing = session.scalars(
        select(SendingPause)
        .where(SendingPause.id == pause_id, SendingPause.ended_at.is_(None), scope.where(SendingPause.unit_id))
        .with_for_update()
    ).one_or_none()
    if standing is None:
        raise NotPausedError("no such stop stands")
    standing.ended_at, standing.ended_by_id = now, user_id
    record(
        session,
        "sending.resume",
        now=now,
        user_id=user_id,
        object_type="unit",
        object_id=standing.unit_id,
        details={"pause_id": str(standing.id)},
    )
    return standing


def is_paused(session: Session, unit_id: uuid.UUID) -> bool:
    """Tell whether sending is stopped at the unit or at one above it."""
    stands = (
        exists()
        .where(SendingPause.unit_id == UnitAncestor.ancestor_id, SendingPause.ended_at.is_(None))
        .where(UnitAncestor.unit_id == unit_id)
    )
    return bool(session.scalar(select(stands)))


def standing_pauses(session: Session, scope: Scope = EVERYTHING) -> list[StandingPause]:
    """Return the stops within the scope, and those above it that hold there too; the company's first, then by name.

    They are few: a stop is an emergency.
    """
    # A manager of an office must learn of the stop of the whole region, which lies above what she may see.
    above = exists().where(UnitAncestor.ancestor_id == SendingPause.unit_id, scope.where(UnitAncestor.unit_id))
    rows = session.execute(
        select(SendingPause, Unit.name, Unit.code, StaffUser.name)
        .join(Unit, Unit.id == SendingPause.unit_id)
        .outerjoin(StaffUser, StaffUser.id == SendingPause.began_by_id)
        .where(SendingPause.ended_at.is_(None), above)
        .order_by(Unit.code != ROOT_CODE, Unit.name, SendingPause.id)
    )
    return [
        StandingPause(row.id, row.unit_id, name, code == ROOT_CODE, row.reason, row.began_at, by)
        for row, name, code, by in rows
    ]


def endable(session: Session, pauses: Collection[StandingPause], scope: Scope) -> frozenset[uuid.UUID]:
    """Return the ids of the stops whose units lie in the scope: those that whoever has it may end."""
    units = [each.unit_id for each in pauses]
    if not units:
        return frozenset()
    within = set(session.scalars(select(Unit.id).where(Unit.id.in_(units), scope.where(Unit.id))))
    return frozenset(each.id for each in pauses if each.unit_id in within)
