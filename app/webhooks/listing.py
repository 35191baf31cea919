"""Endpoints and deliveries as administrators see them. Read-only."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookState
from app.webhooks.service import is_open

# Further than this nobody pages, and counting on would cost more than it tells.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class EndpointLine:
    """An endpoint with how it fares; `waiting` and `failed` are deliveries of the last 30 days."""

    endpoint: WebhookEndpoint
    made_by: str | None
    waiting: int
    failed: int


def list_endpoints(session: Session) -> list[EndpointLine]:
    """Return the endpoints, the oldest first; two queries."""
    open_ones = _count_open(session)
    rows = session.execute(
        select(WebhookEndpoint, StaffUser.name)
        .outerjoin(StaffUser, StaffUser.id == WebhookEndpoint.created_by_id)
        .where(WebhookEndpoint.deleted_at.is_(None))
        .order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)
    )
    return [_line(endpoint, made_by, open_ones[endpoint.id]) for endpoint, made_by in rows]


def read_endpoint(session: Session, endpoint: WebhookEndpoint) -> EndpointLine:
    """Return one endpoint as the list has it."""
    made_by = session.scalar(select(StaffUser.name).where(StaffUser.id == endpoint.created_by_id))
    return _line(endpoint, made_by, _count_open(session, endpoint.id)[endpoint.id])


def list_deliveries(
    session: Session, endpoint_id: uuid.UUID, *, state: str | None, event: str | None, limit: int, offset: int
) -> tuple[list[WebhookDelivery], int]:
    """Return the endpoint's deliveries, the latest event first, and how many there are (10,000 at most)."""
    wanted = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    if state is not None:
        wanted = wanted.where(WebhookDelivery.state == state)
        if state != WebhookState.DELIVERED:
            wanted = wanted.where(is_open())
    if event is not None:
        wanted = wanted.where(WebhookDelivery.event == event)
    counted = wanted.with_only_columns(WebhookDelivery.id).limit(MOST_COUNTED).subquery()
    total = session.scalars(select(func.count()).select_from(counted)).one()
    latest = wanted.order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc())
    return list(session.scalars(latest.limit(limit).offset(offset))), total


def count_broken(session: Session) -> int:
    """Return how many endpoints have been switched off by their failures."""
    return session.scalars(
        select(func.count())
        .select_from(WebhookEndpoint)
        .where(
            WebhookEndpoint.deleted_at.is_(None),
            WebhookEndpoint.disabled_at.is_not(None),
            WebhookEndpoint.disabled_reason != "by_hand",
        )
    ).one()


def _count_open(session: Session, endpoint_id: uuid.UUID | None = None) -> Mapping[uuid.UUID, Mapping[str, int]]:
    query = (
        select(WebhookDelivery.endpoint_id, WebhookDelivery.state, func.count())
        .where(is_open())
        .group_by(WebhookDelivery.endpoint_id, WebhookDelivery.state)
    )
    if endpoint_id is not None:
        query = query.where(WebhookDelivery.endpoint_id == endpoint_id)
    found: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    for owner, state, count in session.execute(query):
        found[owner][state] = count
    return found


def _line(endpoint: WebhookEndpoint, made_by: str | None, counts: Mapping[str, int]) -> EndpointLine:
    return EndpointLine(endpoint, made_by, counts.get(WebhookState.WAITING, 0), counts.get(WebhookState.FAILED, 0))
