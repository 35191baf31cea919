"""When what a gateway did not take is tried again."""

from datetime import datetime, timedelta
from typing import NoReturn

from app.jobs.lanes import RetryAtError
from app.messaging.gateway import DeliveryError


def try_again(error: DeliveryError, *, now: datetime) -> NoReturn:
    """Leave the row to the outbox's schedule, or to the time that the gateway asked for."""
    if error.retry_after is None:
        raise error
    at = now + max(error.retry_after, timedelta(seconds=1))
    raise RetryAtError(error.code, retry_at=at) from error
