"""Every door and its lock: each route × each role × own and foreign objects, walked over the URL map.

A route without a line in `DOORS` (tests/doors.py), a line without a route, and a blueprint without a gate each fail.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.accounts.api_keys import ApiScope
from app.accounts.models import SignIn
from app.callbacks.models import CallbackCase, CaseEvent
from app.kit.db import Database
from app.web.access import Gate, find_lock
from config.settings import Settings
from tests.door_sides import Side, fill_sides, with_sign_in
from tests.doors import ANYONE, DOORS, EVERYBODYS
from tests.web.kept_app import keep_app
from tests.web.staff import CAST, form_token, signed_in


@pytest.fixture
def app(database: Database, now: datetime, tmp_path: Path) -> Flask:
    """The whole application, in English."""
    settings = Settings(
        var_dir=tmp_path, language="en", database_url=database.url.render_as_string(hide_password=False)
    )
    return keep_app(settings, clock=lambda: now, database=database)


@pytest.fixture
def sides(app: Flask, database: Database, now: datetime) -> dict[str, Side]:
    """An unhappy answer with a number in each of two regions, given as a respondent gives it."""
    return fill_sides(app, database, now)


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
    own_side = with_sign_in(database, sides[own], name)
    foreign_side = with_sign_in(database, sides[foreign], "analyst" if name != "analyst" else "admin", app)
    before, wrong, shown, token = _traces(database, foreign_side), [], set(), form_token(browser)
    for rule, method in _staff_doors(app):
        who, form = DOORS[rule.endpoint]
        passes = isinstance(who, frozenset) and role in who
        sees_all = name == "admin" and not {"sign_in_id", "batch_id", "passkey_id", "view_id"} & rule.arguments
        for side, is_own in ((foreign_side, False), (own_side, True)):
            if rule.endpoint == "account.end_one" and is_own:
                continue  # it would end the walk; tests/web/manage/accounts/test_account.py does it
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


def _traces(database: Database, side: Side) -> tuple[object, ...]:
    """Return what would tell that somebody has touched the side's case or sign-in."""
    case_id, sign_in_id = uuid.UUID(side.arguments["case_id"]), uuid.UUID(side.arguments["sign_in_id"])
    with database.reading() as session:
        events = session.scalars(select(func.count()).select_from(CaseEvent).where(CaseEvent.case_id == case_id)).one()
        case = session.get_one(CallbackCase, case_id)
        return events, case.closed_at, case.claimed_by_id, session.get_one(SignIn, sign_in_id).ended_at
