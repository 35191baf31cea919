"""A finished call of the demo as rows: the interaction, who called, the invitation and the message that carried it."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.contacts.models import Contact
from app.demo.calls import Call
from app.invitations.links import token_hash
from app.invitations.models import Decision, Delivery, Interaction, Invitation, Reason
from app.kit.crypto import Vault, digest
from app.kit.db import Base
from app.kit.ids import new_id
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.responses.models import Via
from app.touchpoints.service import LiveTouchpoint

Row = dict[str, Any]
_SOURCE = "demo-pbx"
_DELAY, _SEND_BY, _ANSWER_BY = timedelta(minutes=5), timedelta(hours=24), timedelta(days=7)
_CHANNELS = {Via.SMS: MessagingChannel.SMS, Via.TELEGRAM: MessagingChannel.TELEGRAM}
# What became of the messages that nobody answered, by turns.
_ENDS = (
    (MessageState.DELIVERED, None),
    (MessageState.READ, None),
    (MessageState.DELIVERED, None),
    (MessageState.HANDED_OVER, None),
    (MessageState.DELIVERED, None),
    (MessageState.FAILED, "unknown_number"),
    (MessageState.DELIVERED, None),
    (MessageState.FAILED_TECHNICAL, "unavailable"),
    (MessageState.DELIVERED, None),
    (MessageState.EXPIRED, "too_late"),
)
_PRICE = 1500


class CallRows:
    """Makes the rows of calls, one call at a time; `numbers` are telephone numbers that belong to nobody."""

    def __init__(self, vault: Vault, numbers: Iterator[str], *, survey: str, now: datetime) -> None:
        self._vault, self._numbers, self._survey, self._now = vault, numbers, survey, now
        self._last_asked: uuid.UUID | None = None
        self.rows: dict[type[Base], list[Row]] = {Contact: [], Interaction: [], Invitation: [], Message: []}

    def add(self, call: Call, live: LiveTouchpoint) -> tuple[uuid.UUID, uuid.UUID | None]:
        """Return the ids of the interaction and of its contact, if there is one."""
        decided_at = min(call.ended_at + timedelta(seconds=20), self._now)
        contact_id = self._caller(call, decided_at) if call.known else None
        interaction_id = new_id()
        self.rows[Interaction].append(
            {
                "id": interaction_id,
                "source": _SOURCE,
                "external_id": f"demo-call-{call.number:05}",
                "body_hash": digest(f"demo {call.number}"),
                "channel": live.channel,
                "unit_id": live.unit_id,
                "employee_id": live.employee_id,
                "contact_id": contact_id,
                "language": call.language,
                "started_at": call.ended_at - timedelta(seconds=call.wait_seconds + call.handle_seconds),
                "ended_at": call.ended_at,
                "wait_seconds": call.wait_seconds,
                "handle_seconds": call.handle_seconds,
                "topic": call.topic,
                "answered": call.reason is not Reason.UNANSWERED,
                "resolved": call.resolved,
                "recording_url": f"https://pbx.example/records/{call.number:05}" if call.handle_seconds else None,
                "tags": list(call.tags),
                "delivery": Delivery.AUTO,
                "decision": Decision.SKIPPED if call.reason else Decision.INVITED,
                "reason": call.reason,
                "decided_at": decided_at,
                "demo": True,
            }
        )
        if call.reason is None and contact_id is not None:
            self._ask(call, live, interaction_id, contact_id, decided_at)
        return interaction_id, contact_id

    def _caller(self, call: Call, at: datetime) -> uuid.UUID | None:
        if call.reason is Reason.ASKED_LATELY and self._last_asked is not None:
            return self._last_asked
        phone = next(self._numbers, None)
        if phone is None:
            return None
        contact_id = new_id()
        self.rows[Contact].append(
            {
                "id": contact_id,
                "phone_enc": self._vault.encrypt(phone, table="contact", column="phone_enc", row_id=contact_id),
                "phone_index": self._vault.blind_index("phone", phone),
                "asked_at": None if call.reason else at,
                "language": call.language,
                "demo": True,
                "created_at": at,
                "updated_at": at,
            }
        )
        if call.reason is None:
            self._last_asked = contact_id
        return contact_id

    def _ask(
        self, call: Call, live: LiveTouchpoint, interaction_id: uuid.UUID, contact_id: uuid.UUID, at: datetime
    ) -> None:
        invitation_id, sent_at = new_id(), call.ended_at + _DELAY
        self.rows[Invitation].append(
            {
                "id": invitation_id,
                "interaction_id": interaction_id,
                "token_hash": token_hash(self._vault, invitation_id),
                "survey_key": self._survey,
                "language": call.language,
                "created_at": at,
                "send_at": sent_at,
                "send_by": call.ended_at + _SEND_BY,
                "answer_by": sent_at + _ANSWER_BY,
                "opens": 1 if call.via is Via.PAGE else 0,
                "demo": True,
            }
        )
        channel = _CHANNELS.get(call.via, MessagingChannel.SMS) if call.via else MessagingChannel.SMS
        state, failure = (MessageState.DELIVERED, None) if call.via else _ENDS[call.number % len(_ENDS)]
        reached = state in (MessageState.HANDED_OVER, MessageState.DELIVERED, MessageState.READ)
        arrived = state in (MessageState.DELIVERED, MessageState.READ)
        seconds = timedelta(seconds=1)
        self.rows[Message].append(
            {
                "id": new_id(),
                "channel": channel,
                "purpose": MessagePurpose.INVITATION,
                "subject_id": invitation_id,
                "contact_id": contact_id,
                "unit_id": live.unit_id,
                "language": call.language,
                "text_key": "invitation",
                "params": {},
                "state": state,
                "created_at": at,
                "due_at": sent_at,
                "send_by": call.ended_at + _SEND_BY,
                "gateway": None if state is MessageState.EXPIRED else "console",
                "provider_id": f"demo-{call.number}" if reached else None,
                "tries": 0 if state is MessageState.EXPIRED else 1,
                "segments": 1 if channel is MessagingChannel.SMS else 0,
                "cost": _PRICE if channel is MessagingChannel.SMS and reached else 0,
                "handed_over_at": sent_at + 2 * seconds if reached else None,
                "delivered_at": sent_at + 5 * seconds if arrived else None,
                "read_at": sent_at + 60 * seconds if state is MessageState.READ else None,
                "failed_at": None if reached else sent_at + 3 * seconds,
                "failure": failure,
                "demo": True,
            }
        )
