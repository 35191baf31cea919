"""The second factor on the pages: set up, asked for, required, proved anew, reset."""

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select

from app.accounts.factors import OneTimeCodes, Passkey, StepKind
from app.accounts.models import AuditEntry, SignIn
from app.accounts.service import get_user
from app.accounts.steps import begin_step
from app.kit.db import Database
from app.kit.ids import new_id
from app.messaging.notices.former import read_former_email
from app.messaging.notices.models import Notice
from config.settings import Settings
from tests.doors import DOORS
from tests.web.conftest import StoppedClock
from tests.web.kept_app import keep_app
from tests.web.passkeys import answer_with, made_up_attestations
from tests.web.staff import PASSWORD, email_of, form_token, sign_in, signed_in
from tests.web.test_no_query_growth import counted

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


def test_what_changes_who_gets_in_asks_anew_and_loses_nothing(
    app: Flask, database: Database, clock: StoppedClock
) -> None:
    admin = signed_in(app, "admin")
    token = form_token(admin)
    clock.move(minutes=11)
    asks = admin.get(f"{SECURITY}/codes")
    assert (asks.status_code, asks.location) == (302, f"{AGAIN}?next=%2Fmanage%2Faccount%2Fsecurity%2Fcodes")
    typed = {"csrf_token": token, "email": "new@otklik.example", "odd": '\n"<b>&\n', "many": ["1", "2"]}
    sent = admin.post(f"{ACCOUNT}/email", data=typed)
    assert (sent.status_code, sent.location) == (307, f"{AGAIN}?next=%2Fmanage%2Faccount%2Femail")
    page = admin.post(sent.location, data=typed)
    assert page.status_code == 200
    carried = {"csrf_token": token, **_fields(page.text)}
    assert carried["email"] == ["new@otklik.example"]
    assert carried["many"] == ["1", "2"]
    assert carried["odd"] == ['\n"<b>&\n']
    wrong = admin.post(sent.location, data={**carried, "proof-password": "wrong"})
    assert wrong.status_code == 401
    assert _fields(wrong.text) == _fields(page.text)
    on = admin.post(sent.location, data={**carried, "proof-password": PASSWORD})
    assert (on.status_code, on.location) == (307, f"{ACCOUNT}/email")
    assert admin.post(on.location, data={**carried, "proof-password": PASSWORD}).status_code == 303
    assert "new@otklik.example" in admin.get(ACCOUNT).text


def _fields(page: str) -> dict[str, list[str]]:
    """Return the hidden fields of the page that asks who it is, as a browser reads them."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<textarea name="([^"]+)" class="unseen" hidden>\n(.*?)</textarea>', page, re.DOTALL
    ):
        found.setdefault(name, []).append(unescape(value))
    for name, value in re.findall(r'<input type="hidden" name="(proof-[^"]+)" value="([^"]+)"', page):
        found.setdefault(name, []).append(value)
    return found


def test_a_link_to_the_question_makes_nobody_send_a_form(app: Flask, clock: StoppedClock) -> None:
    browser = signed_in(app, "manager")
    clock.move(minutes=11)
    lure = f"{AGAIN}?next={SECURITY}/codes/remove&form=1&proof-form=1"
    page = browser.get(lure).text
    assert "proof-form" not in page.partition('<form class="card"')[2]
    data = {"csrf_token": form_token(browser), "proof-sent": "1", "proof-password": PASSWORD}
    assert browser.post(lure, data=data).status_code == 303
    outside = browser.post(f"{AGAIN}?next=//evil.example", data={**data, "csrf_token": form_token(browser)})
    assert outside.location == "/manage/"


def test_proving_anew_renews_the_cookie_and_a_copy_of_the_old_one_soon_opens_nothing(
    app: Flask, clock: StoppedClock
) -> None:
    browser, copy = signed_in(app, "manager"), app.test_client()
    clock.move(minutes=11)
    before = browser.get_cookie("otklik")
    assert before is not None
    copy.set_cookie("otklik", before.value)
    data = {"csrf_token": form_token(browser), "proof-sent": "1", "proof-password": PASSWORD}
    assert browser.post(f"{AGAIN}?next={SECURITY}", data=data).status_code == 303
    assert form_token(browser) != data["csrf_token"]
    assert copy.get(ACCOUNT).status_code == 200  # a second tap, or a list that refreshes itself, came along
    assert copy.get(f"{SECURITY}/passkeys/new").location.startswith(AGAIN)  # what was proved, it has not proved
    clock.move(seconds=11)
    assert copy.get(ACCOUNT).status_code == 302
    assert browser.get(f"{SECURITY}/passkeys/new").status_code == 200
    assert len(re.findall(r"/sign-ins/[0-9a-f-]{36}/end", browser.get(ACCOUNT).text)) == 1  # one device, not two


def test_a_second_factor_is_asked_for_again_too(app: Flask, clock: StoppedClock) -> None:
    browser = signed_in(app, "manager")
    codes, _ = set_up(browser, clock.now)
    clock.move(minutes=11)
    data = {"csrf_token": form_token(browser), "proof-sent": "1", "proof-password": PASSWORD}
    assert browser.post(AGAIN, data=data).status_code == 401
    right = {**data, "proof-code": codes.generate(clock.now).token}
    assert browser.post(AGAIN, data=right).status_code == 303
    assert browser.get(f"{SECURITY}/passkeys/new").status_code == 200


def test_guessing_the_password_of_an_open_sign_in_is_limited(app: Flask, clock: StoppedClock) -> None:
    browser = signed_in(app, "manager")
    clock.move(minutes=11)
    data = {"csrf_token": form_token(browser), "proof-sent": "1", "proof-password": "wrong"}
    assert [browser.post(AGAIN, data=data).status_code for _ in range(9)] == [401] * 8 + [429]


def test_a_new_email_is_told_at_both_addresses_and_opens_the_door(
    app: Flask, database: Database, clock: StoppedClock
) -> None:
    phone, desk = signed_in(app, "manager"), signed_in(app, "manager")
    token = form_token(phone)
    for typed, status in (("no e-mail", 422), (email_of("analyst"), 422), ("a" * 300 + "@x.kz", 422)):
        answer = phone.post(f"{ACCOUNT}/email", data={"csrf_token": token, "email": typed})
        assert answer.status_code == status, typed
    assert phone.post(f"{ACCOUNT}/email", data={"csrf_token": token, "email": "M@Otklik.example"}).status_code == 303
    assert desk.get(ACCOUNT).status_code == 302
    assert sign_in(desk, "m") is desk
    vault = app.extensions["otklik"].vault
    with database.reading() as session:
        notices = session.scalars(select(Notice).order_by(Notice.id)).all()
        assert [read_former_email(vault, one) for one in notices] == [None, email_of("manager")]
        assert "manager" not in str([one.params for one in notices])
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "user.email_changed")).one()
        assert entry.details == {}


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
