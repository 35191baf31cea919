"""Who may call: a live key with the call's scope, in the header alone."""

import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.api_keys import ApiScope, get_key_id, revoke_key
from app.accounts.models import ApiKey
from app.kit.db import Database
from app.web.api.calls import Call, calls_of
from tests.doors import DOORS
from tests.web.api.callers import System, make_system
from tests.web.conftest import StoppedClock
from tests.web.staff import signed_in


def _knock(system: System, call: Call, **more: str) -> int:
    address = re.sub(r"{\w+}", str(uuid.uuid4()), call.address)
    return int(system.client.open(address, method=call.method, headers={**system.headers(), **more}).status_code)


@pytest.mark.parametrize("scope", ApiScope)
def test_a_key_passes_the_doors_of_its_scope_and_no_other(
    app: Flask, database: Database, system: System, scope: ApiScope
) -> None:
    narrow, wrong = make_system(app, database, scopes=[scope], name="narrow"), []
    for call in calls_of(app):
        status = _knock(narrow, call)
        right = status in (200, 404, 415) if call.scope is scope else status == 403
        if not right:
            wrong.append((call.method, call.address, status))
    assert wrong == []


def test_each_call_asks_for_the_scope_that_its_door_names(app: Flask) -> None:
    walked = {f"api_{call.resource.lower()}.{call.name}": call.scope for call in calls_of(app)}
    assert walked == {name: who for name, (who, _) in DOORS.items() if isinstance(who, ApiScope)}


def test_a_missing_scope_is_named(app: Flask, database: Database, system: System) -> None:
    answer = make_system(app, database, scopes=[ApiScope.METRICS_READ], name="narrow").get("/responses")
    assert answer.status_code == 403
    assert answer.json["code"] == "scope_missing"
    assert "responses:read" in answer.json["detail"]


def test_whoever_has_no_live_key_is_told_the_same(
    app: Flask, database: Database, system: System, clock: StoppedClock
) -> None:
    expired = make_system(app, database, name="old", expires_in=timedelta(minutes=1))
    revoked = make_system(app, database, name="gone")
    clock.move(minutes=2)
    with database.transaction() as session:
        revoke_key(session, get_key_id(session, revoked.key[:12]), now=clock())
    headers = [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {system.key}"},
        {"Authorization": f"Bearer {system.key}x"},
        {"Authorization": f"Bearer {'A' * 5000}"},
        {"X-Api-Key": system.key},
        expired.headers(),
        revoked.headers(),
    ]
    answers = [system.client.get("/api/v1/responses", headers=one) for one in headers]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Bearer realm="otklik"'}
    assert {answer.mimetype for answer in answers} == {"application/problem+json"}


@pytest.mark.parametrize("query", ["api_key=x", "access_token=x", "q=otk_ABCDEFGH_secret", "KEY=x"])
def test_a_key_in_the_address_is_refused_even_beside_a_good_one(system: System, query: str) -> None:
    answer = system.client.get(f"/api/v1/responses?{query}", headers=system.headers())
    assert (answer.status_code, answer.json["code"]) == (400, "key_in_address")


def test_a_sign_in_opens_nothing_here_and_no_cookie_is_given(app: Flask, system: System) -> None:
    browser = signed_in(app, "admin")
    assert browser.get("/api/v1/responses").status_code == 401
    answer = system.get("/responses")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


def test_use_is_noted_once_a_minute_by_calls_that_only_read_too(
    system: System, database: Database, clock: StoppedClock
) -> None:
    def used() -> object:
        with database.reading() as session:
            return session.get_one(ApiKey, get_key_id(session, system.key[:12])).last_used_at

    assert used() is None
    system.get("/responses")
    first = used()
    assert first == clock()
    clock.move(seconds=30)
    system.get("/responses")
    assert used() == first
    clock.move(seconds=31)
    system.get("/responses")
    assert used() == clock()


def test_a_key_that_calls_too_often_is_told_when_to_come_again(app: Flask, system: System) -> None:
    wiring = app.extensions["otklik"]
    object.__setattr__(wiring, "api_per_minute", 3)
    answers = [system.get("/responses") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json["code"] == "too_many_requests"
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60


def test_what_is_not_there_and_what_is_not_taken_is_told_to_programs(system: System) -> None:
    missing = system.client.get("/api/v1/nothing")
    assert (missing.status_code, missing.json["code"], missing.mimetype) == (
        404,
        "not_found",
        "application/problem+json",
    )
    wrong = system.client.delete("/api/v1/responses", headers=system.headers())
    assert (wrong.status_code, wrong.json["code"]) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["Allow"]
    assert b"<html" in system.client.get("/nothing").data
