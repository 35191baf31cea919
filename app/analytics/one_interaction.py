"""The call, visit or chat behind a response, and what else the same person was in touch about lately. Read-only."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.invitations.models import Interaction, Invitation
from app.invitations.recordings import safe_link
from app.organisation.models import Employee, Unit
from app.responses.models import SurveyResponse
from app.surveys.definition import Definition
from app.surveys.service import get_definition

# How far back, and how many, others of the same person are shown.
_LATELY = timedelta(days=90)
_MOST = 10


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another interaction of the same person; `rating` of what it was answered with, in `definition`'s scale."""

    id: uuid.UUID
    ended_at: datetime
    channel: str
    topic: str | None
    unit_name: str
    employee: str | None
    response_id: uuid.UUID | None
    rating: int | None
    definition: Definition | None


@dataclass(frozen=True, slots=True)
class InteractionReport:
    """One interaction with who had it; `recording` is its address if a browser may follow it, else None.

    `invitation` is None for one that nobody was asked about; `others` are those of the same person, the latest first.
    """

    interaction: Interaction
    employee: Employee | None
    invitation: Invitation | None
    recording: str | None
    others: tuple[Earlier, ...]


def find_interaction(
    session: Session, interaction_id: uuid.UUID | None, *, scope: Scope, now: datetime
) -> InteractionReport | None:
    """Return the interaction with all that staff may know of it, or None without one or outside the scope."""
    if interaction_id is None:
        return None
    row = session.execute(
        select(Interaction, Employee, Invitation)
        .outerjoin(Employee, Employee.id == Interaction.employee_id)
        .outerjoin(Invitation, Invitation.interaction_id == Interaction.id)
        .where(Interaction.id == interaction_id, scope.where(Interaction.unit_id))
    ).one_or_none()
    if row is None:
        return None
    interaction, employee, invitation = row
    return InteractionReport(
        interaction=interaction,
        employee=employee,
        invitation=invitation,
        recording=safe_link(interaction.recording_url),
        others=_others(session, interaction, scope=scope, now=now),
    )


def _others(session: Session, interaction: Interaction, *, scope: Scope, now: datetime) -> tuple[Earlier, ...]:
    if interaction.contact_id is None:
        return ()
    rows = session.execute(
        select(
            Interaction.id,
            Interaction.ended_at,
            Interaction.channel,
            Interaction.topic,
            Unit.name,
            Employee.name,
            SurveyResponse.id,
            SurveyResponse.rating,
            SurveyResponse.survey_version_id,
        )
        .join(Unit, Unit.id == Interaction.unit_id)
        .outerjoin(Employee, Employee.id == Interaction.employee_id)
        .outerjoin(SurveyResponse, SurveyResponse.interaction_id == Interaction.id)
        .where(
            Interaction.contact_id == interaction.contact_id,
            Interaction.id != interaction.id,
            Interaction.ended_at > now - _LATELY,
            scope.where(Interaction.unit_id),
        )
        .order_by(Interaction.ended_at.desc())
        .limit(_MOST)
    )
    return tuple(
        Earlier(
            id=row[0],
            ended_at=row[1],
            channel=row[2],
            topic=row[3],
            unit_name=row[4],
            employee=row[5],
            response_id=row[6],
            rating=row[7],
            definition=get_definition(session, row[8]) if row[8] else None,
        )
        for row in rows
    )
