"""How many codes are in use, by unit. Read-only."""

import uuid
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.organisation.models import UnitAncestor
from app.touchpoints.models import Touchpoint


def count_live_below(session: Session, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many live codes each unit has with all below it; those with none are left out. One query."""
    rows = session.execute(
        select(UnitAncestor.ancestor_id, func.count())
        .join(Touchpoint, Touchpoint.unit_id == UnitAncestor.unit_id)
        .where(UnitAncestor.ancestor_id.in_(unit_ids), Touchpoint.revoked_at.is_(None))
        .group_by(UnitAncestor.ancestor_id)
    )
    return dict(rows.all())
