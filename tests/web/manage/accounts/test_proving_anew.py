"""Who one is, shown anew before what changes who gets in; nothing typed is lost."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import AuditEntry
from app.kit.db import Database
from app.messaging.notices.former import read_former_email
from app.messaging.notices.models import Notice
from tests.web.conftest import StoppedClock
from tests.web.manage.accounts.test_second_factor import set_up
from tests.web.staff import PASSWORD, email_of, form_token, sign_in, signed_in

pytestmark = pytest.mark.usefixtures("company")
ACCOUNT, SECURITY, AGAIN = "/manage/account", "/manage/account/security", "/sign-in/again"


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
