"""A row in every table of saved views and planned reports."""

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.analytics.kept.models import ReportPlan, ReportSending, SavedView
from app.kit.ids import new_id


def add_kept_figures(session: Session, *, unit_id: uuid.UUID, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add a view that is shared, and a plan with a report that could not be sent."""
    plan_id = new_id()
    session.add(
        SavedView(
            id=new_id(),
            user_id=user_id,
            unit_id=unit_id,
            name=odd[:80],
            path="/manage/figures",
            query="unit=east-1&period=year",
            shared=True,
            created_at=now,
            updated_at=now,
        )
    )
    session.add(
        ReportPlan(
            id=plan_id,
            user_id=user_id,
            made_by_id=user_id,
            unit_id=unit_id,
            every="week",
            day=7,
            minute=1439,
            language="kk",
            created_at=now,
            updated_at=now,
        )
    )
    session.flush()
    session.add(
        ReportSending(
            plan_id=plan_id, slot=date(2026, 3, 2), state="failed", created_at=now, ended_at=now, failure="no_money"
        )
    )
    session.flush()
