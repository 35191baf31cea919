"""How often one address may try something in a minute, counted in this process.

Only what fails is counted for respondents: an office behind one address must never be kept out. Asked for by the views
that need it rather than on every request, so that a respondent does not pay for the staff's door.
"""

from typing import cast

from flask import Flask, current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_NAME = "otklik.rates"


def init_rates(app: Flask) -> None:
    """Give the application its counters."""
    app.extensions[_NAME] = MovingWindowRateLimiter(MemoryStorage())


def is_too_often(what: str, *, per_minute: int) -> bool:
    """Count one try of this address at `what`, and tell whether it was one too many."""
    counters = cast("MovingWindowRateLimiter", current_app.extensions[_NAME])
    return not counters.hit(RateLimitItemPerMinute(per_minute), what, request.remote_addr or "")
