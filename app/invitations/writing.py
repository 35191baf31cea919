"""Interactions with what was decided, their invitations and messages, into the database in batches."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.invitations.counts import Limit
from app.invitations.drafts import InteractionDraft
from app.invitations.links import token_hash
from app.invitations.models import Decision, Delivery, Interaction, Invitation
from app.invitations.policy import Verdict
from app.kit.crypto import Vault
from app.kit.db import table_of, upsert
from app.kit.i18n import Language
from app.messaging.many import NewMessage, queue_messages
from app.messaging.models import MessagePurpose, MessagingChannel

# The keys of their words in `config/messages.yaml`.
INVITATION_TEXT = "invitation"
REMINDER_TEXT = "reminder"


@dataclass(slots=True)
class Decided:
    """An interaction that was decided on. `prices` are those of the messages planned, in hundredths."""

    interaction_id: uuid.UUID
    draft: InteractionDraft
    body_hash: bytes
    unit_id: uuid.UUID
    employee_id: uuid.UUID | None
    contact: Contact | None
    verdict: Verdict
    invitation_id: uuid.UUID | None = None
    language: Language | None = None
    reminder: tuple[MessagingChannel, datetime] | None = None
    prices: tuple[int, ...] = ()
    limits: list[Limit] = field(default_factory=list)

    @property
    def planned(self) -> tuple[MessagingChannel, ...]:
        """The channels that messages are planned in: the invitation's, and the reminder's if there is to be one."""
        return (*self.verdict.channels[:1], *([self.reminder[0]] if self.reminder else []))

    @property
    def cost(self) -> int:
        """What the planned messages are expected to cost together."""
        return sum(self.prices)


def write_decided(
    session: Session, vault: Vault, decided: Sequence[Decided], *, now: datetime
) -> list[tuple[str, str]]:
    """Write what was decided and return the names of those that another request has told meanwhile: not written.

    The insert that does nothing for a name that is there waits, on PostgreSQL, until the other has committed.
    """
    if not decided:
        return []
    session.flush()  # contacts that the rows point at
    statement = (
        upsert(session, table_of(Interaction))
        .on_conflict_do_nothing(index_elements=["source", "external_id"])
        .returning(table_of(Interaction).c.id)
    )
    written = set(session.scalars(statement, [_interaction(one, now) for one in decided]))
    kept = [one for one in decided if one.interaction_id in written]
    invited = [one for one in kept if one.invitation_id is not None]
    if invited:
        session.execute(insert(table_of(Invitation)), [_invitation(vault, one, now) for one in invited])
        queue_messages(session, [message for one in invited for message in _messages(one)], now=now)
    return [one.draft.name for one in decided if one.interaction_id not in written]


def _interaction(one: Decided, now: datetime) -> dict[str, object]:
    draft = one.draft
    return {
        "id": one.interaction_id,
        "source": draft.source,
        "external_id": draft.external_id,
        "body_hash": one.body_hash,
        "channel": draft.channel,
        "unit_id": one.unit_id,
        "employee_id": one.employee_id,
        "contact_id": one.contact.id if one.contact is not None else None,
        "language": draft.language,
        "started_at": draft.started_at,
        "ended_at": draft.ended_at,
        "wait_seconds": draft.wait_seconds,
        "handle_seconds": draft.handle_seconds,
        "topic": draft.topic,
        "answered": draft.answered,
        "resolved": draft.resolved,
        "recording_url": draft.recording_url,
        "tags": list(draft.tags),
        "delivery": draft.delivery,
        "decision": one.verdict.decision,
        "reason": one.verdict.reason,
        "decided_at": now,
        "demo": draft.demo,
    }


def _invitation(vault: Vault, one: Decided, now: datetime) -> dict[str, object]:
    verdict, invitation_id = one.verdict, one.invitation_id
    if invitation_id is None or verdict.decision is not Decision.INVITED:
        raise ValueError("only whoever is invited has an invitation")
    return {
        "id": invitation_id,
        "interaction_id": one.interaction_id,
        "token_hash": token_hash(vault, invitation_id),
        "survey_key": verdict.survey_key,
        "language": one.language,
        "created_at": now,
        "send_at": verdict.send_at,
        "send_by": verdict.send_by,
        "answer_by": verdict.answer_by,
        "opens": 0,
        "scanned": False,
        "demo": one.draft.demo,
    }


def _messages(one: Decided) -> list[NewMessage]:
    """Return the invitation's message and the reminder's; none for an interaction whose link is shown, not sent."""
    verdict, contact = one.verdict, one.contact
    if one.draft.delivery is Delivery.SELF or contact is None or one.invitation_id is None or one.language is None:
        return []
    if verdict.send_at is None:
        raise ValueError("an invitation says when it is sent")
    plans = [(verdict.channels[0], MessagePurpose.INVITATION, INVITATION_TEXT, verdict.send_at, verdict.send_by)]
    if one.reminder is not None:
        plans.append((one.reminder[0], MessagePurpose.REMINDER, REMINDER_TEXT, one.reminder[1], verdict.answer_by))
    return [
        NewMessage(
            channel=channel,
            purpose=purpose,
            subject_id=one.invitation_id,
            contact_id=contact.id,
            unit_id=one.unit_id,
            language=one.language,
            text_key=text_key,
            due_at=due_at,
            send_by=send_by,
            # An invitation is written to fit one part; the gateway's word replaces the price.
            segments=1 if channel is MessagingChannel.SMS else 0,
            cost=price,
            demo=one.draft.demo,
        )
        for (channel, purpose, text_key, due_at, send_by), price in zip(plans, one.prices, strict=True)
    ]
