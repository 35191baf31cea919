"""What a notice to staff says, made at the moment of sending from how things stand then.

Only what its reader may still see: a case of a unit that was taken away from them, one that a colleague took meanwhile,
or one that is closed is told of no more. Never a telephone number, and no mark-up that somebody's words could use.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.acting import load_actor
from app.accounts.models import StaffUser
from app.accounts.permissions import Actor, Permission
from app.callbacks.deadlines import NextMove
from app.callbacks.models import CallbackCase
from app.callbacks.standing import is_overdue, move_of
from app.invitations.composing import say_answer
from app.kit.crypto import Vault
from app.kit.errors import OtklikError
from app.kit.i18n import Language, read_language
from app.kit.log import clean_text
from app.messaging.gateway import Button
from app.messaging.notices.chats import find_chat, read_chat_address
from app.messaging.notices.former import read_former_email
from app.messaging.notices.models import Notice, NoticeKind, NoticeWay
from app.messaging.notices.taps import Deed, write_tap
from app.messaging.notices.words import DEED_BUTTONS, OPEN_BUTTON, DigestLine, Fact, NoticeWords
from app.organisation.models import Unit
from app.organisation.tree import working_time
from app.responses.models import SurveyResponse
from app.surveys.service import get_definition

LONGEST_COMMENT = 200
CASES = frozenset(
    {
        NoticeKind.CASE_OPENED,
        NoticeKind.CASE_HANDED_OVER,
        NoticeKind.CASE_ESCALATED,
        NoticeKind.CASE_REOPENED,
        NoticeKind.CASE_REMINDER,
    }
)
# What somebody says they saw.
_ACKNOWLEDGED = (NoticeKind.CASE_ESCALATED, NoticeKind.CASE_REMINDER)
_SETTINGS = "/manage/account/notices"
# The chat that it was written for was unlinked before it went out.
NO_CHAT = "no_chat"


class NothingToTellError(OtklikError):
    """The notice is not needed any more; `code` says why and is kept as its `failure`."""

    code = "nothing_to_tell"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class NoticeDesk:
    """What telling staff needs, put together by the factory; `language` is for whoever has chosen none.

    `links_open` tells whether Telegram takes an address of ours for a button: it refuses those of a trial on localhost.
    """

    vault: Vault
    words: NoticeWords
    public_url: str
    company: str
    language: Language
    links_open: bool


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice ready to go. `took_along` are the notices that a digest tells of."""

    address: str
    language: Language
    title: str
    text: str
    buttons: Sequence[Button] = ()
    took_along: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a notice goes to: what they may see, and their language."""

    user: StaffUser
    actor: Actor
    language: Language


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as its reader may see it."""

    case: CallbackCase
    unit: Unit
    zone: ZoneInfo
    response: SurveyResponse | None


def find_reader(session: Session, desk: NoticeDesk, user_id: uuid.UUID) -> Reader | None:
    """Return whom the notice goes to, or None for somebody who was switched off."""
    user, actor = session.get(StaffUser, user_id), load_actor(session, user_id)
    if user is None or actor is None:
        return None
    return Reader(user, actor, read_language(user.language) or desk.language)


def find_address(session: Session, desk: NoticeDesk, notice: Notice, reader: Reader) -> str:
    """Return the address by the notice's way; raises NothingToTellError for a chat that was unlinked."""
    if notice.way == NoticeWay.EMAIL:
        return read_former_email(desk.vault, notice) or reader.user.email
    chat = find_chat(session, reader.user.id)
    if chat is None:
        raise NothingToTellError(NO_CHAT)
    return read_chat_address(desk.vault, chat)


def see_case(session: Session, reader: Reader, case_id: uuid.UUID | None) -> Seen:
    """Return the case; raises NothingToTellError for one that is gone or that the reader may not see (any more)."""
    if not reader.actor.may(Permission.READ_CASES):
        raise NothingToTellError("out_of_scope")
    row = session.execute(
        select(CallbackCase, Unit, SurveyResponse)
        .join(Unit, Unit.id == CallbackCase.unit_id)
        .outerjoin(SurveyResponse, SurveyResponse.id == CallbackCase.response_id)
        .where(CallbackCase.id == case_id, reader.actor.scope(Permission.READ_CASES).where(CallbackCase.unit_id))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NothingToTellError("out_of_scope")
    case, unit, response = row
    return Seen(case, unit, working_time(session, unit.id).time_zone, response)


def compose_case(
    session: Session, desk: NoticeDesk, notice: Notice, reader: Reader, *, now: datetime
) -> tuple[Seen, str, str]:
    """Return the case, the title and the lines below it, whoever works it meanwhile; raises NothingToTellError."""
    seen = see_case(session, reader, notice.subject_id)
    kind, words, language = NoticeKind(notice.kind), desk.words, reader.language
    rule = words.named(words.rules, notice.params.get("rule"), language)
    values = {"company": desk.company, "unit": seen.unit.name, "name": reader.user.name, "rule": rule}
    lines = [words.text(kind, language, values), *_say_facts(session, desk, seen, language, now)]
    if (more := notice.params.get("cases", 1) - 1) > 0:  # a reminder names one of several
        lines.append(words.digest_line(DigestLine.MORE, language, more))
    title = words.title(kind, language, values, has_number=seen.case.contact_id is not None)
    return seen, title, "\n".join(filter(None, lines))


def refuse_stale(notice: Notice, seen: Seen) -> None:
    """Raise NothingToTellError for what is done with: the case is closed, or a colleague has it meanwhile."""
    if seen.case.closed_at is not None:
        raise NothingToTellError("closed")
    holder = seen.case.claimed_by_id
    kind = NoticeKind(notice.kind)
    if kind is NoticeKind.CASE_HANDED_OVER and holder != notice.user_id:
        raise NothingToTellError("taken")
    # Put off for an hour by whoever then took it, it is told again; else the first to take it ends it for all.
    mine_again = holder == notice.user_id and notice.params.get("snoozed")
    if kind is NoticeKind.CASE_OPENED and holder is not None and not mine_again:
        raise NothingToTellError("taken")


def case_buttons(desk: NoticeDesk, notice: Notice, reader: Reader, seen: Seen) -> list[Button]:
    """Return what can be done from the chat: take the case while it is free, say that one saw it, put it off."""
    deeds = []
    if reader.actor.may(Permission.WORK_CASES):
        if seen.case.claimed_by_id is None:
            deeds.append(Deed.CLAIM)
        if notice.kind in _ACKNOWLEDGED:
            deeds.append(Deed.ACKNOWLEDGE)
        deeds.append(Deed.SNOOZE)
    buttons = [
        Button(desk.words.button(DEED_BUTTONS[deed], reader.language), write_tap(desk.vault, notice, deed))
        for deed in deeds
    ]
    return buttons + open_button(desk, reader.language, case_link(desk, seen.case.id))


def open_button(desk: NoticeDesk, language: Language, link: str) -> list[Button]:
    """Return the button that opens a page, where Telegram takes our address for one."""
    return [Button(desk.words.button(OPEN_BUTTON, language), url=link)] if desk.links_open else []


def finish_text(desk: NoticeDesk, notice: Notice, reader: Reader, body: str, link: str | None) -> str:
    """Return the text as it goes out: in a chat the link only where no button can carry it, in an e-mail always."""
    if notice.way == NoticeWay.TELEGRAM:
        return "\n\n".join(filter(None, (body, link if not desk.links_open else None)))
    footer = desk.words.footer[reader.language].replace("{link}", f"{desk.public_url}{_SETTINGS}")
    return "\n\n".join(filter(None, (body, link, f"-- \n{footer}")))


def case_link(desk: NoticeDesk, case_id: uuid.UUID) -> str:
    """Return the address of a case's page."""
    return f"{desk.public_url}/manage/callbacks/{case_id}"


def say_moment(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    """Return the instant by the clock of the zone, in words of the language."""
    return str(format_datetime(moment, "d MMM, HH:mm", tzinfo=zone, locale=language.value))


def say_day(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    """Return the day by the clock of the zone."""
    return str(format_date(moment.astimezone(zone).date(), "d MMMM", locale=language.value))


def say_amount(amount: int, currency: str, language: Language) -> str:
    """Return money in words of the language; `amount` is in hundredths."""
    return str(format_currency(Decimal(amount) / 100, currency, locale=language.value))


def say_rating(session: Session, response: SurveyResponse | None, language: Language) -> str:
    """Return what was tapped, in words, or nothing where nobody rated."""
    if response is None:
        return ""
    return say_answer(get_definition(session, response.survey_version_id).first, response.rating, language)


def _say_facts(session: Session, desk: NoticeDesk, seen: Seen, language: Language, now: datetime) -> list[str]:
    case = seen.case
    facts: Mapping[Fact, str] = {
        Fact.UNIT: ", ".join(filter(None, (seen.unit.name, seen.unit.address))),
        Fact.RATING: say_rating(session, seen.response, language),
        _due_fact(case, now): say_moment(case.due_at, seen.zone, language) if case.closed_at is None else "",
        Fact.COMMENT: shorten(case.complaint or (seen.response.comment if seen.response else None)),
    }
    return [desk.words.fact(fact, language, value) for fact, value in facts.items() if value]


def _due_fact(case: CallbackCase, now: datetime) -> Fact:
    if is_overdue(case, now):
        return Fact.LATE
    return Fact.RING_BY if move_of(case) in (NextMove.RING, NextMove.RING_AGAIN) else Fact.SETTLE_BY


def shorten(words: str | None) -> str:
    """Return the beginning of what somebody wrote, in one line and without the numbers they left in it."""
    said = " ".join(clean_text(words or "").split())
    return said if len(said) <= LONGEST_COMMENT else f"{said[:LONGEST_COMMENT].rstrip()}…"
