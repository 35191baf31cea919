"""Tell whoever is next when a case's clock is nearly up or has run out: once per rule, case and time it is opened.

The unique index decides, so that two workers, or one that was killed and came back, tell of it once. Each case's row is
held while its rules are looked at: whoever works it at that moment is seen.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.callbacks.escalation.ladder import How, Ladder, Person, climb, find_height, find_nearest
from app.callbacks.escalation.models import Escalation, EscalationRule
from app.callbacks.escalation.people import load_ladders
from app.callbacks.escalation.timing import SOON, Clocks, choose_told, next_reminder, rules_up
from app.callbacks.models import CallbackCase, EventKind
from app.callbacks.rules.escalation import EscalationRules
from app.callbacks.timeline import write_event
from app.kit.db import upsert
from app.kit.ids import new_id
from app.kit.outbox import record_event
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.telling import tell
from app.organisation.tree import WorkingTime, working_times

# Cases a transaction: raters must not wait for the one writer of SQLite.
AT_ONCE = 200
_CASE = CallbackCase


def find_cases_up(rule: EscalationRule, *, since: datetime, now: datetime) -> Select[uuid.UUID]:
    """Return the open cases whose rule came up after `since` and was not looked at yet; by an index of its own."""
    known = select(Escalation.id).where(
        Escalation.case_id == _CASE.id, Escalation.rule == rule, Escalation.round == _CASE.reopenings
    )
    return select(_CASE.id).where(_CASE.closed_at.is_(None), *_came_up(rule, since, now), ~known.exists())


def escalate_cases(
    session: Session, rules: EscalationRules, *, since: datetime, now: datetime, limit: int = AT_ONCE
) -> int:
    """Look at up to `limit` cases with a clock that came up after `since` and until `now`, and return how many.

    What is soon is told to whoever claimed the case, else to whoever is on duty or manages the unit; what is late to
    the next person above them who has not heard of this case yet. Stretches may overlap.
    """
    ids: dict[uuid.UUID, None] = {}
    for rule in EscalationRule:
        found = session.scalars(find_cases_up(rule, since=since, now=now).limit(limit - len(ids)))
        ids.update(dict.fromkeys(found))
        if len(ids) >= limit:
            break
    if not ids:
        return 0
    cases = session.scalars(
        select(_CASE)
        .where(_CASE.id.in_(ids), _CASE.closed_at.is_(None))
        .order_by(_CASE.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    desk = _gather(session, cases, now)
    for case in cases:
        _escalate(session, case, desk, rules, since=since, now=now)
    return len(ids)


def clocks_of(case: CallbackCase) -> Clocks:
    """Return the clocks of the case."""
    return Clocks(
        case.first_attempt_warn_at,
        case.first_attempt_due_at,
        case.first_attempt_at,
        case.settle_warn_at,
        case.settle_due_at,
        case.promise_due_at,
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a batch of cases needs to know, read in a few queries. `waiting` counts what each person has before them."""

    ladders: Mapping[uuid.UUID, Ladder]
    times: Mapping[uuid.UUID, WorkingTime]
    earlier: Mapping[uuid.UUID, Sequence[Escalation]]
    active: frozenset[uuid.UUID]
    waiting: Counter[uuid.UUID]

    def pick(self, people: Sequence[Person]) -> Person | None:
        """Return the one of them who has the fewest such cases before them, or None of none."""
        return min(people, key=lambda person: self.waiting[person.user_id], default=None)


def _gather(session: Session, cases: Sequence[CallbackCase], now: datetime) -> _Desk:
    units = {case.unit_id for case in cases}
    ladders = load_ladders(session, units)
    earlier: dict[uuid.UUID, list[Escalation]] = {}
    for row in session.scalars(select(Escalation).where(Escalation.case_id.in_([case.id for case in cases]))):
        earlier.setdefault(row.case_id, []).append(row)
    claimers = {case.claimed_by_id for case in cases} - {None}
    active = session.scalars(select(StaffUser.id).where(StaffUser.id.in_(claimers), StaffUser.active))
    return _Desk(ladders, working_times(session, units), earlier, frozenset(active), _count_waiting(session))


def _count_waiting(session: Session) -> Counter[uuid.UUID]:
    counts = session.execute(
        select(Escalation.to_user_id, func.count())
        .where(Escalation.acknowledged_at.is_(None), Escalation.ended_at.is_(None), Escalation.to_user_id.is_not(None))
        .group_by(Escalation.to_user_id)
    )
    return Counter({user_id: count for user_id, count in counts if user_id is not None})


def _escalate(
    session: Session, case: CallbackCase, desk: _Desk, rules: EscalationRules, *, since: datetime, now: datetime
) -> None:
    earlier = [row for row in desk.earlier.get(case.id, ()) if row.round == case.reopenings]
    up = rules_up(clocks_of(case), since=since, now=now) - {EscalationRule(row.rule) for row in earlier}
    told = {row.to_user_id for row in earlier if row.to_user_id is not None}
    spoken = choose_told(up)
    # Whoever works it first: the next person up is then another one.
    for rule in sorted(up, key=lambda rule: rule not in SOON):
        person = desk.pick(_find_people(case, rule, desk, told, now)) if rule in spoken else None
        if person is not None:
            told.add(person.user_id)
            desk.waiting[person.user_id] += 1
        remind = person is not None and rules.remind_daily
        remind_at = next_reminder(now, rules.remind_at, desk.times[case.unit_id]) if remind else None
        _write(session, case, rule, person, remind_at=remind_at, silent=rule not in spoken, now=now)


def _find_people(
    case: CallbackCase, rule: EscalationRule, desk: _Desk, told: set[uuid.UUID], now: datetime
) -> list[Person]:
    ladder, claimer = desk.ladders[case.unit_id], case.claimed_by_id
    works_it = claimer is not None and claimer in desk.active
    height, nearest = find_nearest(ladder, now)
    if rule in SOON:
        return [Person(claimer, case.unit_id, How.CLAIMER)] if claimer is not None and works_it else nearest
    if claimer is not None and works_it:
        own = find_height(ladder, claimer)
        return climb(ladder, above=height if own is None else own, told={*told, claimer}, now=now)
    return climb(ladder, above=height, told=told, now=now)


def _write(
    session: Session,
    case: CallbackCase,
    rule: EscalationRule,
    person: Person | None,
    *,
    remind_at: datetime | None,
    silent: bool,
    now: datetime,
) -> None:
    escalation_id = new_id()
    written = session.execute(
        upsert(session, Escalation)
        .values(
            id=escalation_id,
            case_id=case.id,
            rule=rule,
            round=case.reopenings,
            at=now,
            to_user_id=person.user_id if person else None,
            unit_id=person.unit_id if person else None,
            remind_at=remind_at,
            ended_at=now if silent else None,
        )
        .on_conflict_do_nothing(index_elements=["case_id", "rule", "round"])
        .returning(Escalation.id)
    ).first()
    if written is None or silent:
        return
    to = str(person.user_id) if person else None
    write_event(session, case.id, EventKind.ESCALATED, now=now, rule=rule, to_user_id=to, how=person and person.how)
    record_event(session, "case.escalated", {"case_id": str(case.id), "rule": rule, "to_user_id": to}, now=now)
    if person is not None:
        tell(
            session,
            user_id=person.user_id,
            kind=NoticeKind.CASE_ESCALATED,
            subject_id=case.id,
            params={"rule": rule, "escalation_id": str(escalation_id)},
            once_key=f"escalated {case.id} {rule} {case.reopenings}",
            now=now,
        )


def _came_up(rule: EscalationRule, since: datetime, now: datetime) -> list[ColumnElement[bool]]:
    not_tried = _CASE.first_attempt_at.is_(None)
    match rule:
        case EscalationRule.FIRST_ATTEMPT_SOON:
            warn = _CASE.first_attempt_warn_at
            return [not_tried, warn > since, warn <= now, _CASE.first_attempt_due_at > now]
        case EscalationRule.FIRST_ATTEMPT_LATE:
            return [not_tried, _CASE.first_attempt_due_at > since, _CASE.first_attempt_due_at <= now]
        case EscalationRule.SETTLE_SOON:
            return [_CASE.settle_warn_at > since, _CASE.settle_warn_at <= now, _CASE.settle_due_at > now]
        case EscalationRule.SETTLE_LATE:
            return [_CASE.settle_due_at > since, _CASE.settle_due_at <= now]
        case EscalationRule.PROMISE_LATE:
            promise = _CASE.promise_due_at
            return [promise.is_not(None), promise > since, promise <= now]
