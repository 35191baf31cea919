"""`flask hooks`, `flask telegram hook`, `flask viber hook`, and what the doctor says about channels."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.cli.doctor import examine
from app.factory import create_app
from app.kit.db import Database
from config.settings import Settings
from tests.gateway.server import ScriptedGateway

BASE = "https://feedback.example.kz"


def application(database: Database, tmp_path: Path, **given: Any) -> tuple[Flask, Settings]:
    settings = Settings(var_dir=tmp_path, **given)
    return create_app(settings, database=database), settings


def test_hooks_prints_an_address_for_each_gateway(database: Database, tmp_path: Path) -> None:
    app, _ = application(database, tmp_path, base_url=BASE)
    lines = app.test_cli_runner().invoke(args=["hooks"]).stdout.splitlines()
    hooks = app.extensions["otklik"].hooks.by_gateway
    assert f"telegram\t{BASE}/hooks/telegram/{hooks['telegram'].slug}" in lines
    assert f"whatsapp\tverify token: {hooks['whatsapp'].verify_token}" in lines
    assert len(lines) == len(hooks) + 1
    assert not any("secret:" in line for line in lines)


def test_hooks_prints_what_is_signed_with_when_asked(database: Database, tmp_path: Path) -> None:
    app, _ = application(database, tmp_path, base_url=BASE)
    lines = app.test_cli_runner().invoke(args=["hooks", "--secrets"]).stdout.splitlines()
    assert f"telegram\tsecret: {app.extensions['otklik'].hooks.by_gateway['telegram'].secret}" in lines


def test_telegram_is_told_where_to_post(database: Database, tmp_path: Path) -> None:
    with ScriptedGateway() as scripted:
        app, _ = application(database, tmp_path, base_url=BASE, **scripted.settings())
        result = app.test_cli_runner().invoke(args=["telegram", "hook"])
        assert result.exit_code == 0, result.output
        hook = app.extensions["otklik"].hooks.by_gateway["telegram"]
        assert scripted.requests[0].json["url"] == f"{BASE}/hooks/telegram/{hook.slug}"
        assert scripted.requests[0].json["secret_token"] == hook.secret
        app.test_cli_runner().invoke(args=["viber", "hook"])
        assert scripted.requests[1].path == "/pa/set_webhook"
        scripted.play("error:401")
        refused = app.test_cli_runner().invoke(args=["telegram", "hook"])
    assert refused.exit_code == 1
    assert "bad_credentials" in refused.stderr
    assert "telegram-token" not in refused.stderr


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ({}, "OTKLIK_TELEGRAM_TOKEN"),
        ({"telegram_token": "1:a", "telegram_bot": "example_bot"}, "OTKLIK_BASE_URL"),
    ],
)
def test_what_is_missing_is_named(database: Database, tmp_path: Path, given: dict[str, str], cure: str) -> None:
    app, _ = application(database, tmp_path, **given)
    result = app.test_cli_runner().invoke(args=["telegram", "hook"])
    assert (result.exit_code, cure in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("given", "level", "said"),
    [
        ({}, "ok", "the console stands in for sms, email, telegram, whatsapp, viber"),
        ({"base_url": BASE}, "warn", "the console stands in"),
        ({"console": "never"}, "warn", "no message goes out at all"),
        ({"smsc_key": "key"}, "ok", "messages go out: sms by smsc"),
        ({"smsc_key": "key"}, "ok", "nobody is written to: email, telegram, whatsapp, viber"),
        ({"smsc_key": "key", "console": "always"}, "warn", "the console stands in for email"),
        ({"telegram_token": "1:a", "telegram_bot": "example_bot"}, "warn", "to https addresses only"),
    ],
)
def test_the_doctor_says_which_channels_are_on(
    database: Database, tmp_path: Path, given: dict[str, str], level: str, said: str
) -> None:
    app, settings = application(database, tmp_path, **given)
    found = [finding.level for finding in examine(app.extensions["otklik"], settings) if said in finding.what]
    assert found == [level]
