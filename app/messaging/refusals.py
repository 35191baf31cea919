"""How a provider's codes are told as ours: a table of each, from its code to one of these."""

from collections.abc import Callable
from datetime import timedelta

from app.messaging.gateway import DeliveryError
from app.messaging.http import Answer

Refuse = Callable[[Answer], DeliveryError]


def for_good(code: str) -> Refuse:
    """The person or the message is at fault: trying again is of no use."""
    return lambda _answer: DeliveryError(code=code, permanent=True)


def down(code: str, wait: timedelta | None = None) -> Refuse:
    """The account or the provider is at fault: every message would fare alike."""
    return lambda answer: DeliveryError(code=code, gateway_down=True, retry_after=answer.retry_after or wait)


def slower(wait: timedelta) -> Refuse:
    """Too many at once: later, after as long as it asks or after `wait`."""
    return lambda answer: DeliveryError(code="rate_limited", retry_after=answer.retry_after or wait)
