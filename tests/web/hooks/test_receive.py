"""The doors of gateways: nobody else gets in, nothing is lost, and the answer is 200 before anything is done."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.kit.db import Database
from app.kit.outbox import OutboxRow
from app.messaging.hooks import Hook
from app.messaging.models import InboundEvent, InboundState
from app.messaging.receiving import LANE

DATA = Path(__file__).parents[2] / "messaging" / "inbound" / "data"
# Whatever a gateway calls its body, it is read raw.
TYPES = ["application/json", "application/x-www-form-urlencoded", "", "image/png"]


@pytest.fixture
def hooks(app: Flask) -> dict[str, Hook]:
    return dict(app.extensions["otklik"].hooks.by_gateway)


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(InboundEvent)).one()


def path(hook: Hook) -> str:
    return f"/hooks/{hook.gateway}/{hook.slug}"


def signed(hook: Hook, body: bytes) -> dict[str, str]:
    mac = hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "X-Telegram-Bot-Api-Secret-Token": hook.secret,
        "X-Hub-Signature-256": f"sha256={mac}",
        "X-Viber-Content-Signature": mac,
    }


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("telegram_tap.json", 1),
        ("whatsapp_batch.json", 9),
        ("viber_text.json", 1),
        ("smsc_delivered.form", 1),
        ("mobizon_text.form", 1),
    ],
)
def test_what_a_gateway_tells_is_kept_once_whatever_it_calls_its_body(
    client: FlaskClient, database: Database, hooks: dict[str, Hook], name: str, events: int
) -> None:
    hook, body = hooks[name.partition("_")[0]], (DATA / name).read_bytes()
    for content_type in TYPES:
        answer = client.post(path(hook), data=body, headers=signed(hook, body), content_type=content_type)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    with database.reading() as session:
        rows = session.scalars(select(InboundEvent)).all()
        assert {(row.gateway, row.state) for row in rows} == {(hook.gateway, InboundState.WAITING)}
        assert len(rows) == events
        lane = select(func.count()).select_from(OutboxRow).where(OutboxRow.lane == LANE)
        assert session.scalars(lane).one() == events


def test_twilio_signs_the_public_address(client: FlaskClient, app: Flask, hooks: dict[str, Hook]) -> None:
    hook = hooks["twilio"]
    body = (DATA / "twilio_delivered.form").read_bytes()
    fields = {"AccountSid": "AC00", "ApiVersion": "2010-04-01", "From": "+77770000000", "MessageSid": "SM9a9a"}
    fields |= {"MessageStatus": "delivered", "SmsSid": "SM9a9a", "SmsStatus": "delivered", "To": "+77011234567"}
    url = app.extensions["otklik"].public_url + path(hook)
    told = url + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.new(hook.secret.encode(), told.encode(), hashlib.sha1).digest()).decode()
    headers = {"X-Twilio-Signature": signature}
    form = "application/x-www-form-urlencoded"
    # Through a proxy: another host and scheme than the public one.
    answer = client.post(path(hook), data=body, headers=headers, content_type=form, base_url="http://inner:9000")
    assert answer.status_code == 200
    assert client.post(path(hook) + "?x=1", data=body, headers=headers, content_type=form).status_code == 403


@pytest.mark.parametrize("gateway", ["telegram", "whatsapp", "viber", "twilio"])
def test_a_forged_body_is_refused_without_a_word(
    client: FlaskClient, database: Database, hooks: dict[str, Hook], gateway: str
) -> None:
    body = b'{"update_id": 1}'
    for headers in ({}, signed(Hook("x", hooks[gateway].channel, "", "wrong"), body)):
        answer = client.post(path(hooks[gateway]), data=body, headers=headers)
        assert (answer.status_code, answer.data) == (403, b"")
    assert count(database) == 0


@pytest.mark.parametrize("address", ["/hooks/telegram/wrong", "/hooks/nobody/wrong", "/hooks/smtp/x", "/hooks/smsc/ы"])
def test_a_wrong_address_is_none(client: FlaskClient, address: str) -> None:
    answer = client.post(address, data=b"{}")
    assert (answer.status_code, answer.data) == (404, b"")


def test_one_gateways_slug_opens_no_other_door(client: FlaskClient, hooks: dict[str, Hook]) -> None:
    assert client.post(f"/hooks/mobizon/{hooks['smsc'].slug}", data=b"id=1").status_code == 404


def test_whoever_tries_addresses_is_told_to_wait_and_the_gateway_is_not(
    client: FlaskClient, hooks: dict[str, Hook]
) -> None:
    statuses = [client.post("/hooks/smsc/wrong", data=b"").status_code for _ in range(40)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert client.post(path(hooks["smsc"]), data=b"id=1&status=1").status_code == 200


def test_garbage_from_the_gateway_itself_is_taken_and_let_go(
    client: FlaskClient, database: Database, hooks: dict[str, Hook]
) -> None:
    strange = json.dumps({"update_id": {}}).encode()
    for gateway in ("telegram", "whatsapp", "viber", "smsc", "mobizon"):
        for body in (b"", b"null", b"[]", b"{", b"\xff" * 50, b"[" * 5000, strange):
            answer = client.post(path(hooks[gateway]), data=body, headers=signed(hooks[gateway], body))
            assert answer.status_code == 200, (gateway, body)
    assert count(database) == 0


def test_a_body_that_is_too_large_is_refused(client: FlaskClient, hooks: dict[str, Hook]) -> None:
    body = b"x" * (1024 * 1024 + 1)
    assert client.post(path(hooks["smsc"]), data=body).status_code == 413


def test_a_large_batch_is_taken(client: FlaskClient, database: Database, hooks: dict[str, Hook]) -> None:
    statuses = [{"id": f"wamid.{number}", "status": "read", "recipient_id": "7" * 11} for number in range(1000)]
    body = json.dumps({"entry": [{"changes": [{"value": {"statuses": statuses}}]}]}).encode()
    assert len(body) > 64 * 1024
    answer = client.post(path(hooks["whatsapp"]), data=body, headers=signed(hooks["whatsapp"], body))
    assert answer.status_code == 200
    assert count(database) == 1000


def test_meta_gets_its_challenge_back_for_the_word_agreed_on(client: FlaskClient, hooks: dict[str, Hook]) -> None:
    hook = hooks["whatsapp"]
    asked = {"hub.mode": "subscribe", "hub.verify_token": hook.verify_token, "hub.challenge": "1158201444"}
    answer = client.get(path(hook), query_string=asked)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "1158201444", "text/plain")


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "<script>alert(1)</script>"},
        {"hub.challenge": ""},
    ],
)
def test_anybody_else_gets_nothing_back(client: FlaskClient, hooks: dict[str, Hook], changed: dict[str, str]) -> None:
    hook = hooks["whatsapp"]
    asked = {"hub.mode": "subscribe", "hub.verify_token": hook.verify_token, "hub.challenge": "1158201444"}
    answer = client.get(path(hook), query_string=asked | changed)
    assert (answer.status_code, answer.data) == (403, b"")


def test_viber_welcomes_whoever_opens_the_chat_in_their_language(client: FlaskClient, hooks: dict[str, Hook]) -> None:
    body = (DATA / "viber_started.json").read_bytes()
    answer = client.post(path(hooks["viber"]), data=body, headers=signed(hooks["viber"], body))
    assert answer.json is not None
    assert answer.json["type"] == "text"
    assert answer.json["text"].startswith("Вітаємо")
