"""The single-use link of an invitation: its token, and what it opens."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.invitations.models import Interaction, Invitation
from app.kit.crypto import Vault, digest
from app.kit.errors import NotFoundError
from app.kit.i18n import Language
from app.kit.link_tokens import hash_typed, link_token
from app.organisation.models import Unit
from app.touchpoints.models import Channel


class LinkNotInUseError(NotFoundError):
    """No invitation can be answered under this token: unknown, expired and withdrawn are told alike."""

    code = "link_not_in_use"


@dataclass(frozen=True, slots=True)
class LiveInvitation:
    """What a single-use link leads to. `answerable` is about time alone: whether it is spent, the response says."""

    id: uuid.UUID
    interaction_id: uuid.UUID
    unit_id: uuid.UUID
    unit_name: str
    unit_address: str | None
    employee_id: uuid.UUID | None
    contact_id: uuid.UUID | None
    survey_key: str
    channel: Channel
    language: Language
    scanned: bool
    demo: bool
    # When the call, visit or chat was over, so that people remember which one it was.
    ended_at: datetime


def invitation_token(vault: Vault, invitation_id: uuid.UUID) -> str:
    """Return the 16 Crockford characters (80 bits) of `/i/<token>`: the same at each send, derived by us alone."""
    return link_token(vault, "invitation", str(invitation_id))


def token_hash(vault: Vault, invitation_id: uuid.UUID) -> bytes:
    """Return what is stored of the token."""
    return digest(invitation_token(vault, invitation_id))


def get_live(session: Session, token: str, *, now: datetime) -> LiveInvitation:
    """Return what the token opens, in any case and with O as 0; raises LinkNotInUseError. One query."""
    return _get(session, Invitation.token_hash == hash_typed(token), now)


def get_live_by_id(session: Session, invitation_id: uuid.UUID, *, now: datetime) -> LiveInvitation:
    """Return the invitation if it can be answered now; raises LinkNotInUseError."""
    return _get(session, Invitation.id == invitation_id, now)


def find_interaction_id(session: Session, invitation_id: uuid.UUID) -> uuid.UUID | None:
    """Return which interaction the invitation asks about, or None."""
    return session.scalar(select(Invitation.interaction_id).where(Invitation.id == invitation_id))


def _get(session: Session, which: object, now: datetime) -> LiveInvitation:
    row = session.execute(
        select(
            Invitation.id,
            Invitation.interaction_id,
            Interaction.unit_id,
            Unit.name,
            Unit.address,
            Interaction.employee_id,
            Interaction.contact_id,
            Invitation.survey_key,
            Interaction.channel,
            Invitation.language,
            Invitation.scanned,
            Invitation.demo,
            Interaction.ended_at,
        )
        .join(Interaction, Interaction.id == Invitation.interaction_id)
        .join(Unit, Unit.id == Interaction.unit_id)
        .where(which, Invitation.answer_by > now, Invitation.withdrawn_at.is_(None))  # type: ignore[arg-type]
    ).one_or_none()
    if row is None:
        raise LinkNotInUseError("no invitation can be answered under this token")
    invitation_id, interaction_id, unit_id, name, address, employee_id, contact_id, key, channel, language, *marks = row
    return LiveInvitation(
        invitation_id,
        interaction_id,
        unit_id,
        name,
        address,
        employee_id,
        contact_id,
        key,
        Channel(channel),
        Language(language),
        *marks,
    )
