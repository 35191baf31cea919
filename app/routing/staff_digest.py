"""A digest: what waited for it, and how many cases are open, overdue and one's own. Nothing to tell is told nobody."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.accounts.permissions import Permission
from app.callbacks.compensation.models import Compensation
from app.callbacks.models import CallbackCase
from app.messaging.notices.models import Notice, NoticeChoice, NoticeKind
from app.messaging.notices.outcomes import list_for_digest
from app.messaging.notices.wishes import read_wish
from app.messaging.notices.words import DigestLine
from app.organisation.models import Unit
from app.routing.staff_notices import CASES, NothingToTellError, NoticeDesk, Reader, case_link, say_amount, say_day

# More than that is read on the list itself.
_MOST_LINES = 20
_LISTS = ((DigestLine.OVERDUE, "overdue"), (DigestLine.MINE, "mine"), (DigestLine.OPEN, "open"))


def compose_digest(
    session: Session, desk: NoticeDesk, reader: Reader, *, now: datetime
) -> tuple[str, str, tuple[uuid.UUID, ...]]:
    """Return title, text and which waiting notices it tells of; raises NothingToTellError("nothing_new")."""
    waiting = list_for_digest(session, reader.user.id)
    told = _say_waiting(session, desk, reader, waiting)
    counts = _count(session, reader, now)
    if not told and not counts[DigestLine.OVERDUE] and not counts[DigestLine.MINE]:
        raise NothingToTellError("nothing_new")
    words, language = desk.words, reader.language
    zone = read_wish(session, session.get(NoticeChoice, reader.user.id)).quiet.zone
    values = {"company": desk.company, "name": reader.user.name, "day": say_day(now, zone, language)}
    parts = []
    if told:
        lines = [words.digest_line(DigestLine.WAITED, language, len(told)), *told[:_MOST_LINES]]
        if (more := len(told) - _MOST_LINES) > 0:
            lines.append(words.digest_line(DigestLine.MORE, language, more))
        parts.append("\n".join(lines))
    parts.append(
        "\n".join(
            f"{words.digest_line(line, language, counts[line])}  {desk.public_url}/manage/callbacks?tab={tab}"
            for line, tab in _LISTS
            if counts[line]
        )
    )
    title = words.title(NoticeKind.DIGEST, language, values)
    return title, "\n\n".join(filter(None, parts)), tuple(notice.id for notice in waiting)


def _say_waiting(session: Session, desk: NoticeDesk, reader: Reader, waiting: Sequence[Notice]) -> list[str]:
    """Return a line for each that still stands: the case is open, and what was free is free; two queries."""
    cases, decided = _find_cases(session, reader, waiting), _find_decided(session, reader, waiting)
    lines = []
    for notice in waiting:
        kind, about = NoticeKind(notice.kind), notice.subject_id
        values, leads = {"company": desk.company, "name": reader.user.name}, None
        has_number = True
        if kind in CASES:
            if about not in cases:
                continue
            leads, holder, values["unit"], has_number = about, *cases[about]
            if kind is NoticeKind.CASE_OPENED and holder is not None:
                continue
        elif kind is NoticeKind.APPROVAL_DECIDED:
            if about not in decided:
                continue
            leads, amount, currency, values["unit"] = decided[about]
            values["amount"] = say_amount(amount, currency, reader.language)
        title = desk.words.title(kind, reader.language, values, has_number=has_number)
        lines.append(f"• {title}\n  {case_link(desk, leads)}" if leads else f"• {title}")
    return lines


def _find_cases(
    session: Session, reader: Reader, waiting: Sequence[Notice]
) -> dict[uuid.UUID | None, tuple[uuid.UUID | None, str, bool]]:
    """Return who works each open case that the reader may see, the name of its unit, whether there is a number."""
    about = {notice.subject_id for notice in waiting if notice.kind in CASES}
    if not about or not reader.actor.may(Permission.READ_CASES):
        return {}
    scope = reader.actor.scope(Permission.READ_CASES)
    query = (
        select(CallbackCase.id, CallbackCase.claimed_by_id, Unit.name, CallbackCase.contact_id.is_not(None))
        .join(Unit, Unit.id == CallbackCase.unit_id)
        .where(CallbackCase.id.in_(about), CallbackCase.closed_at.is_(None), scope.where(CallbackCase.unit_id))
    )
    return {case_id: (holder, unit, bool(numbered)) for case_id, holder, unit, numbered in session.execute(query)}


def _find_decided(
    session: Session, reader: Reader, waiting: Sequence[Notice]
) -> dict[uuid.UUID | None, tuple[uuid.UUID, int, str, str]]:
    """Return case, amount, currency and the unit's name of each compensation that the reader may see."""
    about = {notice.subject_id for notice in waiting if notice.kind == NoticeKind.APPROVAL_DECIDED}
    if not about or not reader.actor.may(Permission.READ_CASES):
        return {}
    scope = reader.actor.scope(Permission.READ_CASES)
    query = (
        select(Compensation.id, Compensation.case_id, Compensation.amount, Compensation.currency, Unit.name)
        .join(Unit, Unit.id == Compensation.unit_id)
        .where(Compensation.id.in_(about), scope.where(Compensation.unit_id))
    )
    return {row_id: (case_id, amount, money, unit) for row_id, case_id, amount, money, unit in session.execute(query)}


def _count(session: Session, reader: Reader, now: datetime) -> dict[DigestLine, int]:
    if not reader.actor.may(Permission.READ_CASES):
        return dict.fromkeys((line for line, _ in _LISTS), 0)
    scope = reader.actor.scope(Permission.READ_CASES)
    overdue = func.sum(case((CallbackCase.due_at < now, 1), else_=0))
    mine = func.sum(case((CallbackCase.claimed_by_id == reader.user.id, 1), else_=0))
    query = select(func.count(), overdue, mine).where(
        CallbackCase.closed_at.is_(None), scope.where(CallbackCase.unit_id)
    )
    total, late, own = session.execute(query).one()
    return {DigestLine.OPEN: total, DigestLine.OVERDUE: int(late or 0), DigestLine.MINE: int(own or 0)}
