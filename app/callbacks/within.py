"""What a list or a find of cases is narrowed to, as conditions."""

import uuid

from sqlalchemy import ColumnElement, select

from app.accounts.scope import Scope
from app.callbacks.models import CallbackCase
from app.organisation.models import UnitAncestor


def within(scope: Scope, unit_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    """Return the conditions that a case lies in the scope and, if given, at the unit or below it."""
    conditions = [] if scope.everything else [scope.where(CallbackCase.unit_id)]
    if unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id)
        conditions.append(CallbackCase.unit_id.in_(below))
    return conditions
