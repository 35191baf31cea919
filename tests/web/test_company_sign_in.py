"""The company's own sign-in, against a provider that a test makes honest or not, and against one that others wrote."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.factors import StaffIdentity
from app.accounts.models import AuditEntry, SignIn, StaffUser
from app.accounts.service import get_user, set_active
from app.factory import create_app
from app.kit.db import Database
from app.messaging.notices.models import Notice
from config.settings import Settings
from tests.provider.server import CLIENT, SECRET, Provider, run_provider
from tests.web.conftest import StoppedClock
from tests.web.staff import PASSWORD, email_of
from tests.web.test_invitation import choose, forgotten

pytestmark = pytest.mark.usefixtures("company")
START, ACCOUNT = "/sign-in/company", "/manage/account"
OURS = "http://localhost:8000"
Make = Callable[..., Flask]


@pytest.fixture
def provider(now: datetime) -> Iterator[Provider]:
    """A provider that knows the manager."""
    with run_provider(now) as running:
        running.person["email"] = email_of("manager")
        yield running


@pytest.fixture
def make(database: Database, clock: StoppedClock, tmp_path: Path, provider: Provider) -> Make:
    """Make the application with the provider's settings and whatever else."""

    def with_settings(**more: object) -> Flask:
        asked = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, **more}
        url = database.url.render_as_string(hide_password=False)
        settings = Settings.model_validate({"var_dir": tmp_path, "language": "en", "database_url": url, **asked})
        return create_app(settings, clock=clock, database=database)

    return with_settings


@pytest.fixture
def browser(make: Make) -> FlaskClient:
    """A browser before the application with the provider."""
    return make().test_client()


def go_out(browser: FlaskClient, query: str = "") -> str:
    """Follow the button to the provider, and return the address that it leads back to."""
    out = browser.get(f"{START}{query}")
    assert out.status_code == 302, out.text
    back = requests.get(out.location, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith(f"{OURS}{START}/back?")
    return back.removeprefix(OURS)


def come_in(browser: FlaskClient, query: str = "") -> TestResponse:
    """Go out and come back."""
    return browser.get(go_out(browser, query))


def refusals(database: Database) -> list[str]:
    """Return why people were not let in, as the audit has it."""
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "company.refused")).all()
        return [str(entry.details["code"]) for entry in entries]


def test_a_verified_email_ties_an_invited_user_once_and_the_subject_opens_ever_after(
    browser: FlaskClient, provider: Provider, database: Database
) -> None:
    answer = come_in(browser, "?next=/manage/callbacks")
    assert (answer.status_code, answer.location) == (303, "/manage/callbacks")
    assert "the company&#39;s own sign-in" in browser.get(ACCOUNT).text
    provider.person |= {"email": "renamed@otklik.example", "email_verified": False}
    again = browser.application.test_client()
    assert come_in(again).location == "/manage/"
    with database.reading() as session:
        assert session.scalars(select(SignIn.method)).all() == ["company", "company"]
        assert len(session.scalars(select(StaffIdentity)).all()) == 1
        assert [notice.params for notice in session.scalars(select(Notice))] == [{"change": "company_tied"}]


def test_nobody_is_added_and_nobody_unfit_is_let_in(
    browser: FlaskClient, provider: Provider, database: Database
) -> None:
    def off(session_name: str, active: bool) -> None:
        with database.transaction() as session:
            set_active(session, get_user(session, email_of(session_name)), active=active, now=provider.now)

    for person, code in (
        ({"email": "stranger@otklik.example"}, "unknown_person"),
        ({"email": email_of("analyst"), "email_verified": False}, "email_unverified"),
        ({"email": email_of("analyst"), "email_verified": "yes"}, "email_unverified"),
        ({"email": 7}, "email_unverified"),
    ):
        provider.person = {"sub": "u-2", "email_verified": True, **person}
        answer = come_in(browser)
        assert (answer.status_code, refusals(database)[-1]) == (403, code)
    off("analyst", active=False)
    provider.person = {"sub": "u-2", "email_verified": True, "email": email_of("analyst")}
    assert come_in(browser).status_code == 403
    assert refusals(database)[-1] == "user_is_off"
    with database.reading() as session:
        assert len(session.scalars(select(StaffUser)).all()) == 4
        assert session.scalars(select(SignIn)).all() == []


def test_an_email_given_to_a_new_person_there_does_not_open_the_account_of_the_old_one(
    browser: FlaskClient, provider: Provider, database: Database
) -> None:
    assert come_in(browser).status_code == 303
    provider.person["sub"] = "u-9"
    assert come_in(browser.application.test_client()).status_code == 403
    assert refusals(database) == ["tied_to_another"]


def test_a_token_that_does_not_hold_opens_nothing(browser: FlaskClient, provider: Provider, database: Database) -> None:
    at = int(provider.now.timestamp())
    for claims in (
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://login.evil.example"},
        {"iss": None},
        {"exp": at - 61},
        {"exp": None},
        {"iat": at - 3600},
        {"iat": None},
        {"nbf": at + 120},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 300},
        {"at_hash": "of another token"},
    ):
        provider.claims = claims
        answer = come_in(browser)
        assert answer.status_code == 401, claims
        assert "did not confirm who you are" in answer.text
        assert browser.get(ACCOUNT).status_code == 302
    assert set(refusals(database)) == {"provider_refused"}


def test_clocks_may_differ_by_a_minute(browser: FlaskClient, provider: Provider) -> None:
    at = int(provider.now.timestamp())
    provider.claims = {"iat": at + 50, "nbf": at + 50, "exp": at + 300}
    assert come_in(browser).status_code == 303


def test_only_a_signature_by_the_providers_own_key_counts(browser: FlaskClient, provider: Provider) -> None:
    for algorithm in ("none", "HS256"):  # HS256: the public key taken for a secret that two sides know
        provider.algorithm = algorithm
        assert come_in(browser).status_code == 401
    provider.algorithm, provider.sign_with = "RS256", RSAKey.generate_key(2048, {"kid": "k1"})
    assert come_in(browser).status_code == 401
    provider.sign_with = None
    assert come_in(browser).status_code == 303


def test_turned_keys_are_looked_up_but_not_for_every_odd_token(make: Make, provider: Provider) -> None:
    app = make()
    assert come_in(app.test_client()).status_code == 303
    company = app.extensions["otklik"].door.company
    company._kept.keys_asked_at -= 120  # two minutes later
    provider.key = RSAKey.generate_key(2048, {"kid": "k2"})
    assert come_in(app.test_client()).status_code == 303
    provider.asked.clear()
    provider.sign_with = RSAKey.generate_key(2048, {"kid": "k3"})
    for _ in range(3):
        assert come_in(app.test_client()).status_code == 401
    assert "/keys" not in provider.asked


def test_a_way_back_counts_in_the_browser_that_was_sent_out_and_once(
    browser: FlaskClient, provider: Provider, database: Database
) -> None:
    back, other = go_out(browser), browser.application.test_client()
    assert other.get(back).status_code == 400  # another's browser: nobody is signed in as somebody else by a link
    wrong = back.replace("state=", "state=x")
    assert browser.get(wrong).status_code == 400
    assert browser.head(back).status_code == 404
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 400
    assert refusals(database) == ["state_unknown"] * 3


def test_a_way_back_grows_old_and_three_tabs_may_be_out(browser: FlaskClient, clock: StoppedClock) -> None:
    tabs = [go_out(browser) for _ in range(4)]
    assert browser.get(tabs[0]).status_code == 400
    assert browser.get(tabs[1]).status_code == 303
    other = browser.application.test_client()
    late = go_out(other)
    clock.move(minutes=11)
    assert other.get(late).status_code == 400


def test_three_tabs_with_long_addresses_fit_into_the_cookie(browser: FlaskClient) -> None:
    for start in range(0, 900, 300):
        answer = browser.get(START, query_string={"next": "/manage/x?" + "".join(map(str, range(start, start + 900)))})
        assert len(answer.headers["Set-Cookie"]) < 4000
    assert browser.get(go_out(browser, "?next=/manage/callbacks")).location == "/manage/callbacks"


def test_a_code_sent_twice_and_a_stolen_code_open_nothing(browser: FlaskClient, provider: Provider) -> None:
    thief = browser.application.test_client()
    stolen = parse_qs(urlsplit(go_out(browser)).query)["code"][0]
    own = parse_qs(urlsplit(go_out(thief)).query)["state"][0]
    # The verifier of the thief's browser is not the one that the code was made for.
    assert thief.get(f"{START}/back?code={stolen}&state={own}").status_code == 401
    assert provider.codes.keys() - {stolen}


def test_an_answer_of_another_issuer_is_not_taken_to_ours(browser: FlaskClient, provider: Provider) -> None:
    provider.answer = {"iss": "https://login.evil.example"}
    assert come_in(browser).status_code == 401
    assert "/token" not in provider.asked
    provider.answer = {"iss": provider.issuer}
    assert come_in(browser).status_code == 303


def test_a_promised_issuer_that_is_missing_is_refused(browser: FlaskClient, provider: Provider) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    assert come_in(browser).status_code == 401


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://login.evil.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_down(
    browser: FlaskClient, provider: Provider, metadata: dict[str, object]
) -> None:
    provider.metadata = metadata
    answer = browser.get(START)
    assert answer.status_code == 503
    assert "does not answer at the moment" in answer.text


def test_a_provider_that_is_down_leaves_the_password(make: Make, provider: Provider, database: Database) -> None:
    app = make()
    provider.down = True
    browser = app.test_client()
    assert browser.get("/sign-in").status_code == 200
    assert browser.get(START).status_code == 503
    provider.down = False
    back = go_out(browser)
    for path in ("/token", "/keys"):
        provider.redirects = path
        assert browser.get(back).status_code == 503
        back = go_out(browser)
    provider.redirects, provider.down = "", True
    assert browser.get(back).status_code == 503
    assert browser.post("/sign-in", data={"email": email_of("manager"), "password": PASSWORD}).status_code == 303


def test_a_refusal_there_is_told_in_words(browser: FlaskClient, provider: Provider) -> None:
    provider.answer = {"error": "access_denied"}
    answer = come_in(browser)
    assert answer.status_code == 401
    assert "access_denied" not in answer.text.partition("<main")[2]


def test_an_email_that_only_userinfo_tells_is_asked_there(browser: FlaskClient, provider: Provider) -> None:
    email = provider.person.pop("email")
    provider.userinfo = {"sub": "somebody else", "email": email, "email_verified": True}
    assert come_in(browser).status_code == 401
    provider.userinfo["sub"] = "u-1"
    assert come_in(browser).status_code == 303


def test_where_it_is_required_passwords_are_left_to_administrators_of_the_company(
    make: Make, provider: Provider, database: Database
) -> None:
    app = make(oidc_required=True)
    manager, admin = app.test_client(), app.test_client()
    refused = manager.post("/sign-in", data={"email": email_of("manager"), "password": PASSWORD})
    wrong = manager.post("/sign-in", data={"email": email_of("manager"), "password": "wrong"})
    assert refused.status_code == wrong.status_code == 401
    assert refused.text == wrong.text
    assert come_in(manager).status_code == 303
    # For the day when it is down; but with a second factor, which has to be set up first.
    assert admin.post("/sign-in", data={"email": email_of("admin"), "password": PASSWORD}).status_code == 303
    assert admin.get("/manage/users").location == "/manage/account/security"


def test_two_things_shown_there_count_by_setting(make: Make, provider: Provider, database: Database) -> None:
    for trust, amr, enters in (
        ("when_told", None, False),
        ("when_told", ["pwd"], False),
        ("when_told", ["pwd", "otp"], True),
        ("when_told", ["mfa"], True),
        ("when_told", "mfa", False),
        ("always", None, True),
        ("never", ["mfa"], False),
    ):
        app = make(second_factor="everyone", oidc_second_factor=trust)
        provider.person = {"sub": "u-1", "email": email_of("manager"), "email_verified": True, "amr": amr}
        browser = app.test_client()
        answer = come_in(browser)
        if amr == "mfa":  # no list: the token does not hold
            assert answer.status_code == 401
            continue
        assert (browser.get("/manage/").status_code == 200) is enters, (trust, amr)


def test_it_proves_anew_who_somebody_is_if_it_has_asked_anew(
    browser: FlaskClient, provider: Provider, clock: StoppedClock
) -> None:
    assert come_in(browser).status_code == 303
    clock.move(minutes=11)
    provider.now = clock.now
    assert browser.get("/manage/account/security/passkeys/new").status_code == 302
    out = browser.get(f"{START}?again=1&next=/manage/account/security/passkeys/new")
    assert parse_qs(urlsplit(out.location).query)["prompt"] == ["login"]
    provider.claims = {"auth_time": int(clock.now.timestamp()) - 600}
    assert come_in(browser, "?again=1").status_code == 401
    provider.claims = {}
    answer = come_in(browser, "?again=1&next=/manage/account/security/passkeys/new")
    assert (answer.status_code, answer.location) == (303, "/manage/account/security/passkeys/new")
    assert browser.get(answer.location).status_code == 200


def test_who_is_tied_by_proving_anew_is_told_of_it(
    browser: FlaskClient, clock: StoppedClock, database: Database
) -> None:
    browser.post("/sign-in", data={"email": email_of("manager"), "password": PASSWORD})
    assert come_in(browser, "?again=1").status_code == 303
    with database.reading() as session:
        assert [notice.params for notice in session.scalars(select(Notice))] == [{"change": "company_tied"}]


def test_a_password_chosen_where_it_opens_nothing_is_told_all_the_same(
    make: Make, clock: StoppedClock, database: Database
) -> None:
    browser, address = make(oidc_required=True).test_client(), forgotten(database, clock)
    assert choose(browser, address).location == "/sign-in"
    with database.reading() as session:
        assert [notice.params for notice in session.scalars(select(Notice))] == [{"change": "password_changed"}]


def test_without_settings_there_is_no_such_door(client: FlaskClient) -> None:
    assert client.get(START).status_code == 404
    assert client.get(f"{START}/back?state=x&code=y").status_code in (400, 404)
    assert "/sign-in/company" not in client.get("/sign-in").text
