"""The second factor on the pages: set up, asked for, required, proved anew, reset."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select

from app.accounts.factors import OneTimeCodes, StepKind
from app.accounts.models import AuditEntry, SignIn
from app.accounts.service import get_user
from app.accounts.steps import begin_step
from app.kit.db import Database
from app.messaging.notices.models import Notice
from config.settings import Settings
from tests.doors import DOORS
from tests.web.conftest import StoppedClock
from tests.web.kept_app import keep_app
from tests.web.staff import PASSWORD, email_of, form_token, signed_in

pytestmark = pytest.mark.usefixtures("company")
ACCOUNT, SECURITY, CODE, AGAIN = "/manage/account", "/manage/account/security", "/sign-in/code", "/sign-in/again"
Make = Callable[..., Flask]


@pytest.fixture
def make(database: Database, clock: StoppedClock, tmp_path: Path) -> Make:
    """Make the application with other settings."""

    def with_settings(**more: object) -> Flask:
        url = database.url.render_as_string(hide_password=False)
        settings = Settings.model_validate({"var_dir": tmp_path, "language": "en", "database_url": url, **more})
        return keep_app(settings, clock=clock, database=database)

    return with_settings


def set_up(browser: FlaskClient, now: datetime) -> tuple[TOTP, list[str]]:
    """Set up codes on the pages; return the app and the recovery codes that were shown."""
    token = token_of(browser, SECURITY)
    assert browser.post(f"{SECURITY}/codes/begin", data={"csrf_token": token}).location == f"{SECURITY}/codes"
    page = browser.get(f"{SECURITY}/codes").text
    assert "<svg" in page
    found = re.search(r'id="secret" class="code" value="([A-Z2-7 ]+)"', page)
    assert found is not None
    app = TOTP(found[1].replace(" ", ""))
    shown = browser.post(f"{SECURITY}/codes", data={"csrf_token": token, "code": app.generate(now).token})
    assert shown.status_code == 200, shown.text
    return app, re.findall(r"<code>([0-9A-Z-]{19})</code>", shown.text)


def password(browser: FlaskClient, name: str = "manager", query: str = "") -> str:
    """Send e-mail and password; return where that leads."""
    return str(browser.post(f"/sign-in{query}", data={"email": email_of(name), "password": PASSWORD}).location)


def methods(database: Database, name: str) -> list[str]:
    """Return by what the user has signed in, sign-ins that are still open."""
    with database.reading() as session:
        user_id = get_user(session, email_of(name)).id
        return list(session.scalars(select(SignIn.method).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))))


def told(database: Database) -> list[object]:
    """Return of what changes people were told."""
    with database.reading() as session:
        return [notice.params.get("change") for notice in session.scalars(select(Notice).order_by(Notice.id))]


def test_after_the_password_a_code_is_asked_for_and_leads_where_one_was_going(
    app: Flask, database: Database, clock: StoppedClock
) -> None:
    desk, phone = signed_in(app, "manager"), signed_in(app, "manager")
    codes, recovery = set_up(phone, clock.now)
    assert len(recovery) == 10
    assert methods(database, "manager") == ["password+code"]  # those that have shown one thing are over
    assert desk.get(ACCOUNT).status_code == 302
    clock.move(minutes=1)
    assert password(desk, query="?next=/manage/callbacks") == f"{CODE}?next=%2Fmanage%2Fcallbacks"
    assert desk.get(ACCOUNT).status_code == 302  # the password alone has opened nothing
    page = desk.get(f"{CODE}?next=/manage/callbacks").text
    assert 'autocomplete="one-time-code"' in page
    answer = desk.post(f"{CODE}?next=/manage/callbacks", data={"code": codes.generate(clock.now).token})
    assert (answer.status_code, answer.location) == (303, "/manage/callbacks")
    assert desk.get(ACCOUNT).status_code == 200
    assert "password, code" in desk.get(ACCOUNT).text
    assert told(database) == ["codes_added"]


def test_a_used_code_a_wrong_one_and_an_odd_one_are_told_alike(
    app: Flask, database: Database, clock: StoppedClock
) -> None:
    codes, _ = set_up(signed_in(app, "manager"), clock.now)
    browser, texts = app.test_client(), set()
    password(browser)
    for code in (codes.generate(clock.now).token, "000000", "\0", "x" * 5000):
        answer = browser.post(CODE, data={"code": code})
        assert answer.status_code == 401
        texts.add(answer.text)
    assert len(texts) == 1
    with database.reading() as session:
        failed = session.scalars(select(AuditEntry).where(AuditEntry.action == "second_factor.failed")).all()
    assert len(failed) == 4
    assert all(entry.details == {} for entry in failed)


def test_after_five_codes_the_password_is_asked_for_and_then_a_quarter_of_an_hour_waited(
    app: Flask, clock: StoppedClock
) -> None:
    codes, _ = set_up(signed_in(app, "manager"), clock.now)
    browser = app.test_client()
    password(browser)
    clock.move(minutes=1)
    for _ in range(5):
        assert browser.post(CODE, data={"code": "000000"}).status_code == 401
    assert browser.post(CODE, data={"code": codes.generate(clock.now).token}).location == "/sign-in"
    assert password(browser) == CODE
    assert browser.post(CODE, data={"code": codes.generate(clock.now).token}).status_code == 429
    clock.move(minutes=16)
    assert password(browser) == CODE
    assert browser.post(CODE, data={"code": codes.generate(clock.now).token}).status_code == 303


def test_a_step_lasts_five_minutes_and_opens_once(app: Flask, clock: StoppedClock) -> None:
    codes, _ = set_up(signed_in(app, "manager"), clock.now)
    late, browser = app.test_client(), app.test_client()
    password(late)
    clock.move(minutes=5)
    assert late.get(CODE).location == "/sign-in"
    assert late.post(CODE, data={"code": codes.generate(clock.now).token}).location == "/sign-in"
    password(browser)
    step = browser.get_cookie("otklik")
    assert step is not None
    assert browser.post(CODE, data={"code": codes.generate(clock.now).token}).status_code == 303
    thief = app.test_client()
    thief.set_cookie("otklik", step.value)
    clock.move(seconds=30)
    assert thief.get(CODE).location == "/sign-in"
    assert thief.post(CODE, data={"code": codes.generate(clock.now).token}).location == "/sign-in"


def test_a_planted_step_signs_nobody_in_as_somebody_else(app: Flask, database: Database, clock: StoppedClock) -> None:
    own, _ = set_up(signed_in(app, "manager"), clock.now)
    foreign, _ = set_up(signed_in(app, "elsewhere"), clock.now)
    clock.move(minutes=1)
    victim = app.test_client()
    with database.transaction() as session:
        user_id = get_user(session, email_of("elsewhere")).id
        planted, _ = begin_step(session, StepKind.SECOND_FACTOR, user_id=user_id, method="password", now=clock.now)
    with victim.session_transaction() as held:
        held["step"] = planted
        held["anything"] = "else"
    assert victim.post(CODE, data={"code": own.generate(clock.now).token}).status_code == 401
    assert victim.post(CODE, data={"code": foreign.generate(clock.now).token}).status_code == 303
    with victim.session_transaction() as held:
        assert not {"step", "anything"} & set(held)


def test_another_site_sends_no_code(app: Flask, clock: StoppedClock) -> None:
    codes, _ = set_up(signed_in(app, "manager"), clock.now)
    browser = app.test_client()
    password(browser)
    clock.move(minutes=1)
    for path in (CODE, f"{CODE}/passkey", f"{CODE}/passkey/begin", "/sign-in/passkey", "/sign-in/passkey/begin"):
        answer = browser.post(
            path, data={"code": codes.generate(clock.now).token}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 403, path


def test_a_recovery_code_opens_once_and_its_owner_is_told(app: Flask, database: Database, clock: StoppedClock) -> None:
    _, recovery = set_up(signed_in(app, "manager"), clock.now)
    browser = app.test_client()
    password(browser)
    assert browser.post(CODE, data={"code": recovery[3].lower()}).status_code == 303
    assert "9 codes are left" in browser.get(SECURITY).text
    other = app.test_client()
    password(other)
    assert other.post(CODE, data={"code": recovery[3]}).status_code == 401
    assert told(database)[-1] == "recovery_code_used"


def test_choosing_a_new_password_by_a_link_does_not_go_round_the_second_factor(app: Flask, clock: StoppedClock) -> None:
    set_up(signed_in(app, "manager"), clock.now)
    admin, browser = signed_in(app, "admin"), app.test_client()
    with app.extensions["otklik"].database.reading() as session:
        user_id = get_user(session, email_of("manager")).id
    page = admin.post(f"/manage/users/{user_id}/link", data={"csrf_token": form_token(admin)}).text
    found = re.search(r"/invitation/[0-9A-Z]+", page)
    assert found is not None
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(found[0]).text)
    assert token is not None
    answer = browser.post(found[0], data={"csrf_token": token[1], "new_password": "another few words"})
    assert answer.location.startswith(CODE)
    assert browser.get(ACCOUNT).status_code == 302


def test_whoever_must_and_has_none_reaches_nothing_but_where_it_is_set_up(
    make: Make, database: Database, clock: StoppedClock
) -> None:
    app = make(second_factor="admins")
    admin, manager = signed_in(app, "admin"), signed_in(app, "manager")
    assert manager.get("/manage/callbacks").status_code == 200
    wrong = []
    for rule in app.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        if rule.endpoint == "static" or not isinstance(DOORS[rule.endpoint][0], frozenset):
            continue
        if blueprint in ("account_security", "again"):
            continue
        address = re.sub(r"<uuid:[^>]+>", "00000000-0000-7000-8000-000000000000", rule.rule)
        address = re.sub(r"<[^>]+>", "x", address)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = admin.open(address, method=method, data={"csrf_token": "x"} if method == "POST" else None)
            if (answer.status_code, answer.location) != (303, SECURITY):
                wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []
    page = admin.get(SECURITY).text
    assert "Your company asks for two things" in page
    assert "/manage/users" not in page
    set_up(admin, clock.now)
    assert admin.get("/manage/users").status_code == 200
    assert methods(database, "admin") == ["password+code"]


def test_a_rule_that_is_turned_on_bites_at_the_next_request_and_an_old_sign_in_only_has_to_show_it(
    make: Make, database: Database, clock: StoppedClock
) -> None:
    manager = signed_in(make(), "manager")
    assert manager.get("/manage/").status_code == 200
    app = make(second_factor="everyone")
    with database.transaction() as session:
        user_id = get_user(session, email_of("manager")).id
        vault = app.extensions["otklik"].vault
        secret = TOTP.new().base32_key
        sealed = vault.encrypt(secret, table="one_time_codes", column="secret_enc", row_id=user_id)
        session.add(
            OneTimeCodes(
                user_id=user_id, secret_enc=sealed, created_at=clock.now, confirmed_at=clock.now, last_step=None
            )
        )
    manager.application = app  # the service has begun again with another setting
    assert manager.get("/manage/").location == SECURITY
    assert manager.get(SECURITY).location == f"{AGAIN}?next=/manage/"
    answer = manager.post(
        f"{AGAIN}?next=/manage/",
        data={
            "csrf_token": token_of(manager, AGAIN),
            "proof-sent": "1",
            "proof-password": PASSWORD,
            "proof-code": TOTP(secret).generate(clock.now).token,
        },
    )
    assert answer.location == "/manage/"
    assert manager.get("/manage/").status_code == 200


def token_of(browser: FlaskClient, address: str) -> str:
    """Return the form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(address).text)
    assert found is not None
    return found[1]


def test_the_only_factor_stays_where_one_must_be(make: Make, clock: StoppedClock) -> None:
    app = make(second_factor="everyone")
    browser = signed_in(app, "manager")
    set_up(browser, clock.now)
    browser.post(f"{SECURITY}/codes/remove", data={"csrf_token": form_token(browser)})
    page = browser.get(SECURITY).text
    assert "this is your only one" in page
    assert "Remove the codes" in page


def test_factors_are_removed_where_they_are_ones_own_choice(
    app: Flask, database: Database, clock: StoppedClock
) -> None:
    browser = signed_in(app, "manager")
    set_up(browser, clock.now)
    browser.post(f"{SECURITY}/codes/remove", data={"csrf_token": form_token(browser)})
    assert password(app.test_client()) == "/manage/"
    assert told(database) == ["codes_added", "codes_removed"]


def test_an_administrator_resets_within_their_reach_and_not_themselves(
    app: Flask, database: Database, clock: StoppedClock
) -> None:
    manager = signed_in(app, "manager")
    set_up(manager, clock.now)
    admin = signed_in(app, "admin")
    token = form_token(admin)
    with database.reading() as session:
        theirs, own = (get_user(session, email_of(name)).id for name in ("manager", "admin"))
    assert "codes from a telephone" in admin.get(f"/manage/users/{theirs}/sign-in").text
    assert admin.post(f"/manage/users/{own}/sign-in/reset", data={"csrf_token": token}).status_code == 409
    assert admin.post(f"/manage/users/{theirs}/sign-in/reset", data={"csrf_token": token}).status_code == 303
    assert manager.get(ACCOUNT).status_code == 302
    assert password(manager) == "/manage/"
    changed = admin.post(
        f"/manage/users/{theirs}/sign-in/email", data={"csrf_token": token, "email": "m2@otklik.example"}
    )
    assert changed.status_code == 303
    assert manager.get(ACCOUNT).status_code == 302
    assert told(database) == ["codes_added", "factors_reset", "email_changed", "email_changed"]


def test_new_recovery_codes_end_the_old_ones(app: Flask, clock: StoppedClock) -> None:
    browser = signed_in(app, "manager")
    bare = browser.post(f"{SECURITY}/recovery-codes", data={"csrf_token": form_token(browser)})
    assert bare.status_code == 303  # without a factor there is nothing to recover
    _, before = set_up(browser, clock.now)
    page = browser.post(f"{SECURITY}/recovery-codes", data={"csrf_token": form_token(browser)}).text
    after = re.findall(r"<code>([0-9A-Z-]{19})</code>", page)
    assert len(after) == 10
    assert not set(before) & set(after)
    other = app.test_client()
    password(other)
    assert other.post(CODE, data={"code": before[0]}).status_code == 401
    assert other.post(CODE, data={"code": after[0]}).status_code == 303
