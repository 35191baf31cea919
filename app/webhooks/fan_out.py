"""One event becomes one delivery for each endpoint that wants it.

Runs in the very transaction that ends the events' own rows, so that an event is fanned out once or not at all; and a
worker that lost its lease meanwhile finds its successor's deliveries there.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.db import upsert
from app.kit.ids import new_id
from app.kit.outbox import Claim, OutboxRow, record_event
from app.webhooks.events import WebhookEvent
from app.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookState

LANE = "webhooks"
SEND = "webhook.send"
_EVENTS = frozenset(event.value for event in WebhookEvent)


def fan_out(session: Session, claims: Sequence[Claim], *, now: datetime) -> int:
    """Write a delivery with its outbox row for each event and endpoint, and return how many are new."""
    told = [claim for claim in claims if claim.kind in _EVENTS]
    if not told:
        return 0
    endpoints = session.execute(
        select(WebhookEndpoint.id, WebhookEndpoint.events).where(
            WebhookEndpoint.disabled_at.is_(None), WebhookEndpoint.deleted_at.is_(None)
        )
    ).all()
    if not endpoints:
        return 0
    told_ids = [claim.id for claim in told]
    moments = session.execute(select(OutboxRow.id, OutboxRow.created_at).where(OutboxRow.id.in_(told_ids)))
    happened = {row.id: row.created_at for row in moments}
    rows = [
        delivery_row(endpoint_id, claim.id, claim.kind, claim.payload, at=happened.get(claim.id, now), due_at=now)
        for claim in told
        for endpoint_id, wanted in endpoints
        if not wanted or claim.kind in wanted
    ]
    if not rows:
        return 0
    insert = upsert(session, WebhookDelivery).values(rows)
    written = session.scalars(
        insert.on_conflict_do_nothing(index_elements=["endpoint_id", "event_id"]).returning(WebhookDelivery.id)
    ).all()
    for delivery_id in written:
        queue_delivery(session, delivery_id, now=now)
    return len(written)


def delivery_row(
    endpoint_id: uuid.UUID,
    event_id: uuid.UUID,
    event: str,
    payload: dict[str, object],
    *,
    at: datetime,
    due_at: datetime,
) -> dict[str, object]:
    """Return the values of a new delivery; `at` is when the event happened."""
    return {
        "id": new_id(),
        "endpoint_id": endpoint_id,
        "event_id": event_id,
        "event": event,
        "payload": payload,
        "state": WebhookState.WAITING.value,
        "tries": 0,
        "created_at": at,
        "next_try_at": due_at,
    }


def queue_delivery(session: Session, delivery_id: uuid.UUID, *, now: datetime) -> None:
    """Have a worker send the delivery, now. Whoever calls has just written it, or brought it back to waiting."""
    record_event(session, SEND, {"delivery_id": str(delivery_id)}, now=now, lane=LANE)
