"""A notice becomes a text, by its kind, from how things stand at the moment of sending."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.permissions import Permission
from app.callbacks.compensation.models import Compensation, CompensationState
from app.messaging.gateway import Button
from app.messaging.notices.models import Notice, NoticeKind, NoticeWay
from app.organisation.models import Unit
from app.routing.staff_digest import compose_digest
from app.routing.staff_notices import (
    CASES,
    NothingToTellError,
    NoticeDesk,
    NoticeText,
    Reader,
    case_buttons,
    case_link,
    compose_case,
    find_address,
    find_reader,
    finish_text,
    open_button,
    refuse_stale,
    say_amount,
)

# Title, text, where it leads, buttons.
_Said = tuple[str, str, str | None, list[Button]]


def compose_notice(session: Session, desk: NoticeDesk, notice: Notice, *, now: datetime) -> NoticeText:
    """Return the notice ready to go; raises NothingToTellError for one that is not needed any more."""
    reader = find_reader(session, desk, notice.user_id)
    if reader is None:
        raise NothingToTellError("switched_off")
    address = find_address(session, desk, notice, reader)
    kind = NoticeKind(notice.kind)
    took_along: tuple[uuid.UUID, ...] = ()
    if kind in CASES:
        title, body, link, buttons = _say_case(session, desk, notice, reader, now)
    elif kind in (NoticeKind.APPROVAL_ASKED, NoticeKind.APPROVAL_DECIDED):
        title, body, link, buttons = _say_approval(session, desk, notice, reader)
    elif kind is NoticeKind.DIGEST:
        title, body, took_along = compose_digest(session, desk, reader, now=now)
        link, buttons = None, []
    else:
        title, body, link, buttons = _say_plain(session, desk, notice, reader)
    text = finish_text(desk, notice, reader, body, link)
    if notice.way == NoticeWay.TELEGRAM:
        return NoticeText(address, reader.language, "", f"{title}\n\n{text}".strip(), buttons, took_along)
    return NoticeText(address, reader.language, title, text, (), took_along)


def _say_case(session: Session, desk: NoticeDesk, notice: Notice, reader: Reader, now: datetime) -> _Said:
    seen, title, body = compose_case(session, desk, notice, reader, now=now)
    refuse_stale(notice, seen)
    return title, body, case_link(desk, seen.case.id), case_buttons(desk, notice, reader, seen)


def _say_approval(session: Session, desk: NoticeDesk, notice: Notice, reader: Reader) -> _Said:
    asked = notice.kind == NoticeKind.APPROVAL_ASKED
    permission = Permission.APPROVE_COMPENSATION if asked else Permission.READ_CASES
    if not reader.actor.may(permission):
        raise NothingToTellError("out_of_scope")
    person = Compensation.proposed_by_id if asked else Compensation.decided_by_id
    row = session.execute(
        select(Compensation, Unit.name, StaffUser.name)
        .join(Unit, Unit.id == Compensation.unit_id)
        .outerjoin(StaffUser, StaffUser.id == person)
        .where(Compensation.id == notice.subject_id, reader.actor.scope(permission).where(Compensation.unit_id))
    ).one_or_none()
    if row is None:
        raise NothingToTellError("out_of_scope")
    given, unit, who = row
    if asked and given.state != CompensationState.PENDING:
        raise NothingToTellError("decided")
    words, language = desk.words, reader.language
    values = {
        "company": desk.company,
        "unit": unit,
        "name": reader.user.name,
        "amount": say_amount(given.amount, given.currency, language),
        "who": who or "",
    }
    kind, link = NoticeKind(notice.kind), case_link(desk, given.case_id)
    decision = "" if asked else words.named(words.decisions, given.state, language)
    body = "\n".join(filter(None, (decision, words.text(kind, language, values) if who else "")))
    return words.title(kind, language, values), body, link, open_button(desk, language, link)


def _say_plain(session: Session, desk: NoticeDesk, notice: Notice, reader: Reader) -> _Said:
    """What is about no case: how one signs in, a test, more cases than a team can work."""
    words, kind, language = desk.words, NoticeKind(notice.kind), reader.language
    unit = session.get(Unit, notice.subject_id) if kind is NoticeKind.LOAD_WARNING and notice.subject_id else None
    values = {
        "company": desk.company,
        "name": reader.user.name,
        "unit": unit.name if unit is not None else desk.company,
        "change": words.named(words.changes, notice.params.get("change"), language),
    }
    pages = {NoticeKind.SIGN_IN_CHANGED: "/manage/account", NoticeKind.LOAD_WARNING: "/manage/roster/load"}
    link = f"{desk.public_url}{pages[kind]}" if kind in pages else None
    buttons = open_button(desk, language, link) if link is not None else []
    return words.title(kind, language, values), words.text(kind, language, values), link, buttons
