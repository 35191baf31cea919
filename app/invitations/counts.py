"""How many were asked today and for how much, never above a cap or a budget, whoever else asks at the same moment.

What is decided on is counted, and stays counted if it is cancelled before it is sent: under which days and limits it
was counted is not kept, and a limit that holds a little early harms nobody.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, delete, select, true, update
from sqlalchemy.orm import Session

from app.invitations.models import AskedCount, Reason
from app.kit.db import upsert
from app.kit.outbox import record_event


@dataclass(frozen=True, slots=True)
class Limit:
    """A unit's own cap (people) and budget (hundredths) for a day of its zone; None where there is none."""

    unit_id: uuid.UUID
    day: date
    cap: int | None
    budget: int | None


def reserve(session: Session, limits: Sequence[Limit], *, cost: int, now: datetime, people: int = 1) -> Reason | None:
    """Count one more under every limit and return None, or count it under none and return which kind stood against.

    `people` is 0 for one more message to somebody who was counted before: only what it costs is looked at.

    Each is one conditional statement, so two at once cannot both be the last. A budget that is reached is told as the
    event `budget.reached`, once a day. Limits are given from the company down, so that all lock them in one order.
    """
    for place, limit in enumerate(limits):
        if _count(session, limit, cost, people):
            continue
        release(session, limits[:place], cost=cost, people=people)
        reason = _which(session, limit) if people else Reason.BUDGET
        if reason is Reason.BUDGET:
            record_event(
                session,
                "budget.reached",
                {"unit_id": str(limit.unit_id), "day": limit.day.isoformat()},
                now=now,
                once_key=f"budget:{limit.unit_id}:{limit.day.isoformat()}",
            )
        return reason
    return None


def release(session: Session, limits: Sequence[Limit], *, cost: int, people: int = 1) -> None:
    """Take back what `reserve` counted in this very transaction."""
    for limit in limits:
        session.execute(
            update(AskedCount)
            .where(AskedCount.unit_id == limit.unit_id, AskedCount.day == limit.day)
            .values(asked=AskedCount.asked - people, cost=AskedCount.cost - cost)
            .execution_options(synchronize_session=False)
        )


def _count(session: Session, limit: Limit, cost: int, people: int) -> bool:
    if (limit.cap == 0 and people) or (limit.budget is not None and cost > limit.budget):
        return False
    below_cap = true() if limit.cap is None or not people else AskedCount.asked < limit.cap
    in_budget = true() if limit.budget is None else AskedCount.cost + cost <= limit.budget
    statement = (
        upsert(session, AskedCount)
        .values(unit_id=limit.unit_id, day=limit.day, asked=people, cost=cost)
        .on_conflict_do_update(
            index_elements=["unit_id", "day"],
            set_={"asked": AskedCount.asked + people, "cost": AskedCount.cost + cost},
            where=and_(below_cap, in_budget),
        )
        .returning(AskedCount.asked)
    )
    return session.execute(statement).first() is not None


def _which(session: Session, limit: Limit) -> Reason:
    asked = session.scalar(
        select(AskedCount.asked).where(AskedCount.unit_id == limit.unit_id, AskedCount.day == limit.day)
    )
    return Reason.DAILY_CAP if limit.cap is not None and (asked or 0) >= limit.cap else Reason.BUDGET


def forget_counts(session: Session, *, before: date, limit: int = 1000) -> int:
    """Delete up to `limit` counts of days before this one, and return how many."""
    old = select(AskedCount.unit_id, AskedCount.day).where(AskedCount.day < before).limit(limit)
    gone = 0
    for unit_id, day in session.execute(old).all():
        statement = delete(AskedCount).where(AskedCount.unit_id == unit_id, AskedCount.day == day)
        gone += int(session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
    return gone
