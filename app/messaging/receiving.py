"""Keep what gateways tell us: each event once, sealed, with the outbox row by which the worker takes it up."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.kit.crypto import Vault
from app.kit.db import table_of, upsert
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow, OutboxState
from app.messaging.hooks import Hook
from app.messaging.inbound.events import Event, Inbound, Receipt, dump_event, load_event
from app.messaging.models import InboundEvent, InboundState

LANE = "inbound"
RECEIVED = "inbound.received"
# Of a batch, in one statement: SQLite binds some 32,000 values.
_AT_ONCE = 500
_APART = timedelta(seconds=1)


def keep_inbound(session: Session, vault: Vault, hook: Hook, events: Sequence[Inbound], *, now: datetime) -> int:
    """Write the events that are new with a row in the lane `inbound` for each, and return how many were.

    Gateways repeat what they do not hear a yes to, at the same moment or days later: the unique index of (gateway,
    provider's id) makes the repeat fall away.
    """
    return sum(
        _keep(session, vault, hook, events[start : start + _AT_ONCE], now) for start in range(0, len(events), _AT_ONCE)
    )


def _keep(session: Session, vault: Vault, hook: Hook, events: Sequence[Inbound], now: datetime) -> int:
    rows = [_row(vault, hook, each, now) for each in events]
    written = set(
        session.scalars(
            upsert(session, InboundEvent)
            .values(rows)
            .on_conflict_do_nothing(index_elements=["gateway", "provider_id"])
            .returning(InboundEvent.id)
        )
    )
    said: Counter[str] = Counter()
    new = [
        {
            "id": new_id(),
            "lane": LANE,
            "kind": RECEIVED,
            "payload": {"inbound_id": str(row["id"])},
            "created_at": now,
            "due_at": now + _wait(each, said),
            "state": OutboxState.WAITING,
            "attempts": 0,
        }
        for row, each in zip(rows, events, strict=True)
        if row["id"] in written
    ]
    if new:
        session.execute(insert(table_of(OutboxRow)), new)
    return len(new)


def _wait(inbound: Inbound, said: Counter[str]) -> timedelta:
    """Return how long an event waits for those of the same chat before it in the batch.

    Workers take rows side by side; "5" must be heard before the "thank you" that was written after it.
    """
    if isinstance(inbound.event, Receipt):
        return timedelta()
    said[inbound.event.chat] += 1
    return _APART * (said[inbound.event.chat] - 1)


def _row(vault: Vault, hook: Hook, inbound: Inbound, now: datetime) -> dict[str, Any]:
    inbound_id = new_id()
    sealed = vault.encrypt(dump_event(inbound.event), table="inbound_event", column="content_enc", row_id=inbound_id)
    return {
        "id": inbound_id,
        "gateway": hook.gateway,
        "channel": hook.channel,
        "provider_id": inbound.once,
        "content_enc": sealed,
        "state": InboundState.WAITING,
        "received_at": now,
    }


def find_inbound(session: Session, inbound_id: uuid.UUID) -> InboundEvent | None:
    """Return the event, locked against a second worker, or None if it is gone."""
    return session.get(InboundEvent, inbound_id, with_for_update=True)


def open_inbound(vault: Vault, row: InboundEvent) -> Event | None:
    """Return what was told, or None once it is worked off and forgotten; raises UnreadableValueError."""
    if row.content_enc is None:
        return None
    return load_event(vault.decrypt(row.content_enc, table="inbound_event", column="content_enc", row_id=row.id))


def end_inbound(row: InboundEvent, state: InboundState, *, now: datetime) -> None:
    """Write that the event is worked off; what it said is kept where it belongs, or nowhere."""
    row.state, row.done_at, row.content_enc = state, now, None
