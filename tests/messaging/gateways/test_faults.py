"""What each gateway makes of a provider that fails, in every way that one can (F09)."""

import logging
import time
from datetime import timedelta
from pathlib import Path

import pytest

from app.messaging.gateway import DeliveryError
from app.messaging.http import Http, read_retry_after
from app.messaging.smsc import Smsc
from tests.gateway.ledger import read_ledger
from tests.gateway.server import ScriptedGateway
from tests.messaging.gateways.accounts import BUILD, MESSAGE_ID, SECONDS, SECRETS, outgoing

# script: code, whether the gateway is down, what it asked for
FAULTS = {
    "reset": ("unavailable", True, None),
    "hang": ("timeout", True, None),
    "slow:5": ("timeout", True, None),
    "drip:0.1": ("timeout", True, None),
    "429:7": ("rate_limited", False, timedelta(seconds=7)),
    "500": ("unavailable", True, None),
    "502": ("unavailable", True, None),
    "503": ("unavailable", True, None),
    "garbage": ("garbage", True, None),
    "huge": ("garbage", True, None),
    "redirect": ("redirected", True, None),
}


@pytest.mark.parametrize("script", FAULTS)
@pytest.mark.parametrize("name", BUILD)
def test_a_fault_is_told_for_what_it_is_and_in_time(scripted: ScriptedGateway, name: str, script: str) -> None:
    gateway = BUILD[name](scripted.url, Http(seconds=SECONDS))
    scripted.play(script)
    began = time.monotonic()
    with pytest.raises(DeliveryError) as caught:
        gateway.send(outgoing(name))
    code, is_down, asked = FAULTS[script]
    assert (caught.value.code, caught.value.gateway_down, caught.value.permanent) == (code, is_down, False)
    assert caught.value.retry_after == asked
    assert time.monotonic() - began < SECONDS + 1
    assert len(scripted.requests) == 1, "called once, followed nowhere"


@pytest.mark.parametrize("name", BUILD)
def test_nobody_there_is_the_gateways_fault(scripted: ScriptedGateway, name: str) -> None:
    scripted.refuse()
    gateway = BUILD[name](scripted.url, Http(seconds=SECONDS))
    with pytest.raises(DeliveryError) as caught:
        gateway.send(outgoing(name))
    assert (caught.value.code, caught.value.gateway_down) == ("unavailable", True)


@pytest.mark.parametrize("name", BUILD)
def test_an_unknown_name_is_the_gateways_fault(name: str) -> None:
    gateway = BUILD[name]("http://nobody.invalid", Http(seconds=5))
    with pytest.raises(DeliveryError) as caught:
        gateway.send(outgoing(name))
    assert (caught.value.code, caught.value.gateway_down) == ("unavailable", True)


@pytest.mark.parametrize("name", BUILD)
def test_a_server_that_speaks_no_tls_is_not_trusted(scripted: ScriptedGateway, name: str) -> None:
    gateway = BUILD[name](scripted.url.replace("http:", "https:"), Http(seconds=3))
    with pytest.raises(DeliveryError) as caught:
        gateway.send(outgoing(name))
    assert (caught.value.code, caught.value.gateway_down) == ("unavailable", True)
    assert not scripted.requests


@pytest.mark.parametrize("name", BUILD)
def test_after_a_fault_the_next_message_goes_out(scripted: ScriptedGateway, name: str) -> None:
    gateway = BUILD[name](scripted.url, Http(seconds=SECONDS))
    scripted.play("reset, drip:0.2, ok")
    for _ in range(2):
        with pytest.raises(DeliveryError):
            gateway.send(outgoing(name))
    assert gateway.send(outgoing(name)).provider_id


@pytest.mark.parametrize("script", [*FAULTS, "error"])
@pytest.mark.parametrize("name", BUILD)
def test_no_key_gets_into_an_error_or_a_log(
    scripted: ScriptedGateway, name: str, script: str, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = BUILD[name](scripted.url, Http(seconds=SECONDS / 3))
    scripted.play(script)
    with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryError) as caught:
        gateway.send(outgoing(name))
    logging.getLogger().error("it failed", exc_info=caught.value)
    told = f"{caught.value.message} {caught.value!r} {caplog.text} {gateway!r}"
    assert not [secret for secret in SECRETS if secret in told]
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


REFUSALS = [
    ("smsc", "error:1", "misconfigured", "down"),
    ("smsc", "error:2", "bad_credentials", "down"),
    ("smsc", "error:3", "no_money", "down"),
    ("smsc", "error:4", "unavailable", "down"),
    ("smsc", "error:6", "refused_as_spam", "for good"),
    ("smsc", "error:7", "unknown_number", "for good"),
    ("smsc", "error:8", "unreachable", "for good"),
    ("smsc", "error:9", "rate_limited", "later"),
    ("smsc", "error:77", "delivery_failed", "later"),
    ("mobizon", "error:1", "unknown_number", "for good"),
    ("mobizon", "error:8", "bad_credentials", "down"),
    ("mobizon", "error:3", "unavailable", "down"),
    ("twilio", "error:400/21211", "unknown_number", "for good"),
    ("twilio", "error:400/21614", "unknown_number", "for good"),
    ("twilio", "error:400/21610", "opted_out", "for good"),
    ("twilio", "error:400/21408", "refused", "for good"),
    ("twilio", "error:400/21612", "unreachable", "for good"),
    ("twilio", "error:401/20003", "bad_credentials", "down"),
    ("twilio", "error:400/21606", "misconfigured", "down"),
    ("twilio", "error:429/20429", "rate_limited", "later"),
    ("twilio", "error:400/99999", "misconfigured", "down"),
    ("telegram", "error:403", "blocked", "for good"),
    ("telegram", "error:400", "unreachable", "for good"),
    ("telegram", "error:401", "bad_credentials", "down"),
    ("telegram", "error:404", "bad_credentials", "down"),
    ("telegram", "error:429", "rate_limited", "later"),
    ("telegram", "error:500", "unavailable", "down"),
    ("whatsapp", "error:400/131026", "unreachable", "for good"),
    ("whatsapp", "error:400/131047", "window_closed", "for good"),
    ("whatsapp", "error:400/470", "window_closed", "for good"),
    ("whatsapp", "error:400/131049", "not_engaged", "for good"),
    ("whatsapp", "error:400/130429", "rate_limited", "later"),
    ("whatsapp", "error:400/131056", "rate_limited", "later"),
    ("whatsapp", "error:401/190", "bad_credentials", "down"),
    ("whatsapp", "error:400/131042", "no_money", "down"),
    ("whatsapp", "error:404/132001", "misconfigured", "down"),
    ("whatsapp", "error:500/131000", "unavailable", "down"),
    ("viber", "error:2", "bad_credentials", "down"),
    ("viber", "error:5", "unreachable", "for good"),
    ("viber", "error:6", "unreachable", "for good"),
    ("viber", "error:12", "rate_limited", "later"),
    ("viber", "error:24", "no_money", "down"),
    ("viber", "error:10", "misconfigured", "down"),
    ("viber", "error:99", "unavailable", "down"),
]


@pytest.mark.parametrize(("name", "script", "code", "whose"), REFUSALS)
def test_a_providers_own_refusal_is_read(
    scripted: ScriptedGateway, name: str, script: str, code: str, whose: str
) -> None:
    gateway = BUILD[name](scripted.url, Http(seconds=3))
    scripted.play(script)
    with pytest.raises(DeliveryError) as caught:
        gateway.send(outgoing(name))
    assert caught.value.code == code
    assert (caught.value.permanent, caught.value.gateway_down) == (whose == "for good", whose == "down")
    assert not scripted.ledger.lines


@pytest.mark.parametrize("name", ["smsc", "mobizon", "viber", "whatsapp", "twilio", "telegram"])
def test_an_empty_yes_is_no_yes(scripted: ScriptedGateway, name: str) -> None:
    """200 with JSON that lacks what the provider always says: another server answers at that address."""
    gateway = BUILD[name](scripted.url + "/control?", Http(seconds=3))
    with pytest.raises(DeliveryError) as caught:
        gateway.send(outgoing(name))
    assert (caught.value.code, caught.value.gateway_down) == ("garbage", True)


def test_the_reserve_host_is_asked_when_nobody_is_at_the_first(scripted: ScriptedGateway) -> None:
    gateway = Smsc(("http://127.0.0.1:9", scripted.url), login="company", password="secret", http=Http(seconds=3))
    assert gateway.send(outgoing("smsc")).provider_id == str(MESSAGE_ID)
    scripted.play("500")
    other = Smsc((scripted.url, "http://127.0.0.1:9"), login="company", password="secret", http=Http(seconds=3))
    with pytest.raises(DeliveryError):
        other.send(outgoing("smsc"))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("0", 0), ("1.5", 1.5), ("1e99", None), ("-5", None), ("soon", None), ("", None), ("999999999", 86_400)],
)
def test_retry_after_is_read_in_seconds(text: str, seconds: float | None) -> None:
    assert read_retry_after(text) == (None if seconds is None else timedelta(seconds=seconds))


def test_retry_after_is_read_as_a_date(scripted: ScriptedGateway) -> None:
    gateway = BUILD["smsc"](scripted.url, Http(seconds=3))
    scripted.play("429:date")
    with pytest.raises(DeliveryError) as caught:
        gateway.send(outgoing("smsc"))
    assert caught.value.retry_after is not None
    assert timedelta(seconds=10) < caught.value.retry_after <= timedelta(seconds=20)
    assert read_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == timedelta()


def test_the_ledger_holds_what_was_accepted_and_nothing_else(scripted: ScriptedGateway, tmp_path: Path) -> None:
    scripted.play("500, ok, garbage, slow:3, ok")
    gateway = BUILD["smsc"](scripted.url, Http(seconds=SECONDS))
    for _ in range(5):
        try:
            gateway.send(outgoing("smsc"))
        except DeliveryError:
            continue
    lines = read_ledger(tmp_path / "ledger")
    assert [line.message_id for line in lines] == [str(MESSAGE_ID)] * 3, "the slow one was taken too"
    assert lines[0].to == "+77011234567"
    assert lines[0].text.startswith("Оцените")
