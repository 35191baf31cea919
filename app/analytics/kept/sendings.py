"""Reports that are due: queued once a slot, and what became of each."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.permissions import Permission
from app.accounts.scope import Scope
from app.analytics.kept.models import Every, ReportPlan, ReportSending, SendingState
from app.analytics.kept.plans import reader_sees, rhythm_of
from app.analytics.kept.schedule import days_of, is_to_send
from app.analytics.paper.sheet import Paper
from app.analytics.periods import Period
from app.kit.db import upsert
from app.kit.i18n import Language
from app.kit.outbox import record_event
from app.organisation.models import Unit

LANE = "reports"
SEND = "report.send"
NO_RIGHTS = "no_rights"


@dataclass(frozen=True, slots=True)
class ReportDue:
    """A report that waits to be sent, with its reader's rights as they are now; `scope` None: they have none."""

    email: str
    demo: bool
    unit: Unit | None
    scope: Scope | None
    period: Period
    language: Language


@dataclass(frozen=True, slots=True)
class ReportLetter:
    """The words of the e-mail, the report that goes along, and how its file is called."""

    subject: str
    text: str
    paper: Paper
    file_name: str


# Put together where the words are; called with a session that only reads.
ComposeLetter = Callable[[Session, ReportDue, datetime], ReportLetter]


def queue_due_reports(session: Session, *, now: datetime, zone: ZoneInfo) -> int:
    """Queue every report that is due and was not queued yet, and return how many; a few hundred plans, one batch."""
    queued = 0
    for plan in session.scalars(
        select(ReportPlan).join(StaffUser, StaffUser.id == ReportPlan.user_id).where(StaffUser.active)
    ):
        due = is_to_send(rhythm_of(plan), since=plan.updated_at, now=now, zone=zone)
        if due is None:
            continue
        written = session.execute(
            upsert(session, ReportSending)
            .values(plan_id=plan.id, slot=due.slot, state=SendingState.WAITING, created_at=now)
            .on_conflict_do_nothing(index_elements=["plan_id", "slot"])
            .returning(ReportSending.slot)
        ).first()
        if written is not None:
            payload = {"plan_id": str(plan.id), "slot": due.slot.isoformat()}
            once_key = f"report {plan.id} {due.slot}"
            record_event(session, SEND, payload, now=now, once_key=once_key, lane=LANE)
            queued += 1
    return queued


def find_waiting_report(session: Session, plan_id: uuid.UUID, slot: date, zone: ZoneInfo) -> ReportDue | None:
    """Return what is to be sent, or None if it was sent, or is not planned any more."""
    sending = session.get(ReportSending, (plan_id, slot))
    if sending is None or sending.state != SendingState.WAITING:
        return None
    plan = session.get_one(ReportPlan, plan_id)
    user = session.get_one(StaffUser, plan.user_id)
    reader = reader_sees(session, plan.user_id, plan.unit_id)
    return ReportDue(
        email=user.email,
        demo=user.demo,
        unit=None if plan.unit_id is None else session.get(Unit, plan.unit_id),
        scope=None if reader is None else reader.scope(Permission.READ_RESPONSES),
        period=days_of(Every(plan.every), slot, zone),
        language=Language(plan.language),
    )


def end_report(
    session: Session, plan_id: uuid.UUID, slot: date, state: SendingState, *, failure: str | None = None, now: datetime
) -> None:
    """Write what became of it; what has ended already stays as it ended."""
    session.execute(
        update(ReportSending)
        .where(
            ReportSending.plan_id == plan_id,
            ReportSending.slot == slot,
            ReportSending.state == SendingState.WAITING,
        )
        .values(state=state, failure=failure, ended_at=now)
        .execution_options(synchronize_session="fetch")
    )


def forget_sendings(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` that were queued before the instant, and return how many."""
    old = (
        select(ReportSending.plan_id, ReportSending.slot)
        .where(ReportSending.created_at < before)
        .order_by(ReportSending.created_at)
        .limit(limit)
    )
    gone = session.execute(old).all()
    for plan_id, slot in gone:
        session.execute(delete(ReportSending).where(ReportSending.plan_id == plan_id, ReportSending.slot == slot))
    return len(gone)
