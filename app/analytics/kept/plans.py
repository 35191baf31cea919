"""Plans of reports by e-mail: for oneself, or for others by whoever administers them. Read and write."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.acting import load_actor
from app.accounts.administration import managed
from app.accounts.audit import record
from app.accounts.models import StaffUser
from app.accounts.permissions import Actor, Permission
from app.analytics.kept.models import Every, ReportPlan, ReportSending
from app.analytics.kept.schedule import Due, Rhythm, next_due
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.organisation.models import Unit

# Whoever wants more of them wants the pages.
MOST_PLANS = 20
_MOST_LISTED = 500


class PlanNotFoundError(NotFoundError):
    """There is no such plan, or it is of somebody whom the asker does not administer."""

    code = "plan_not_found"


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A plan as it stands in its form; without a unit it is of all that the reader may see."""

    unit_id: uuid.UUID | None
    rhythm: Rhythm
    language: Language


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan of the list, with the last report that was due and the next one; `can_read` says that it will be sent."""

    id: uuid.UUID
    user_id: uuid.UUID
    email: str
    unit_code: str | None
    unit_name: str | None
    rhythm: Rhythm
    language: Language
    last_at: datetime | None
    last_state: str | None
    last_failure: str | None
    next: Due
    can_read: bool


def plan_report(session: Session, user_id: uuid.UUID, draft: PlanDraft, actor: Actor, *, now: datetime) -> ReportPlan:
    """Plan a report for a user and return the plan.

    Raises PlanNotFoundError for somebody whom the actor may not plan for, NotFoundError for a unit beyond what the
    reader may see, InvalidInputError (`day`, `time`, `user`, `when`) for no such day, for too many plans, and for one
    that is planned already: `twin` is the id of that one.
    """
    _check_reader(session, user_id, actor)
    _check_unit(session, user_id, draft.unit_id)
    _check_rhythm(draft.rhythm)
    # Whoever taps twice waits here for the first tap.
    session.execute(select(StaffUser.id).where(StaffUser.id == user_id).with_for_update(key_share=True))
    _check_twin(session, user_id, draft)
    held = session.scalar(select(func.count()).select_from(ReportPlan).where(ReportPlan.user_id == user_id)) or 0
    if held >= MOST_PLANS:
        raise InvalidInputError(f"{MOST_PLANS} reports are planned already", field="user", code="too_many")
    plan = ReportPlan(
        id=new_id(),
        user_id=user_id,
        made_by_id=actor.user_id,
        unit_id=draft.unit_id,
        every=draft.rhythm.every,
        day=draft.rhythm.day,
        minute=draft.rhythm.minute,
        language=draft.language,
        created_at=now,
        updated_at=now,
    )
    session.add(plan)
    session.flush()  # the audit refers to it
    _note(session, "report.planned", plan, actor, now)
    return plan


def remove_plan(session: Session, plan_id: uuid.UUID, actor: Actor, *, now: datetime) -> None:
    """Stop a report of one's own or of somebody administered; raises PlanNotFoundError."""
    plan = get_plan(session, plan_id, actor)
    _note(session, "report.stopped", plan, actor, now)
    session.delete(plan)
    session.flush()


def get_plan(session: Session, plan_id: uuid.UUID, actor: Actor) -> ReportPlan:
    """Return the plan if it is the actor's own or of somebody administered; raises PlanNotFoundError."""
    plan = session.scalars(
        select(ReportPlan)
        .join(StaffUser, StaffUser.id == ReportPlan.user_id)
        .where(ReportPlan.id == plan_id, _planned_for(actor))
    ).one_or_none()
    if plan is None:
        raise PlanNotFoundError("no such plan")
    return plan


def list_plans(
    session: Session, actor: Actor, *, only_own: bool = False, now: datetime, zone: ZoneInfo
) -> Sequence[PlanLine]:
    """Return one's own plans, then those of the users that one administers, by e-mail; two queries."""
    own = ReportPlan.user_id == actor.user_id
    newest = (
        select(ReportSending.plan_id, func.max(ReportSending.slot).label("slot"))
        .group_by(ReportSending.plan_id)
        .subquery()
    )
    rows = session.execute(
        select(ReportPlan, StaffUser.email, StaffUser.active, Unit.code, Unit.name, ReportSending)
        .join(StaffUser, StaffUser.id == ReportPlan.user_id)
        .outerjoin(Unit, Unit.id == ReportPlan.unit_id)
        .outerjoin(newest, newest.c.plan_id == ReportPlan.id)
        .outerjoin(ReportSending, (ReportSending.plan_id == ReportPlan.id) & (ReportSending.slot == newest.c.slot))
        .where(own if only_own else _planned_for(actor))
        .order_by(own.desc(), StaffUser.email, ReportPlan.created_at, ReportPlan.id)
        .limit(_MOST_LISTED)
    )
    return [_line(row, now, zone) for row in rows]


def list_readers(session: Session, actor: Actor) -> Sequence[tuple[uuid.UUID, str]]:
    """Return id and e-mail of the active users whom the actor may plan for: oneself first; one query."""
    own = StaffUser.id == actor.user_id
    may = own | managed(actor.scope(Permission.MANAGE_USERS)) if actor.may(Permission.MANAGE_USERS) else own
    rows = session.execute(
        select(StaffUser.id, StaffUser.email)
        .where(may, StaffUser.active)
        .order_by(own.desc(), StaffUser.email)
        .limit(_MOST_LISTED)
    )
    return [(user_id, email) for user_id, email in rows]


def reader_sees(session: Session, user_id: uuid.UUID, unit_id: uuid.UUID | None) -> Actor | None:
    """Return the reader with their grants if they may see figures of the unit, else None."""
    reader = load_actor(session, user_id)
    if reader is None or not reader.may(Permission.READ_RESPONSES):
        return None
    if unit_id is None:
        return reader
    scope = reader.scope(Permission.READ_RESPONSES)
    seen = session.scalar(select(Unit.id).where(Unit.id == unit_id, scope.where(Unit.id)))
    return None if seen is None else reader


def rhythm_of(plan: ReportPlan) -> Rhythm:
    """Return when the plan's report comes."""
    return Rhythm(Every(plan.every), plan.day, plan.minute)


def _line(row: Any, now: datetime, zone: ZoneInfo) -> PlanLine:
    plan, email, active, code, name, sending = row
    rhythm = rhythm_of(plan)
    return PlanLine(
        id=plan.id,
        user_id=plan.user_id,
        email=email,
        unit_code=code,
        unit_name=name,
        rhythm=rhythm,
        language=Language(plan.language),
        last_at=None if sending is None else sending.ended_at or sending.created_at,
        last_state=None if sending is None else sending.state,
        last_failure=None if sending is None else sending.failure,
        next=next_due(rhythm, now=now, zone=zone),
        can_read=active,
    )


def _planned_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a user is oneself or administered by the actor."""
    own = StaffUser.id == actor.user_id
    return own | managed(actor.scope(Permission.MANAGE_USERS)) if actor.may(Permission.MANAGE_USERS) else own


def _check_reader(session: Session, user_id: uuid.UUID, actor: Actor) -> None:
    found = session.scalar(select(StaffUser.id).where(StaffUser.id == user_id, StaffUser.active, _planned_for(actor)))
    if found is None:
        raise PlanNotFoundError("no such user")


def _check_unit(session: Session, user_id: uuid.UUID, unit_id: uuid.UUID | None) -> None:
    if reader_sees(session, user_id, unit_id) is None:
        raise NotFoundError("the reader may not see this unit")


def _check_rhythm(rhythm: Rhythm) -> None:
    if not 1 <= rhythm.day <= (7 if rhythm.every is Every.WEEK else 28):
        raise InvalidInputError("there is no such day", field="day", code="no_such_day")
    if not 0 <= rhythm.minute < 24 * 60:
        raise InvalidInputError("write a time, such as 08:00", field="time", code="not_a_time")


def _check_twin(session: Session, user_id: uuid.UUID, draft: PlanDraft) -> None:
    plan, rhythm = ReportPlan, draft.rhythm
    twin = session.scalar(
        select(plan.id)
        .where(
            plan.user_id == user_id,
            plan.unit_id.is_(None) if draft.unit_id is None else plan.unit_id == draft.unit_id,
            plan.every == rhythm.every,
            plan.day == rhythm.day,
            plan.minute == rhythm.minute,
            plan.language == draft.language,
        )
        .limit(1)
    )
    if twin is not None:
        raise InvalidInputError("planned already", field="when", code="planned_already", twin=twin)


def _note(session: Session, action: str, plan: ReportPlan, actor: Actor, now: datetime) -> None:
    record(
        session,
        action,
        now=now,
        user_id=actor.user_id,
        object_type="user",
        object_id=plan.user_id,
        details={"unit_id": None if plan.unit_id is None else str(plan.unit_id), "every": str(plan.every)},
    )
