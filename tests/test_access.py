"""Every door and its lock: each route × each role × own and foreign objects, walked over the URL map.

A route without a line in `DOORS`, a line without a route, and a blueprint without a gate each fail here.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.accounts.api_keys import ApiScope, add_key
from app.accounts.factors import Passkey
from app.accounts.models import Role, SignIn, StaffGrant
from app.accounts.service import get_user
from app.accounts.sign_ins import begin_sign_in
from app.callbacks.compensation.models import Compensation, CompensationState
from app.callbacks.escalation.models import Duty, Escalation
from app.callbacks.improvements.models import Improvement
from app.callbacks.models import CallbackCase, CaseEvent, CasePromise
from app.factory import create_app
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
from app.web.access import Gate, find_lock
from app.webhooks.models import WebhookDelivery
from app.webhooks.service import add_endpoint
from config.settings import ROOT, Settings
from tests.web.staff import CAST, Company, add_staff, email_of, form_token, make_company, signed_in

ANYONE, STAFF, CALLERS = "anyone", frozenset({"admin", "manager", "analyst"}), frozenset({"admin", "manager"})
ADMINS = frozenset({"admin"})
# Who may pass, and what a form that does its work carries. What is behind a door is narrowed to the units by itself. A
# scope is asked of another system's key, without a form: tests/web/api/test_door.py walks those.
DOORS: Mapping[str, tuple[object, Mapping[str, str]]] = {
    "survey.show": (ANYONE, {}),
    "survey.rate": (ANYONE, {}),
    "answer.show": (ANYONE, {}),
    "answer.extend": (ANYONE, {}),
    "answer.leave": (ANYONE, {}),
    "invited.show": (ANYONE, {}),
    "invited.rate": (ANYONE, {}),
    "invited.show_qr_svg": (ANYONE, {}),
    "invited.show_qr_png": (ANYONE, {}),
    "callback_figures.show": (STAFF, {}),
    "callback_figures.show_cases": (STAFF, {}),
    "callback_figures.download": (STAFF, {}),
    "compensations.show": (STAFF, {}),
    "compensations.download": (STAFF, {}),
    "compensations.propose": (CALLERS, {"kind": "bonus", "amount": "100"}),
    "compensations.approve": (CALLERS, {}),
    "compensations.decline": (CALLERS, {}),
    "compensations.withdraw": (CALLERS, {}),
    "settled.show": (ANYONE, {}),
    "settled.answer": (ANYONE, {}),
    "unsubscribing.show": (ANYONE, {}),
    "unsubscribing.decide": (ANYONE, {}),
    "opened.note_opened": (ANYONE, {}),
    "hooks.receive": (ANYONE, {}),
    "hooks.confirm": (ANYONE, {}),
    "opened.note_link_opened": (ANYONE, {}),
    "look.stylesheet": (ANYONE, {}),
    "home.show_home": (ANYONE, {}),
    "health.show_alive": (ANYONE, {}),
    "health.show_ready": (ANYONE, {}),
    "health.show_metrics": (ANYONE, {}),
    "sign_in.show_sign_in": (ANYONE, {}),
    "sign_in.enter": (ANYONE, {}),
    "sign_in.show_sign_out": (ANYONE, {}),
    "sign_in.leave": (ANYONE, {}),
    "second_factor.show_code": (ANYONE, {}),
    "second_factor.enter": (ANYONE, {}),
    "second_factor.ask_passkey": (ANYONE, {}),
    "second_factor.enter_by_passkey": (ANYONE, {}),
    "passkey_sign_in.ask": (ANYONE, {}),
    "passkey_sign_in.enter": (ANYONE, {}),
    "company_sign_in.leave": (ANYONE, {}),
    "company_sign_in.come_back": (ANYONE, {}),
    "again.show_again": (STAFF, {}),
    "again.prove": (STAFF, {}),
    "again.ask_passkey": (STAFF, {}),
    "again.prove_by_passkey": (STAFF, {}),
    "invitation.show_invitation": (ANYONE, {}),
    "invitation.accept": (ANYONE, {}),
    "account.show_account": (STAFF, {}),
    "account.show_email": (STAFF, {}),
    "account.replace_email": (STAFF, {}),
    "account_security.show_security": (STAFF, {}),
    "account_security.begin": (STAFF, {}),
    "account_security.show_codes": (STAFF, {}),
    "account_security.confirm": (STAFF, {}),
    "account_security.remove": (STAFF, {}),
    "account_security.show_new_passkey": (STAFF, {}),
    "account_security.ask_passkey": (STAFF, {}),
    "account_security.add": (STAFF, {}),
    "account_security.drop_passkey": (STAFF, {}),
    "account_security.renew_recovery_codes": (STAFF, {}),
    "account.choose_language": (STAFF, {"language": "en"}),
    "account.replace_password": (STAFF, {}),
    "account.end_others": (STAFF, {}),
    "account.end_one": (STAFF, {}),
    "notices.show": (STAFF, {}),
    "notices.save": (STAFF, {"quiet_from": "21:00", "quiet_until": "08:00", "time_zone": "Asia/Almaty"}),
    "notices.send_test": (STAFF, {}),
    "notices.link_telegram": (STAFF, {}),
    "notices.unlink_telegram": (STAFF, {}),
    "dashboard.show_dashboard": (STAFF, {}),
    "design.show_design": (STAFF, {}),
    "responses.show_list": (STAFF, {}),
    "responses.show_one": (STAFF, {}),
    "reading.show_list": (STAFF, {}),
    "coaching.show_list": (CALLERS, {}),
    "improvements.show_list": (STAFF, {}),
    "improvements.show_wishes": (STAFF, {}),
    "improvements.show_one": (STAFF, {}),
    "improvement_changes.show_new": (CALLERS, {}),
    "improvement_changes.show_telling": (CALLERS, {}),
    "reading.acknowledge": (CALLERS, {}),
    "reading.acknowledge_page": (CALLERS, {}),
    "reading.thank": (CALLERS, {"note": "well done"}),
    "reading.coach": (CALLERS, {"note": "listen first"}),
    "reading.raise_case": (CALLERS, {"note": "ring her"}),
    "reading.suspect": (CALLERS, {"note": "a joke"}),
    "reading.genuine": (CALLERS, {"note": "no joke"}),
    "coaching.finish": (CALLERS, {"note": "we talked"}),
    "improvement_changes.mark": (CALLERS, {}),
    "improvement_changes.mark_case": (CALLERS, {}),
    "improvement_changes.start": (CALLERS, {"title": "A chair", "unit": "east-1"}),
    "improvement_changes.gather": (CALLERS, {"title": "A chair"}),
    "improvement_changes.change": (CALLERS, {"title": "A chair", "state": "done", "done_en": "a chair in the hall"}),
    "improvement_changes.tell": (CALLERS, {}),
    "interactions.show_list": (STAFF, {}),
    "interactions.show_one": (STAFF, {}),
    "delivery.show_delivery": (ADMINS, {}),
    "delivery.try_other": (ADMINS, {"text": "channels: [sms]\ncurrency: KZT"}),
    "review_sites.show_list": (STAFF, {}),
    "review_sites.show_unit": (STAFF, {}),
    "review_sites.change_unit": (CALLERS, {"site": "2gis", "link-2gis": "https://2gis.kz/firm/1"}),
    "review_links.show_form": (CALLERS, {}),
    "settings.show_settings": (ADMINS, {}),
    "audit.show": (ADMINS, {}),
    "audit.export": (ADMINS, {}),
    "review_links.read_list": (CALLERS, {"site": "2gis", "lines": "east-1, https://2gis.kz/firm/1"}),
    "units.show_list": (STAFF, {}),
    "units.show_unit": (STAFF, {}),
    "units.show_below": (STAFF, {}),
    "units.show_hours": (STAFF, {}),
    "unit_editing.show_edit": (ADMINS, {}),
    "unit_editing.change": (ADMINS, {"name": "East 1", "kind": "office"}),
    "unit_editing.move": (ADMINS, {"parent": "company"}),
    "unit_editing.close": (ADMINS, {}),
    "unit_editing.reopen": (ADMINS, {}),
    "unit_editing.show_new": (ADMINS, {}),
    "unit_editing.add": (ADMINS, {"name": "Window 1", "kind": "desk"}),
    "employees.show_list": (STAFF, {}),
    "employees.show_employee": (STAFF, {}),
    "employee_editing.show_new": (ADMINS, {}),
    "employee_editing.add": (ADMINS, {"name": "Somebody", "unit": "company"}),
    "employee_editing.show_edit": (ADMINS, {}),
    "employee_editing.change": (ADMINS, {"name": "Somebody", "unit": "company", "active": "yes"}),
    "unit_import.show_start": (ADMINS, {}),
    "unit_import.receive": (ADMINS, {}),
    "unit_import.show_draft": (ADMINS, {}),
    "unit_import.choose": (ADMINS, {"column-name": "name", "kind": "office"}),
    "unit_import.take": (ADMINS, {"digest": "of nothing"}),
    "employee_import.show_start": (ADMINS, {}),
    "employee_import.receive": (ADMINS, {}),
    "employee_import.show_draft": (ADMINS, {}),
    "employee_import.choose": (ADMINS, {"column-name": "name"}),
    "employee_import.take": (ADMINS, {"digest": "of nothing"}),
    "users.show_list": (ADMINS, {}),
    "users.show_new": (ADMINS, {}),
    "users.invite": (ADMINS, {"email": "new@otklik.example", "role": "manager", "unit": "east"}),
    "user_editing.show_user": (ADMINS, {}),
    "user_sign_in.show": (ADMINS, {}),
    "user_sign_in.replace_email": (ADMINS, {"email": "another@otklik.example"}),
    "user_sign_in.reset": (ADMINS, {}),
    "user_editing.rename": (ADMINS, {"name": "Somebody"}),
    "user_editing.grant": (ADMINS, {"role": "analyst", "unit": "east"}),
    "user_editing.revoke": (ADMINS, {}),
    "user_editing.renew_link": (ADMINS, {}),
    "user_editing.end_one": (ADMINS, {}),
    "user_editing.end_all": (ADMINS, {}),
    "user_editing.turn_off": (ADMINS, {}),
    "user_editing.turn_on": (ADMINS, {}),
    "webhooks.show_list": (ADMINS, {}),
    "webhooks.show_one": (ADMINS, {}),
    "webhook_changes.show_new": (ADMINS, {}),
    "webhook_changes.add": (ADMINS, {"url": "https://crm.example/hooks", "event": "case.opened"}),
    "webhook_changes.show_edit": (ADMINS, {}),
    "webhook_changes.change": (ADMINS, {"url": "https://crm.example/hooks", "event": "case.opened"}),
    "webhook_changes.test": (ADMINS, {}),
    "webhook_changes.rotate": (ADMINS, {}),
    "webhook_changes.replay": (ADMINS, {}),
    "webhook_changes.replay_failed": (ADMINS, {"since": "24"}),
    "webhook_changes.disable": (ADMINS, {}),
    "webhook_changes.enable": (ADMINS, {}),
    "webhook_changes.delete": (ADMINS, {}),
    "api_keys.show_list": (ADMINS, {}),
    "api_keys.show_new": (ADMINS, {}),
    "api_keys.add": (ADMINS, {"name": "A telephone system", "scope": "responses:read", "expires": "30"}),
    "api_keys.revoke": (ADMINS, {}),
    "touchpoints.show_qr_svg": (STAFF, {}),
    "touchpoints.show_qr_png": (STAFF, {}),
    "posters.show_poster": (STAFF, {}),
    "posters.show_list": (STAFF, {}),
    "posters.show_progress": (STAFF, {}),
    "posters.download": (STAFF, {}),
    "posters.ask": (CALLERS, {"unit": "company", "size": "a5"}),
    "posters.remove": (CALLERS, {}),
    "codes.show_list": (STAFF, {}),
    "codes.export": (STAFF, {}),
    "codes.show_one": (STAFF, {}),
    "code_changes.show_new": (CALLERS, {}),
    "code_changes.make": (CALLERS, {"unit": "east-1", "survey": "office-visit", "channel": "visit"}),
    "code_changes.show_repoint": (CALLERS, {}),
    "code_changes.repoint": (CALLERS, {"unit": "east-1", "survey": "nps", "channel": "visit"}),
    "code_changes.withdraw": (CALLERS, {}),
    "code_changes.restore": (CALLERS, {}),
    "roster.show_week": (STAFF, {}),
    "roster.show_owners": (STAFF, {}),
    "roster.name_owner": (ADMINS, {"unit": "east", "do": "remove"}),
    "roster.show_load": (STAFF, {}),
    "roster_editing.show_new": (ADMINS, {}),
    "roster_editing.add": (ADMINS, {"unit": "east", "hours": "24/7"}),
    "roster_editing.show_one": (ADMINS, {}),
    "roster_editing.change": (ADMINS, {"hours": "24/7"}),
    "roster_editing.remove": (ADMINS, {}),
    "escalations.show_list": (STAFF, {}),
    "escalations.acknowledge": (STAFF, {}),
    "surveys.show_list": (STAFF, {}),
    "surveys.show_one": (STAFF, {}),
    "preview.show_preview": (STAFF, {}),
    "callbacks.show_list": (STAFF, {}),
    "callbacks.show_case": (STAFF, {}),
    "callbacks.show_changes": (STAFF, {}),
    "callbacks.take_most_urgent": (CALLERS, {}),
    "complaints.show_form": (CALLERS, {}),
    "complaints.write_down": (CALLERS, {"unit": "east-1", "text": "nobody came"}),
    "case_bulk.do_to_many": (CALLERS, {"act": "claim", "case": "none of ours"}),
    "callbacks.show_rows": (STAFF, {}),
    "callbacks.show_version": (STAFF, {}),
    "case_work.claim": (CALLERS, {}),
    "case_work.attempt": (CALLERS, {"result": "no_answer"}),
    "case_work.reschedule": (CALLERS, {"again": "tomorrow"}),
    "case_work.hand_over": (CALLERS, {"to": "somebody"}),
    "case_work.merge": (CALLERS, {"case": "another"}),
    "case_work.promise": (CALLERS, {"promise": "a letter", "at": "2026-03-05T18:00"}),
    "case_work.keep": (CALLERS, {}),
    "case_work.withdraw": (CALLERS, {}),
    "case_work.settle": (CALLERS, {"cause": "a cause"}),
    "case_work.note": (CALLERS, {"note": "rings tomorrow"}),
    "case_work.reveal": (CALLERS, {"reason": "to ring from the desk telephone"}),
    "case_work.release": (CALLERS, {}),
    "api_docs.show_description": (ANYONE, {}),
    "api_docs.show_docs": (ANYONE, {}),
    "api_interactions.accept": (ApiScope.INTERACTIONS_WRITE, {}),
    "api_interactions.accept_bulk": (ApiScope.INTERACTIONS_WRITE, {}),
    "api_responses.bring": (ApiScope.RESPONSES_WRITE, {}),
    "api_responses.show_list": (ApiScope.RESPONSES_READ, {}),
    "api_responses.show_one": (ApiScope.RESPONSES_READ, {}),
    "api_callbacks.show_list": (ApiScope.CALLBACKS_READ, {}),
    "api_callbacks.show_one": (ApiScope.CALLBACKS_READ, {}),
    "api_callbacks.complain": (ApiScope.CALLBACKS_WRITE, {}),
    "api_callbacks.claim": (ApiScope.CALLBACKS_WRITE, {}),
    "api_callbacks.attempt": (ApiScope.CALLBACKS_WRITE, {}),
    "api_callbacks.close": (ApiScope.CALLBACKS_WRITE, {}),
    "api_touchpoints.show_list": (ApiScope.TOUCHPOINTS_READ, {}),
    "api_touchpoints.add": (ApiScope.TOUCHPOINTS_WRITE, {}),
    "messages.show_overview": (STAFF, {}),
    "messages.show_list": (STAFF, {}),
    "messages.show_one": (STAFF, {}),
    "messages.resend": (ADMINS, {}),
    "messages.resend_many": (ADMINS, {"failure": "timeout"}),
    "messages.show_text": (ADMINS, {}),
    "messages.stop": (ADMINS, {"unit": "east", "reason": "wrong text"}),
    "messages.begin_again": (ADMINS, {}),
    "message_texts.show_list": (STAFF, {}),
    "message_texts.show_one": (STAFF, {}),
    "message_texts.change": (ADMINS, {"text": "Rate us: {link}"}),
    "case_work.close": (CALLERS, {"outcome": "resolved", "cause": "waiting_time"}),
}
# What an address may name that belongs to no unit.
EVERYBODYS = frozenset({"survey_key", "text_key", "text_channel", "text_language"})
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass(frozen=True)
class Side:
    """What a route's arguments stand for in one region."""

    arguments: Mapping[str, str]
    secret: str


@pytest.fixture
def app(database: Database, now: datetime, tmp_path: Path) -> Flask:
    """The whole application, in English."""
    settings = Settings(
        var_dir=tmp_path, language="en", database_url=database.url.render_as_string(hide_password=False)
    )
    return create_app(settings, clock=lambda: now, database=database)


@pytest.fixture
def sides(app: Flask, database: Database, now: datetime) -> dict[str, Side]:
    """An unhappy answer with a number in each of two regions, given as a respondent gives it."""
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
            }
        draft_id = _add_draft(session, now)
    filled = {name: _fill(app, database, name, code) for name, code in codes.items()}
    for name, side in filled.items():
        users[name] = {**users[name], **_add_roster(database, side.arguments, now), **_add_read(database, side, now)}
    text = {"text_key": "invitation", "text_channel": "sms", "text_language": "en"}
    common = {"survey_key": "office-visit", "draft_id": draft_id, **text}
    return {name: Side({**side.arguments, **users[name], **common}, side.secret) for name, side in filled.items()}


def test_every_blueprint_declares_its_gate(app: Flask) -> None:
    open_doors = [
        rule.endpoint for rule in _routes(app) if find_lock(app, rule.endpoint) is None and rule.endpoint != "static"
    ]
    assert open_doors == []


def test_every_route_has_a_line_here_and_every_line_a_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in _routes(app)}
    assert endpoints - set(DOORS) == set(), "a new route: say in DOORS who may pass"
    assert set(DOORS) - endpoints == set(), "no such route any more"


def test_doors_and_gates_say_the_same(app: Flask) -> None:
    for rule in _routes(app):
        lock, (who, _) = find_lock(app, rule.endpoint), DOORS[rule.endpoint]
        assert lock is not None
        gates = {lock.for_method(method) for method in rule.methods or () if method != "OPTIONS"}
        assert (who == ANYONE) == (gates <= {Gate.PUBLIC, Gate.OPERATIONS}), rule
        assert isinstance(who, ApiScope) == (gates == {Gate.API}), rule


def test_without_a_sign_in_every_staff_page_leads_to_the_door(app: Flask, sides: dict[str, Side]) -> None:
    stranger, wrong = app.test_client(), []
    for rule, method in _staff_doors(app):
        answer = _knock(stranger, rule, method, sides["east"], {})
        led = answer.status_code == 302 and answer.location.startswith("/sign-in")
        if not (led if method == "GET" else answer.status_code == 401):
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("name", CAST)
def test_each_role_passes_its_doors_and_finds_its_own_units_alone(
    app: Flask, database: Database, sides: dict[str, Side], name: str
) -> None:
    role = "manager" if name == "elsewhere" else name
    own, foreign = ("west", "east") if name == "elsewhere" else ("east", "west")
    browser = signed_in(app, name)
    own_side = _with_sign_in(database, sides[own], name)
    foreign_side = _with_sign_in(database, sides[foreign], "analyst" if name != "analyst" else "admin", app)
    before, wrong, shown = _traces(database, foreign_side), [], set()
    for rule, method in _staff_doors(app):
        who, form = DOORS[rule.endpoint]
        token = form_token(browser)
        passes = isinstance(who, frozenset) and role in who
        sees_all = name == "admin" and not {"sign_in_id", "batch_id", "passkey_id"} & rule.arguments
        for side, is_own in ((foreign_side, False), (own_side, True)):
            if rule.endpoint == "account.end_one" and is_own:
                continue  # it would end the walk; tests/web/test_account.py does it
            # An empty form too: what is missing in it must not be told before the object is found to be foreign.
            for sent in (form, {}) if rule.arguments and form else (form,):
                answer = _knock(browser, rule, method, side, {**sent, "csrf_token": token})
                status = answer.status_code
                hidden = bool(rule.arguments - EVERYBODYS) and not is_own and not sees_all
                right = status == 403 if not passes else status == 404 if hidden else status in (200, 303, 409, 422)
                leaks = not sees_all and foreign_side.secret.encode() in answer.data
                if not right or leaks:
                    wrong.append((method, rule.rule, "own" if is_own else "foreign", status, "leaks" if leaks else ""))
                if is_own and own_side.secret.encode() in answer.data:
                    shown.add(rule.endpoint)
    assert wrong == []
    assert shown >= {"responses.show_list", "responses.show_one", "callbacks.show_case"}
    if name != "admin":
        assert _traces(database, foreign_side) == before


def test_a_post_without_a_token_is_refused_at_every_staff_door(app: Flask, sides: dict[str, Side]) -> None:
    browser = signed_in(app, "admin")
    answers = {
        rule.rule: _knock(browser, rule, method, sides["east"], DOORS[rule.endpoint][1]).status_code
        for rule, method in _staff_doors(app)
        if method == "POST"
    }
    assert set(answers.values()) == {400}, answers


def test_looking_at_every_page_as_an_analyst_shows_no_number(app: Flask, sides: dict[str, Side]) -> None:
    browser = signed_in(app, "analyst")
    for rule, method in _staff_doors(app):
        if method == "GET":
            shown = _knock(browser, rule, method, sides["east"], {}).data
            assert b"tel:" not in shown, rule
            assert not re.search(rb"700\W{0,6}123|1234567", shown), rule


def _routes(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint != "static")


def _staff_doors(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield each staff route with its method; reading first, and in the order of DOORS, so that cases live on."""
    order = list(DOORS)
    for rule in sorted(_routes(app), key=lambda rule: order.index(rule.endpoint)):
        if isinstance(DOORS[rule.endpoint][0], frozenset):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def _knock(client: FlaskClient, rule: Rule, method: str, side: Side, form: Mapping[str, str]) -> TestResponse:
    address = rule.rule
    for argument in rule.arguments:
        address = re.sub(rf"<(\w+:)?{argument}>", side.arguments.get(argument, str(uuid.uuid4())), address)
    return client.open(address, method=method, data=form if method == "POST" else None)


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


def _with_sign_in(database: Database, side: Side, name: str, app: Flask | None = None) -> Side:
    """Add a sign-in and a file of posters of one of the cast to what the side's arguments stand for."""
    if app is not None:
        signed_in(app, name)
    with database.transaction() as session:
        user_id = get_user(session, email_of(name)).id
        newest = select(SignIn.id).where(SignIn.user_id == user_id).order_by(SignIn.id.desc()).limit(1)
        own = {"sign_in_id": str(session.scalars(newest).one())}
        own["passkey_id"] = str(_add_passkey(session, user_id))
        own["batch_id"] = str(_add_batch(session, user_id, side.arguments["unit_code"]))
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


def _traces(database: Database, side: Side) -> tuple[object, ...]:
    """Return what would tell that somebody has touched the side's case or sign-in."""
    case_id, sign_in_id = uuid.UUID(side.arguments["case_id"]), uuid.UUID(side.arguments["sign_in_id"])
    with database.reading() as session:
        events = session.scalars(select(func.count()).select_from(CaseEvent).where(CaseEvent.case_id == case_id)).one()
        case = session.get_one(CallbackCase, case_id)
        return events, case.closed_at, case.claimed_by_id, session.get_one(SignIn, sign_in_id).ended_at
