"""Passkeys on the pages: whatever is made up is refused with words."""

import pytest
from flask import Flask

from app.accounts.factors import Passkey
from app.accounts.service import get_user
from app.kit.db import Database
from app.kit.ids import new_id
from tests.web.conftest import StoppedClock
from tests.web.passkeys import answer_with, made_up_attestations
from tests.web.staff import email_of, form_token, signed_in
from tests.web.statements import counted

pytestmark = pytest.mark.usefixtures("company")
SECURITY = "/manage/account/security"


def test_made_up_answers_of_passkeys_are_refused_with_words(app: Flask, clock: StoppedClock) -> None:
    browser = app.test_client()
    for odd in ("", "{}", "[]", "null", "\0", "{" * 5000, '{"rawId": "AA"}', '{"rawId": 7}', '{"rawId": "\ud800"}'):
        options = browser.post("/sign-in/passkey/begin")
        assert options.get_json()["userVerification"] == "required"
        answer = browser.post("/sign-in/passkey", data={"answer": odd.encode("utf-8", "replace")})
        assert (answer.status_code, set(answer.get_json())) == (422, {"error"})
    again = browser.post("/sign-in/passkey", data={"answer": "{}"})
    assert "took too long" in again.get_json()["error"]  # the challenge was spent
    owner = signed_in(app, "manager")
    token = form_token(owner)
    for odd in ("", "{}", '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}'):
        owner.post(f"{SECURITY}/passkeys/begin", data={"csrf_token": token})
        answer = owner.post(f"{SECURITY}/passkeys", data={"csrf_token": token, "answer": odd, "name": "x"})
        assert answer.status_code == 422
    assert owner.post(f"{SECURITY}/passkeys", data={"csrf_token": token, "answer": "{}"}).status_code == 409


def test_no_made_up_attestation_is_our_error(app: Flask, database: Database, clock: StoppedClock) -> None:
    owner = signed_in(app, "manager")
    token, told = form_token(owner), {}
    for name, attestation in made_up_attestations().items():
        options = owner.post(f"{SECURITY}/passkeys/begin", data={"csrf_token": token}).get_json()
        answer = answer_with(attestation, options["challenge"], app.extensions["otklik"].public_url)
        form = {"csrf_token": token, "answer": answer, "name": "x\0"}
        told[name] = owner.post(f"{SECURITY}/passkeys", data=form).status_code
    assert {name for name, status in told.items() if status == 200} == {"a real one that counts beyond 31 bits"}
    assert set(told.values()) == {200, 422}, told


def test_twenty_passkeys_take_as_many_queries_as_one(app: Flask, database: Database, clock: StoppedClock) -> None:
    browser, taken = signed_in(app, "manager"), []
    for count in (1, 19):
        with database.transaction() as session:
            user_id = get_user(session, email_of("manager")).id
            for _ in range(count):
                key = new_id()
                session.add(
                    Passkey(
                        id=key,
                        user_id=user_id,
                        credential_id=key.bytes,
                        public_key=b"",
                        name="Desk",
                        created_at=clock.now,
                    )
                )
        browser.get(SECURITY)
        with counted(database) as statements:
            assert browser.get(SECURITY).status_code == 200
        taken.append(len(statements))
    assert taken[0] == taken[1]
    full = browser.post(f"{SECURITY}/passkeys/begin", data={"csrf_token": form_token(browser)})
    assert full.status_code == 409
