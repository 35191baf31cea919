"""Sends webhooks: the lane `webhooks`, a row a delivery. The result and the end of its row are written together."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.jobs.lanes import LEASE, Lane
from app.kit.clock import Clock
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.errors import OtklikError
from app.kit.outbox import Claim, complete, fail, postpone, renew
from app.webhooks.calling import CALL_ERRORS, Answer, Caller
from app.webhooks.fan_out import LANE
from app.webhooks.sending import DeliveryOverError, Postponed, end_delivery, note_outcome, prepare_delivery

# A row that is put off comes back a little later than the others, never at this very moment.
_LEAST_WAIT = timedelta(seconds=1)
THREADS = 4


@dataclass(frozen=True, slots=True)
class WebhookWork:
    """What a worker needs to send webhooks."""

    database: Database
    clock: Clock
    vault: Vault
    caller: Caller
    public_url: str

    def lane(self) -> Lane:
        """Return the lane for the worker to work."""
        return Lane(LANE, self.send, threads=THREADS, on_failure=self.give_up)

    def send(self, claim: Claim) -> None:
        """Make one try; whatever comes of it stands in the delivery and in the row when this returns."""
        delivery_id = uuid.UUID(claim.payload["delivery_id"])
        now = self.clock()
        try:
            with self.database.reading() as session:
                parcel = prepare_delivery(session, delivery_id, vault=self.vault, public_url=self.public_url, now=now)
        except DeliveryOverError as over:
            self._end(claim, delivery_id, over.reason)
            return
        if isinstance(parcel, Postponed):
            until = max(parcel.until, now + _LEAST_WAIT)
            self.database.write(lambda session: postpone(session, claim, due_at=until))
            return
        outcome: Answer | OtklikError
        try:
            outcome = self.caller.post(parcel.url, parcel.body, parcel.headers)
        except CALL_ERRORS as error:
            outcome = error
        self._note(claim, delivery_id, outcome)

    def give_up(self, session: Session, claim: Claim, _error: Exception, is_last: bool) -> None:
        """Let administrators see a delivery that our own fault has stopped."""
        if is_last:
            end_delivery(session, uuid.UUID(claim.payload["delivery_id"]), reason="internal", now=self.clock())

    def _end(self, claim: Claim, delivery_id: uuid.UUID, reason: str | None) -> None:
        now = self.clock()

        def work(session: Session) -> None:
            if complete(session, [claim], now=now) and reason is not None:
                end_delivery(session, delivery_id, reason=reason, now=now)

        self.database.write(work)

    def _note(self, claim: Claim, delivery_id: uuid.UUID, outcome: Answer | OtklikError) -> None:
        now = self.clock()
        said = f"status {outcome.status}" if isinstance(outcome, Answer) else outcome.code

        def work(session: Session) -> None:
            # Only the holder of the lease writes: another worker may have made a try of its own by now.
            if not renew(session, claim, lease=LEASE):
                return
            next_at = note_outcome(session, delivery_id, outcome=outcome, now=now)
            if next_at is None:
                complete(session, [claim], now=now)
            else:
                fail(session, claim, error=said, permanent=False, now=now, retry_at=next_at)

        self.database.write(work)
