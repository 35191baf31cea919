"""What is done for each kind of outbox row.

A kind with a handler reaches the outside world; the others are noted in the log and done with, many at a time.
"""

from collections.abc import Callable, Mapping

from app.kit.errors import OtklikError
from app.kit.log import get_logger
from app.kit.outbox import Claim

_LOG = get_logger(__name__)

# Runs outside any transaction; may be called again for the same row after a crash, so it must bear that.
Handler = Callable[[Claim], None]


class PermanentFailureError(OtklikError):
    """The work cannot succeed however often it is tried; the row becomes `dead`."""

    code = "permanent_failure"


def note(claim: Claim) -> None:
    """The console notice: a line in the log, until somebody is told through a channel of their own."""
    tell = _LOG.info if claim.kind in _SENTENCES else _LOG.debug
    tell(_SENTENCES.get(claim.kind, claim.kind), outbox_id=str(claim.id), **_ids(claim))


def _ids(claim: Claim) -> dict[str, str]:
    """The payload's ids alone: whatever else an event carries stays out of the log."""
    return {name: str(value) for name, value in claim.payload.items() if name.endswith("_id")}


_SENTENCES: Mapping[str, str] = {
    "case.opened": "a case was opened: somebody is to be rung",
    "case.closed": "a case was closed",
    "response.burst": "unusually many answers at one touchpoint",
    "budget.reached": "the budget of a day is used up: nobody more is asked there until tomorrow",
}
HANDLERS: Mapping[str, Handler] = {}
