"""How much each person has before them, and whether a team can work what the rules open: read-only selects.

A *team* is whoever works the cases of a unit and all below it that has no nearer people: its managers, else its
administrators. The forecast counts the ratings behind us that a rule opens cases for, so that another rule can be tried
before it is in force.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.permissions import ROLES, Permission
from app.accounts.scope import Scope
from app.callbacks.models import CallbackCase
from app.callbacks.rules.escalation import LoadRules
from app.callbacks.states import CaseReason
from app.organisation.models import Unit, UnitAncestor
from app.organisation.places import say_place
from app.organisation.tree import working_times
from app.organisation.workdays import WorkingTime
from app.responses.models import SurveyResponse

MOST = 200
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """What somebody works: open cases, those of them overdue, those closed in the last seven days.

    `too_many`: more are open than the rule has for one person.
    """

    user_id: uuid.UUID
    name: str
    open: int
    overdue: int
    closed_lately: int
    too_many: bool


@dataclass(frozen=True, slots=True)
class Loads:
    """Everybody's load, the heaviest first, and what nobody has claimed."""

    people: list[PersonLoad]
    unclaimed: int
    unclaimed_overdue: int


@dataclass(frozen=True, slots=True)
class TeamForecast:
    """Cases that the rules open a working day for a team, and how many its people can work."""

    unit_code: str
    unit_name: str
    place: str | None
    people: int
    opens_a_day: float
    can_work_a_day: float

    @property
    def too_many(self) -> bool:
        """Tell whether more is opened than the team can work."""
        return self.opens_a_day > self.can_work_a_day


def list_loads(session: Session, rules: LoadRules, *, scope: Scope, now: datetime, limit: int = MOST) -> Loads:
    """Return the load of whoever works cases in the scope, whether they hold any or not; three queries."""
    late = func.sum(case((CallbackCase.due_at < now, 1), else_=0))
    held = {
        user_id: (count, overdue)
        for user_id, count, overdue in session.execute(
            select(CallbackCase.claimed_by_id, func.count(), late)
            .where(CallbackCase.closed_at.is_(None), scope.where(CallbackCase.unit_id))
            .group_by(CallbackCase.claimed_by_id)
        )
    }
    closed = _counter(
        session,
        select(CallbackCase.closed_by_id, func.count())
        .where(
            CallbackCase.closed_at.is_not(None),
            CallbackCase.closed_at > now - LATELY,
            scope.where(CallbackCase.unit_id),
        )
        .group_by(CallbackCase.closed_by_id),
    )
    works = select(StaffGrant.user_id).where(
        StaffGrant.role.in_(sorted(ROLES[Permission.WORK_CASES])), scope.where(StaffGrant.unit_id)
    )
    holders = [user_id for user_id in held if user_id is not None]
    users = session.execute(
        select(StaffUser.id, StaffUser.name, StaffUser.email).where(
            or_(StaffUser.id.in_(holders), StaffUser.active & StaffUser.id.in_(works))
        )
    )
    people = [
        PersonLoad(user_id, name or email, *held.get(user_id, (0, 0)), closed[user_id], _above(held, user_id, rules))
        for user_id, name, email in users
    ]
    people.sort(key=lambda person: (-person.open, -person.overdue, person.name.casefold()))
    return Loads(people[:limit], *held.get(None, (0, 0)))


def forecast_load(
    session: Session, rules: LoadRules, *, scope: Scope, opens_up_to: Mapping[uuid.UUID, int], now: datetime
) -> list[TeamForecast]:
    """Return each team of the scope with what the rules open for it, the most pressed first; six queries.

    `opens_up_to` says for each version of a survey up to which rating a case is opened. What was opened for other
    reasons than a low rating is taken as it came.
    """
    since = _begin(session, now - timedelta(days=rules.forecast_days), now)
    opened = _count_ratings(session, opens_up_to, since, scope) + _count_others(session, since, scope)
    teams = _find_teams(session, opened)
    members = _members(session, set(teams.values()))
    shares = Counter(user_id for people in members.values() for user_id in people)
    by_team: Counter[uuid.UUID] = Counter()
    for unit_id, count in opened.items():
        if unit_id in teams:
            by_team[teams[unit_id]] += count
    times = working_times(session, by_team)
    lines = []
    for unit, above in _units(session, by_team):
        people = members[unit.id]
        lines.append(
            TeamForecast(
                unit.code,
                unit.name,
                say_place(unit.address, *((above.name, above.kind) if above else (None, None))),
                len(people),
                round(by_team[unit.id] / count_working_days(times[unit.id], since, now), 2),
                # Whoever works for two units has half a day for each.
                round(sum(rules.per_person_per_day / shares[user_id] for user_id in people), 2),
            )
        )
    return sorted(lines, key=lambda line: (line.can_work_a_day - line.opens_a_day, line.unit_name, line.unit_code))


def count_working_days(when: WorkingTime, since: datetime, until: datetime) -> int:
    """Return on how many days from the first instant's to the second's the unit works, at least one; pure."""
    first, last = since.astimezone(when.time_zone).date(), until.astimezone(when.time_zone).date()
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return max(1, sum(bool(when.spans_on(day)) for day in days))


def _counter(session: Session, query: Select[Any, int]) -> Counter[Any]:
    return Counter({key: count for key, count in session.execute(query)})  # noqa: C416 -- rows are no pairs to mypy


def _above(held: Mapping[uuid.UUID | None, tuple[int, int]], user_id: uuid.UUID, rules: LoadRules) -> bool:
    return held.get(user_id, (0, 0))[0] > rules.per_person


def _begin(session: Session, since: datetime, now: datetime) -> datetime:
    """An installation of three days is not divided by four weeks."""
    first = session.scalar(
        select(SurveyResponse.answered_at)
        .where(SurveyResponse.answered_at >= since)
        .order_by(SurveyResponse.answered_at)
        .limit(1)
    )
    return min(now, max(since, first)) if first is not None else since


def _count_ratings(
    session: Session, opens_up_to: Mapping[uuid.UUID, int], since: datetime, scope: Scope
) -> Counter[uuid.UUID]:
    if not opens_up_to:
        return Counter()
    low = or_(
        *(
            (SurveyResponse.survey_version_id == version_id) & (SurveyResponse.rating <= rating)
            for version_id, rating in opens_up_to.items()
        )
    )
    query = (
        select(SurveyResponse.unit_id, func.count())
        .where(
            SurveyResponse.answered_at >= since,
            SurveyResponse.suspect.is_(False),
            SurveyResponse.routed.is_(True),
            low,
            scope.where(SurveyResponse.unit_id),
        )
        .group_by(SurveyResponse.unit_id)
    )
    return _counter(session, query)


def _count_others(session: Session, since: datetime, scope: Scope) -> Counter[uuid.UUID]:
    query = (
        select(CallbackCase.unit_id, func.count())
        .where(
            CallbackCase.opened_at >= since,
            CallbackCase.reason != CaseReason.LOW_RATING,
            scope.where(CallbackCase.unit_id),
        )
        .group_by(CallbackCase.unit_id)
    )
    return _counter(session, query)


def _find_teams(session: Session, units: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Return for each unit the nearest one at or above it with people who work cases; the company's otherwise."""
    workers = (
        select(StaffGrant.unit_id)
        .join(StaffUser, StaffUser.id == StaffGrant.user_id)
        .where(StaffGrant.role.in_(sorted(ROLES[Permission.WORK_CASES])), StaffUser.active)
    )
    rows = session.execute(
        select(UnitAncestor.unit_id, UnitAncestor.ancestor_id)
        .where(UnitAncestor.ancestor_id.in_(workers))
        .order_by(UnitAncestor.distance)
    )
    found: dict[uuid.UUID, uuid.UUID] = {}
    for unit_id, ancestor_id in rows:
        if unit_id in units:
            found.setdefault(unit_id, ancestor_id)
    return found


def _members(session: Session, units: Collection[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    rows = session.execute(
        select(StaffGrant.unit_id, StaffGrant.role, StaffGrant.user_id)
        .join(StaffUser, StaffUser.id == StaffGrant.user_id)
        .where(StaffGrant.role.in_(sorted(ROLES[Permission.WORK_CASES])), StaffUser.active)
    ).all()
    managers: dict[uuid.UUID, set[uuid.UUID]] = {}
    admins: dict[uuid.UUID, set[uuid.UUID]] = {}
    for unit_id, role, user_id in rows:
        if unit_id in units:
            (managers if role == Role.MANAGER else admins).setdefault(unit_id, set()).add(user_id)
    return {unit_id: managers.get(unit_id) or admins.get(unit_id, set()) for unit_id in units}


def _units(session: Session, unit_ids: Collection[uuid.UUID]) -> list[tuple[Unit, Unit | None]]:
    above = aliased(Unit)
    query = select(Unit, above).outerjoin(above, above.id == Unit.parent_id).where(Unit.id.in_(list(unit_ids)))
    return [(unit, parent) for unit, parent in session.execute(query)]
