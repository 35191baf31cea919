"""The settings page: in words, complete, without a secret, for administrators of the whole company alone."""

import base64
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask_babel import force_locale

from app.accounts.models import Role
from app.contacts.consents import load_consents
from app.contacts.models import Purpose
from app.contacts.service import record_consent
from app.factory import create_app
from app.jobs.periodic import JOBS, run_job
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.installation import PlannedJob
from app.kit.outbox import OutboxRow, OutboxState
from app.kit.slots import beat
from app.review_sites.catalogue import Audience, Catalogue, Site, Stance
from app.web.edge import Wiring
from app.web.manage import settings_words
from config.settings import ROOT, Settings
from tests.callbacks.factories import make_contact
from tests.web.staff import Company, add_staff, signed_in

PAGE = "/manage/settings"
KEYS = {name: base64.b64encode(bytes([number]) * 32).decode() for number, name in ((1, "old"), (2, "new"))}


def read(app: Flask, name: str = "admin") -> BeautifulSoup:
    answer = signed_in(app, name).get(PAGE)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def words(page: BeautifulSoup, part: str | None = None) -> str:
    found = page.find(id=part) if part else page.find("main")
    assert found is not None
    return " ".join(found.get_text(" ").split())


def set_up(database: Database, now: datetime, tmp_path: Path, **values: object) -> Flask:
    given: Mapping[str, object] = {
        "var_dir": tmp_path,
        "language": "en",
        "database_url": database.url.render_as_string(hide_password=False),
        **values,
    }
    return create_app(Settings.model_validate(given), clock=lambda: now, database=database)


def test_what_each_rating_leads_to_is_told_in_words(app: Flask, company: Company) -> None:
    told = words(read(app), "answers")
    assert "4–5 Happy The page leads with the review sites of this office." in told
    assert "1 Unhappy The page leads with “May we call you back?”; the same review links stand below." in told
    assert "A case is opened: the first call within 4 working hours, settled within 24 working hours." in told
    assert "9–10 Happy" in told
    assert "Within 12 hours the same device changes its answer" in told
    assert f"{ROOT}/config/routing.yaml" in told


def test_a_site_for_the_happy_alone_is_warned_of_before_all_else(app: Flask, company: Company) -> None:
    wired: Wiring = app.extensions["otklik"]
    sites = dict(wired.desk.catalogue.sites)
    sites[Site.GOOGLE] = sites[Site.GOOGLE].model_copy(update={"offer_to": Audience.HAPPY})
    sites[Site.YANDEX] = sites[Site.YANDEX].model_copy(
        update={"offer_to": Audience.HAPPY, "selective_asking": Stance.UNKNOWN}
    )
    app.extensions["otklik"] = replace(wired, desk=replace(wired.desk, catalogue=Catalogue(sites=sites)))
    page = read(app)
    first, second = page.select(".note.bad")[:2]
    assert "Google Maps: only happy customers are offered the link, and the site's policy forbids that." in first.text
    assert first.find("a", href=sites[Site.GOOGLE].policy_url)
    assert "Yandex Maps: only happy customers" in second.text
    assert "only after a good rating" in words(page, "sites")


def test_the_order_and_rules_of_the_sites_are_those_of_the_catalogue(app: Flask, company: Company) -> None:
    told = words(read(app), "sites")
    assert "Google Maps everyone yes at most 30 forbids it accounts.google.com, consent.google.com" in told
    assert "Trustpilot everyone no no limit forbids it" in told


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("", "which only this machine can reach"),
        ("http://feedback.example.kz", "is plain http: good for a trial only"),
        ("https://feedback.example.kz", None),
    ],
)
def test_an_address_that_codes_should_not_carry_is_warned_of(
    database: Database, now: datetime, tmp_path: Path, base_url: str, expected: str | None
) -> None:
    # Staff of an https installation sign in over https alone; the test client speaks what it is told to.
    app = set_up(database, now, tmp_path, base_url=base_url)
    scheme = "https" if base_url.startswith("https") else "http"
    browser = app.test_client()
    browser.environ_base["wsgi.url_scheme"] = scheme
    sent = {"email": "admin@otklik.example", "password": "four words of chalk"}
    assert browser.post("/sign-in", data=sent, base_url=f"{scheme}://localhost").status_code == 303
    page = BeautifulSoup(browser.get(PAGE, base_url=f"{scheme}://localhost").text, "html.parser")
    told = words(page)
    assert (expected in told) if expected else "Codes and links lead to" not in told
    assert (base_url or "http://localhost:8000").upper() + "/Q/" in told


def test_keys_are_told_by_id_and_age_and_never_shown(
    database: Database, now: datetime, tmp_path: Path, company: Company
) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "data_keys").write_text(f"k2:{KEYS['new']},k1:{KEYS['old']}")
    app = set_up(database, now, tmp_path, metrics_token="watch-watch-watch")
    page = read(app)
    told = words(page, "keys")
    assert "k2 encrypts and reads" in told
    assert "k1 reads what it encrypted · makes the links" in told
    assert f"{tmp_path}/keys/data_keys , last written on" in told
    secrets = [*KEYS.values(), (tmp_path / "keys" / "secret_key").read_text(), "watch-watch-watch"]
    assert not [secret for secret in secrets if secret in str(page)]


def test_keys_of_the_environment_have_no_age(
    database: Database, now: datetime, tmp_path: Path, company: Company
) -> None:
    app = set_up(database, now, tmp_path, data_keys=f"k7:{KEYS['new']}", secret_key="s" * 40)
    page = read(app)
    assert words(page, "keys").count("from the environment, so its age is not known here") == 2
    assert KEYS["new"] not in str(page)
    assert "s" * 40 not in str(page)


def test_the_password_of_the_database_is_not_shown(app: Flask, database: Database, company: Company) -> None:
    page = read(app)
    password = database.url.password
    assert "OTKLIK_DATABASE_URL not shown here" in words(page, "all")
    if password is not None:
        assert f":{password}@" not in str(page)
    told = words(page, "service")
    assert ("SQLite" if database.is_sqlite else "PostgreSQL") in told
    assert "MB" in told


def test_the_worker_and_the_queue_are_told(app: Flask, database: Database, company: Company, now: datetime) -> None:
    assert "No worker is running" in words(read(app))
    with database.transaction() as session:
        beat(session, "one", now=now - timedelta(seconds=5))
        row = OutboxRow(kind="x", payload={}, created_at=now, due_at=now, state=OutboxState.DEAD, id=company.root)
        session.add(row)
    page = read(app)
    assert "No worker is running" not in words(page)
    assert "seen 5 seconds ago" in words(page, "service")
    assert "0 due, 1 given up" in words(page, "service")
    assert "1 piece of work was given up after many tries." in words(page)


def test_what_is_kept_for_how_long_is_told_with_the_last_run(
    app: Flask, database: Database, company: Company, now: datetime
) -> None:
    assert words(read(app), "kept").count("never") == len([job for job in JOBS if job.keeps])
    for job in JOBS:
        run_job(database, job, worker="w", clock=lambda: now)
    told = words(read(app), "kept")
    assert "never" not in told
    assert "forget-numbers 29 days 1 hour 4 Mar 2026, 11:00" in told


@pytest.mark.parametrize(
    ("language", "month", "hour"),
    [
        (Language.KK, "30 күн", "1 сағат"),
        (Language.RU, "30 дней", "1 час"),
        (Language.UK, "30 днів", "1 година"),
        (Language.EN, "30 days", "1 hour"),
    ],
)
def test_a_stretch_of_time_is_told_in_every_language(app: Flask, language: Language, month: str, hour: str) -> None:
    with app.test_request_context(), force_locale(language.value):
        assert settings_words.say_span(timedelta(days=30, hours=7)) == month
        assert settings_words.say_span(timedelta(minutes=110)) == hour


def test_every_periodic_job_that_deletes_says_in_words_what() -> None:
    """A new job that deletes: name what in settings_words, and give it `keeps`, which also puts it on the page."""
    planned = [PlannedJob(job.name, job.every, job.keeps) for job in JOBS]
    assert [job.name for job in planned if (settings_words.say_forgotten(job) == job.name) == bool(job.keeps)] == []
    assert [job.name for job in planned if job.name.startswith(("forget-", "purge-")) and not job.keeps] == []


def test_consents_are_counted_by_the_text_that_was_agreed_to(
    app: Flask, database: Database, company: Company, now: datetime
) -> None:
    wired: Wiring = app.extensions["otklik"]
    text = load_consents(ROOT / "config" / "consents.yaml").text(Purpose.CALLBACK)
    with database.transaction() as session:
        contact = make_contact(session, wired.vault, now=now)
        for name in ("Otklik", "Former name"):
            record_consent(
                session,
                contact_id=contact.id,
                purpose=Purpose.CALLBACK,
                text=text,
                language=Language.KK,
                company=name,
                via="page",
                now=now,
            )
    told = words(read(app), "consent")
    shown = text.version
    assert f"{shown} Қазақша {text.hash(Language.KK, 'Otklik').hex()[:16]} shown now 1" in told
    assert f"{shown} Қазақша {text.hash(Language.KK, 'Former name').hex()[:16]} 1" in told


def test_a_survey_with_bands_of_its_own_is_told_apart(
    database: Database, now: datetime, tmp_path: Path, company: Company
) -> None:
    surveys = Path(shutil.copytree(ROOT / "surveys", tmp_path / "surveys"))
    visit = (surveys / "office-visit.yaml").read_text()
    strict = visit.replace(
        "key: office-visit\n", "key: strict-visit\nrouting: {happy_at_least: 5, unhappy_at_most: 3}\n", 1
    )
    (surveys / "strict-visit.yaml").write_text(strict)
    told = words(read(set_up(database, now, tmp_path, surveys_dir=surveys)), "answers")
    assert "strict-visit , bands of its own" in told
    assert "5 Happy" in told
    assert "2–3 Unhappy" in told


def test_only_admins_of_the_whole_company_see_it(
    app: Flask, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        add_staff(session, "regional", Role.ADMIN, company.east, now=now)
    for name in ("manager", "analyst", "elsewhere", "regional"):
        browser = signed_in(app, name)
        assert browser.get(PAGE).status_code == 403, name
        assert f'href="{PAGE}"' not in browser.get("/manage/account").text, name
