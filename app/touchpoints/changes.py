"""What becomes of a printed code: re-pointed, withdrawn, taken back into use; each leaves a line of audit."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.scope import Scope
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.organisation.models import Employee, Unit
from app.touchpoints.history import REPOINTED, RESTORED, REVOKED, SUBJECT
from app.touchpoints.models import Channel, Touchpoint
from app.touchpoints.service import Target, live_ones, read_placement


class TouchpointTakenError(ConflictError):
    """Another live code already stands for this unit, employee, survey and placement; `details` name it."""

    code = "touchpoint_taken"


class WrongTargetError(InvalidInputError):
    """A code cannot lead there: the unit is closed, or the employee works elsewhere."""

    code = "wrong_target"


def revoke_touchpoint(
    session: Session, touchpoint_id: uuid.UUID, *, scope: Scope, by: uuid.UUID | None = None, now: datetime
) -> Touchpoint:
    """Make the code answer like an unknown one, from now on; revoking twice changes nothing.

    `by` is None on the command line, here as below.
    """
    touchpoint = _get(session, touchpoint_id, scope)
    if touchpoint.revoked_at is None:
        touchpoint.revoked_at = touchpoint.updated_at = now
        record(session, REVOKED, now=now, user_id=by, object_type=SUBJECT, object_id=touchpoint.id)
    return touchpoint


def restore_touchpoint(
    session: Session, touchpoint_id: uuid.UUID, *, scope: Scope, by: uuid.UUID | None = None, now: datetime
) -> Touchpoint:
    """Take a withdrawn code back into use where it stood; one in use stays as it is.

    Raises TouchpointTakenError if another code has taken its place since.
    """
    touchpoint = _get(session, touchpoint_id, scope)
    if touchpoint.revoked_at is None:
        return touchpoint
    target = Target(
        touchpoint.unit_id,
        touchpoint.survey_key,
        touchpoint.placement,
        Channel(touchpoint.channel),
        touchpoint.employee_id,
    )
    try:
        with session.begin_nested():
            touchpoint.revoked_at, touchpoint.updated_at = None, now
    except IntegrityError as error:
        raise _taken(session, target) from error
    record(session, RESTORED, now=now, user_id=by, object_type=SUBJECT, object_id=touchpoint.id)
    return touchpoint


def repoint_touchpoint(
    session: Session,
    touchpoint_id: uuid.UUID,
    target: Target,
    *,
    scope: Scope,
    by: uuid.UUID | None = None,
    now: datetime,
) -> Touchpoint:
    """Let the printed code lead elsewhere. Answers already given stay with the unit that they were given to.

    Raises NotFoundError if the code or the new unit is unknown or out of scope, WrongTargetError,
    InvalidPlacementError, TouchpointTakenError if another live code already stands there.
    """
    touchpoint = _get(session, touchpoint_id, scope)
    unit = session.scalar(select(Unit).where(Unit.id == target.unit_id, scope.where(Unit.id)))
    if unit is None:
        raise NotFoundError("no such unit")
    old = session.get_one(Unit, touchpoint.unit_id)
    _check_target(session, touchpoint, target, unit)
    facts = {
        "unit_id": unit.id,
        "employee_id": target.employee_id,
        "survey_key": target.survey_key,
        "placement": read_placement(target.placement),
        "channel": str(target.channel),
        "demo": unit.demo,
    }
    different = {name: value for name, value in facts.items() if getattr(touchpoint, name) != value}
    if not different:
        return touchpoint
    # Never with what was typed: of the placement and the employee only that they changed.
    changed = [name for name in ("unit_id", "employee_id", "survey_key", "placement", "channel") if name in different]
    details = {
        "changed": [name.removesuffix("_id").removesuffix("_key") for name in changed],
        "unit": [old.code, unit.code],
        "survey": [touchpoint.survey_key, target.survey_key],
    }
    try:
        with session.begin_nested():
            for name, value in different.items():
                setattr(touchpoint, name, value)
            touchpoint.updated_at = now
    except IntegrityError as error:
        raise _taken(session, target) from error
    record(session, REPOINTED, now=now, user_id=by, object_type=SUBJECT, object_id=touchpoint.id, details=details)
    return touchpoint


def _check_target(session: Session, touchpoint: Touchpoint, target: Target, unit: Unit) -> None:
    """What was so before may stay so; only what is newly chosen is asked to be right."""
    if unit.closed_at is not None and unit.id != touchpoint.unit_id:
        raise WrongTargetError("this unit is closed", field="unit", code="unit_closed")
    same = (target.employee_id, unit.id) == (touchpoint.employee_id, touchpoint.unit_id)
    if target.employee_id is not None and not same:
        works_at = session.scalar(select(Employee.unit_id).where(Employee.id == target.employee_id))
        if works_at != unit.id:
            raise WrongTargetError("this employee does not work there", field="employee", code="employee_elsewhere")


def _taken(session: Session, target: Target) -> Exception:
    """Return what to raise when the index of live touchpoints has refused the target."""
    placement = read_placement(target.placement)
    other = session.scalar(live_ones([target.unit_id], target, placement).with_only_columns(Touchpoint.code))
    if other is None:
        return ConflictError("somebody has changed this code at the same time; try again")
    return TouchpointTakenError(f"the code {other} already stands there; revoke it first", code=other)


def _get(session: Session, touchpoint_id: uuid.UUID, scope: Scope) -> Touchpoint:
    touchpoint = session.scalar(
        select(Touchpoint).where(Touchpoint.id == touchpoint_id, scope.where(Touchpoint.unit_id))
    )
    if touchpoint is None:
        raise NotFoundError("no such touchpoint")
    return touchpoint
