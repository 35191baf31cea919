"""What a respondent is shown as done: "you asked, we did". One cheap read a page."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.improvements.models import Improvement, ImprovementState
from app.kit.i18n import Language
from app.organisation.models import UnitAncestor

SHOWN = 3


def find_shown(session: Session, unit_id: uuid.UUID, language: Language) -> Sequence[str]:
    """Return in the language up to three improvements done at the unit or above it, the latest first."""
    words = getattr(Improvement, f"done_{language}")
    return session.scalars(
        select(words)
        .join(UnitAncestor, UnitAncestor.ancestor_id == Improvement.unit_id)
        .where(
            UnitAncestor.unit_id == unit_id,
            Improvement.state == ImprovementState.DONE,
            Improvement.shown,
            words.is_not(None),
        )
        .order_by(Improvement.done_at.desc(), Improvement.id.desc())
        .limit(SHOWN)
    ).all()
