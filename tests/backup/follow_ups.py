"""A row in every table of interactions, messages, API keys and webhooks, odd values among them."""

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.models import ApiKey
from app.contacts.models import Contact, Suppression
from app.invitations.models import AskedCount, Interaction, Invitation
from app.kit.idempotency import IdempotentAnswer
from app.kit.ids import new_id
from app.messaging.models import ChatTurn, GatewayHealth, InboundEvent, Message, MessageText, SendingPause
from app.webhooks.models import WebhookDelivery, WebhookEndpoint


def add_follow_ups(
    session: Session, *, unit_id: uuid.UUID, contact: Contact, user_id: uuid.UUID, odd: str, now: datetime
) -> None:
    """Add an interaction with all that can follow it."""
    later = now + timedelta(days=7, microseconds=123_457)
    interaction = Interaction(
        id=new_id(),
        source="pbx",
        external_id=odd,
        body_hash=bytes(range(32)),
        channel="call",
        unit_id=unit_id,
        contact_id=contact.id,
        ended_at=now,
        wait_seconds=0,
        handle_seconds=86_400,
        topic=odd,
        resolved=False,
        tags=["vip", odd],
        decision="invited",
        decided_at=now,
    )
    session.add(interaction)
    session.flush()
    invitation = Invitation(
        id=new_id(),
        interaction_id=interaction.id,
        token_hash=bytes(range(1, 33)),
        survey_key="call-follow-up",
        language="kk",
        created_at=now,
        send_at=now,
        send_by=later,
        answer_by=later,
    )
    endpoint = WebhookEndpoint(
        id=new_id(), url="https://crm.example/hooks", events=["case.opened"], secret_enc=b"\0\xff", created_at=now
    )
    session.add_all([invitation, endpoint])
    session.flush()
    session.add_all(
        [
            AskedCount(unit_id=unit_id, day=date(2026, 3, 4), asked=3, cost=1234),
            Message(
                id=new_id(),
                channel="sms",
                purpose="invitation",
                subject_id=invitation.id,
                contact_id=contact.id,
                unit_id=unit_id,
                language="kk",
                text_key="invitation",
                params={"odd": odd, "nothing": None},
                created_at=now,
                due_at=later,
                gateway="console",
                provider_id=odd,
            ),
            MessageText(text_key="invitation", channel="sms", language="kk", text=odd, updated_at=now),
            ChatTurn(
                id=new_id(),
                contact_id=contact.id,
                channel="sms",
                subject_id=invitation.id,
                awaits="rating",
                since=now,
            ),
            GatewayHealth(gateway="smsc", failures=3, open_until=later, last_failure=odd),
            InboundEvent(
                id=new_id(), gateway="smsc", channel="sms", provider_id="1", content_enc=b"\1\0", received_at=now
            ),
            SendingPause(id=new_id(), unit_id=unit_id, reason=odd, began_at=now, began_by_id=user_id),
            Suppression(address_index=bytes(range(2, 34)), reason="opted_out", kind="phone", via="sms", created_at=now),
            ApiKey(
                id=new_id(),
                name="crm",
                prefix="abcdefgh",
                secret_hash=bytes(32),
                scopes=["interactions:write"],
                created_at=now,
            ),
            IdempotentAnswer(caller=new_id(), key=odd, request_hash=bytes(32), status=201, body=odd, created_at=now),
            WebhookDelivery(
                id=new_id(),
                endpoint_id=endpoint.id,
                event_id=new_id(),
                event="case.opened",
                payload={"case_id": "1"},
                created_at=now,
            ),
        ]
    )
    session.flush()
