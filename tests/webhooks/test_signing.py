"""Signatures, against the published vector of Standard Webhooks and its own verifier."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.webhooks.signing import new_secret, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"text":"қызмет жақсы"}'.encode()


def test_the_published_vector_comes_out() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    assert sign([SECRET], webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, body=b'{"test": 2432232314}') == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_new_secret_has_32_random_bytes_and_its_prefix() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(base64.b64decode(first.removeprefix("whsec_"), validate=True)) == 32


def test_while_two_secrets_sign_a_receiver_may_hold_either() -> None:
    new, old = new_secret(), new_secret()
    headers = sign([new, old], webhook_id="e", at=datetime.now(UTC), body=BODY)
    assert headers["webhook-signature"].count("v1,") == 2
    for held in (new, old):
        assert Webhook(held).verify(BODY, headers) == {"text": "қызмет жақсы"}
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)


@pytest.mark.parametrize(
    ("seconds", "passes"), [(0, True), (-295, True), (295, True), (-305, False), (305, False)], ids=str
)
def test_a_receiver_bears_five_minutes_between_the_clocks(seconds: int, *, passes: bool) -> None:
    headers = sign([SECRET], webhook_id="e", at=datetime.now(UTC) + timedelta(seconds=seconds), body=BODY)
    if passes:
        Webhook(SECRET).verify(BODY, headers)
    else:
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(BODY, headers)


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, BODY.replace(b"text", b"tekst")),
        ({}, BODY + b" "),
        ({"webhook-id": "another"}, BODY),
        ({"webhook-timestamp": str(int(datetime.now(UTC).timestamp()) + 60)}, BODY),
    ],
    ids=["byte", "space", "id", "time"],
)
def test_whatever_is_altered_the_signature_no_longer_fits(changed: dict[str, str], body: bytes) -> None:
    headers = sign([SECRET], webhook_id="e", at=datetime.now(UTC), body=BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, {**headers, **changed})
