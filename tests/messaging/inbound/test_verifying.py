"""Who is let in: each provider's own way of signing, on the raw bytes, and nobody else."""

import base64
import hashlib
import hmac

import pytest

from app.messaging.hooks import Hook, Hooks
from app.messaging.inbound.verifying import is_genuine
from app.messaging.models import MessagingChannel

SECRET = "made-up-secret-of-the-app"
URL = "https://fb.example/hooks/x/slug"
BODY = b'{"update_id": 1, "text": "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"}'


def hook(gateway: str, secret: str = SECRET) -> Hook:
    return Hook(gateway, MessagingChannel.SMS, "slug", secret)


def sha256(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(gateway: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {
        "telegram": {"X-Telegram-Bot-Api-Secret-Token": secret},
        "whatsapp": {"X-Hub-Signature-256": f"sha256={sha256(body, secret)}"},
        "viber": {"X-Viber-Content-Signature": sha256(body, secret)},
    }[gateway]


@pytest.mark.parametrize("gateway", ["telegram", "whatsapp", "viber"])
def test_what_the_gateway_signed_is_genuine(gateway: str) -> None:
    assert is_genuine(hook(gateway), signed(gateway, BODY), BODY, URL)


@pytest.mark.parametrize("gateway", ["telegram", "whatsapp", "viber", "twilio"])
def test_another_secret_no_signature_and_an_empty_one_are_refused(gateway: str) -> None:
    wrong = {} if gateway == "twilio" else signed(gateway, BODY, "another secret")
    for headers in (wrong, {}, dict.fromkeys(wrong, ""), dict.fromkeys(wrong, "sha256="), dict.fromkeys(wrong, "ы")):
        assert not is_genuine(hook(gateway), headers, BODY, URL)


@pytest.mark.parametrize("gateway", ["whatsapp", "viber"])
@pytest.mark.parametrize("place", [0, len(BODY) // 2, len(BODY) - 1])
def test_one_altered_bit_is_noticed(gateway: str, place: int) -> None:
    altered = bytearray(BODY)
    altered[place] ^= 1
    assert not is_genuine(hook(gateway), signed(gateway, BODY), bytes(altered), URL)


@pytest.mark.parametrize("gateway", ["telegram", "whatsapp", "viber", "twilio"])
def test_without_a_secret_nobody_is_let_in(gateway: str) -> None:
    headers = signed(gateway, BODY, "") if gateway != "twilio" else twilio(URL, b"", {}, "")
    assert not is_genuine(hook(gateway, ""), headers, BODY, URL)


def twilio(url: str, _body: bytes, fields: dict[str, str], secret: str = SECRET) -> dict[str, str]:
    told = url + "".join(name + fields[name] for name in sorted(fields))
    mac = hmac.new(secret.encode(), told.encode(), hashlib.sha1).digest()
    return {"X-Twilio-Signature": base64.b64encode(mac).decode()}


def test_the_example_of_twilios_own_page_is_genuine() -> None:
    url = "https://example.com/myapp.php?foo=1&bar=2"
    body = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212"
    headers = {"X-Twilio-Signature": "L/OH5YylLD5NRKLltdqwSvS0BnU="}
    assert is_genuine(hook("twilio", "12345"), headers, body, url)
    assert not is_genuine(hook("twilio", "12345"), headers, body, url + "&baz=3")
    assert not is_genuine(hook("twilio", "12345"), headers, body.replace(b"1234&", b"1235&"), url)


def test_twilios_fields_are_signed_as_they_read_whatever_their_letters() -> None:
    body = b"Body=5+%D1%81%D0%BF%D0%B0%D1%81%D0%B8%D0%B1%D0%BE&From=%2B77011234567"
    headers = twilio(URL, body, {"Body": "5 спасибо", "From": "+77011234567"})
    assert is_genuine(hook("twilio"), headers, body, URL)


def test_twilios_json_is_signed_by_its_hash_in_the_address() -> None:
    url = f"{URL}?bodySHA256={hashlib.sha256(BODY).hexdigest()}"
    assert is_genuine(hook("twilio"), twilio(url, BODY, {}), BODY, url)
    assert not is_genuine(hook("twilio"), twilio(url, BODY, {}), BODY + b" ", url)


@pytest.mark.parametrize("algorithm", ["md5", "sha1"])
def test_smscs_hash_must_be_right_where_there_is_one(algorithm: str) -> None:
    status = hashlib.new(algorithm, f"481516:77011234567:1:{SECRET}".encode()).hexdigest()
    text = hashlib.new(algorithm, "77011234567:5 спасибо:777:".encode("cp1251") + SECRET.encode()).hexdigest()
    form = b"id=481516&phone=77011234567&status=1&%s=%s"
    assert is_genuine(hook("smsc"), {}, form % (algorithm.encode(), status.encode()), URL)
    assert not is_genuine(hook("smsc"), {}, form.replace(b"=1&", b"=2&") % (algorithm.encode(), status.encode()), URL)
    words = b"phone=77011234567&mes=5+%F1%EF%E0%F1%E8%E1%EE&to=777&" + f"{algorithm}={text}".encode()
    assert is_genuine(hook("smsc"), {}, words, URL)


def test_smsc_and_mobizon_may_sign_nothing_their_address_is_the_secret() -> None:
    for gateway in ("smsc", "mobizon"):
        assert is_genuine(hook(gateway), {}, b"id=1&phone=7&status=1", URL)


def test_a_hook_is_found_by_its_very_slug() -> None:
    hooks = Hooks({"viber": hook("viber"), "smsc": Hook("smsc", MessagingChannel.SMS, "")})
    assert hooks.find("viber", "slug") == hook("viber")
    for gateway, slug in (("viber", "Slug"), ("viber", ""), ("smsc", ""), ("nobody", "slug"), ("viber", "ы\ud800")):
        assert hooks.find(gateway, slug) is None


def test_no_secret_is_shown_where_a_hook_is_printed() -> None:
    assert SECRET not in repr(hook("viber"))
