"""Close a unit with all below it, and reopen what was closed together.

A closed unit leaves the lists, gets no new codes and nothing can be put below it. Its codes go on working until they
are withdrawn: a poster that still hangs somewhere must not turn away whoever scans it.
"""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.organisation.facts import InvalidUnitError
from app.organisation.models import Unit, UnitAncestor
from app.organisation.tree import UnitClosedError, lock_tree


def close_unit(session: Session, unit: Unit, *, now: datetime) -> int:
    """Close the unit and all open ones below it; return how many were closed, 0 if it was closed already.

    Raises InvalidUnitError for the company.
    """
    lock_tree(session)
    session.refresh(unit, ["closed_at"])  # somebody may have closed it while this waited for the lock
    if unit.parent_id is None:
        raise InvalidUnitError("the company itself cannot be closed", code="company_is_set")
    if unit.closed_at is not None:
        return 0
    wanted = (_is_below(unit.id), Unit.closed_at.is_(None))
    count = session.scalars(select(func.count()).select_from(Unit).where(*wanted)).one()
    session.execute(update(Unit).where(*wanted).values(closed_at=now, updated_at=now))
    return count


def reopen_unit(session: Session, unit: Unit, *, now: datetime) -> int:
    """Open the unit again with those below it that were closed together with it; return how many, 0 if it was open.

    Raises UnitClosedError while the unit above is closed.
    """
    lock_tree(session)
    session.refresh(unit, ["closed_at", "parent_id"])
    if unit.closed_at is None:
        return 0
    if session.scalar(select(Unit.closed_at).where(Unit.id == unit.parent_id)) is not None:
        raise UnitClosedError("the unit above is closed; reopen that one first")
    wanted = (_is_below(unit.id), Unit.closed_at == unit.closed_at)
    count = session.scalars(select(func.count()).select_from(Unit).where(*wanted)).one()
    session.execute(update(Unit).where(*wanted).values(closed_at=None, updated_at=now))
    return count


def _is_below(unit_id: uuid.UUID) -> ColumnElement[bool]:
    return Unit.id.in_(select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id))
