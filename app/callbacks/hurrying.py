"""What makes a case more urgent than its rating: the person was unhappy lately, or the call carries a tag."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.callbacks.rules.clocks import Hurried, Hurry
from app.callbacks.states import CaseReason
from app.invitations.models import Interaction
from app.kit.db import table_of

_CASE, _INTERACTION = table_of(CallbackCase).c, table_of(Interaction).c
_UNHAPPY = (CaseReason.LOW_RATING, CaseReason.COMPLAINT)
# One statement, composed once: asked while a rating is taken, by the index on the contact and the interaction's key.
_LOOK = select(
    exists()
    .where(
        _CASE.contact_id == bindparam("contact_id"),
        _CASE.opened_at >= bindparam("since"),
        _CASE.reason.in_(_UNHAPPY),
        _CASE.id != bindparam("case_id"),
    )
    .label("repeated"),
    select(_INTERACTION.tags).where(_INTERACTION.id == bindparam("interaction_id")).scalar_subquery().label("tags"),
)


def find_hurries(
    session: Session,
    hurry: Hurry,
    *,
    case_id: uuid.UUID,
    contact_id: uuid.UUID | None,
    interaction_id: uuid.UUID | None,
    now: datetime,
) -> frozenset[Hurried]:
    """Return what hurries the case, which need not be stored yet; nobody known, nothing is asked of the database."""
    if contact_id is None and interaction_id is None:
        return frozenset()
    values = {
        "case_id": case_id,
        "contact_id": contact_id,
        "interaction_id": interaction_id,
        "since": now - timedelta(days=hurry.repeated_within_days),
    }
    repeated, tags = session.execute(_LOOK, values).one()
    found = {Hurried.REPEATED} if repeated else set()
    if set(hurry.vip_tags) & set(tags or ()):
        found.add(Hurried.VIP)
    return frozenset(found)
