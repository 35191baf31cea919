"""One's own account: sign-ins listed and ended, the password, the language."""

import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.accounts.models import SignIn, StaffGrant
from app.kit.db import Database
from app.web.manage.accounts.account import program_of
from tests.web.staff import PASSWORD, email_of, form_token, signed_in

pytestmark = pytest.mark.usefixtures("company")
ACCOUNT = "/manage/account"
_ENDING = re.compile(r'action="(/manage/account/sign-ins/[0-9a-f-]{36}/end)"')


def test_own_sign_ins_are_listed_and_ended_one_by_one(app: Flask) -> None:
    phone, desk, colleague = signed_in(app, "manager"), signed_in(app, "manager"), signed_in(app, "analyst")
    page = phone.get(ACCOUNT).text
    addresses = _ENDING.findall(page)
    assert len(addresses) == 2
    assert page.count("This device") == 1
    token = form_token(phone)

    for address in addresses:
        phone.post(address, data={"csrf_token": token})
        if desk.get(ACCOUNT).status_code == 302:
            break
    assert desk.get(ACCOUNT).status_code == 302
    assert colleague.get(ACCOUNT).status_code == 200


def test_ending_all_others_keeps_this_one(app: Flask) -> None:
    phone, desk = signed_in(app, "manager"), signed_in(app, "manager")
    answer = phone.post(f"{ACCOUNT}/sign-ins/end", data={"csrf_token": form_token(phone)})
    assert answer.status_code == 303
    assert "Every other device is signed out." in phone.get(ACCOUNT).text
    assert desk.get(ACCOUNT).status_code == 302


def test_the_sign_in_of_another_is_not_there(app: Flask, database: Database) -> None:
    phone = signed_in(app, "manager")
    with database.reading() as session:
        foreign = session.scalars(select(SignIn.id)).one()
    colleague = signed_in(app, "analyst")
    for sign_in_id in (foreign, uuid.uuid4()):
        answer = colleague.post(f"{ACCOUNT}/sign-ins/{sign_in_id}/end", data={"csrf_token": form_token(colleague)})
        assert answer.status_code == 404
    assert phone.get(ACCOUNT).status_code == 200


def test_a_new_password_signs_every_other_device_out(app: Flask) -> None:
    phone, desk = signed_in(app, "manager"), signed_in(app, "manager")
    answer = phone.post(
        f"{ACCOUNT}/password",
        data={"csrf_token": form_token(phone), "password": PASSWORD, "new_password": "another few words"},
    )
    assert answer.status_code == 303
    assert "Your password is changed." in phone.get(ACCOUNT).text
    assert desk.get(ACCOUNT).status_code == 302
    old = desk.post("/sign-in", data={"email": email_of("manager"), "password": PASSWORD})
    new = desk.post("/sign-in", data={"email": email_of("manager"), "password": "another few words"})
    assert (old.status_code, new.status_code) == (401, 303)


@pytest.mark.parametrize(
    ("present", "new", "words"),
    [
        ("wrong", "another few words", "This is not your present password."),
        (PASSWORD, "short", "Too short: at least 12 characters."),
        (PASSWORD, "123456789012", "Too easy to guess."),
        (PASSWORD, PASSWORD, "This is the password you have."),
        ("", "", "This is not your present password."),
    ],
)
def test_a_password_that_does_not_do_is_told_why(app: Flask, present: str, new: str, words: str) -> None:
    phone, desk = signed_in(app, "manager"), signed_in(app, "manager")
    form = {"csrf_token": form_token(phone), "password": present, "new_password": new}
    answer = phone.post(f"{ACCOUNT}/password", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert desk.get(ACCOUNT).status_code == 200


def test_guessing_the_present_password_is_limited_as_at_the_door(app: Flask) -> None:
    browser = signed_in(app, "manager")
    form = {"csrf_token": form_token(browser), "password": "wrong", "new_password": "another few words"}
    tries = [browser.post(f"{ACCOUNT}/password", data=form) for _ in range(9)]
    assert [answer.status_code for answer in tries] == [422] * 8 + [429]
    assert "Wait a quarter of an hour" in tries[-1].text
    assert browser.post(f"{ACCOUNT}/password", data={**form, "password": PASSWORD}).status_code == 429
    door = app.test_client().post("/sign-in", data={"email": email_of("manager"), "password": PASSWORD})
    assert door.status_code == 429  # one count for both


def test_the_language_chosen_stays_with_the_user(app: Flask) -> None:
    phone = signed_in(app, "manager")
    answer = phone.post(
        f"{ACCOUNT}/language",
        data={"csrf_token": form_token(phone), "language": "kk", "back": "/manage/account?x=1"},
        headers={"Accept-Language": "en"},
    )
    assert (answer.status_code, answer.location) == (303, "/manage/account?x=1")
    assert '<html lang="kk">' in phone.get(ACCOUNT, headers={"Accept-Language": "en"}).text
    assert '<html lang="kk">' in signed_in(app, "manager").get(ACCOUNT).text
    assert '<html lang="en">' in phone.get(f"{ACCOUNT}?lang=en").text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "", "/\\evil.example"])
def test_choosing_a_language_leads_back_to_nowhere_but_here(app: Flask, back: str) -> None:
    phone = signed_in(app, "manager")
    form = {"csrf_token": form_token(phone), "language": "ru", "back": back}
    assert phone.post(f"{ACCOUNT}/language", data=form).location == ACCOUNT
    assert phone.post(f"{ACCOUNT}/language", data=form | {"language": "xx"}).status_code == 400


def test_a_browsers_name_is_shown_as_text_and_cut_short(app: Flask) -> None:
    client = app.test_client()
    client.post(
        "/sign-in",
        data={"email": email_of("manager"), "password": PASSWORD},
        headers={"User-Agent": "<script>alert(1)</script>" + "x" * 500},
    )
    page = client.get(ACCOUNT).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "x" * 200 not in page


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
            "Chrome · Linux",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 YaBrowser/25.8 Mobile Safari/537.36",
            "Yandex · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605 Version/18.6 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0", "Firefox · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_two_words(user_agent: str, words: str) -> None:
    assert program_of(user_agent) == words


def test_ones_own_roles_stand_there_with_where_they_hold(app: Flask) -> None:
    page = signed_in(app, "manager").get(ACCOUNT).text
    assert "<b>Manager</b>, <bdi>East</bdi>" in page
    assert "everything below them" in page


def test_whoever_has_no_role_lands_where_that_is_said(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        session.execute(delete(StaffGrant))
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": email_of("manager"), "password": PASSWORD})
    assert answer.location == ACCOUNT
    assert browser.get("/sign-in").location == ACCOUNT
    assert "You were given no role yet" in browser.get(ACCOUNT).text


def test_the_account_says_when_the_password_was_changed(app: Flask) -> None:
    phone = signed_in(app, "manager")
    assert "Last changed on" not in phone.get(ACCOUNT).text
    form = {"csrf_token": form_token(phone), "password": PASSWORD, "new_password": "another few words"}
    phone.post(f"{ACCOUNT}/password", data=form)
    assert "Last changed on 4 Mar 2026, 11:00." in phone.get(ACCOUNT).text
