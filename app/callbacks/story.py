"""What stands beside a case's own events: the call or visit itself, and the messages that we sent."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.callbacks.states import EntryKind
from app.invitations.models import Interaction, Invitation
from app.invitations.recordings import safe_link
from app.messaging.models import Message
from app.organisation.models import Employee, Unit

MOST = 30


@dataclass(frozen=True, slots=True)
class HeldCall:
    """The call, visit or chat that the case is about; `at` is its end, `recording` an address that may be followed."""

    entry: ClassVar = EntryKind.CALL
    at: datetime
    id: uuid.UUID
    contact_id: uuid.UUID | None
    unit_name: str
    channel: str
    started_at: datetime | None
    wait_seconds: int | None
    handle_seconds: int | None
    employee: str | None
    topic: str | None
    answered: bool | None
    resolved: bool | None
    tags: tuple[str, ...]
    recording: str | None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message to the person, without its words and its address: when it left, or when it was made if it has not."""

    entry: ClassVar = EntryKind.MESSAGE
    at: datetime
    id: uuid.UUID
    channel: str
    purpose: str
    state: str
    failure: str | None


def find_call(session: Session, interaction_id: uuid.UUID | None, scope: Scope) -> HeldCall | None:
    """Return the interaction as the timeline tells it, or None without one or outside the scope."""
    if interaction_id is None:
        return None
    row = session.execute(
        select(Interaction, Unit.name, Employee.name)
        .join(Unit, Unit.id == Interaction.unit_id)
        .outerjoin(Employee, Employee.id == Interaction.employee_id)
        .where(Interaction.id == interaction_id, scope.where(Interaction.unit_id))
    ).one_or_none()
    if row is None:
        return None
    call, unit_name, employee = row
    return HeldCall(
        at=call.ended_at,
        id=call.id,
        contact_id=call.contact_id,
        unit_name=unit_name,
        channel=call.channel,
        started_at=call.started_at,
        wait_seconds=call.wait_seconds,
        handle_seconds=call.handle_seconds,
        employee=employee,
        topic=call.topic,
        answered=call.answered,
        resolved=call.resolved,
        tags=tuple(call.tags),
        recording=safe_link(call.recording_url),
    )


def list_sent(
    session: Session, *, person_id: uuid.UUID | None, interaction_id: uuid.UUID | None, scope: Scope
) -> list[SentMessage]:
    """Return up to 30 messages to the person, or about the one interaction of somebody unknown, the latest first."""
    about: list[ColumnElement[bool]] = []
    if person_id is not None:
        about.append(Message.contact_id == person_id)
    if interaction_id is not None:
        about.append(Message.subject_id.in_(select(Invitation.id).where(Invitation.interaction_id == interaction_id)))
    if not about:
        return []
    sent = session.scalars(
        select(Message)
        .where(or_(*about), scope.where(Message.unit_id))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(MOST)
    )
    return [
        SentMessage(one.handed_over_at or one.created_at, one.id, one.channel, one.purpose, one.state, one.failure)
        for one in sent
    ]
