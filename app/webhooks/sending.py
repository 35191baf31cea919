"""One delivery on its way: what to send, and what its answer leads to. The call itself lies between the two."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.kit.crypto import Vault
from app.kit.errors import OtklikError
from app.kit.log import clean_text, get_logger
from app.webhooks.body import EventObsoleteError, build_body
from app.webhooks.calling import Answer
from app.webhooks.models import DisabledReason, WebhookDelivery, WebhookEndpoint, WebhookState
from app.webhooks.retries import GIVEN_UP_AFTER, Verdict, judge, read_wish, rest_of_endpoint, wait_before_next
from app.webhooks.secret_keys import read_secrets
from app.webhooks.signing import sign

_LOG = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery ready to be posted."""

    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Postponed:
    """The endpoint is left in peace until then; that is no try."""

    until: datetime


class DeliveryOverError(OtklikError):
    """There is nothing to send; `code` says why, and None in its place that the delivery had come to its end before."""

    def __init__(self, code: str | None) -> None:
        super().__init__(code or "over")
        self.reason = code


def prepare_delivery(
    session: Session, delivery_id: uuid.UUID, *, vault: Vault, public_url: str, now: datetime
) -> Parcel | Postponed:
    """Return what to post, signed for `now`, or until when to wait; raises DeliveryOverError."""
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None or delivery.state != WebhookState.WAITING:
        raise DeliveryOverError(None)
    endpoint = session.get_one(WebhookEndpoint, delivery.endpoint_id)
    if endpoint.deleted_at is not None or endpoint.disabled_at is not None:
        raise DeliveryOverError("disabled")
    if endpoint.held_until is not None and endpoint.held_until > now:
        return Postponed(endpoint.held_until)
    try:
        body = build_body(session, delivery, public_url=public_url)
    except EventObsoleteError as error:
        raise DeliveryOverError(error.code) from error
    keys = read_secrets(endpoint, vault, now=now)
    return Parcel(endpoint.url, sign(keys, webhook_id=str(delivery.event_id), at=now, body=body), body)


def end_delivery(session: Session, delivery_id: uuid.UUID, *, reason: str, now: datetime) -> None:
    """Give a waiting delivery up for a reason of ours."""
    delivery = _hold(session, delivery_id)
    if delivery is not None:
        delivery.state, delivery.error, delivery.next_try_at = WebhookState.FAILED, reason, None
        delivery.last_tried_at = delivery.last_tried_at or now


def note_outcome(
    session: Session, delivery_id: uuid.UUID, *, outcome: Answer | OtklikError, now: datetime
) -> datetime | None:
    """Write what came of a try and return when the next one is due, None when it was the last.

    An endpoint that answers 410 is switched off, and so is one to which nothing came through for five days.
    """
    delivery = _hold(session, delivery_id)
    if delivery is None:
        return None
    endpoint = session.get_one(WebhookEndpoint, delivery.endpoint_id, with_for_update=True, populate_existing=True)
    delivery.tries, delivery.last_tried_at = delivery.tries + 1, now
    delivery.status = outcome.status if isinstance(outcome, Answer) else None
    delivery.answer = clean_text(outcome.text) or None if isinstance(outcome, Answer) else None
    verdict = judge(outcome.status) if isinstance(outcome, Answer) else Verdict.THROTTLED
    if verdict is Verdict.DELIVERED:
        delivery.state, delivery.error, delivery.next_try_at = WebhookState.DELIVERED, None, None
        endpoint.delivered_at, endpoint.failing_since, endpoint.failures, endpoint.held_until = now, None, 0, None
        return None
    delivery.error = f"status_{outcome.status}" if isinstance(outcome, Answer) else outcome.code
    wish = read_wish(outcome.retry_after, now=now) if isinstance(outcome, Answer) else None
    _note_failure(session, endpoint, verdict, wish, now)
    # A jitter, not a secret.
    wait = wait_before_next(delivery.tries, wish=wish, chance=random.random())  # noqa: S311
    if endpoint.disabled_at is not None or wait is None:
        delivery.state, delivery.next_try_at = WebhookState.FAILED, None
    else:
        delivery.next_try_at = max(now + wait, endpoint.held_until or now)
    return delivery.next_try_at


def _note_failure(
    session: Session, endpoint: WebhookEndpoint, verdict: Verdict, wish: timedelta | None, now: datetime
) -> None:
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if verdict is Verdict.GONE:
        _switch_off(session, endpoint, DisabledReason.GONE, now)
    elif now - endpoint.failing_since >= GIVEN_UP_AFTER:
        _switch_off(session, endpoint, DisabledReason.FAILING, now)
    elif verdict is Verdict.THROTTLED:
        # What else waits for it waits on: a machine that does not answer must not hold up the threads of all others.
        endpoint.held_until = now + rest_of_endpoint(endpoint.failures, wish=wish)


def _switch_off(session: Session, endpoint: WebhookEndpoint, reason: DisabledReason, now: datetime) -> None:
    if endpoint.disabled_at is not None:
        return
    endpoint.disabled_at, endpoint.disabled_reason = now, reason
    record(
        session,
        "webhook.disabled",
        now=now,
        object_type="webhook_endpoint",
        object_id=endpoint.id,
        details={"reason": reason.value},
    )
    _LOG.warning("a webhook was switched off", endpoint_id=str(endpoint.id), reason=reason.value)


def _hold(session: Session, delivery_id: uuid.UUID) -> WebhookDelivery | None:
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True, populate_existing=True)
    return delivery if delivery is not None and delivery.state == WebhookState.WAITING else None
