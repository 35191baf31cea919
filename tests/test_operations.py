"""Running it: health pages, the doctor, the settings, the first page, the addresses that are printed."""

import os
import re
import socket
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from app.accounts.models import AuditEntry
from app.cli.first_run import announce, find_address, port_is_free, prepare
from app.factory import create_app
from app.jobs.supervisor import web_processes
from app.kit.db import Database
from app.kit.slots import beat
from app.review_sites.catalogue import Audience, Catalogue, Site
from app.surveys.models import SurveyVersion
from app.web.edge import Wiring
from config.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
TOKEN = "a-token-for-prometheus"
EVERYWHERE = "0.0.0.0"  # noqa: S104 -- told to the settings, bound by nobody


def make_settings(database_url: str, tmp_path: Path, **more: Any) -> Settings:
    return Settings(database_url=database_url, var_dir=tmp_path, language="en", **more)


@pytest.fixture
def empty_app(database_url: str, tmp_path: Path) -> Flask:
    """The application on a database without a single table."""
    return create_app(make_settings(database_url, tmp_path, metrics_token=TOKEN))


@pytest.fixture
def wiring(empty_app: Flask, database_url: str, tmp_path: Path) -> Wiring:
    """What the application is wired with, the database prepared."""
    wired: Wiring = empty_app.extensions["otklik"]
    prepare(wired, make_settings(database_url, tmp_path))
    return wired


def say_alive(wiring: Wiring) -> None:
    with wiring.database.transaction() as session:
        beat(session, "here:1", now=wiring.clock())


def test_a_process_is_alive_whatever_its_database_does(empty_app: Flask) -> None:
    answer = empty_app.test_client().get("/healthz")

    assert (answer.status_code, answer.text) == (200, "alive\n")


def test_it_is_not_ready_before_its_migrations(empty_app: Flask) -> None:
    answer = empty_app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {
        "status": "unavailable",
        "database": "reachable",
        "schema": "behind",
        "worker_age_seconds": None,
    }


def test_it_is_ready_with_them_and_tells_the_workers_age(empty_app: Flask, wiring: Wiring) -> None:
    client = empty_app.test_client()
    before = client.get("/readyz")
    say_alive(wiring)
    after = client.get("/readyz")

    assert (before.status_code, after.status_code) == (200, 200)
    assert before.json is not None
    assert after.json is not None
    assert before.json["worker_age_seconds"] is None
    assert 0 <= after.json["worker_age_seconds"] < 5


def test_it_is_not_ready_when_the_database_is_out_of_reach(tmp_path: Path) -> None:
    url = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"
    answer = create_app(make_settings(url, tmp_path)).test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["database"] == "unreachable"


def test_metrics_are_there_for_the_token_alone(empty_app: Flask, wiring: Wiring) -> None:
    client = empty_app.test_client()
    say_alive(wiring)

    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 401
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    for name in ("otklik_outbox_due 0.0", "otklik_outbox_dead 0.0", "otklik_cases_open 0.0", "otklik_worker_age"):
        assert name in answer.text


def test_without_a_token_there_are_no_metrics(database_url: str, tmp_path: Path) -> None:
    app = create_app(make_settings(database_url, tmp_path))

    assert app.test_client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_a_second_first_run_says_the_same_and_keeps_the_data(wiring: Wiring) -> None:
    first = announce(wiring, "http://localhost:8000")
    second = announce(wiring, "http://localhost:8000")

    assert first == second
    assert all(re.fullmatch(r"http://localhost:8000/q/[0-9A-Z]{8}", line) for line in first[:-3])
    assert first[-3] == "Sign-in: http://localhost:8000/sign-in"
    assert re.fullmatch(r"E-mail: \S+@\S+", first[-2])
    assert re.fullmatch(r"Password: [A-Za-z0-9]{12,}", first[-1])


def test_a_new_database_file_is_for_its_owner_alone(wiring: Wiring) -> None:
    if not wiring.database.is_sqlite:
        assert wiring.database.url.database  # a server keeps its own files
        return
    files = list(Path(str(wiring.database.url.database)).parent.glob("own.db*"))

    assert len(files) >= 2  # with its journal
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_risk_taken_with_a_sites_policy_is_in_the_audit_once_a_change(wiring: Wiring, tmp_path: Path) -> None:
    def start(offer_to: Audience) -> list[dict[str, Any]]:
        rules = wiring.desk.catalogue.rules(Site.GOOGLE).model_copy(update={"offer_to": offer_to})
        catalogue = Catalogue.model_construct(sites={Site.GOOGLE: rules})
        changed = replace(wiring, desk=replace(wiring.desk, catalogue=catalogue))
        prepare(changed, make_settings(wiring.database.url.render_as_string(hide_password=False), tmp_path))
        with wiring.database.reading() as session:
            told = select(AuditEntry).where(AuditEntry.action == "review_sites.warned").order_by(AuditEntry.id)
            return [entry.details["only_happy"] for entry in session.scalars(told)]

    assert start(Audience.EVERYONE) == []
    for _ in range(2):
        assert start(Audience.HAPPY) == [{"google": "forbidden"}]
    for _ in range(2):
        assert start(Audience.EVERYONE) == [{"google": "forbidden"}, {}]
    assert start(Audience.HAPPY) == [{"google": "forbidden"}, {}, {"google": "forbidden"}]


def test_the_printed_password_signs_in(empty_app: Flask, wiring: Wiring) -> None:
    *_, email, password = (line.partition(": ")[2] for line in announce(wiring, "http://localhost:8000"))

    answer = empty_app.test_client().post("/sign-in", data={"email": email, "password": password})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/manage/")


def test_the_first_page_shows_the_demos_codes_and_the_way_in(empty_app: Flask, wiring: Wiring) -> None:
    links = announce(wiring, "http://localhost:8000")[:-3]

    page = BeautifulSoup(empty_app.test_client().get("/").text, "html.parser")

    assert [code["href"] for code in page.select("a.code")] == links
    assert len(page.select("a.code svg path")) == 2 * len(links)
    assert page.select_one('a[href="/sign-in"]') is not None
    assert not page.select("[style], script")


def test_the_first_page_of_a_company_of_its_own_has_no_codes(empty_app: Flask, wiring: Wiring) -> None:
    page = BeautifulSoup(empty_app.test_client().get("/").text, "html.parser")

    assert page.select("a.code") == []
    assert page.select_one("h1") is not None


def test_the_doctor_finds_a_fresh_installation_well(empty_app: Flask, wiring: Wiring) -> None:
    say_alive(wiring)
    result = empty_app.test_cli_runner().invoke(args=["doctor"])

    assert result.exit_code == 0, result.output
    assert {line[:4] for line in result.output.splitlines() if line[0] != " "} == {"ok  ", "warn"}
    assert "only this machine can reach" in result.output


def test_the_doctor_fails_with_a_cure_before_the_migrations(empty_app: Flask) -> None:
    result = empty_app.test_cli_runner().invoke(args=["doctor"])

    assert result.exit_code == 1
    assert "fail  the database is behind this code\n      run `flask --app wsgi db upgrade`" in result.output


def test_the_doctor_sees_keys_that_others_can_read(empty_app: Flask, wiring: Wiring, tmp_path: Path) -> None:
    (tmp_path / "keys" / "data_keys").chmod(0o644)
    result = empty_app.test_cli_runner().invoke(args=["doctor"])

    assert result.exit_code == 1
    assert f"chmod 600 {tmp_path}/keys/data_keys" in result.output


def test_the_doctor_sees_a_survey_that_changed_its_meaning(empty_app: Flask, wiring: Wiring) -> None:
    with wiring.database.transaction() as session:
        stored = session.scalars(select(SurveyVersion).where(SurveyVersion.key == "ces")).one()
        stored.definition = stored.definition | {"title": {**stored.definition["title"], "en": "Asked otherwise"}}
    result = empty_app.test_cli_runner().invoke(args=["doctor"])

    assert result.exit_code == 1
    assert "fail  survey ces" in result.output


def test_the_database_goes_up_and_down_from_the_command_line(empty_app: Flask) -> None:
    runner = empty_app.test_cli_runner()

    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    assert runner.invoke(args=["db", "downgrade"]).exit_code == 0
    assert empty_app.test_client().get("/readyz").status_code == 503


def test_a_worker_does_not_start_on_a_schema_that_is_not_its_own(empty_app: Flask) -> None:
    result = empty_app.test_cli_runner().invoke(args=["worker"])

    assert result.exit_code == 1
    assert "db upgrade" in result.stderr


def test_a_taken_port_is_told_with_the_cure(database: Database, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        app = create_app(make_settings(database.url.render_as_string(hide_password=False), tmp_path, PORT=port))
        result = app.test_cli_runner().invoke(args=["serve"])

    assert result.exit_code == 1
    assert f"PORT={port + 1} make run" in result.stderr
    assert port_is_free("127.0.0.1", port)


@pytest.mark.parametrize(
    ("more", "address"),
    [
        ({}, r"http://localhost:8000"),
        ({"PORT": 9000}, r"http://localhost:9000"),
        ({"base_url": "https://feedback.example.kz", "HOST": EVERYWHERE}, r"https://feedback\.example\.kz"),
        ({"HOST": EVERYWHERE, "PORT": 9000}, r"http://(\d+\.\d+\.\d+\.\d+|localhost):9000"),
    ],
)
def test_the_address_told_is_one_that_people_can_reach(more: dict[str, Any], address: str, tmp_path: Path) -> None:
    told = find_address(make_settings("sqlite:///x.db", tmp_path, **more))

    assert re.fullmatch(address, told)
    assert EVERYWHERE not in told


@pytest.mark.parametrize(("wanted", "sqlite", "number"), [(3, True, 3), (0, True, 1), (0, False, os.cpu_count())])
def test_one_process_serves_sqlite_and_every_processor_postgresql(wanted: int, sqlite: bool, number: int) -> None:
    assert web_processes(wanted, is_sqlite=sqlite) == number


def test_every_setting_is_described_and_every_description_is_a_setting() -> None:
    described = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / "config" / ".env.example").read_text("utf-8"), re.MULTILINE))
    fields = Settings.model_fields
    names = {str(field.validation_alias or f"OTKLIK_{name.upper()}") for name, field in fields.items()}

    assert described == names


def test_the_described_defaults_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OTKLIK_") or name in ("HOST", "PORT")]:
        monkeypatch.delenv(name)
    lines = re.findall(r"^# ([A-Z_]+)=(.+)$", (ROOT / "config" / ".env.example").read_text("utf-8"), re.MULTILINE)
    settings = load_settings({})

    for name, value in lines:
        default = getattr(settings, name.removeprefix("OTKLIK_").lower())
        assert (f"{default:g}" if isinstance(default, float) else str(default)) == value, name
