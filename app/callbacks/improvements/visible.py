"""Which improvements somebody may see: those of their own units, and those above that are meant for them, too."""

import uuid

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.callbacks.improvements.models import Improvement
from app.kit.errors import NotFoundError
from app.organisation.models import UnitAncestor


class ImprovementNotFoundError(NotFoundError):
    """There is no such improvement, or it is another office's."""

    code = "unknown_improvement"


def concerns(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that an improvement is of a unit that lies in the scope or above a unit of it."""
    return exists().where(UnitAncestor.ancestor_id == Improvement.unit_id, scope.where(UnitAncestor.unit_id))


def get_improvement(session: Session, improvement_id: uuid.UUID, scope: Scope) -> Improvement:
    """Return the improvement that concerns the scope; raises ImprovementNotFoundError."""
    return _get(session, improvement_id, concerns(scope))


def get_own_improvement(session: Session, improvement_id: uuid.UUID, scope: Scope) -> Improvement:
    """Return the improvement of a unit within the scope; raises ImprovementNotFoundError."""
    return _get(session, improvement_id, scope.where(Improvement.unit_id))


def hold_improvement(session: Session, improvement_id: uuid.UUID, scope: Scope) -> Improvement:
    """Return the improvement of a unit within the scope, its row held; raises ImprovementNotFoundError."""
    return _get(session, improvement_id, scope.where(Improvement.unit_id), held=True)


def _get(
    session: Session, improvement_id: uuid.UUID, allowed: ColumnElement[bool], *, held: bool = False
) -> Improvement:
    query = select(Improvement).where(Improvement.id == improvement_id, allowed)
    if held:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise ImprovementNotFoundError("no such improvement")
    return found
