"""The page of a link: where somebody who was invited, or who forgot, chooses a password."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts.invitations import make_invitation
from app.accounts.models import Role, SignIn, StaffInvitation, StaffUser
from app.accounts.service import add_user, get_user, set_active
from app.kit.db import Database
from tests.web.conftest import StoppedClock
from tests.web.staff import PASSWORD, Company, email_of, signed_in

NEW, CHOSEN = "aigul@bank.kz", "another few words"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def link(database: Database, company: Company, clock: StoppedClock) -> str:
    """The address of an invitation to manage the east."""
    with database.transaction() as session:
        user = add_user(
            session,
            email=NEW,
            password=None,
            role=Role.MANAGER,
            unit_id=company.east,
            now=clock.now,
        )
        return f"/invitation/{make_invitation(session, user, by=None, now=clock.now)}"


def forgotten(database: Database, clock: StoppedClock) -> str:
    """Return the address of a link for the manager, who has a password."""
    with database.transaction() as session:
        manager = get_user(session, email_of("manager"))
        return f"/invitation/{make_invitation(session, manager, by=None, now=clock.now)}"


def choose(browser: FlaskClient, address: str, **form: str) -> TestResponse:
    """Open the link and send its form."""
    found = _TOKEN.search(browser.get(address).text)
    assert found is not None
    return browser.post(address, data={"csrf_token": found[1], "name": "Aigul", "new_password": CHOSEN, **form})


def test_an_invited_person_chooses_a_password_and_is_in(client: FlaskClient, link: str) -> None:
    page = client.get(link).text
    assert 'autocomplete="username" value="aigul@bank.kz" readonly' in page
    assert 'autocomplete="new-password"' in page
    assert 'autocomplete="name"' in page

    answer = choose(client, link)

    assert (answer.status_code, answer.location) == (303, "/manage/")
    shown = client.get("/manage/").text
    assert "Welcome!" in shown
    assert "<bdi>Aigul</bdi>" in shown
    assert "Choose your own" not in shown
    client.post("/sign-out", data={"csrf_token": _TOKEN.search(shown)[1]})  # type: ignore[index]
    assert client.post("/sign-in", data={"email": NEW, "password": CHOSEN}).status_code == 303


def test_looking_never_spends_the_link(client: FlaskClient, link: str, database: Database) -> None:
    for _ in range(20):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    with database.reading() as session:
        assert session.scalars(select(StaffInvitation.used_at)).one() is None
    assert choose(client, link.lower()).status_code == 303


def test_the_address_is_kept_out_of_caches_and_of_other_requests(client: FlaskClient, link: str) -> None:
    refused = choose(client, link, new_password="short")
    for answer in (client.get(link), refused, client.get("/invitation/x"), choose(client, link)):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    assert 'content="noindex"' in refused.text


def test_unknown_expired_used_revoked_and_cut_off_links_are_told_alike(
    app: Flask, database: Database, clock: StoppedClock, link: str
) -> None:
    used = link
    choose(app.test_client(), used)
    revoked, expired = forgotten(database, clock), forgotten(database, clock)
    clock.move(days=7)
    off = forgotten(database, clock)
    with database.transaction() as session:
        set_active(session, get_user(session, email_of("manager")), active=False, now=clock.now)
    answers = [
        app.test_client().get(address)
        for address in (used, revoked, expired, off, used[:-1], "/invitation/" + "0" * 32, "/invitation/%00")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(r"/invitation/[^?\"]*", "", answer.text) for answer in answers}) == 1
    assert "ask an administrator of your company for a new link" in answers[0].text
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1


def test_thirty_misses_a_minute_are_enough_but_a_link_that_opens_still_does(client: FlaskClient, link: str) -> None:
    answers = [client.get(f"/invitation/{number:032d}").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"new_password": "brief"}, "Too short: at least 12 characters."),
        ({"new_password": "x" * 200}, "Too long: at most 128 characters."),
        ({"new_password": "123456789012"}, "Too easy to guess."),
        ({"name": "  "}, "Write the name by which colleagues know you."),
    ],
)
def test_what_does_not_do_is_told_and_the_link_still_opens(
    client: FlaskClient, link: str, form: dict[str, str], words: str
) -> None:
    answer = choose(client, link, **form)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert form.get("new_password", CHOSEN) not in answer.text
    assert choose(client, link).status_code == 303


def test_the_form_works_once_and_a_second_tap_is_told_alike(app: Flask, link: str) -> None:
    first, second = app.test_client(), app.test_client()
    token = _TOKEN.search(second.get(link).text)
    assert token is not None
    assert choose(first, link).status_code == 303
    late = second.post(link, data={"csrf_token": token[1], "name": "Mallory", "new_password": "words of a thief"})
    assert late.status_code == 404
    assert second.get("/manage/").status_code == 302


def test_a_forgotten_password_is_replaced_and_every_device_signed_out(
    app: Flask, client: FlaskClient, database: Database, clock: StoppedClock, company: Company
) -> None:
    assert company
    phone, address = signed_in(app, "manager"), forgotten(database, clock)
    assert phone.get("/manage/").status_code == 200  # until the link is used
    page = client.get(address).text
    assert 'name="name"' not in page
    answer = choose(client, address, name="Somebody else")
    assert answer.status_code == 303
    assert phone.get("/manage/").status_code == 302
    assert client.post("/sign-in", data={"email": email_of("manager"), "password": PASSWORD}).status_code == 401
    account = client.get("/manage/account").text
    assert "Your password was chosen through a link on" in account


def test_whoever_tries_a_link_out_is_signed_out_and_told_before(
    app: Flask, database: Database, link: str, clock: StoppedClock
) -> None:
    admin = signed_in(app, "admin")
    assert "admin@otklik.example is signed in" in admin.get(link).text
    assert choose(admin, link).status_code == 303
    assert NEW in admin.get("/manage/account").text
    with database.reading() as session:
        ended = session.execute(select(SignIn.ended_at).order_by(SignIn.id)).scalars().all()
    assert ended == [clock.now, None]


def test_a_cookie_planted_before_is_worth_nothing_after(app: Flask, link: str) -> None:
    attacker, victim = signed_in(app, "elsewhere"), app.test_client()
    planted = attacker.get_cookie("otklik")
    assert planted is not None
    victim.set_cookie("otklik", planted.value)
    choose(victim, link)
    fresh = victim.get_cookie("otklik")
    assert fresh is not None
    assert fresh.value != planted.value
    assert NEW not in attacker.get("/manage/account").text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_send_the_form(client: FlaskClient, link: str, database: Database, site: str) -> None:
    token = _TOKEN.search(client.get(link).text)
    assert token is not None
    form = {"csrf_token": token[1], "name": "Aigul", "new_password": CHOSEN}
    assert client.post(link, data=form, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.post(link, data={**form, "csrf_token": "x"}).status_code == 400
    # A page without a referrer sends `null` where its origin would stand.
    assert client.post(link, data=form, headers={"Origin": "null"}).status_code == 303
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_form_from_another_browser_is_refused(app: Flask, link: str) -> None:
    token = _TOKEN.search(app.test_client().get(link).text)
    assert token is not None
    form = {"csrf_token": token[1], "name": "Aigul", "new_password": CHOSEN}
    assert app.test_client().post(link, data=form).status_code == 400


def test_the_page_speaks_the_language_chosen_for_the_person(client: FlaskClient, database: Database, link: str) -> None:
    assert '<html lang="en">' in client.get(link).text
    with database.transaction() as session:
        session.scalars(select(StaffUser).where(StaffUser.email == NEW)).one().language = "kk"
    assert '<html lang="kk">' in client.get(link, headers={"Accept-Language": "uk"}).text
    assert '<html lang="ru">' in client.get(f"{link}?lang=ru").text


def test_the_name_that_was_given_is_offered_and_one_made_of_the_email_is_not(
    client: FlaskClient, database: Database, link: str
) -> None:
    assert 'required value=""' in client.get(link).text
    with database.transaction() as session:
        session.scalars(select(StaffUser).where(StaffUser.email == NEW)).one().name = "<b>Әйгерім"
    page = client.get(link).text
    assert 'required value="&lt;b&gt;Әйгерім"' in page


def test_a_link_opens_until_its_last_minute(client: FlaskClient, link: str, clock: StoppedClock) -> None:
    clock.move(seconds=(timedelta(days=7) - timedelta(minutes=1)).total_seconds())
    assert choose(client, link).status_code == 303
