"""What has arrived on the callers' telephones: the one thing that no interface tells, since only they see it."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.invitations.links import invitation_token
from app.invitations.models import Invitation
from app.kit.crypto import Vault
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel

_ARRIVED = (MessageState.HANDED_OVER, MessageState.DELIVERED, MessageState.READ)
# Little enough for any database's limit of parameters.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Arrived:
    """A question on somebody's screen, with the token of its link and buttons."""

    interaction_id: uuid.UUID
    channel: MessagingChannel
    token: str


def find_arrived(session: Session, vault: Vault, interaction_ids: Collection[uuid.UUID]) -> Iterator[Arrived]:
    """Yield the questions about these interactions that gateways have taken by now."""
    wanted = list(interaction_ids)
    for start in range(0, len(wanted), _AT_ONCE):
        rows = session.execute(
            select(Invitation.interaction_id, Invitation.id, Message.channel)
            .join(Message, Message.subject_id == Invitation.id)
            .where(
                Invitation.interaction_id.in_(wanted[start : start + _AT_ONCE]),
                Message.purpose == MessagePurpose.INVITATION,
                Message.state.in_(_ARRIVED),
            )
        )
        for interaction_id, invitation_id, channel in rows:
            yield Arrived(interaction_id, MessagingChannel(channel), invitation_token(vault, invitation_id))
