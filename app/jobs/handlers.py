"""What is done for each kind of outbox row. A kind without a line here is noted in the log and done with."""

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


def tell_of_case(claim: Claim) -> None:
    """The console notice: a line in the log until managers are told through channels of their own."""
    _LOG.info("case opened", outbox_id=str(claim.id), **_ids(claim))


def note_unknown(claim: Claim) -> None:
    """Nobody listens to this kind (yet): say so once and let the row go."""
    _LOG.info("event", kind=claim.kind, outbox_id=str(claim.id), **_ids(claim))


def _ids(claim: Claim) -> dict[str, str]:
    """The payload's ids alone: whatever else an event carries stays out of the log."""
    return {name: str(value) for name, value in claim.payload.items() if name.endswith("_id")}


HANDLERS: Mapping[str, Handler] = {"case.opened": tell_of_case}
