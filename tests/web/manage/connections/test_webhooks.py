"""The pages of webhooks and API keys: adding, secrets shown once, the log, and who may come in."""

import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import ApiKey, AuditEntry, Role
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow
from app.webhooks.events import WebhookEvent
from app.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.web.conftest import StoppedClock
from tests.web.staff import Company, add_staff, form_token, signed_in

HOOKS, KEYS = "/manage/webhooks", "/manage/api-keys"
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
_KEY = re.compile(r"otk_[0-9A-Z]{8}_[\w-]{43}")


@pytest.fixture
def admin(app: Flask, company: Company) -> FlaskClient:
    """The browser of the company's administrator."""
    return signed_in(app, "admin")


def post(browser: FlaskClient, address: str, **form: str | list[str]) -> TestResponse:
    """Send a form."""
    return browser.post(address, data={"csrf_token": form_token(browser), **form})


@pytest.fixture
def endpoint_id(admin: FlaskClient, database: Database) -> uuid.UUID:
    """A webhook that the administrator has added."""
    post(admin, f"{HOOKS}/new", url="https://crm.example/hooks", description="CRM", event=["case.opened", "case.due"])
    with database.reading() as session:
        return session.scalars(select(WebhookEndpoint.id)).one()


def add_delivery(database: Database, endpoint_id: uuid.UUID, now: StoppedClock, **values: object) -> uuid.UUID:
    """Add a delivery that failed."""
    row = {
        "id": new_id(),
        "endpoint_id": endpoint_id,
        "event_id": new_id(),
        "event": "case.opened",
        "payload": {"case_id": "1"},
        "state": "failed",
        "tries": 10,
        "created_at": now.now,
        "last_tried_at": now.now,
        "status": 500,
        "error": "status_500",
        "answer": "<b>no</b>",
    }
    with database.transaction() as session:
        delivery = WebhookDelivery(**{**row, **values})
        session.add(delivery)
        return delivery.id


def test_a_webhook_is_added_and_its_secret_shown_once(admin: FlaskClient, database: Database) -> None:
    assert "No webhook yet" in admin.get(HOOKS).text
    assert admin.get(f"{HOOKS}/new").text.count(" checked>") == len(WebhookEvent)
    made = post(admin, f"{HOOKS}/new", url=" https://crm.example/hooks?k=1 ", description="CRM", event="case.opened")
    (secret,) = set(_SECRET.findall(made.text))
    with database.reading() as session:
        endpoint = session.scalars(select(WebhookEndpoint)).one()
        assert (endpoint.url, endpoint.events) == ("https://crm.example/hooks?k=1", ["case.opened"])
        assert secret.encode() not in endpoint.secret_enc
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "webhook.added")).one()
        assert "k=1" not in str(entry.details)
    for page in (HOOKS, f"{HOOKS}/{endpoint.id}", f"{HOOKS}/{endpoint.id}/edit"):
        assert secret not in admin.get(page).text
        assert "https://crm.example/hooks?k=1" in admin.get(page).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"url": "crm", "event": "case.opened"}, "Write a whole address"),
        ({"url": "http://crm.example/", "event": "case.opened"}, "Only https"),
        ({"url": "https://10.0.0.1/", "event": "case.opened"}, "not on the public internet"),
        ({"url": "https://crm.example/", "event": []}, "Choose at least one event"),
        ({"url": "https://crm.example/", "event": "case.invented"}, "Choose at least one event"),
        ({"url": "https://crm.example/", "event": "case.opened", "description": "x" * 81}, "80 characters at most"),
    ],
)
def test_what_is_refused_is_shown_again_with_its_reason(
    admin: FlaskClient, database: Database, form: dict[str, str], said: str
) -> None:
    answer = post(admin, f"{HOOKS}/new", **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{form["url"]}"' in answer.text
    with database.reading() as session:
        assert session.scalars(select(WebhookEndpoint)).all() == []


def test_there_is_an_end_to_webhooks(admin: FlaskClient) -> None:
    answers = [post(admin, f"{HOOKS}/new", url="https://crm.example/", event="case.due") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [422]
    assert "There are 20 webhooks already" in answers[-1].text


def test_the_log_tells_and_sends_again(
    admin: FlaskClient, database: Database, endpoint_id: uuid.UUID, clock: StoppedClock
) -> None:
    delivery_id = add_delivery(database, endpoint_id, clock)
    add_delivery(database, endpoint_id, clock, state="delivered", status=200, error=None, event="case.due", tries=1)
    page = admin.get(f"{HOOKS}/{endpoint_id}").text
    assert "Answered 500" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "Answered 500" not in admin.get(f"{HOOKS}/{endpoint_id}?state=delivered").text
    assert "Nothing fits" in admin.get(f"{HOOKS}/{endpoint_id}?event=webhook.test").text
    again = f"{HOOKS}/{endpoint_id}/deliveries/{delivery_id}/replay"
    assert post(admin, again).status_code == 303
    refused = post(admin, again)
    assert (refused.status_code, "It is being tried already" in refused.text) == (409, True)
    with database.reading() as session:
        assert session.get_one(WebhookDelivery, delivery_id).state == "waiting"
        assert len(session.scalars(select(OutboxRow).where(OutboxRow.lane == "webhooks")).all()) == 1


def test_all_that_failed_is_sent_again_at_once(
    admin: FlaskClient, database: Database, endpoint_id: uuid.UUID, clock: StoppedClock
) -> None:
    add_delivery(database, endpoint_id, clock, created_at=clock.now - timedelta(hours=30))
    for _ in range(2):
        add_delivery(database, endpoint_id, clock)
    answer = admin.post(
        f"{HOOKS}/{endpoint_id}/replay",
        data={"csrf_token": form_token(admin), "since": "24"},
        follow_redirects=True,
    )
    assert "2 deliveries are sent again." in answer.text


def test_a_webhook_is_tested_switched_changed_and_deleted(
    admin: FlaskClient, database: Database, endpoint_id: uuid.UUID
) -> None:
    here = f"{HOOKS}/{endpoint_id}"
    assert post(admin, f"{here}/test").status_code == 303
    assert "Test, sent by hand" in admin.get(here).text
    assert post(admin, f"{here}/disable").status_code == 303
    assert "Switched off by hand." in admin.get(here).text
    assert post(admin, f"{here}/test").status_code == 409
    assert post(admin, f"{here}/enable").status_code == 303
    assert post(admin, f"{here}/edit", url="https://new.example/", event="case.due").status_code == 303
    assert post(admin, f"{here}/edit", url="x", event="case.due").status_code == 422
    rotated = post(admin, f"{here}/secret")
    assert len(set(_SECRET.findall(rotated.text))) == 1
    assert "signs too until" in admin.get(here).text
    assert post(admin, f"{here}/delete").status_code == 303
    assert admin.get(here).status_code == 404
    with database.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == str(endpoint_id)))
        assert sorted(actions) == sorted(
            f"webhook.{what}"
            for what in ("added", "tested", "disabled", "enabled", "changed", "secret_rotated", "deleted")
        )
        endpoint = session.get_one(WebhookEndpoint, endpoint_id)
        assert (endpoint.secret_enc, endpoint.old_secret_enc) == (b"", None)


def test_the_settings_lead_here_and_tell_what_broke(
    admin: FlaskClient, database: Database, endpoint_id: uuid.UUID, clock: StoppedClock
) -> None:
    page = admin.get("/manage/settings").text
    assert HOOKS in page
    assert KEYS in page
    assert "was switched off" not in page
    with database.transaction() as session:
        endpoint = session.get_one(WebhookEndpoint, endpoint_id)
        endpoint.disabled_at, endpoint.disabled_reason = clock.now, "gone"
    assert "1 webhook was switched off" in admin.get("/manage/settings").text


def test_a_key_is_made_shown_once_and_revoked(admin: FlaskClient, database: Database) -> None:
    assert "No key in use" in admin.get(KEYS).text
    made = post(admin, f"{KEYS}/new", name="PBX <1>", scope=["interactions:write"], expires="30")
    (plain,) = set(_KEY.findall(made.text))
    page = admin.get(KEYS).text
    assert plain not in page
    assert "PBX &lt;1&gt;" in page
    with database.reading() as session:
        key = session.scalars(select(ApiKey)).one()
    assert post(admin, f"{KEYS}/{key.id}/revoke").status_code == 303
    assert "Keys that open nothing any more" in admin.get(KEYS).text
    assert post(admin, f"{KEYS}/{new_id()}/revoke").status_code == 404


def test_the_page_of_a_key_loaded_again_makes_no_other(admin: FlaskClient, database: Database) -> None:
    (key_id,) = re.findall(r'name="key" value="([^"]+)"', admin.get(f"{KEYS}/new").text)
    form = {"name": "PBX", "scope": "interactions:write", "expires": "30", "key": key_id}
    assert post(admin, f"{KEYS}/new", **form).status_code == 200
    assert post(admin, f"{KEYS}/new", **form).status_code == 303
    assert "made already" in admin.get(KEYS).text
    with database.reading() as session:
        assert session.scalars(select(ApiKey.id)).all() == [uuid.UUID(key_id)]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": " ", "scope": "metrics:read", "expires": "30"}, "Name the system"),
        ({"name": "BI", "scope": [], "expires": "30"}, "Choose at least one thing"),
        ({"name": "BI", "scope": "everything", "expires": "30"}, "Choose at least one thing"),
        ({"name": "BI", "scope": "metrics:read", "expires": "31"}, "Choose when the key expires"),
    ],
)
def test_a_key_is_refused_with_its_reason(admin: FlaskClient, form: dict[str, str], said: str) -> None:
    answer = post(admin, f"{KEYS}/new", **form)
    assert (answer.status_code, said in answer.text) == (422, True)


def test_two_keys_of_a_name_live_at_once(admin: FlaskClient) -> None:
    answers = [post(admin, f"{KEYS}/new", name="CRM", scope="metrics:read", expires="never") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert "Two keys of this name are in use already" in answers[-1].text


def test_whoever_administers_a_region_alone_stays_out(
    app: Flask, database: Database, company: Company, endpoint_id: uuid.UUID, clock: StoppedClock
) -> None:
    with database.transaction() as session:
        add_staff(session, "chief", Role.ADMIN, company.east, now=clock.now)
    chief = signed_in(app, "chief")
    for page in (HOOKS, f"{HOOKS}/new", f"{HOOKS}/{endpoint_id}", KEYS, f"{KEYS}/new"):
        assert chief.get(page).status_code == 403
    assert post(chief, f"{HOOKS}/{endpoint_id}/delete").status_code == 403
    assert post(chief, f"{KEYS}/new", name="x", scope="metrics:read", expires="30").status_code == 403
