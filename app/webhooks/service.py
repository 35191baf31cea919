"""Add, change and switch endpoints; send a test; send again what failed.

For administrators of the whole company: an endpoint hears of every unit. Every change is in the audit log, without the
address, which may carry a key of the other system.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.kit.crypto import Vault
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.webhooks.addresses import read_target
from app.webhooks.events import TEST, WebhookEvent
from app.webhooks.fan_out import delivery_row, queue_delivery
from app.webhooks.models import DisabledReason, WebhookDelivery, WebhookEndpoint, WebhookState
from app.webhooks.secret_keys import give_secret, renew_secret

MOST_ENDPOINTS = 20
LONGEST_DESCRIPTION = 80
# How long deliveries are kept, counted from the event.
KEPT_FOR = timedelta(days=30)
# Sent again at one press of a button; the next press takes the next ones.
MOST_AT_ONCE = 1000


class WebhookEventsError(InvalidInputError):
    """At least one event is chosen, of those that there are."""

    code = "webhook_events"


class WebhookDescriptionError(InvalidInputError):
    """What the endpoint is for, in 80 characters at most."""

    code = "webhook_description"


class TooManyEndpointsError(ConflictError):
    """Each event goes to each endpoint, so there is an end to them."""

    code = "too_many_webhooks"


class WebhookDisabledError(ConflictError):
    """The endpoint is switched off; switch it on first."""

    code = "webhook_disabled"


class DeliveryUnderWayError(ConflictError):
    """The delivery is still being tried."""

    code = "delivery_under_way"


def add_endpoint(
    session: Session,
    *,
    vault: Vault,
    url: str,
    description: str,
    events: Collection[str],
    allow_local: bool,
    user_id: uuid.UUID | None,
    now: datetime,
) -> tuple[WebhookEndpoint, str]:
    """Return a new endpoint and its secret, which is never to be had again.

    Raises WebhookUrlError, WebhookDescriptionError, WebhookEventsError and TooManyEndpointsError.
    """
    url, description, chosen = _read(url, description, events, allow_local=allow_local)
    living = select(func.count()).select_from(WebhookEndpoint).where(WebhookEndpoint.deleted_at.is_(None))
    if session.scalars(living).one() >= MOST_ENDPOINTS:
        raise TooManyEndpointsError(f"there are {MOST_ENDPOINTS} webhooks already; delete one first")
    endpoint = WebhookEndpoint(
        id=new_id(),
        url=url,
        description=description,
        events=chosen,
        created_at=now,
        created_by_id=user_id,
        failures=0,
    )
    secret = give_secret(endpoint, vault)
    session.add(endpoint)
    session.flush()  # the audit entry comes after what it tells of
    _note(session, "webhook.added", endpoint, user_id=user_id, now=now, events=chosen)
    return endpoint, secret


def change_endpoint(
    session: Session,
    endpoint_id: uuid.UUID,
    *,
    url: str,
    description: str,
    events: Collection[str],
    allow_local: bool,
    user_id: uuid.UUID,
    now: datetime,
) -> WebhookEndpoint:
    """Change where and of what an endpoint is told; what waits goes to the new address. Raises as `add_endpoint`."""
    endpoint = get_endpoint(session, endpoint_id)
    url, description, chosen = _read(url, description, events, allow_local=allow_local)
    moved = url != endpoint.url
    endpoint.url, endpoint.description, endpoint.events = url, description, chosen
    if moved:
        _forgive(endpoint)
    _note(session, "webhook.changed", endpoint, user_id=user_id, now=now, events=chosen, moved=moved)
    return endpoint


def rotate_secret(
    session: Session, endpoint_id: uuid.UUID, *, vault: Vault, user_id: uuid.UUID, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """Return the endpoint and its new secret; for a day the old one signs too."""
    endpoint = get_endpoint(session, endpoint_id)
    secret = renew_secret(endpoint, vault, now=now)
    _note(session, "webhook.secret_rotated", endpoint, user_id=user_id, now=now)
    return endpoint, secret


def disable_endpoint(session: Session, endpoint_id: uuid.UUID, *, user_id: uuid.UUID, now: datetime) -> None:
    """Send nothing more; what waits is given up when its turn comes, and can be sent again later."""
    endpoint = get_endpoint(session, endpoint_id)
    if endpoint.disabled_at is None:
        endpoint.disabled_at, endpoint.disabled_reason = now, DisabledReason.BY_HAND
        _note(session, "webhook.disabled", endpoint, user_id=user_id, now=now, reason=DisabledReason.BY_HAND.value)


def enable_endpoint(session: Session, endpoint_id: uuid.UUID, *, user_id: uuid.UUID, now: datetime) -> None:
    """Send again what happens from now on."""
    endpoint = get_endpoint(session, endpoint_id)
    if endpoint.disabled_at is not None:
        endpoint.disabled_at = endpoint.disabled_reason = None
        _forgive(endpoint)
        _note(session, "webhook.enabled", endpoint, user_id=user_id, now=now)


def delete_endpoint(session: Session, endpoint_id: uuid.UUID, *, user_id: uuid.UUID, now: datetime) -> None:
    """Take the endpoint off the lists for good; its secrets go at once, its deliveries when they are purged."""
    endpoint = get_endpoint(session, endpoint_id)
    endpoint.deleted_at = now
    endpoint.secret_enc, endpoint.old_secret_enc, endpoint.old_secret_until = b"", None, None
    _note(session, "webhook.deleted", endpoint, user_id=user_id, now=now)


def send_test(session: Session, endpoint_id: uuid.UUID, *, user_id: uuid.UUID, now: datetime) -> uuid.UUID:
    """Queue a test event for the endpoint alone and return its delivery's id; raises WebhookDisabledError."""
    endpoint = _get_enabled(session, endpoint_id)
    endpoint.held_until = None  # somebody is watching
    row = delivery_row(endpoint.id, new_id(), TEST, {}, at=now, due_at=now)
    session.execute(insert(WebhookDelivery), [row])
    delivery_id = uuid.UUID(str(row["id"]))
    queue_delivery(session, delivery_id, now=now)
    _note(session, "webhook.tested", endpoint, user_id=user_id, now=now)
    return delivery_id


def replay_delivery(
    session: Session, endpoint_id: uuid.UUID, delivery_id: uuid.UUID, *, user_id: uuid.UUID, now: datetime
) -> None:
    """Send one delivery again under its own id; raises WebhookDisabledError, DeliveryUnderWayError."""
    endpoint = get_endpoint(session, endpoint_id)
    delivery = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id, WebhookDelivery.endpoint_id == endpoint.id)
        .with_for_update()
    ).one_or_none()
    if delivery is None:
        raise NotFoundError("no such delivery")
    if endpoint.disabled_at is not None:
        raise WebhookDisabledError("the webhook is switched off")
    if delivery.state == WebhookState.WAITING:
        raise DeliveryUnderWayError("it is being tried already")
    endpoint.held_until = None
    _begin_again(session, [delivery.id], now)
    _note(session, "webhook.replayed", endpoint, user_id=user_id, now=now, deliveries=1)


def replay_failed(
    session: Session, endpoint_id: uuid.UUID, *, since: datetime, user_id: uuid.UUID, now: datetime
) -> int:
    """Send again what failed of the events since then, the oldest 1,000 first, and return how many those are."""
    endpoint = _get_enabled(session, endpoint_id)
    failed = session.scalars(
        select(WebhookDelivery.id)
        .where(
            WebhookDelivery.endpoint_id == endpoint.id,
            WebhookDelivery.state == WebhookState.FAILED,
            is_open(),
            WebhookDelivery.created_at >= since,
        )
        .order_by(WebhookDelivery.created_at)
        .limit(MOST_AT_ONCE)
        .with_for_update()
    ).all()
    if failed:
        endpoint.held_until = None
        _begin_again(session, failed, now)
        _note(session, "webhook.replayed", endpoint, user_id=user_id, now=now, deliveries=len(failed))
    return len(failed)


def get_endpoint(session: Session, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    """Return the endpoint; raises NotFoundError, for a deleted one too."""
    endpoint = session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id, WebhookEndpoint.deleted_at.is_(None))
    ).one_or_none()
    if endpoint is None:
        raise NotFoundError("no such webhook")
    return endpoint


def purge_deliveries(session: Session, *, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` deliveries of events from before the instant, and return how many."""
    old = select(WebhookDelivery.id).where(WebhookDelivery.created_at < before).limit(limit)
    result = session.execute(
        delete(WebhookDelivery)
        .where(WebhookDelivery.id.in_(old.scalar_subquery()))
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def is_open() -> ColumnElement[bool]:
    """Return the condition of the partial index, in its very words, so that SQLite takes it."""
    return literal_column("webhook_delivery.state <> 'delivered'")


def _get_enabled(session: Session, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    endpoint = get_endpoint(session, endpoint_id)
    if endpoint.disabled_at is not None:
        raise WebhookDisabledError("the webhook is switched off")
    return endpoint


def _begin_again(session: Session, delivery_ids: Collection[uuid.UUID], now: datetime) -> None:
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id.in_(delivery_ids))
        .values(state=WebhookState.WAITING, tries=0, next_try_at=now)
        .execution_options(synchronize_session=False)
    )
    for delivery_id in delivery_ids:
        queue_delivery(session, delivery_id, now=now)


def _forgive(endpoint: WebhookEndpoint) -> None:
    endpoint.failing_since, endpoint.failures, endpoint.held_until = None, 0, None


def _read(url: str, description: str, events: Collection[str], *, allow_local: bool) -> tuple[str, str, list[str]]:
    tidy = " ".join("".join(filter(str.isprintable, " ".join(description.split()))).split())
    if len(tidy) > LONGEST_DESCRIPTION:
        raise WebhookDescriptionError("80 characters at most", field="description")
    known = {event.value for event in WebhookEvent}
    if not events or set(events) - known:
        raise WebhookEventsError(f"choose among {' '.join(sorted(known))}", field="events")
    address = url.strip()
    read_target(address, allow_local=allow_local)
    return address, tidy, [event.value for event in WebhookEvent if event.value in events]


def _note(
    session: Session,
    action: str,
    endpoint: WebhookEndpoint,
    *,
    user_id: uuid.UUID | None,
    now: datetime,
    **details: object,
) -> None:
    record(
        session,
        action,
        now=now,
        user_id=user_id,
        object_type="webhook_endpoint",
        object_id=endpoint.id,
        details=details,
    )
