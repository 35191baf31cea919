"""Works off what gateways told us: receipts move messages on, taps and words become a conversation.

What is said and that it is worked off are one transaction, so that an event counts once however often it is tried.
"""

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.jobs.handlers import PermanentFailureError
from app.jobs.lanes import Lane, RetryAtError
from app.jobs.notices import answer_staff
from app.kit.clock import Clock
from app.kit.crypto import UnreadableValueError
from app.kit.db import Database, should_retry
from app.kit.log import get_logger
from app.kit.outbox import Claim
from app.messaging.gateway import DeliveryError
from app.messaging.inbound.events import Receipt, Tap
from app.messaging.models import InboundEvent, InboundState, Message, MessagePurpose, MessagingChannel
from app.messaging.receipts import apply_receipt, find_told
from app.messaging.receiving import LANE, end_inbound, find_inbound, open_inbound
from app.messaging.registry import Gateways
from app.routing.conversation import hear
from app.routing.line import Talk
from app.routing.staff_chat import hear_staff
from app.routing.staff_notices import NoticeDesk

_LOG = get_logger(__name__)
_THREADS = 4
_TRIES = 3
# A gateway may be faster with its receipt than we are with noting that it took the message.
_EARLY_AGAIN, _EARLY_FOR = timedelta(seconds=15), timedelta(minutes=10)
_ASKING = (MessagePurpose.INVITATION, MessagePurpose.REMINDER, MessagePurpose.ASKED_BACK)


@runtime_checkable
class Tapped(Protocol):
    """A gateway whose buttons wait for an answer, as Telegram's do."""

    def answer_tap(self, tap_id: str, text: str) -> None:
        """End the waiting that the tapped button shows."""
        ...

    def drop_keyboard(self, chat: str, message_id: str) -> None:
        """Take the buttons off a message."""
        ...


@dataclass(frozen=True, slots=True)
class InboundWork:
    """One worker's hands for the lane `inbound`; `reroute` asks by another channel where one did not reach.

    `staff` is what hearing staff in their chats needs; without it everybody is a customer.
    """

    database: Database
    clock: Clock
    talk: Talk
    gateways: Gateways
    reroute: Callable[[Session, Message, datetime], object]
    staff: NoticeDesk | None = None

    def lane(self) -> Lane:
        """Return the lane for the worker."""
        return Lane(LANE, self.handle, threads=_THREADS, on_failure=self._give_up)

    def handle(self, claim: Claim) -> None:
        """Work off one event; done already is done. Raises RetryAtError for a receipt that came before its message."""
        inbound_id = uuid.UUID(claim.payload["inbound_id"])
        for attempt in range(1, _TRIES + 1):
            try:
                after = self._work(inbound_id)
                break
            except DBAPIError as error:
                # What PostgreSQL asks to repeat, a chat should not wait five seconds for.
                if attempt == _TRIES or not should_retry(error):
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 -- a pause, not a secret
        after()

    def _work(self, inbound_id: uuid.UUID) -> Callable[[], None]:
        """Return what is left to do outside the transaction."""
        with self.database.transaction() as session:
            row = find_inbound(session, inbound_id)
            if row is None or row.state != InboundState.WAITING:
                return _nothing
            try:
                event = open_inbound(self.talk.desk.vault, row)
            except UnreadableValueError as error:
                raise PermanentFailureError("the event was kept with a key that is not here") from error
            channel = MessagingChannel(row.channel)
            counted, staff, said = False, self.staff, None
            if staff is not None and event is not None:
                said = hear_staff(session, staff, channel, event, now=row.received_at)
            if isinstance(event, Receipt):
                self._note_receipt(session, row, event)
            elif event is not None and said is None:
                counted = hear(session, self.talk, channel, event, now=row.received_at)
            end_inbound(row, InboundState.DONE, now=self.clock())
        if said is not None and staff is not None and event is not None:
            heard, answer, language = event, said, staff.language
            return lambda: answer_staff(self.gateways, heard, answer, language)
        if isinstance(event, Tap):
            tap = event
            return lambda: self._answer_tap(channel, tap, counted=counted)
        return _nothing

    def _note_receipt(self, session: Session, row: InboundEvent, receipt: Receipt) -> None:
        now = self.clock()
        message = find_told(session, row.gateway, receipt.message)
        if message is None:
            if now < row.received_at + _EARLY_FOR:
                # Each time twice as late: an account may be shared with systems whose receipts are none of ours.
                wait = max(_EARLY_AGAIN, now - row.received_at)
                raise RetryAtError("no message of that name yet", retry_at=now + wait)
            return  # sent by somebody else's hand from the same account, or forgotten since
        if apply_receipt(message, receipt, now=row.received_at) and message.purpose in _ASKING:
            self.reroute(session, message, now)

    def _answer_tap(self, channel: MessagingChannel, tap: Tap, *, counted: bool) -> None:
        """End the waiting that the button shows, and take off buttons that are spent; nothing hangs on either."""
        for gateway in self.gateways.carriers(channel):
            if not isinstance(gateway, Tapped):
                continue
            try:
                if tap.tap_id:
                    gateway.answer_tap(tap.tap_id, "")
                if counted and tap.message:
                    gateway.drop_keyboard(tap.chat, tap.message)
            except DeliveryError as error:
                _LOG.info("a tap was not answered", gateway=gateway.name, code=error.code)
            return

    def _give_up(self, session: Session, claim: Claim, _error: Exception, last: bool) -> None:
        if not last:
            return
        row = find_inbound(session, uuid.UUID(claim.payload["inbound_id"]))
        if row is not None:
            row.state, row.done_at = InboundState.DEAD, self.clock()


def _nothing() -> None:
    """Nothing is left to do."""
