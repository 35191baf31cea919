"""The page on which staff say how they want to be told."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.service import get_user
from app.kit.db import Database
from app.messaging.inbound.events import Started
from app.messaging.models import MessagingChannel
from app.messaging.notices.chats import find_chat
from app.messaging.notices.models import Notice, NoticeChoice, NoticeKind, NoticeState
from app.messaging.notices.outcomes import list_for_digest
from app.messaging.notices.telling import tell
from app.routing.staff_chat import hear_staff
from app.web.edge import Wiring
from config.settings import Settings
from tests.web.conftest import StoppedClock
from tests.web.kept_app import keep_app
from tests.web.staff import Company, email_of, form_token, make_company, signed_in

PAGE = "/manage/account/notices"
TIMES = {"quiet_from": "22:00", "quiet_until": "07:30", "time_zone": "Europe/Kyiv", "digest_at": ""}


@pytest.fixture
def company(database: Database, clock: StoppedClock) -> Company:
    with database.transaction() as session:
        return make_company(session, now=clock.now)


def test_what_is_chosen_is_kept_and_shown(app: Flask, database: Database, company: Company) -> None:
    browser = signed_in(app, "manager")
    chosen = {"way-case_opened": ["telegram"], "way-case_escalated": ["email", "telegram"], "way-digest": "telegram"}
    answer = browser.post(PAGE, data={"csrf_token": form_token(browser), **TIMES, **chosen, "digest_at": "09:15"})
    assert answer.status_code == 303

    with database.reading() as session:
        kept = session.scalars(select(NoticeChoice)).one()
    assert (kept.quiet_from, kept.quiet_until, kept.time_zone, kept.digest_at) == (1320, 450, "Europe/Kyiv", 555)
    assert (kept.ways["case_opened"], kept.ways["case_handed_over"]) == (["telegram"], [])
    page = browser.get(PAGE).text
    assert re.search(r'name="way-case_opened" value="telegram" checked', page)
    assert not re.search(r'name="way-case_opened" value="email" checked', page)
    assert 'value="09:15"' in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"quiet_from": "25:00"}, "Write a time, such as 21:00."),
        ({"quiet_until": ""}, "Write a time, such as 21:00."),
        ({"digest_at": "٠٩:٠٠"}, "Write a time, such as 21:00."),
        ({"time_zone": "Mars/Olympus"}, "There is no such time zone."),
        ({"time_zone": "\0" * 1000}, "There is no such time zone."),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(
    app: Flask, database: Database, company: Company, wrong: dict[str, str], said: str
) -> None:
    browser = signed_in(app, "manager")
    answer = browser.post(
        PAGE, data={"csrf_token": form_token(browser), **TIMES, "way-case_opened": "telegram", **wrong}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert re.search(r'name="way-case_opened" value="telegram" checked', answer.text)
    with database.reading() as session:
        assert session.scalars(select(NoticeChoice)).all() == []


def test_an_analyst_is_asked_only_about_what_an_analyst_hears(app: Flask, company: Company) -> None:
    page = signed_in(app, "analyst").get(PAGE).text
    assert "way-case_opened" not in page
    assert "How you sign in was changed" in page


def test_an_administrator_is_asked_about_all_that_somebody_tells_them(app: Flask, company: Company) -> None:
    page = signed_in(app, "admin").get(PAGE).text
    assert "way-approval_asked" in page
    assert "way-load_warning" in page


def test_a_test_is_sent_once_a_minute_and_the_last_are_listed(
    app: Flask, database: Database, company: Company, clock: StoppedClock
) -> None:
    browser = signed_in(app, "manager")
    for _ in range(2):
        browser.post(f"{PAGE}/test", data={"csrf_token": form_token(browser)})
    with database.transaction() as session:
        notice = session.scalars(select(Notice)).one()
        notice.state, notice.failure = NoticeState.FAILED, "unknown_number"
        user = get_user(session, email_of("manager"))
        tell(session, user_id=user.id, kind=NoticeKind.CASE_ESCALATED, now=clock.now + timedelta(hours=12))
    page = " ".join(re.sub(r"<[^>]+>", " ", browser.get(PAGE).text).split())
    assert "Test notice E-mail · 4 Mar 2026, 11:00 Not delivered There is no such mailbox" in page
    assert "Waiting until 5 Mar 2026, 08:00" in page


def test_without_a_digest_what_waited_for_it_goes_at_once(app: Flask, database: Database, company: Company) -> None:
    browser = signed_in(app, "manager")
    typed = {"csrf_token": form_token(browser), **TIMES, "way-case_opened": "email"}
    browser.post(PAGE, data={**typed, "digest_at": "09:00"})
    with database.transaction() as session:
        user = get_user(session, email_of("manager"))
        tell(session, user_id=user.id, kind=NoticeKind.CASE_OPENED, now=app.extensions["otklik"].clock())
        assert len(list_for_digest(session, user.id)) == 1
    browser.post(PAGE, data=typed)
    with database.reading() as session:
        assert list_for_digest(session, user.id) == []
        assert session.scalars(select(Notice.due_at)).one() == app.extensions["otklik"].clock()


def test_a_chat_is_linked_by_a_link_that_only_its_maker_sees(
    database: Database, company: Company, clock: StoppedClock, tmp_path: Path
) -> None:
    settings = Settings(
        var_dir=tmp_path,
        language="en",
        database_url=database.url.render_as_string(hide_password=False),
        telegram_token="1:t",
        telegram_bot="example_bot",
    )
    app = keep_app(settings, clock=clock, database=database)
    wired: Wiring = app.extensions["otklik"]
    browser = signed_in(app, "manager")
    assert "t.me" not in browser.get(PAGE).text
    assert browser.post(f"{PAGE}/telegram", data={"csrf_token": form_token(browser)}).status_code == 303
    (token,) = re.findall(r"https://t\.me/example_bot\?start=(staff-[0-9A-Z]{24})", browser.get(PAGE).text)
    assert "t.me" not in signed_in(app, "elsewhere").get(PAGE).text

    with database.transaction() as session:
        hear_staff(session, wired.notices, MessagingChannel.TELEGRAM, Started("990017", token), now=clock.now)
    page = browser.get(PAGE).text
    assert "Unlink the chat" in page
    assert "990017" not in page

    browser.post(f"{PAGE}/telegram/unlink", data={"csrf_token": form_token(browser)})
    with database.reading() as session:
        assert find_chat(session, get_user(session, email_of("manager")).id) is None
    clock.move(minutes=16)
    assert "t.me" not in browser.get(PAGE).text
