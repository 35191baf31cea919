"""What staff say and tap in their own Telegram chat: link it, end it, take a case, put it off, say that they saw it.

A chat of staff is known by its link and by nothing that is said in it. A tap counts only in the chat of whom the notice
was sent to, and only as far as they may work the case at that moment: whoever passes a message on passes nothing on.
Stopping ends what staff are told, not the surveys of somebody who is a customer too; that takes saying it once more.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.permissions import NotPermittedError, Permission
from app.callbacks.errors import CaseClosedError, CaseTakenError
from app.callbacks.escalation.acknowledging import acknowledge_escalation, find_waiting
from app.callbacks.holding import get_case, refuse_closed, refuse_taken
from app.callbacks.working import claim_case, reschedule_case
from app.contacts.models import AddressKind
from app.contacts.service import find_contact_by
from app.kit.errors import ConflictError, NotFoundError
from app.kit.i18n import read_language
from app.messaging.inbound.events import Blocked, Event, Receipt, Started, Tap, Text
from app.messaging.models import MessagingChannel
from app.messaging.notices.chats import PREFIX, find_chat_owner, take_link, unlink_chat
from app.messaging.notices.models import Notice
from app.messaging.notices.outcomes import tell_again
from app.messaging.notices.taps import Deed, StaffTap, proves, read_tap
from app.messaging.notices.words import Answer
from app.organisation.tree import working_time
from app.routing.heard import asks_to_stop
from app.routing.staff_notices import (
    NothingToTellError,
    NoticeDesk,
    Reader,
    case_link,
    compose_case,
    find_reader,
)

SNOOZE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StaffAnswer:
    """What is said back: `toast` below a tapped button, `text` in place of its message, `reply` as a new message."""

    toast: str = ""
    text: str = ""
    reply: str = ""


def hear_staff(
    session: Session, desk: NoticeDesk, channel: MessagingChannel, event: Event, *, now: datetime
) -> StaffAnswer | None:
    """Let follow what follows and return what to say back, or None for what is a customer's to say."""
    if channel is not MessagingChannel.TELEGRAM or isinstance(event, Receipt):
        return None
    if isinstance(event, Tap):
        tap = read_tap(event.payload)
        return _hear_tap(session, desk, event.chat, tap, now) if tap is not None else None
    if isinstance(event, Started) and event.token.startswith(PREFIX):
        return _link(session, desk, event, now)
    if isinstance(event, Started) and event.token:
        return None  # a customer's link, whoever opens it
    owner_id = find_chat_owner(session, desk.vault, event.chat)
    if owner_id is None:
        return None
    if isinstance(event, Blocked):
        unlink_chat(session, owner_id, by="blocked", now=now)
        return None  # the person may be a customer too, whose chat is closed as well
    return _hear_words(session, desk, event, owner_id, now)


def _link(session: Session, desk: NoticeDesk, event: Started, now: datetime) -> StaffAnswer:
    user = take_link(session, desk.vault, event.token, event.chat, now=now)
    if user is None:
        return StaffAnswer(reply=desk.words.answer(Answer.LINK_OLD, read_language(event.language) or desk.language))
    language = read_language(user.language) or desk.language
    return StaffAnswer(reply=desk.words.answer(Answer.LINKED, language, name=user.name, company=desk.company))


def _hear_words(
    session: Session, desk: NoticeDesk, event: Text | Started, owner_id: uuid.UUID, now: datetime
) -> StaffAnswer | None:
    """Heed a stop; what else somebody says is theirs as a customer, if they are one."""
    contact = find_contact_by(session, desk.vault, AddressKind.TELEGRAM, event.chat)
    reader = find_reader(session, desk, owner_id)
    language = reader.language if reader is not None else desk.language
    if isinstance(event, Text) and asks_to_stop(event.text):
        unlink_chat(session, owner_id, by="chat", now=now)
        said = [desk.words.answer(Answer.UNLINKED, language)]
        if contact is not None:
            said.append(desk.words.answer(Answer.STILL_A_CUSTOMER, language, company=desk.company))
        return StaffAnswer(reply="\n".join(said))
    if contact is not None:
        return None
    if isinstance(event, Text) and not event.text.strip():
        return StaffAnswer()
    return StaffAnswer(reply=desk.words.answer(Answer.HELP, language, company=desk.company))


def _hear_tap(session: Session, desk: NoticeDesk, chat: str, tap: StaffTap, now: datetime) -> StaffAnswer:
    """Do what the button says, as its reader; a forged, passed-on or outlived one does nothing."""
    notice = session.get(Notice, tap.notice_id)
    if notice is None or notice.subject_id is None or not proves(desk.vault, tap, notice):
        return StaffAnswer()
    if find_chat_owner(session, desk.vault, chat) != notice.user_id:
        return StaffAnswer()
    reader = find_reader(session, desk, notice.user_id)
    if reader is None:
        return StaffAnswer()
    tapped = _Tapped(session, desk, notice, notice.subject_id, reader, now)
    said = tapped.do(tap.deed)
    return StaffAnswer(toast=said, text=tapped.rewrite(said))


@dataclass(frozen=True, slots=True)
class _Tapped:
    """A button that counts: below which notice, about which case, by whom."""

    session: Session
    desk: NoticeDesk
    notice: Notice
    case_id: uuid.UUID
    reader: Reader
    now: datetime

    def do(self, deed: Deed) -> str:
        """Do it and return what is said of it."""
        try:
            match deed:
                case Deed.CLAIM:
                    claim_case(self.session, self.case_id, actor=self.reader.actor, now=self.now)
                    return self._say(Answer.CLAIMED)
                case Deed.ACKNOWLEDGE:
                    return self._acknowledge()
                case Deed.SNOOZE:
                    return self._snooze()
        except CaseTakenError as taken:
            return self._say(Answer.TAKEN, name=str(taken.details.get("name", "")))
        except CaseClosedError:
            return self._say(Answer.CLOSED)
        except (NotPermittedError, NotFoundError, ConflictError):
            return self._say(Answer.GONE)

    def rewrite(self, said: str) -> str:
        """Return the message as it stands from now on, without its buttons: what it was about, what was done, where."""
        try:
            seen, title, body = compose_case(self.session, self.desk, self.notice, self.reader, now=self.now)
        except NothingToTellError:
            return said
        return "\n\n".join((f"{title}\n\n{body}", said, case_link(self.desk, seen.case.id)))

    def _acknowledge(self) -> str:
        waiting = find_waiting(self.session, self.case_id, actor=self.reader.actor)
        if waiting is not None:  # else a colleague was faster, or the case is worked meanwhile
            acknowledge_escalation(self.session, waiting, actor=self.reader.actor, now=self.now)
        return self._say(Answer.ACKNOWLEDGED)

    def _snooze(self) -> str:
        """Tell again in an hour. Whoever works the case puts it off for as long; a free one stays in others' sight."""
        at = self.now + SNOOZE
        case = get_case(self.session, self.case_id, self.reader.actor.scope(Permission.WORK_CASES))
        refuse_closed(case)
        refuse_taken(self.session, case, self.reader.user.id)
        if case.claimed_by_id == self.reader.user.id:
            reschedule_case(self.session, self.case_id, actor=self.reader.actor, at=at, now=self.now)
        tell_again(self.session, self.notice, at=at, now=self.now)
        zone = working_time(self.session, case.unit_id).time_zone
        return self._say(Answer.SNOOZED, time=f"{at.astimezone(zone):%H:%M}")

    def _say(self, answer: Answer, **values: str) -> str:
        return self.desk.words.answer(answer, self.reader.language, **values)
