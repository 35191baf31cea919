"""The door: signing in and out, what the cookie is worth, and what guessing leads to."""

import logging
import time
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from app.accounts.models import AuditEntry, Role, SignIn
from app.accounts.service import add_user, get_user, set_active
from app.factory import create_app
from app.kit.db import Database
from config.settings import Settings
from tests.web.conftest import StoppedClock
from tests.web.staff import PASSWORD, Company, email_of, form_token, sign_in, signed_in

pytestmark = pytest.mark.usefixtures("company")
ACCOUNT = "/manage/account"


def post_sign_in(client: FlaskClient, *, name: str = "manager", password: str = PASSWORD, **more: str) -> TestResponse:
    """Send the form of the door."""
    query = f"?next={more.pop('onward')}" if "onward" in more else ""
    return client.post(f"/sign-in{query}", data={"email": email_of(name), "password": password}, headers=more)


def cookie_of(answer: TestResponse) -> str:
    """Return the Set-Cookie of an answer that has exactly one."""
    (cookie,) = answer.headers.getlist("Set-Cookie")
    return cookie


def count_sign_ins(database: Database) -> int:
    """Return how many sign-ins were ever begun."""
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(SignIn)).one()


def test_a_page_behind_the_gate_leads_to_the_door_and_back(client: FlaskClient) -> None:
    answer = client.get("/manage/account?tab=2")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=%2Fmanage%2Faccount%3Ftab%3D2")
    door = client.get(answer.location)
    assert door.status_code == 200
    assert 'action="/sign-in?next=%2Fmanage%2Faccount%3Ftab%3D2"' in door.text
    back = client.post(answer.location, data={"email": email_of("manager"), "password": PASSWORD})
    assert (back.status_code, back.location) == (303, "/manage/account?tab=2")
    assert client.get(back.location).status_code == 200


def test_the_form_names_its_fields_for_people_and_for_password_managers(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    for part in (
        *('<label for="email">', 'id="email" name="email" type="email"', 'autocomplete="username"'),
        *('<label for="password">', 'id="password" name="password" type="password"', 'autocomplete="current-password"'),
    ):
        assert part in page


@pytest.mark.parametrize("language", ["kk", "ru", "uk", "en"])
def test_the_door_speaks_the_readers_language_and_keeps_where_one_was_going(client: FlaskClient, language: str) -> None:
    page = client.get("/sign-in?next=/manage/account", headers={"Accept-Language": language}).text
    assert f'<html lang="{language}">' in page
    assert "?next=%2Fmanage%2Faccount&amp;lang=uk" in page
    assert '<html lang="uk">' in client.get(f"/sign-in?lang=uk&was={language}").text


def test_wrong_password_and_unknown_email_get_the_same_answer_and_begin_nothing(
    client: FlaskClient, database: Database
) -> None:
    wrong = post_sign_in(client, password="wrong")
    unknown = post_sign_in(client, name="nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("manager@", "nobody@") == unknown.text
    assert "E-mail and password do not go together." in wrong.text
    assert "wrong" not in wrong.text.replace("go together", "")
    assert not wrong.headers.getlist("Set-Cookie")
    assert count_sign_ins(database) == 0


def test_a_failed_sign_in_is_kept_without_what_was_typed(client: FlaskClient, database: Database) -> None:
    client.post("/sign-in", data={"email": "my secret pass phrase", "password": "guess"})
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "sign_in.failed")).one()
    assert entry.address == "127.0.0.1"
    assert "secret" not in str((entry.object_id, entry.details))


def test_the_ninth_guess_is_told_to_wait_even_with_the_right_password(
    client: FlaskClient, clock: StoppedClock, database: Database
) -> None:
    for _ in range(8):
        assert post_sign_in(client, password="wrong").status_code == 401
    assert post_sign_in(client).status_code == 429
    assert post_sign_in(client, name="analyst").status_code == 303
    clock.move(minutes=16)
    assert post_sign_in(client).status_code == 303
    with database.reading() as session:
        kept = session.scalars(select(AuditEntry).where(AuditEntry.action == "sign_in.failed")).all()
    assert len(kept) == 8


def test_a_single_address_is_slowed_down_before_the_database_is_asked(client: FlaskClient) -> None:
    answers = [client.post("/sign-in", data={"email": f"{n}@x.kz"}).status_code for n in range(61)]
    assert answers.count(401) == 60
    assert answers[-1] == 429


@pytest.mark.parametrize("form", [{}, {"email": "\x00"}, {"email": "a" * 5000, "password": "b" * 5000}])
def test_odd_forms_are_answered_like_wrong_ones(client: FlaskClient, form: dict[str, str]) -> None:
    assert client.post("/sign-in", data=form).status_code == 401


def test_lone_surrogates_and_broken_bytes_are_answered_like_wrong_ones(client: FlaskClient) -> None:
    body = b"email=%ED%A0%80@x.kz&password=%FF%FE"
    answer = client.post("/sign-in", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "hostile",
    [
        *("//evil.example", "/\\evil.example", "https://evil.example/", "https:/\\evil.example", "javascript:alert(1)"),
        *("/%0d%0aSet-Cookie:a=b", "/ok%0d%0aX: y", "\\\\evil.example", "///evil.example", "evil.example", "/a//b"),
        *("http:evil.example", "%20//evil.example", "/%09/evil.example", "@evil.example"),
    ],
)
def test_next_leads_nowhere_but_to_a_path_of_ours(client: FlaskClient, hostile: str) -> None:
    answer = post_sign_in(client, onward=hostile)
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert "evil" not in answer.location.partition("?")[0]
    assert len(answer.headers.getlist("Set-Cookie")) == 1
    assert "a=b" not in answer.headers.getlist("Set-Cookie")[0]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = cookie_of(post_sign_in(client))
    assert cookie.startswith("otklik=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Expires" not in cookie
    assert "Domain" not in cookie


def test_by_https_the_cookie_is_bound_to_the_host(
    database: Database, clock: StoppedClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = Settings(
        var_dir=tmp_path_factory.mktemp("var"),
        base_url="https://otklik.example",
        database_url=database.url.render_as_string(hide_password=False),
    )
    client = create_app(settings, clock=clock, database=database).test_client()
    answer = client.post(
        "/sign-in", base_url="https://otklik.example", data={"email": email_of("manager"), "password": PASSWORD}
    )
    cookie = cookie_of(answer)
    assert cookie.startswith("__Host-otklik=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_a_planted_cookie_is_worth_nothing_after_the_sign_in(app: Flask, database: Database) -> None:
    # The attacker's own valid cookie, planted in the victim's browser before the victim signs in.
    attacker, victim = signed_in(app, "elsewhere"), app.test_client()
    planted = attacker.get_cookie("otklik")
    assert planted is not None
    attacker.post("/sign-out", data={"csrf_token": form_token(attacker)})
    victim.set_cookie("otklik", planted.value)
    sign_in(victim, "manager")
    fresh = victim.get_cookie("otklik")
    assert fresh is not None
    assert fresh.value != planted.value
    victim.get(ACCOUNT)
    assert attacker.get(ACCOUNT).status_code == 302
    assert count_sign_ins(database) == 2


def test_what_the_cookie_held_before_does_not_survive_the_sign_in(app: Flask, client: FlaskClient) -> None:
    with client.session_transaction() as planted:
        planted["csrf_token"] = "known to the attacker"
        planted["sign_in"] = "chosen by the attacker"
        planted["anything"] = "else"
    sign_in(client, "manager")
    with client.session_transaction() as held:
        assert held["sign_in"] != "chosen by the attacker"
        assert held.get("csrf_token") != "known to the attacker"
        assert "anything" not in held


def test_a_copy_of_the_cookie_opens_nothing_after_signing_out(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "manager")
    copy = client.get_cookie("otklik")
    assert copy is not None
    answer = client.post("/sign-out", data={"csrf_token": form_token(client)})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    thief = app.test_client()
    thief.set_cookie("otklik", copy.value)
    assert thief.get(ACCOUNT).status_code == 302
    assert thief.post("/manage/account/sign-ins/end").status_code == 401


def test_signing_out_is_a_button_and_not_a_link(client: FlaskClient) -> None:
    sign_in(client, "manager")
    page = client.get("/sign-out")
    assert page.status_code == 200
    assert '<form class="card" method="post" action="/sign-out">' in page.text
    assert client.post("/sign-out").status_code == 400  # without a token
    assert client.get(ACCOUNT).status_code == 200


def test_signing_out_twice_is_signed_out(client: FlaskClient) -> None:
    assert client.get("/sign-out").location == "/sign-in"
    assert client.post("/sign-out").location == "/sign-in"


def test_whoever_is_signed_in_is_not_asked_again(client: FlaskClient) -> None:
    sign_in(client, "manager")
    assert client.get("/sign-in?next=/manage/account").location == "/manage/account"


def test_a_disabled_user_is_out_at_the_next_request(app: Flask, database: Database, clock: StoppedClock) -> None:
    client = signed_in(app, "manager")
    token = form_token(client)
    with database.transaction() as session:
        set_active(session, get_user(session, email_of("manager")), active=False, now=clock.now)
    assert client.get(ACCOUNT).location.startswith("/sign-in")
    assert client.post("/manage/account/language", data={"csrf_token": token, "language": "kk"}).status_code == 401
    assert post_sign_in(client).status_code == 401


def test_a_sign_in_idles_out_and_grows_old(app: Flask, clock: StoppedClock) -> None:
    idle, busy = signed_in(app, "manager"), signed_in(app, "analyst")
    for _ in range(14):
        clock.move(minutes=50)
        assert busy.get(ACCOUNT).status_code == 200
    assert idle.get(ACCOUNT).status_code == 302
    clock.move(minutes=30)  # 12 hours and 10 minutes after it began, whatever it was used for
    assert busy.get(ACCOUNT).status_code == 302


def test_being_seen_is_written_once_a_minute_and_not_on_every_page(
    app: Flask, clock: StoppedClock, database: Database
) -> None:
    client, began = signed_in(app, "manager"), clock.now

    def seen_after() -> timedelta:
        with database.reading() as session:
            return session.scalars(select(SignIn.seen_at)).one() - began

    clock.move(seconds=59)
    client.get(ACCOUNT)
    assert seen_after() == timedelta(0)
    clock.move(seconds=1)
    client.get(ACCOUNT)
    assert seen_after() == timedelta(seconds=60)


def test_a_page_does_not_wait_for_a_writer_to_note_that_it_was_seen(
    app: Flask, clock: StoppedClock, database: Database
) -> None:
    client, began = signed_in(app, "manager"), clock.now
    clock.move(minutes=2)
    with database.transaction() as writer:
        writer.execute(update(SignIn).values(user_agent="held"))
        before = time.monotonic()
        assert client.get(ACCOUNT).status_code == 200
        assert time.monotonic() - before < 5
    assert client.get(ACCOUNT).status_code == 200
    with database.reading() as session:
        assert session.scalars(select(SignIn.seen_at)).one() - began == timedelta(minutes=2)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
    ],
)
def test_another_site_can_post_neither_with_nor_without_a_token(client: FlaskClient, headers: dict[str, str]) -> None:
    assert post_sign_in(client, **headers).status_code == 403  # nor sign people in as somebody else
    sign_in(client, "manager")
    token = form_token(client)
    for data in ({"language": "kk"}, {"language": "kk", "csrf_token": token}):
        assert client.post("/manage/account/language", data=data, headers=headers).status_code == 403
    assert '<html lang="en">' in client.get(ACCOUNT).text


def test_a_form_of_ours_needs_the_token_of_this_very_sign_in(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "manager")
    own, foreign = form_token(client), form_token(signed_in(app, "analyst"))
    same = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    for token, status in ((None, 400), ("", 400), ("x", 400), (foreign, 400), (own, 303)):
        data = {"language": "kk", **({} if token is None else {"csrf_token": token})}
        assert client.post("/manage/account/language", data=data, headers=same).status_code == status


def test_a_token_from_before_the_sign_in_is_refused_after_it(client: FlaskClient) -> None:
    sign_in(client, "manager")
    old = form_token(client)
    client.post("/sign-out", data={"csrf_token": old})
    sign_in(client, "manager")
    assert client.post("/manage/account/language", data={"language": "kk", "csrf_token": old}).status_code == 400


def test_nobody_is_let_in_by_what_flask_security_could_offer_beside_the_door(app: Flask, client: FlaskClient) -> None:
    for address in ("/login", "/logout", "/register", "/reset", "/change", "/verify", "/tf-setup", "/wan-signin"):
        assert client.get(address).status_code == 404
    answer = client.get(f"{ACCOUNT}?auth_token=x", headers={"Authentication-Token": "x"})
    assert answer.status_code == 302
    client.set_cookie("remember_token", "1|x")
    assert client.get(ACCOUNT).status_code == 302


def test_a_password_that_was_made_for_somebody_reminds_them_on_every_page(
    client: FlaskClient, database: Database, company: Company, clock: StoppedClock
) -> None:
    with database.transaction() as session:
        add_user(
            session,
            email=email_of("late"),
            password=PASSWORD,
            one_time=True,
            role=Role.MANAGER,
            unit_id=company.east,
            now=clock.now,
        )
    sign_in(client, "late")
    assert "Choose your own" in client.get(ACCOUNT).text


def test_no_log_line_says_who_signs_in_or_with_what(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        post_sign_in(client, password="a guess")
        post_sign_in(client)
    assert "manager@" not in caplog.text
    assert PASSWORD not in caplog.text
    assert "a guess" not in caplog.text
