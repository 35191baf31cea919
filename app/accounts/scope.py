"""Which units somebody may see, as a value that every find and list for staff takes and turns into a WHERE."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, false, select, true

from app.organisation.models import UnitAncestor


@dataclass(frozen=True, slots=True)
class Scope:
    """The granted units and all below them, or the whole company. Built from no grants, it holds nothing."""

    unit_ids: frozenset[uuid.UUID] = frozenset()
    everything: bool = False

    def where(self, column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """Return the condition that `column`, the id of a unit, lies in this scope; safe under OR and NOT."""
        if self.everything:
            return true()
        if not self.unit_ids:
            return false()
        return column.in_(select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id.in_(sorted(self.unit_ids))))

    def __bool__(self) -> bool:
        """Tell whether there is anything at all to see."""
        return self.everything or bool(self.unit_ids)


EVERYTHING = Scope(everything=True)
NOTHING = Scope()
