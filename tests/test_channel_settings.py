"""Gateways by the settings: which are set up, in what order, what is missing, and where the console stands in."""

from pathlib import Path
from typing import Any

import pytest

from app.kit.crypto import DataKey, Vault
from app.kit.errors import ConfigurationError
from app.messaging.models import MessagingChannel
from config.gateways import build_gateways, build_hooks
from config.settings import Settings, load_settings
from tests.gateway.server import ScriptedGateway

VAULT = Vault([DataKey("k1", bytes(32))])
SMSC = {"smsc_login": "company", "smsc_password": "secret"}
TWILIO = {"twilio_account": "AC1", "twilio_token": "secret", "twilio_sender": "+15005550006"}


def carriers(tmp_path: Path, **given: Any) -> dict[str, list[str]]:
    """Return the names of each channel's gateways."""
    gateways = build_gateways(Settings(var_dir=tmp_path, **given), VAULT)
    return {
        channel.value: [gateway.name for gateway in gateways.carriers(channel)]
        for channel in MessagingChannel
        if gateways.carriers(channel)
    }


def test_a_trial_reaches_everybody_by_the_console(tmp_path: Path) -> None:
    assert carriers(tmp_path) == {channel.value: ["console"] for channel in MessagingChannel}


def test_the_first_gateway_ends_the_trial(tmp_path: Path) -> None:
    """Or an invitation by a channel that is not there would be written to a log and reach nobody."""
    assert carriers(tmp_path, **SMSC) == {"sms": ["smsc"]}
    assert carriers(tmp_path, **SMSC, console="always")["email"] == ["console"]
    assert carriers(tmp_path, console="never") == {}


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("", ["smsc", "twilio"]),
        ("twilio,smsc", ["twilio", "smsc"]),
        ("twilio, smsc", ["twilio", "smsc"]),
        ("twilio", ["twilio"]),
    ],
)
def test_sms_gateways_are_used_in_order(tmp_path: Path, order: str, names: list[str]) -> None:
    assert carriers(tmp_path, **SMSC, **TWILIO, sms_gateways=order)["sms"] == names


def test_every_channel_can_be_set_up(tmp_path: Path) -> None:
    with ScriptedGateway() as scripted:
        mail = {"smtp_host": "mail.example", "smtp_sender": "a@company.example"}
        found = carriers(tmp_path, **scripted.settings(), **mail)
    assert found == {
        "sms": ["smsc", "mobizon", "twilio"],
        "email": ["smtp"],
        "telegram": ["telegram"],
        "whatsapp": ["whatsapp"],
        "viber": ["viber"],
    }


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SMSC_LOGIN": "a"}, "OTKLIK_SMSC_PASSWORD: missing"),
        ({"SMSC_PASSWORD": "a"}, "OTKLIK_SMSC_LOGIN: missing"),
        ({"SMSC_LOGIN": "a", "SMSC_PASSWORD": "b", "SMSC_KEY": "c"}, "OTKLIK_SMSC_KEY: the key stands in place"),
        ({"TWILIO_ACCOUNT": "AC1", "TWILIO_TOKEN": "a"}, "OTKLIK_TWILIO_SENDER: missing"),
        ({"TWILIO_TOKEN": "a"}, "OTKLIK_TWILIO_ACCOUNT: missing"),
        ({"SMTP_HOST": "a"}, "OTKLIK_SMTP_SENDER: missing"),
        ({"SMTP_HOST": "a", "SMTP_SENDER": "a@b.kz", "SMTP_USER": "a"}, "OTKLIK_SMTP_PASSWORD: missing"),
        (
            {
                "SMTP_HOST": "a",
                "SMTP_SENDER": "a@b.kz",
                "SMTP_USER": "a",
                "SMTP_PASSWORD": "b",
                "SMTP_SECURITY": "none",
            },
            "OTKLIK_SMTP_SECURITY: a password is not sent without TLS",
        ),
        ({"SMTP_HOST": "a", "SMTP_SENDER": "not an address"}, "OTKLIK_SMTP_SENDER: write one e-mail address"),
        ({"TELEGRAM_TOKEN": "a"}, "OTKLIK_TELEGRAM_BOT: missing"),
        ({"TELEGRAM_TOKEN": "a", "TELEGRAM_BOT": "t.me/name"}, "OTKLIK_TELEGRAM_BOT: write the bot's name"),
        ({"WHATSAPP_TOKEN": "a"}, "OTKLIK_WHATSAPP_PHONE_ID: missing"),
        ({"WHATSAPP_TOKEN": "a", "WHATSAPP_PHONE_ID": "1"}, "OTKLIK_WHATSAPP_APP_SECRET: missing"),
        ({"SMS_GATEWAYS": "smsc"}, "OTKLIK_SMS_GATEWAYS: smsc is not set up"),
        ({"SMS_GATEWAYS": "pigeon"}, "OTKLIK_SMS_GATEWAYS: write each of smsc, mobizon, twilio"),
        ({"TWILIO_URL": "api.twilio.com"}, "OTKLIK_TWILIO_URL: write scheme and host"),
        ({"MOBIZON_PER_SECOND": "0"}, "OTKLIK_MOBIZON_PER_SECOND: "),
        ({"HOOK_SECRET": "short"}, "OTKLIK_HOOK_SECRET: at least 16"),
        ({"SMSC_SENDER": "a\nb"}, "OTKLIK_SMSC_SENDER: one line"),
    ],
)
def test_half_an_account_stops_the_start_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"OTKLIK_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert f"  {missing}" in caught.value.message


def test_hooks_are_the_same_at_every_start_and_nobody_elses(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    first, again = build_hooks(settings, VAULT), build_hooks(settings, VAULT)
    assert first == again
    assert len({hook.slug for hook in first.by_gateway.values()}) == 6
    assert all(len(hook.slug) == 26 and hook.secret for hook in first.by_gateway.values())
    other = build_hooks(settings, Vault([DataKey("k1", bytes([1] * 32))]))
    assert not {hook.slug for hook in first.by_gateway.values()} & {hook.slug for hook in other.by_gateway.values()}
    changed = build_hooks(Settings(var_dir=tmp_path, hook_secret="another secret of ours"), VAULT)
    assert first.by_gateway["smsc"].slug != changed.by_gateway["smsc"].slug


def test_a_providers_own_secret_signs_its_hook(tmp_path: Path) -> None:
    with ScriptedGateway() as scripted:
        hooks = build_hooks(Settings(var_dir=tmp_path, **scripted.settings()), VAULT).by_gateway
    assert hooks["twilio"].secret == "twilio-token"
    assert hooks["whatsapp"].secret == "whatsapp-app-secret"
    assert hooks["viber"].secret == "viber-token"
    assert "twilio-token" not in repr(hooks)
    assert hooks["twilio"].slug not in repr(hooks)
