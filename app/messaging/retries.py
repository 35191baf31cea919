"""What follows when a gateway refuses a message: a decision on plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kit.outbox import MAX_ATTEMPTS, retry_delay
from app.messaging.breaker import LONGEST_RETRY_AFTER
from app.messaging.gateway import DeliveryError

# While a gateway merely asks for patience, a message waits without its tries being counted; for so long after it was
# due, since a gateway that never says anything else is out of order.
_PATIENCE = timedelta(hours=4)
_SHORTEST = timedelta(seconds=1)
# By these the person cannot be reached at the address at all, now or later.
UNREACHABLE = frozenset({"unreachable", "blocked", "unknown_number"})


class Then(StrEnum):
    """What becomes of the message."""

    WAIT = "wait"  # tried again, not counted as a try
    RETRY = "retry"
    FAIL = "fail"  # refused for good
    GIVE_UP = "give_up"  # four hours of tries; may be sent again by hand


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of the message, and when it is tried again if it is."""

    then: Then
    at: datetime | None = None


def is_throttled(error: DeliveryError) -> bool:
    """Tell whether the gateway is well and only asks us to go slower."""
    if error.permanent:
        return False
    return error.code == "rate_limited" or (error.retry_after is not None and not error.gateway_down)


def decide(error: DeliveryError, *, attempts: int, due_at: datetime, now: datetime) -> Outcome:
    """Return what becomes of a message that was due at `due_at` and refused for the `attempts`th time at `now`.

    A gateway that is itself at fault (no credit, wrong password) says nothing about the message, whatever it says.
    """
    if error.permanent and not error.gateway_down:
        return Outcome(Then.FAIL)
    asked = min(error.retry_after or timedelta(), LONGEST_RETRY_AFTER)
    if is_throttled(error) and now - due_at < _PATIENCE:
        return Outcome(Then.WAIT, now + max(asked, _SHORTEST))
    if attempts >= MAX_ATTEMPTS:
        return Outcome(Then.GIVE_UP)
    return Outcome(Then.RETRY, now + max(asked, retry_delay(attempts)))
