"""What was told before: the same interaction again, and others of the same person at the same moment."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.invitations.models import Decision, Delivery, Interaction, Invitation, Reason
from app.invitations.policy import SAME_CONTACT


@dataclass(frozen=True, slots=True)
class Earlier:
    """An interaction that was accepted before, and what followed."""

    interaction_id: uuid.UUID
    body_hash: bytes
    decision: Decision
    reason: Reason | None
    delivery: Delivery
    invitation_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An interaction of the same person."""

    unit_id: uuid.UUID
    employee_id: uuid.UUID | None
    ended_at: datetime

    def is_same_as(self, other: "Neighbour") -> bool:
        """Tell whether the two are one, told under two ids."""
        same_place = self.unit_id == other.unit_id and self.employee_id == other.employee_id
        return same_place and abs(self.ended_at - other.ended_at) <= SAME_CONTACT


def find_earlier(session: Session, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Earlier]:
    """Return what was accepted before under the names (source, external id); a query for each source."""
    by_source: dict[str, list[str]] = {}
    for source, external_id in names:
        by_source.setdefault(source, []).append(external_id)
    found: dict[tuple[str, str], Earlier] = {}
    for source, external_ids in by_source.items():
        rows = session.execute(
            select(
                Interaction.external_id,
                Interaction.id,
                Interaction.body_hash,
                Interaction.decision,
                Interaction.reason,
                Interaction.delivery,
                Invitation.id,
            )
            .outerjoin(Invitation, Invitation.interaction_id == Interaction.id)
            .where(Interaction.source == source, Interaction.external_id.in_(external_ids))
        )
        for external_id, interaction_id, body_hash, decision, reason, delivery, invitation_id in rows:
            found[source, external_id] = Earlier(
                interaction_id,
                body_hash,
                Decision(decision),
                Reason(reason) if reason is not None else None,
                Delivery(delivery),
                invitation_id,
            )
    return found


def find_neighbours(
    session: Session, contact_ids: Collection[uuid.UUID], *, since: datetime, until: datetime
) -> dict[uuid.UUID, list[Neighbour]]:
    """Return the people's interactions that ended within the span, by person."""
    if not contact_ids:
        return {}
    rows = session.execute(
        select(Interaction.contact_id, Interaction.unit_id, Interaction.employee_id, Interaction.ended_at).where(
            Interaction.contact_id.in_(contact_ids), Interaction.ended_at.between(since, until)
        )
    )
    found: dict[uuid.UUID, list[Neighbour]] = {}
    for contact_id, unit_id, employee_id, ended_at in rows:
        if contact_id is None:  # never: those asked for have one
            continue
        found.setdefault(contact_id, []).append(Neighbour(unit_id, employee_id, ended_at))
    return found
