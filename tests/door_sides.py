"""What stands on two sides of the company: everything a route may name, once in the east and once in the west."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.api_keys import add_key
from app.accounts.factors import Passkey
from app.accounts.models import Role, SignIn, StaffGrant
from app.accounts.service import get_user
from app.accounts.sign_ins import begin_sign_in
from app.analytics.events.models import TimeLineEvent
from app.analytics.kept.models import ReportPlan, SavedView
from app.callbacks.compensation.models import Compensation, CompensationState
from app.callbacks.escalation.models import Duty, Escalation
from app.callbacks.improvements.models import Improvement
from app.callbacks.models import CallbackCase, CasePromise
from app.imports.drafts import DraftOptions, keep_draft
from app.imports.models import DraftKind
from app.invitations.models import Decision, Interaction, Reason
from app.kit.db import Database
from app.kit.ids import new_id
from app.messaging.models import Message
from app.messaging.pausing import pause
from app.organisation.employees import add_employee, get_employee
from app.organisation.service import get_unit
from app.responses.models import SurveyResponse
from app.responses.reading.models import CoachingItem
from app.surveys.loader import load_surveys
from app.surveys.service import store_versions
from app.touchpoints.models import BatchState, PosterBatch
from app.touchpoints.posters.sheet import PosterSize
from app.touchpoints.service import add_touchpoint
from app.webhooks.models import WebhookDelivery
from app.webhooks.service import add_endpoint
from config.settings import ROOT
from tests.web.staff import Company, add_staff, email_of, make_company, signed_in

_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass(frozen=True)
class Side:
    """What a route's arguments stand for in one region."""

    arguments: Mapping[str, str]
    secret: str


def fill_sides(app: Flask, database: Database, now: datetime) -> dict[str, Side]:
    """Return an unhappy answer with a number in each of two regions, given as a respondent gives it."""
    users: dict[str, Mapping[str, str]] = {}
    with database.transaction() as session:
        store_versions(session, load_surveys(ROOT / "surveys"), now=now)
        company = make_company(session, now=now)
        codes = _add_codes(session, company, now)
        for name, unit_id in (("east", company.east_office), ("west", company.west_office)):
            add_employee(session, code=f"clerk-{name}", name=f"Clerk of the {name}", unit_id=unit_id, now=now)
            users[name] = {
                **_add_user(session, name, unit_id, now),
                **_add_connections(session, app, name, now),
                **_add_message(session, unit_id, now),
                **_add_interaction(session, unit_id, now),
                **_add_event(session, unit_id, now),
            }
        draft_id = _add_draft(session, now)
    filled = {name: _fill(app, database, name, code) for name, code in codes.items()}
    for name, side in filled.items():
        users[name] = {**users[name], **_add_roster(database, side.arguments, now), **_add_read(database, side, now)}
    text = {"text_key": "invitation", "text_channel": "sms", "text_language": "en"}
    common = {"page": "hours", "survey_key": "office-visit", "topic_key": "waiting", "draft_id": draft_id, **text}
    return {name: Side({**side.arguments, **users[name], **common}, side.secret) for name, side in filled.items()}


def _add_codes(session: Session, company: Company, now: datetime) -> dict[str, str]:
    return {
        name: add_touchpoint(session, unit_id=unit_id, survey_key="office-visit", now=now).code
        for name, unit_id in (("east", company.east_office), ("west", company.west_office))
    }


def _add_roster(database: Database, filled: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Put the office's manager on duty there, and tell the region's of its case."""
    case_id, escalation_id, duty_id, given_id = uuid.UUID(filled["case_id"]), new_id(), new_id(), new_id()
    with database.transaction() as session:
        case = session.get_one(CallbackCase, case_id)
        name = {"east-1": "manager", "west-1": "elsewhere"}[filled["unit_code"]]
        told = get_user(session, email_of(name)).id
        session.add(Escalation(id=escalation_id, case_id=case_id, rule="settle_late", at=now, to_user_id=told))
        session.add(Duty(id=duty_id, user_id=told, unit_id=case.unit_id, hours="24/7", created_at=now))
        session.add(
            Compensation(
                id=given_id,
                case_id=case_id,
                unit_id=session.get_one(CallbackCase, case_id).unit_id,
                kind="refund",
                amount=100,
                currency="KZT",
                state=CompensationState.PENDING,
                proposed_at=now,
                proposed_by_id=told,
            )
        )
    return {"escalation_id": str(escalation_id), "duty_id": str(duty_id), "compensation_id": str(given_id)}


def _add_user(session: Session, name: str, unit_id: uuid.UUID, now: datetime) -> dict[str, str]:
    """Add somebody who manages the office and is signed in, for administrators to act on."""
    user = add_staff(session, f"aide-{name}", Role.MANAGER, unit_id, now=now)
    begin_sign_in(session, user, address="192.0.2.9", user_agent="Desk", lasts=timedelta(hours=12), now=now)
    session.flush()
    grant_id = session.scalars(select(StaffGrant.id).where(StaffGrant.user_id == user.id)).one()
    sign_in_id = session.scalars(select(SignIn.id).where(SignIn.user_id == user.id)).one()
    return {"user_id": str(user.id), "grant_id": str(grant_id), "their_sign_in_id": str(sign_in_id)}


def _add_connections(session: Session, app: Flask, name: str, now: datetime) -> dict[str, str]:
    """Add a webhook with a delivery that failed, and a key."""
    endpoint, _ = add_endpoint(
        session,
        vault=app.extensions["otklik"].vault,
        url=f"https://{name}.example/hooks",
        description=name,
        events=["case.opened"],
        allow_local=False,
        user_id=None,
        now=now,
    )
    delivery = WebhookDelivery(
        id=new_id(),
        endpoint_id=endpoint.id,
        event_id=new_id(),
        event="case.opened",
        payload={},
        state="failed",
        created_at=now,
    )
    session.add(delivery)
    key, _ = add_key(session, name=name, scopes=["responses:read"], now=now)
    return {"endpoint_id": str(endpoint.id), "delivery_id": str(delivery.id), "key_id": str(key.id)}


def _add_event(session: Session, unit_id: uuid.UUID, now: datetime) -> dict[str, str]:
    about = {"day": now.date(), "kind": "script", "title": "a new script", "created_at": now, "updated_at": now}
    event = TimeLineEvent(id=new_id(), unit_id=unit_id, **about)
    session.add(event)
    return {"event_id": str(event.id)}


def _add_interaction(session: Session, unit_id: uuid.UUID, now: datetime) -> dict[str, str]:
    interaction = Interaction(
        id=new_id(),
        source="pbx",
        external_id=str(unit_id),
        body_hash=bytes(32),
        channel="call",
        unit_id=unit_id,
        ended_at=now,
        tags=[],
        decision=Decision.SKIPPED,
        reason=Reason.NO_ADDRESS,
        decided_at=now,
    )
    session.add(interaction)
    session.flush()
    return {"interaction_id": str(interaction.id)}


def _add_read(database: Database, side: Side, now: datetime) -> dict[str, str]:
    """Add a response to talk over with the clerk, and an improvement that nobody owns."""
    item_id, improvement_id = new_id(), new_id()
    with database.transaction() as session:
        clerk = get_employee(session, side.arguments["employee_code"])
        response_id = uuid.UUID(side.arguments["response_id"])
        session.add_all(
            [
                CoachingItem(id=item_id, employee_id=clerk.id, response_id=response_id, added_at=now),
                Improvement(
                    id=improvement_id, unit_id=clerk.unit_id, title=side.secret, created_at=now, updated_at=now
                ),
            ]
        )
    return {"item_id": str(item_id), "improvement_id": str(improvement_id)}


def _add_message(session: Session, unit_id: uuid.UUID, now: datetime) -> dict[str, str]:
    """Add a message that was given up, and a stop of sending there."""
    message = Message(
        id=new_id(),
        channel="sms",
        purpose="invitation",
        subject_id=new_id(),
        unit_id=unit_id,
        language="ru",
        text_key="invitation",
        params={},
        state="failed_technical",
        created_at=now,
        due_at=now,
        failed_at=now,
    )
    session.add(message)
    stop = pause(session, unit_id, reason="the wrong text", user_id=None, now=now)
    return {"message_id": str(message.id), "pause_id": str(stop.id)}


def _add_draft(session: Session, now: datetime) -> str:
    """Add a file that the admin is about to import; nobody else may even know of it."""
    draft = keep_draft(
        session,
        user_id=get_user(session, email_of("admin")).id,
        kind=DraftKind.UNITS,
        name="units.csv",
        content=b"name\nNorth 1\n",
        options=DraftOptions({"name": "name"}, kind="office"),
        now=now,
    )
    return str(draft.id)


def _fill(app: Flask, database: Database, name: str, code: str) -> Side:
    respondent, secret = app.test_client(), f"nobody came for an hour in the {name}ern office"
    token = _FORM_TOKEN.search(respondent.get(f"/q/{code}").text)
    assert token is not None
    rated = respondent.post(f"/q/{code}", data={"rating": "1", "form_token": token[1]})
    asked = respondent.post(
        rated.location,
        data={"do": "call", "phone": "+7 700 123 45 67", "call_window": "any", "consent": "yes", "comment": secret},
    )
    assert asked.status_code == 303, asked.text
    respondent.post(rated.location, data={"comment": secret})
    with database.reading() as session:
        response_id, case_id = session.execute(
            select(SurveyResponse.id, CallbackCase.id)
            .join(CallbackCase, CallbackCase.response_id == SurveyResponse.id)
            .order_by(SurveyResponse.id.desc())
            .limit(1)
        ).one()
    with database.transaction() as session:
        opened_at, promise_id = session.get_one(CallbackCase, case_id).opened_at, new_id()
        due_at = opened_at + timedelta(days=1)
        session.add(CasePromise(id=promise_id, case_id=case_id, promise="a letter", due_at=due_at, made_at=opened_at))
    return Side(
        {
            "code": code,
            "response_id": str(response_id),
            "case_id": str(case_id),
            "promise_id": str(promise_id),
            "unit_code": f"{name}-1",
            "employee_code": f"clerk-{name}",
        },
        secret,
    )


def with_sign_in(database: Database, side: Side, name: str, app: Flask | None = None) -> Side:
    """Add a sign-in and a file of posters of one of the cast to what the side's arguments stand for."""
    if app is not None:
        signed_in(app, name)
    with database.transaction() as session:
        user_id = get_user(session, email_of(name)).id
        newest = select(SignIn.id).where(SignIn.user_id == user_id).order_by(SignIn.id.desc()).limit(1)
        own = {"sign_in_id": str(session.scalars(newest).one())}
        own["passkey_id"] = str(_add_passkey(session, user_id))
        own["batch_id"] = str(_add_batch(session, user_id, side.arguments["unit_code"]))
        own |= _keep_figures(session, user_id)
        return Side({**side.arguments, **own}, side.secret)


def _add_passkey(session: Session, user_id: uuid.UUID) -> uuid.UUID:
    passkey = Passkey(
        id=new_id(),
        user_id=user_id,
        credential_id=new_id().bytes,
        public_key=b"",
        name="Desk",
        created_at=datetime.now(UTC),
    )
    session.add(passkey)
    return passkey.id


def _keep_figures(session: Session, user_id: uuid.UUID) -> dict[str, str]:
    """Add a view and two planned reports of the user's."""
    now = datetime.now(UTC)
    at = {"user_id": user_id, "created_at": now, "updated_at": now}
    view = SavedView(id=new_id(), name=str(new_id()), path="/manage/figures", query="", **at)
    plans = [ReportPlan(id=new_id(), every="week", day=day, minute=480, language="en", **at) for day in (1, 2)]
    session.add_all([view, *plans])
    # Each way to stop a report stops one of its own.
    return {"view_id": str(view.id), "plan_id": str(plans[0].id), "own_plan_id": str(plans[1].id)}


def _add_batch(session: Session, user_id: uuid.UUID, unit_code: str) -> uuid.UUID:
    batch = PosterBatch(
        id=new_id(),
        user_id=user_id,
        unit_id=get_unit(session, unit_code).id,
        size=PosterSize.A5,
        languages=[],
        state=BatchState.DONE,
        content=b"%PDF-1.4",
        created_at=datetime.now(UTC),
    )
    session.add(batch)
    return batch.id
