"""Sends reports by e-mail: a job that queues what is due, and the lane that draws and sends them.

A report is composed and drawn with its reader's rights at that moment, and handed over outside any transaction; its
result and the end of its row are written together.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.analytics.kept.models import SendingState
from app.analytics.kept.sendings import (
    LANE,
    NO_RIGHTS,
    SEND,
    ComposeLetter,
    ReportLetter,
    end_report,
    find_waiting_report,
    queue_due_reports,
)
from app.analytics.paper.press import print_paper
from app.jobs.handlers import PermanentFailureError
from app.jobs.lanes import Lane, end_held
from app.jobs.retrying import try_again
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.outbox import Claim
from app.messaging.gateway import Attachment, DeliveryError, Outgoing
from app.messaging.models import MessagingChannel
from app.messaging.registry import Gateways

SEND_REPORTS = "send-reports"
_DEMO = "demo"


@dataclass(frozen=True, slots=True)
class ReportPlanning:
    """The job of every five minutes; without a zone it queues nothing."""

    zone: ZoneInfo | None
    batch: int

    def queue(self, session: Session, now: datetime) -> int:
        """Queue what is due; all of it at once, so it is never asked for more."""
        if self.zone is None:
            return 0
        return min(queue_due_reports(session, now=now, zone=self.zone), self.batch - 1)


@dataclass(frozen=True, slots=True)
class ReportWork:
    """One worker's hands for the lane `reports`."""

    database: Database
    clock: Clock
    gateways: Gateways
    compose: ComposeLetter
    zone: ZoneInfo

    def lane(self) -> Lane:
        """Return the lane for the worker: one report at a time, since each is drawn by a process."""
        return Lane(LANE, self.handle, threads=1, on_failure=self.give_up)

    def handle(self, claim: Claim) -> None:
        """Send one report; what was sent already is done."""
        if claim.kind != SEND:
            raise PermanentFailureError(f"nobody knows what {claim.kind} is")
        plan_id, slot = _what(claim)
        with self.database.reading() as session:
            due = find_waiting_report(session, plan_id, slot, self.zone)
            if due is None:
                return
            letter = self.compose(session, due, self.clock()) if due.scope is not None else None
        if letter is None:
            self._end(claim, SendingState.SKIPPED, NO_RIGHTS)
            return
        if MessagingChannel.EMAIL not in self.gateways.channels:
            self._end(claim, SendingState.FAILED, "channel_off")
            return
        if due.demo and not self.gateways.only_show(MessagingChannel.EMAIL):
            self._end(claim, SendingState.SKIPPED, _DEMO)  # its mailboxes are made up
            return
        try:
            self.gateways.hand_over(_write(plan_id, slot, due.email, due.language, letter))
        except DeliveryError as error:
            if not error.permanent or error.gateway_down:
                try_again(error, now=self.clock())
            self._end(claim, SendingState.FAILED, error.code)
            return
        self._end(claim, SendingState.SENT)

    def give_up(self, session: Session, claim: Claim, error: Exception, is_last: bool) -> None:
        """Let the reader see on the page of plans that it did not come."""
        if claim.kind == SEND and is_last:
            plan_id, slot = _what(claim)
            code = str(getattr(error, "code", "internal"))
            end_report(session, plan_id, slot, SendingState.FAILED, failure=code, now=self.clock())

    def _end(self, claim: Claim, state: SendingState, failure: str | None = None) -> None:
        """Write what became of it with the end of its row, unless another worker holds the row by now."""
        plan_id, slot = _what(claim)
        now = self.clock()

        end_held(
            self.database,
            claim,
            lambda session: end_report(session, plan_id, slot, state, failure=failure, now=now),
            clock=self.clock,
        )


def _what(claim: Claim) -> tuple[uuid.UUID, date]:
    return uuid.UUID(claim.payload["plan_id"]), date.fromisoformat(claim.payload["slot"])


def _write(plan_id: uuid.UUID, slot: date, email: str, language: Language, letter: ReportLetter) -> Outgoing:
    return Outgoing(
        # The same at each try, so that a mailbox knows a letter that was handed over twice.
        message_id=uuid.uuid5(plan_id, slot.isoformat()),
        channel=MessagingChannel.EMAIL,
        to=email,
        language=language,
        text=letter.text,
        subject=letter.subject,
        attachments=(Attachment(letter.file_name, "application/pdf", print_paper(letter.paper)),),
    )
