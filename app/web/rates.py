"""How often one address, or one key, may try something in a minute, counted in this process.

Of respondents only what fails is counted: an office behind one address must never be kept out. Asked for by the views
that need it rather than on every request, so that a respondent does not pay for the staff's door.
"""

import time
from typing import cast

from flask import Flask, current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

_NAME = "otklik.rates"
_PLAIN = "otklik.plain_rates"


def init_rates(app: Flask) -> None:
    """Give the application its counters."""
    app.extensions[_NAME] = MovingWindowRateLimiter(MemoryStorage())
    # A counter each, where a moving window would keep the time of every single call.
    app.extensions[_PLAIN] = FixedWindowRateLimiter(MemoryStorage())


def is_too_often(what: str, *, per_minute: int) -> bool:
    """Count one try of this address at `what`, and tell whether it was one too many."""
    counters = cast("MovingWindowRateLimiter", current_app.extensions[_NAME])
    return not counters.hit(RateLimitItemPerMinute(per_minute), what, request.remote_addr or "")


def count_call(what: str, who: str, *, per_minute: int) -> int:
    """Count one call of somebody who calls often; return 0, or the seconds to wait if it was one too many."""
    counters, limit = cast("FixedWindowRateLimiter", current_app.extensions[_PLAIN]), RateLimitItemPerMinute(per_minute)
    if counters.hit(limit, what, who):
        return 0
    return max(1, round(counters.get_window_stats(limit, what, who).reset_time - time.time()))
