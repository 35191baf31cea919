"""No page asks the database more often because there is more to show."""

import uuid
from collections import Counter
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.api_keys import add_key
from app.accounts.invitations import make_invitation
from app.accounts.models import Role
from app.accounts.service import add_user, get_user
from app.analytics.events.models import TimeLineEvent
from app.analytics.kept.models import ReportPlan, ReportSending, SavedView
from app.callbacks.escalation.models import Duty, Escalation, UnitOwner
from app.callbacks.improvements.models import Improvement, Wish
from app.callbacks.models import CallbackCase
from app.contacts.service import find_or_add_contact
from app.invitations.drafts import InteractionDraft
from app.invitations.models import Interaction
from app.invitations.service import accept_interaction
from app.kit.db import Database
from app.kit.ids import new_id
from app.messaging.models import Message, MessageState
from app.organisation.employees import add_employee, find_employee
from app.organisation.service import add_unit, get_company
from app.responses.models import SurveyResponse
from app.responses.reading.models import CoachingItem, EmployeeThanks
from app.responses.topics.models import ResponseTopic
from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.keeping import Reading, keep_readings
from app.review_sites.public_ratings.models import Origin
from app.review_sites.service import set_listing
from app.touchpoints.models import Channel, PosterBatch
from app.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.web.acme import acme
from tests.web.staff import email_of, signed_in
from tests.web.statements import counted

ENDPOINT = uuid.UUID(int=17)
IMPROVEMENT = uuid.UUID(int=18)
PAGES = (
    "/",
    "/manage/",
    "/manage/?unit=north",
    "/manage/?view=offices&sort=csat&line=mean&period=today",
    "/manage/responses",
    "/manage/responses?unit=north&figure=csat",
    "/manage/reading",
    "/manage/reading?unit=north&comment=yes&days=90",
    "/manage/coaching",
    "/manage/employees/clerk",
    "/manage/improvements",
    "/manage/improvements/wishes",
    f"/manage/improvements/{IMPROVEMENT}",
    f"/manage/improvements/{IMPROVEMENT}/tell",
    "/manage/figures",
    "/manage/figures?unit=north&period=year",
    "/manage/figures/topics?unit=north",
    "/manage/figures/evidence",
    "/manage/figures/figures.csv",
    "/manage/figures/hours.csv",
    "/manage/figures/who-answers.csv",
    "/manage/figures/contact-centre.csv",
    "/manage/figures/drivers.csv",
    "/manage/figures/employees.csv?period=quarter",
    "/manage/figures/topics.csv",
    "/manage/figures/events.csv",
    "/manage/figures/public.csv",
    "/manage/figures/views",
    "/manage/figures/reports",
    "/manage/topics",
    "/manage/topics/waiting",
    "/manage/units",
    "/manage/units?q=n",
    "/manage/units/north",
    "/manage/units/north/below",
    "/manage/employees?unit=north",
    "/manage/users?unit=north&role=manager&sort=-seen",
    "/manage/posters",
    "/manage/callbacks",
    "/manage/callbacks?tab=look_into",
    "/manage/callbacks?tab=closed",
    "/manage/callbacks/rows?unit=north",
    "/manage/callbacks/version",
    "/manage/callbacks/figures?period=year",
    "/manage/figures/contact-centre",
    "/manage/figures/hours",
    "/manage/figures/employees?period=quarter",
    "/manage/figures/who-answers",
    "/manage/figures/drivers",
    "/manage/figures/events?days=7",
    "/manage/callbacks/figures/cases?period=year",
    "/manage/callbacks/figures/units.csv?unit=north",
    "/manage/roster?unit=north",
    "/manage/roster/owners?unit=north",
    "/manage/roster/load",
    "/manage/escalations",
    "/manage/review-sites?unit=north&site=2gis&state=none",
    "/manage/review-sites/n1",
    "/manage/figures/public?unit=north",
    "/manage/figures/public?level=offices&sort=-google",
    "/manage/figures/public/units/n1",
    "/manage/settings",
    "/manage/callbacks?tab=open&unit=north",
    "/manage/touchpoints",
    "/manage/touchpoints?q=unit&sort=-answers",
    "/manage/touchpoints/00000000",
    "/manage/surveys",
    "/manage/interactions",
    "/manage/interactions?decision=skipped&unit=north",
    "/manage/interactions?step=rated&by=sms",
    "/manage/interactions?outcome=pending",
    "/manage/settings/delivery?days=30",
    "/manage/messages",
    "/manage/messages/list?channel=sms&unit=north",
    "/manage/messages/texts",
    "/manage/webhooks",
    "/manage/account/notices",
    f"/manage/webhooks/{ENDPOINT}",
    "/manage/api-keys",
    "/manage/audit",
)


@pytest.mark.both_databases
def test_sixty_rows_take_as_many_queries_as_one_on_every_page(app: Flask, database: Database, now: datetime) -> None:
    vault = app.extensions["otklik"].vault
    with acme(database, now) as company:
        units = ["n1", "n2", "s1"]

        def add(number: int) -> None:
            unit = units[number % 3]
            code = company.touchpoint(unit, f"{number:08d}", f"place {number}")
            response = company.answer(unit, 1 + number % 5, comment=f"comment {number}", touchpoint=code)
            company.click(response)
            company.change(response, 3)
            company.said(response, "reasons", 1)
            _add_topics(company.session, response)
            company.case(response, number=True)
            company.case(response, closed=True)
            company.case(unit=units[number % 3])
            place = company.units[units[number % 3]].id
            office = add_unit(
                company.session, name=f"New {number}", kind="office", parent_id=company.units["north"].id, now=now
            )
            add_employee(company.session, name=f"Clerk {number}", unit_id=office.id, now=now)
            told = InteractionDraft(
                "pbx", str(number), Channel.CALL, office.code, now, phone=f"+770112355{number % 30:02d}"
            )
            accept_interaction(company.session, app.extensions["otklik"].ask, told, now=now)
            email = f"user{number}@otklik.example"
            user = add_user(company.session, email=email, password=None, role=Role.MANAGER, unit_id=place, now=now)
            make_invitation(company.session, user, by=None, now=now)
            admin_id = get_user(company.session, email_of("admin")).id
            company.session.add(
                PosterBatch(id=new_id(), user_id=admin_id, unit_id=place, size="a5", languages=[], created_at=now)
            )

            company.session.add(
                Message(
                    id=new_id(),
                    channel="sms",
                    purpose="invitation",
                    subject_id=new_id(),
                    contact_id=find_or_add_contact(
                        company.session, vault, phone=f"+770112345{number:02d}", language=None, now=now
                    ).id,
                    unit_id=place,
                    language="ru",
                    text_key="invitation",
                    params={},
                    state=list(MessageState)[number % 7],
                    failure=f"reason {number}",
                    created_at=now,
                    due_at=now,
                )
            )

            _add_connections(company.session, number, admin_id, now)
            _add_event(company.session, place if number % 2 else get_company(company.session).id, number, now)
            for unit_id in (place, office.id):
                _add_stars(company.session, unit_id, number, now)
            _add_reading(company.session, number, response, now)
            _add_roster(company.session, place, office.id, admin_id, now)
            _keep_figures(company.session, place, admin_id, number, now)

        add(0)
    browser = signed_in(app, "admin")
    for page in PAGES:
        browser.get(page)  # definitions and the like are read once a process
    few = {page: _ask(browser, database, page) for page in PAGES}
    with database.transaction() as session:
        company.session = session
        for number in range(1, 60):
            add(number)
    many = {page: _ask(browser, database, page) for page in PAGES}
    grown = [
        "\n".join([f"{page}: {len(few[page])}, then {len(many[page])}", *(Counter(many[page]) - Counter(few[page]))])
        for page in PAGES
        if len(many[page]) != len(few[page])
    ]
    assert not grown, "\n\n".join(grown)


def _ask(browser: FlaskClient, database: Database, page: str) -> list[str]:
    with counted(database) as statements:
        answer = browser.get(page)
    assert answer.status_code == 200, page
    return statements


def _add_topics(session: Session, response: SurveyResponse) -> None:
    """List the response both with a topic and among those that nothing was found in."""
    for topic, source in (("waiting", "rule"), ("", "none")):
        session.add(
            ResponseTopic(
                response_id=response.id,
                topic=topic,
                source=source,
                unit_id=response.unit_id,
                answered_at=response.answered_at,
                survey_version_id=response.survey_version_id,
                rating=response.rating,
                first=bool(topic),
            )
        )


def _add_stars(session: Session, unit_id: uuid.UUID, number: int, now: datetime) -> None:
    """Let the unit be on a site, which showed its stars on another day as well."""
    link = f"https://search.google.com/local/writereview?placeid=ChIJ{number:08d}"
    set_listing(session, unit_id=unit_id, site=Site.GOOGLE, link=link, now=now)
    days = (now.date() - timedelta(days=number % 9), now.date() - timedelta(days=20 + number))
    readings = [Reading(unit_id, Site.GOOGLE, day, 450, 10 + number) for day in days]
    keep_readings(session, readings, origin=Origin.API, now=now)


def _keep_figures(session: Session, unit_id: uuid.UUID, user_id: uuid.UUID, number: int, now: datetime) -> None:
    """Save a view, and plan a report that could not be sent."""
    at = {"user_id": user_id, "unit_id": unit_id, "created_at": now, "updated_at": now}
    plan = ReportPlan(id=new_id(), every="month", day=1, minute=0, language="en", **at)
    session.add_all([plan, SavedView(id=new_id(), name=f"View {number}", path="/manage/figures", query="", **at)])
    session.flush()  # what was sent refers to the plan
    session.add(ReportSending(plan_id=plan.id, slot=now.date(), state="failed", created_at=now, failure="no_money"))


def _add_roster(session: Session, unit_id: uuid.UUID, office_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
    """Put the user on duty, make them an owner, and tell them of a case."""
    case = CallbackCase(id=new_id(), unit_id=unit_id, reason="low_rating", opened_at=now, settle_due_at=now, due_at=now)
    session.add_all(
        [
            case,
            Duty(id=new_id(), user_id=user_id, unit_id=unit_id, hours="Mo-Fr 09:00-18:00", created_at=now),
            UnitOwner(unit_id=office_id, user_id=user_id, updated_at=now),
        ]
    )
    session.flush()  # the escalation refers to it
    session.add(Escalation(id=new_id(), case_id=case.id, rule="settle_late", at=now, to_user_id=user_id))


def _add_reading(session: Session, number: int, response: SurveyResponse, now: datetime) -> None:
    """Add what a reader did about the response, a wish that nobody gathered, and one of the improvement."""
    clerk = find_employee(session, "clerk") or add_employee(
        session, name="Clerk", code="clerk", unit_id=response.unit_id, now=now
    )
    session.add(
        Improvement(
            id=IMPROVEMENT if number == 0 else new_id(),
            unit_id=response.unit_id if number else get_company(session).id,
            title=f"No {number}",
            state="proposed" if number else "done",
            done_ru="done",
            done_at=None if number else now,
            created_at=now,
            updated_at=now,
        )
    )
    other = _copy(session, response)
    interaction = session.scalars(select(Interaction).where(Interaction.external_id == str(number))).one()
    other.interaction_id = interaction.id
    session.flush()
    about = {"employee_id": clerk.id, "response_id": response.id}
    session.add_all(
        [
            CoachingItem(id=new_id(), **about, added_at=now),
            EmployeeThanks(id=new_id(), **about, thanked_at=now),
            Wish(id=new_id(), unit_id=response.unit_id, response_id=response.id, said_at=now),
            Wish(
                id=new_id(),
                unit_id=response.unit_id,
                response_id=other.id,
                said_at=now,
                state="gathered",
                improvement_id=IMPROVEMENT,
            ),
        ]
    )


def _add_event(session: Session, unit_id: uuid.UUID, number: int, now: datetime) -> None:
    """Add an event that is old enough to be judged."""
    day, told = now.date() - timedelta(days=8 + number % 3), {"created_at": now, "updated_at": now}
    session.add(TimeLineEvent(id=new_id(), unit_id=unit_id, day=day, kind="other", title=f"No {number}", **told))


def _copy(session: Session, response: SurveyResponse) -> SurveyResponse:
    key = new_id()
    values = {column.key: getattr(response, column.key) for column in SurveyResponse.__table__.columns}
    copied = SurveyResponse(**{**values, "id": key, "key_hash": key.bytes, "interaction_id": None})
    session.add(copied)
    session.flush()
    return copied


def _add_connections(session: Session, number: int, user_id: uuid.UUID, now: datetime) -> None:
    """Add a webhook, a delivery of the first one, and a key."""
    endpoint = WebhookEndpoint(
        id=ENDPOINT if number == 0 else new_id(),
        url="https://crm.example/",
        events=[],
        secret_enc=b"",
        created_at=now,
        created_by_id=user_id,
    )
    session.add(endpoint)
    session.flush()  # the delivery refers to it
    delivery = WebhookDelivery(
        id=new_id(), endpoint_id=ENDPOINT, event_id=new_id(), event="case.opened", payload={}, created_at=now
    )
    session.add(delivery)
    add_key(session, name=f"key {number}", scopes=["metrics:read"], user_id=user_id, now=now)
