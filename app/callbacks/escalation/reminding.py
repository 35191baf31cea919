"""Remind whoever was told of a case, once a working day, until they say that they saw it or somebody works it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.callbacks.escalation.acknowledging import still_open, was_overtaken
from app.callbacks.escalation.ladder import climb, find_nearest
from app.callbacks.escalation.models import Escalation
from app.callbacks.escalation.people import load_ladders
from app.callbacks.escalation.timing import next_reminder
from app.callbacks.models import CallbackCase
from app.callbacks.rules.escalation import EscalationRules
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.telling import tell
from app.organisation.tree import working_times


def remind_waiting(session: Session, rules: EscalationRules, *, now: datetime, limit: int) -> int:
    """Remind of up to `limit` cases whose time has come, and return how many were looked at.

    Each person hears once a day, by one notice that says how many wait. What was overtaken is ended instead; what was
    told to somebody who was switched off since goes to the next person.
    """
    due = list(
        session.scalars(
            select(Escalation)
            .where(still_open(), Escalation.remind_at <= now)
            .order_by(Escalation.remind_at, Escalation.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    if not due:
        return 0
    over = _end_overtaken(session, [row.id for row in due], now=now)
    left = [row for row in due if row.id not in over]
    where = select(CallbackCase.id, CallbackCase.unit_id).where(CallbackCase.id.in_({row.case_id for row in left}))
    units = {case_id: unit_id for case_id, unit_id in session.execute(where)}  # noqa: C416 -- rows are no pairs to mypy
    _pass_on(session, left, units, now)
    times = working_times(session, set(units.values())) if units else {}
    for row in left:
        row.reminded_at = now
        row.remind_at = next_reminder(now, rules.remind_at, times[units[row.case_id]]) if rules.remind_daily else None
    if rules.remind_daily:
        _tell(session, left, {row.id: times[units[row.case_id]].time_zone for row in left}, now)
    return len(due)


def _end_overtaken(session: Session, ids: Sequence[uuid.UUID], *, now: datetime) -> set[uuid.UUID]:
    query = select(Escalation.id).join(CallbackCase, CallbackCase.id == Escalation.case_id)
    over = set(session.scalars(query.where(Escalation.id.in_(ids), was_overtaken())))
    if over:
        session.execute(
            update(Escalation)
            .where(Escalation.id.in_(over))
            .values(ended_at=now)
            .execution_options(synchronize_session=False)
        )
    return over


def _pass_on(session: Session, rows: Sequence[Escalation], units: dict[uuid.UUID, uuid.UUID], now: datetime) -> None:
    """Give what was told to somebody who is not there any more to whoever now comes next."""
    told = {row.to_user_id for row in rows}
    there = set(session.scalars(select(StaffUser.id).where(StaffUser.id.in_(told), StaffUser.active)))
    orphans = [row for row in rows if row.to_user_id not in there]
    if not orphans:
        return
    ladders = load_ladders(session, {units[row.case_id] for row in orphans})
    for row in orphans:
        ladder = ladders[units[row.case_id]]
        height, _ = find_nearest(ladder, now)
        person = next(iter(climb(ladder, above=height, now=now)), None)
        row.to_user_id, row.unit_id = (person.user_id, person.unit_id) if person else (None, None)


def _tell(session: Session, rows: Sequence[Escalation], zones: dict[uuid.UUID, ZoneInfo], now: datetime) -> None:
    by_user: dict[uuid.UUID, list[Escalation]] = {}
    for row in rows:
        if row.to_user_id is not None:
            by_user.setdefault(row.to_user_id, []).append(row)
    for user_id, waiting in by_user.items():
        oldest = min(waiting, key=lambda row: row.at)
        tell(
            session,
            user_id=user_id,
            kind=NoticeKind.CASE_REMINDER,
            subject_id=oldest.case_id,
            params={"rule": oldest.rule, "cases": len(waiting)},
            once_key=f"reminded {user_id} {now.astimezone(zones[oldest.id]).date()}",
            now=now,
        )
