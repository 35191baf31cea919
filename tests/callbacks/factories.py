"""Rows that a case stands on, with defaults, so that a test says only what it is about."""

import uuid
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.accounts.models import Role, StaffUser
from app.accounts.permissions import Actor, Grant
from app.accounts.service import add_user
from app.callbacks.deadlines import Deadline
from app.callbacks.models import CallbackCase
from app.callbacks.opening import open_case
from app.callbacks.rules.case_rules import load_case_rules
from app.callbacks.states import CaseReason
from app.contacts.models import Contact
from app.contacts.service import find_or_add_contact
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.organisation.models import Unit, UnitKind
from app.organisation.service import add_unit, get_company, sync_company, working_time
from app.responses.models import SurveyResponse, Via
from app.surveys.models import SurveyVersion

PHONE = "+77011234567"
SOON = Deadline(first_attempt_hours=4, settle_hours=24)
RULES = load_case_rules(Path(__file__).parents[2] / "config" / "callbacks.yaml")
HOURS = "Mo-Fr 09:00-18:00"


def acting(user_id: uuid.UUID, role: Role = Role.MANAGER, unit_id: uuid.UUID | None = None) -> Actor:
    """The user with a role at a unit, or in the whole company."""
    return Actor(user_id, (Grant(role, unit_id or uuid.UUID(int=0), whole_company=unit_id is None),))


def make_office(session: Session, *, now: datetime, name: str = "Office on Abay", zone: str | None = None) -> Unit:
    """An office right below the company, which works Mo-Fr 09:00-18:00 in Almaty."""
    sync_company(session, name="Aru Bank", time_zone="Asia/Almaty", hours=HOURS, now=now)
    company = get_company(session)
    return add_unit(session, name=name, kind=UnitKind.OFFICE, parent_id=company.id, time_zone=zone, now=now)


def make_user(
    session: Session, name: str, *, now: datetime, unit_id: uuid.UUID | None = None, role: Role = Role.MANAGER
) -> StaffUser:
    """Somebody of the staff, called `name`, who has chosen a password that nobody needs."""
    user = add_user(
        session,
        email=f"{name.lower()}@example.kz",
        name=name,
        password=None,
        role=role,
        unit_id=unit_id or get_company(session).id,
        now=now,
    )
    user.password = "chosen"  # no hash: making one takes longer than most tests
    session.flush()
    return user


def make_response(
    session: Session, unit_id: uuid.UUID, *, now: datetime, rating: int = 1, comment: str | None = None
) -> SurveyResponse:
    """A response to a survey with one question."""
    version = session.get(SurveyVersion, uuid.UUID(int=7)) or SurveyVersion(
        id=uuid.UUID(int=7), key="test-visit", version=1, definition=VISIT, stored_at=now
    )
    session.add(version)
    session.flush()  # the response refers to it
    response_id = new_id()
    response = SurveyResponse(
        id=response_id,
        survey_version_id=version.id,
        unit_id=unit_id,
        channel="visit",
        via=Via.PAGE,
        language=Language.RU,
        rating=rating,
        score=(rating - 1) * 25.0,
        band="unhappy" if rating < 3 else "happy",
        scale_style="faces",
        comment=comment,
        answered_at=now,
        touched_at=now,
        key_hash=response_id.bytes,
        routed=True,
    )
    session.add(response)
    session.flush()  # cases are inserted by a statement of their own
    return response


def make_contact(session: Session, vault: Vault, *, now: datetime, phone: str = PHONE) -> Contact:
    """A person who answers in Russian."""
    return find_or_add_contact(session, vault, phone=phone, language=Language.RU, now=now)


def make_case(
    session: Session,
    unit_id: uuid.UUID,
    *,
    now: datetime,
    contact: Contact | None = None,
    response: SurveyResponse | None = None,
    deadline: Deadline = SOON,
) -> CallbackCase:
    """An open case, to look into unless there is a contact."""
    case_id = open_case(
        session,
        unit_id=unit_id,
        response_id=response.id if response else None,
        reason=CaseReason.LOW_RATING,
        deadline=deadline,
        rules=RULES,
        working_time=working_time(session, unit_id),
        contact_id=contact.id if contact else None,
        now=now,
    )
    return session.get_one(CallbackCase, case_id)


VISIT = {
    "key": "test-visit",
    "version": 1,
    "audience": "customers",
    "languages": ["ru"],
    "title": {"ru": "Визит"},
    "questions": [{"key": "overall", "type": "rating5", "metric": "csat", "text": {"ru": "Как всё прошло?"}}],
}
