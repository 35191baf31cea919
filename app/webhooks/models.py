"""Tables of webhooks."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class DisabledReason(StrEnum):
    """Why an endpoint is switched off."""

    BY_HAND = "by_hand"
    GONE = "gone"  # it answered 410: nobody wants the events any more
    FAILING = "failing"  # nothing came through for days


class WebhookEndpoint(Base):
    """An address of another system. Its secrets are encrypted; while one is rotated both sign."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (one_of("disabled_reason", DisabledReason, nullable=True),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    # Names of events; empty: all of them.
    events: Mapped[list[str]]
    secret_enc: Mapped[bytes]
    # The secret before this one, which signs beside it until `old_secret_until`.
    old_secret_enc: Mapped[bytes | None]
    old_secret_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
    # Switched off: by hand, by the other side's 410, or after days of failures; `disabled_reason` says which.
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    # How it fares: the last success, the first failure since, how many in a row, and until when it is left in peace.
    delivered_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    held_until: Mapped[datetime | None]
    # Gone from the lists; its deliveries stay until they are purged.
    deleted_at: Mapped[datetime | None]


class WebhookState(StrEnum):
    """Where one delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDelivery(Base):
    """One event for one endpoint, with the last answer; replayed by hand it is the same id again."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        one_of("state", WebhookState),
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_delivery_endpoint_id_created_at", "endpoint_id", "created_at"),
        Index("ix_webhook_delivery_created_at", "created_at"),
        # What is not delivered, which is little: counted on each look at the list of endpoints, and replayed from here.
        Index(
            "ix_webhook_delivery_open",
            "endpoint_id",
            "state",
            "created_at",
            sqlite_where=text("state <> 'delivered'"),
            postgresql_where=text("state <> 'delivered'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    # The outbox row that told of it: the `webhook-id` that a receiver tells repeats by.
    event_id: Mapped[uuid.UUID]
    event: Mapped[str]
    # Ids and plain values, without a phone or what somebody wrote: the body is made from them at each try.
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=WebhookState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    last_tried_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    status: Mapped[int | None]
    # A stable code of what went wrong, and the beginning of what was answered.
    error: Mapped[str | None]
    answer: Mapped[str | None]
