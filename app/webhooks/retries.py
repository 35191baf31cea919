"""When a delivery is tried again and what an answer means; pure. The rhythm is that of Standard Webhooks."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

# After the first try, which is made at once: a little over three days in all.
DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
TRIES = len(DELAYS) + 1
# Later than its turn by up to this part of the wait: receivers that come back must not meet everything at once.
JITTER = 0.1
# An endpoint that fails is left in peace for this long after its first failure, twice as long after each further one.
_FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)
# Nobody may ask us to wait for longer than the longest of our own pauses.
LONGEST_WISH = DELAYS[-1]
GIVEN_UP_AFTER = timedelta(days=5)
_THROTTLES = frozenset({429, 502, 503, 504})


class Verdict(StrEnum):
    """What an answer's status means."""

    DELIVERED = "delivered"
    FAILED = "failed"
    # The receiver has too much to do: everything else for it waits too.
    THROTTLED = "throttled"
    # Nobody wants the events any more.
    GONE = "gone"


def judge(status: int) -> Verdict:
    """Return what the status means: 2xx alone is success; a redirect is a failure like any other."""
    if 200 <= status <= 299:
        return Verdict.DELIVERED
    if status == 410:
        return Verdict.GONE
    return Verdict.THROTTLED if status in _THROTTLES else Verdict.FAILED


def wait_before_next(tries: int, *, wish: timedelta | None = None, chance: float) -> timedelta | None:
    """Return how long to wait after so many tries (1 or more), or None after the last.

    `wish` is the receiver's Retry-After, which only ever lengthens the wait; `chance` (0 to 1) spreads it.
    """
    if tries > len(DELAYS):
        return None
    wait = DELAYS[tries - 1] * (1 + JITTER * chance)
    return wait if wish is None else max(wait, min(wish, LONGEST_WISH))


def rest_of_endpoint(failures: int, *, wish: timedelta | None = None) -> timedelta:
    """Return for how long an endpoint is left in peace after so many failures in a row (1 or more)."""
    # The cap first: a doubling has no end, a timedelta has.
    rest = min(_FIRST_REST * (1 << min(failures - 1, 16)), LONGEST_REST)
    return rest if wish is None else max(rest, min(wish, LONGEST_WISH))


def read_wish(header: str | None, *, now: datetime) -> timedelta | None:
    """Return for how long a Retry-After asks to wait, in seconds or until a date; None for what says neither."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WISH)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), LONGEST_WISH)
