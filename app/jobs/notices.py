"""Tells staff: who hears of an event, and each notice on its way. The lane `notices` has rows of two kinds.

`notice.follow` is an event that somebody should hear of: who they are is found here, apart from the transaction in
which the case was opened, so that no rating waits for it. `notice.send` is one notice; its result and the end of its
row are written together.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.callbacks.compensation.models import Compensation
from app.callbacks.escalation.people import find_responsible
from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.jobs.handlers import PermanentFailureError
from app.jobs.lanes import Lane, end_held
from app.jobs.retrying import try_again
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.log import get_logger
from app.kit.outbox import Claim, record_event
from app.messaging.gateway import DeliveryError, Outgoing
from app.messaging.inbound.events import Event, Receipt, Tap
from app.messaging.models import MessagingChannel
from app.messaging.notices.chats import forget_links, unlink_chat
from app.messaging.notices.models import Notice, NoticeKind, NoticeWay
from app.messaging.notices.outcomes import (
    find_waiting_notice,
    forget_notices,
    list_digests_due,
    list_for_digest,
    mark_dropped,
    mark_failed,
    mark_sent,
    note_refusal,
    tell_by_email_instead,
)
from app.messaging.notices.quiet import reached_on
from app.messaging.notices.telling import LANE, SEND, tell
from app.messaging.notices.wishes import read_wish
from app.messaging.registry import Gateways
from app.messaging.retries import UNREACHABLE
from app.routing.staff_chat import StaffAnswer
from app.routing.staff_composing import compose_notice
from app.routing.staff_notices import NO_CHAT, NothingToTellError, NoticeDesk

_LOG = get_logger(__name__)
FOLLOW = "notice.follow"
_THREADS = 2
OPENED, HANDED_OVER = "case.opened", "case.handed_over"
PROPOSED, DECIDED = "compensation.proposed", "compensation.decided"
_HEEDED = frozenset({OPENED, HANDED_OVER, PROPOSED, DECIDED})
_CHANNELS: Mapping[str, MessagingChannel] = {
    NoticeWay.EMAIL: MessagingChannel.EMAIL,
    NoticeWay.TELEGRAM: MessagingChannel.TELEGRAM,
}
# A digest that could not go out at its minute still goes for so long; after that, tomorrow's is the next.
_LATEST_DIGEST = timedelta(hours=6)


@runtime_checkable
class Talking(Protocol):
    """A gateway whose messages can be changed after a tap, as Telegram's can."""

    def answer_tap(self, tap_id: str, text: str) -> None:
        """End the waiting that the tapped button shows, with a few words."""
        ...

    def replace_text(self, chat: str, message_id: str, text: str) -> None:
        """Put another text in place of a message's, without buttons."""
        ...


def queue_telling(session: Session, claims: Sequence[Claim], *, now: datetime) -> int:
    """Have staff told of those events that concern them, in the transaction that ends the events; returns how many."""
    heeded = [claim for claim in claims if claim.kind in _HEEDED]
    for claim in heeded:
        payload = {**claim.payload, "event": claim.kind, "event_id": str(claim.id)}
        record_event(session, FOLLOW, payload, now=now, once_key=f"told {claim.id}", lane=LANE)
    return len(heeded)


@dataclass(frozen=True, slots=True)
class NoticeWork:
    """One worker's hands for the lane `notices`."""

    database: Database
    clock: Clock
    desk: NoticeDesk
    gateways: Gateways

    def lane(self) -> Lane:
        """Return the lane for the worker."""
        return Lane(LANE, self.handle, threads=_THREADS, on_failure=self.give_up)

    def handle(self, claim: Claim) -> None:
        """Find who hears of an event, or send one notice; done already is done."""
        if claim.kind == FOLLOW:
            with self.database.transaction() as session:
                follow_event(session, claim.payload, now=self.clock())
        elif claim.kind == SEND:
            self._send(claim, uuid.UUID(claim.payload["notice_id"]))
        else:
            raise PermanentFailureError(f"nobody knows what {claim.kind} is")

    def give_up(self, session: Session, claim: Claim, error: Exception, is_last: bool) -> None:
        """Let the reader see on their page why a notice has not come, or will not."""
        if claim.kind != SEND:
            return
        notice_id = uuid.UUID(claim.payload["notice_id"])
        code = (
            error.__cause__.code if isinstance(error.__cause__, DeliveryError) else getattr(error, "code", "internal")
        )
        if is_last:
            now = self.clock()
            mark_failed(session, notice_id, failure=str(code), now=now)
            tell_by_email_instead(session, notice_id, now=now)
        else:
            note_refusal(session, notice_id, failure=str(code))

    def _send(self, claim: Claim, notice_id: uuid.UUID) -> None:
        try:
            with self.database.reading() as session:
                notice = find_waiting_notice(session, notice_id)
                if notice is None:
                    return
                way, told = notice.way, compose_notice(session, self.desk, notice, now=self.clock())
                demo = bool(session.scalar(select(StaffUser.demo).where(StaffUser.id == notice.user_id)))
        except NothingToTellError as nothing:
            self._drop(claim, notice_id, nothing.code)
            return
        if demo and way == NoticeWay.EMAIL and not self.gateways.only_show(_CHANNELS[way]):
            self._drop(claim, notice_id, "demo")  # its mailboxes are made up
            return
        outgoing = Outgoing(
            message_id=notice_id,
            channel=_CHANNELS[way],
            to=told.address,
            language=told.language,
            text=told.text,
            subject=told.title,
            buttons=told.buttons,
        )
        try:
            accepted = self.gateways.hand_over(outgoing)
        except DeliveryError as error:
            if not error.permanent or error.gateway_down:
                try_again(error, now=self.clock())
            self._refuse(claim, notice_id, error.code)
            return
        # Telegram names a message by its chat, which is nobody's business here.
        name = (accepted.provider_id or "").rpartition(":")[2][:200] or None
        self._end(
            claim,
            lambda session: mark_sent(
                session, notice_id, provider_id=name, took_along=told.took_along, now=self.clock()
            ),
        )

    def _drop(self, claim: Claim, notice_id: uuid.UUID, code: str) -> None:
        """Write that it is not needed. What waited for a digest that has nothing to tell is not needed either.

        Only its way is gone where the chat was unlinked meanwhile: it goes by e-mail, and a digest keeps what it tells.
        """
        now = self.clock()

        def work(session: Session) -> None:
            if code == NO_CHAT:
                mark_dropped(session, [notice_id], failure=code, now=now)
                tell_by_email_instead(session, notice_id, now=now)
                return
            notice = session.get_one(Notice, notice_id)
            waiting = list_for_digest(session, notice.user_id) if notice.kind == NoticeKind.DIGEST else []
            mark_dropped(session, [notice_id, *(each.id for each in waiting)], failure=code, now=now)

        self._end(claim, work)

    def _refuse(self, claim: Claim, notice_id: uuid.UUID, code: str) -> None:
        """Write that it will not arrive so; what a chat does not take goes by e-mail. A closed chat is forgotten."""
        now = self.clock()

        def work(session: Session) -> None:
            notice = session.get_one(Notice, notice_id)
            mark_failed(session, notice_id, failure=code, now=now)
            if notice.way == NoticeWay.TELEGRAM and code in UNREACHABLE:
                unlink_chat(session, notice.user_id, by="blocked", now=now)
            tell_by_email_instead(session, notice_id, now=now)

        self._end(claim, work)

    def _end(self, claim: Claim, work: Callable[[Session], object]) -> None:
        end_held(self.database, claim, work, clock=self.clock)


def follow_event(session: Session, payload: Mapping[str, Any], *, now: datetime) -> int:
    """Tell whoever should hear of the event and return how many notices were written; told twice is told once."""
    if payload["event"] in (PROPOSED, DECIDED):
        return _follow_compensation(session, payload, now=now)
    case = session.get(CallbackCase, uuid.UUID(str(payload["case_id"])))
    if case is None or case.closed_at is not None:
        return 0
    if payload["event"] == HANDED_OVER:
        if payload.get("to_user_id") in (None, payload.get("by_user_id")):
            return 0
        user_ids, kind = [uuid.UUID(str(payload["to_user_id"]))], NoticeKind.CASE_HANDED_OVER
    elif payload.get("reopened"):
        user_ids, kind = _who_had_it(session, case, now), NoticeKind.CASE_REOPENED
    elif case.claimed_by_id is not None:
        return 0  # somebody was faster than we
    else:
        user_ids, kind = _who_is_near(session, case, now), NoticeKind.CASE_OPENED
    return sum(
        tell(
            session,
            user_id=user_id,
            kind=kind,
            subject_id=case.id,
            once_key=f"{kind} {payload['event_id']} {user_id}",
            now=now,
        )
        for user_id in user_ids
    )


def _follow_compensation(session: Session, payload: Mapping[str, Any], *, now: datetime) -> int:
    """Tell whoever may approve a proposal (`to_user_ids`, else the next person up), or whose it was what came of it."""
    given = session.get(Compensation, uuid.UUID(str(payload["compensation_id"])))
    if given is None:
        return 0
    kind, user_ids = NoticeKind.APPROVAL_DECIDED, [given.proposed_by_id]
    if payload["event"] == PROPOSED:
        kind = NoticeKind.APPROVAL_ASKED
        told = [given.proposed_by_id]
        people = find_responsible(session, given.unit_id, level=1, now=now, told=told)
        user_ids = [uuid.UUID(str(each)) for each in payload.get("to_user_ids") or [one.user_id for one in people]]
    return sum(
        tell(
            session,
            user_id=user_id,
            kind=kind,
            subject_id=given.id,
            once_key=f"{kind} {given.id} {user_id}",
            now=now,
        )
        for user_id in dict.fromkeys(user_ids)
        if user_id != (given.proposed_by_id if payload["event"] == PROPOSED else given.decided_by_id)
    )


def _who_had_it(session: Session, case: CallbackCase, now: datetime) -> list[uuid.UUID]:
    """Return who works the case, else who closed it last, else who would hear of a new one."""
    if case.claimed_by_id is not None:
        return [case.claimed_by_id]
    closed = (
        select(CaseEvent.user_id)
        .join(StaffUser, StaffUser.id == CaseEvent.user_id)
        .where(CaseEvent.case_id == case.id, CaseEvent.kind == EventKind.CLOSED, StaffUser.active)
        .order_by(CaseEvent.at.desc())
    )
    last = session.scalars(closed.limit(1)).first()
    near = _who_is_near(session, case, now)
    return near if last is None else list(dict.fromkeys([last, *near]))


def _who_is_near(session: Session, case: CallbackCase, now: datetime) -> list[uuid.UUID]:
    people = find_responsible(session, case.unit_id, level=0, now=now)
    return list(dict.fromkeys(person.user_id for person in people))


def send_digests(session: Session, now: datetime) -> int:
    """Write the digest of everybody whose minute has come today, once a day; few, so one batch."""
    written = 0
    for choice in list_digests_due(session):
        if choice.digest_at is None:
            continue
        zone = read_wish(session, choice).quiet.zone
        today = now.astimezone(zone).date()
        at = reached_on(today, choice.digest_at, zone)
        if at <= now < at + _LATEST_DIGEST:
            key = f"digest {choice.user_id} {today}"
            written += tell(session, user_id=choice.user_id, kind=NoticeKind.DIGEST, once_key=key, now=now)
    return written


def purge_notices(session: Session, *, before: datetime, limit: int) -> int:
    """Delete notices written before the instant, and links to chats that opened nothing."""
    forget_links(session, before=before)
    return forget_notices(session, before=before, limit=limit)


def answer_staff(gateways: Gateways, event: Event, said: StaffAnswer, language: Language) -> None:
    """Say back what is to be said in the chat; nothing hangs on it, so a bot that refuses is only noted."""
    gateway = next(iter(gateways.carriers(MessagingChannel.TELEGRAM)), None)
    if gateway is None or isinstance(event, Receipt):
        return
    try:
        if said.reply:
            gateway.send(Outgoing(new_id(), MessagingChannel.TELEGRAM, event.chat, language, said.reply))
        if isinstance(event, Tap) and isinstance(gateway, Talking):
            if event.tap_id:
                gateway.answer_tap(event.tap_id, said.toast)
            if said.text and event.message:
                gateway.replace_text(event.chat, event.message, said.text)
    except DeliveryError as error:
        _LOG.info("staff were not answered", gateway=gateway.name, code=error.code)
