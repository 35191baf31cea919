"""Contacts placed by hand, with or without an answer, for the tests of figures."""

import uuid
from datetime import datetime, timedelta

from app.invitations.models import Interaction
from app.kit.ids import new_id
from app.organisation.employees import add_employee
from app.organisation.models import Employee
from tests.analytics.company import Company


def clerk(company: Company, name: str, unit: str = "n1") -> Employee:
    """Add an employee whose code is the name."""
    return add_employee(company.session, name=name, code=name, unit_id=company.units[unit].id, now=company.now)


def contact(
    company: Company,
    rating: int | None = None,
    *,
    unit: str = "n1",
    channel: str = "call",
    at: datetime | None = None,
    employee: Employee | None = None,
    topic: str | None = None,
    answered: bool | None = True,
    resolved: bool | None = None,
    wait: int | None = None,
    handle: int | None = None,
) -> Interaction:
    """Store a contact as another system told of it, and the answer about it if there is a rating."""
    key: uuid.UUID = new_id()
    moment = at or company.now - timedelta(hours=1)
    interaction = Interaction(
        id=key,
        source="pbx",
        external_id=str(key),
        body_hash=b"",
        channel=channel,
        unit_id=company.units[unit].id,
        employee_id=employee.id if employee else None,
        ended_at=moment,
        wait_seconds=wait,
        handle_seconds=handle,
        topic=topic,
        answered=answered,
        resolved=resolved,
        tags=[],
        decision="skipped",
        reason="history",
        decided_at=moment,
    )
    company.session.add(interaction)
    company.session.flush()
    if rating is not None:
        response = company.answer(unit, rating, at=moment, channel=channel)
        response.interaction_id, response.employee_id = key, employee.id if employee else None
        company.session.flush()
    return interaction
