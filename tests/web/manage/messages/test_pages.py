"""The pages about messages: the story they tell, the switch, sending again, and the words that are sent."""

import re
import uuid
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, Role
from app.kit.crypto import Vault
from app.kit.db import Database
from app.messaging.models import (
    GatewayHealth,
    Message,
    MessagePurpose,
    MessageState,
    MessageText,
    MessagingChannel,
    SendingPause,
)
from app.messaging.service import queue_message
from tests.callers import AskedCall, make_asked_call
from tests.conftest import NOW
from tests.web.staff import Company, add_staff, form_token, signed_in

HOME = "/manage/messages"


@pytest.fixture
def vault(app: Flask) -> Vault:
    found: Vault = app.extensions["otklik"].vault
    return found


@pytest.fixture
def admin(app: Flask, company: Company) -> FlaskClient:
    return signed_in(app, "admin")


@pytest.fixture
def call(database: Database, vault: Vault, company: Company, now: datetime) -> AskedCall:
    with database.transaction() as session:
        return make_asked_call(session, vault, company.east_office, now=now)


def a_message(
    session: Session,
    call: AskedCall,
    *,
    channel: MessagingChannel = MessagingChannel.SMS,
    now: datetime,
    **values: object,
) -> uuid.UUID:
    assert call.contact is not None
    message = queue_message(
        session,
        channel=channel,
        purpose=MessagePurpose.INVITATION,
        subject_id=call.invitation.id,
        contact_id=call.contact.id,
        unit_id=call.invitation.unit_id,
        language=call.invitation.language,
        text_key="invitation",
        now=now,
    )
    for name, value in values.items():
        setattr(message, name, value)
    return message.id


def post(browser: FlaskClient, path: str, **form: str) -> tuple[int, str]:
    answer = browser.post(f"{HOME}{path}", data={**form, "csrf_token": form_token(browser)})
    return answer.status_code, answer.text


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_story_tells_what_waits_since_when_and_how_long_it_takes(
    admin: FlaskClient, database: Database, call: AskedCall, now: datetime
) -> None:
    with database.transaction() as session:
        for _ in range(3):
            a_message(session, call, now=now - timedelta(minutes=7))
        a_message(session, call, now=now, due_at=now + timedelta(hours=3))
        a_message(session, call, now=now, state="delivered", gateway="console", cost=1700, delivered_at=now)
        a_message(session, call, now=now, state="failed", failure="unknown_number", gateway="smsc", failed_at=now)

    page = words_of(admin.get(HOME).text)

    assert "3 messages wait since 4 Mar 2026, 10:53" in page
    assert "less than a minute at 100 a second" in page
    assert "1 message is for later." in page
    assert "No such number or address Refused SMS 1" in page
    assert "Cost: ₸17.00" in page.replace("KZT", "₸").replace("₸\xa0", "₸").replace("₸ ", "₸")


def test_a_gateway_that_is_down_is_told_with_its_reason_and_times(
    admin: FlaskClient, database: Database, call: AskedCall, now: datetime
) -> None:
    with database.transaction() as session:
        a_message(session, call, now=now)
        session.add(
            GatewayHealth(
                gateway="console",
                failures=5,
                open_until=now + timedelta(minutes=2),
                last_success_at=now - timedelta(minutes=20),
                last_failure_at=now - timedelta(minutes=1),
                last_failure="timeout",
            )
        )

    page = words_of(admin.get(HOME).text)

    assert "Does not work The gateway did not answer in time." in page
    assert (
        "It last took a message at 4 Mar 2026, 10:40. Tried at 4 Mar 2026, 10:59. Next try at 4 Mar 2026, 11:02."
        in page
    )


def test_an_empty_installation_says_which_channels_are_ready(admin: FlaskClient) -> None:
    page = words_of(admin.get(HOME).text)
    assert "Ready, and not used in these days: SMS, E-mail, Telegram" in page
    assert "Everything that was due was sent." in page
    assert "No messages yet" in words_of(admin.get(f"{HOME}/list").text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("?state=failed", 1),
        ("?state=failed&failure=no_money", 0),
        ("?channel=telegram", 1),
        ("?unit=east", 2),
        ("?unit=west", 0),
        ("?purpose=reply", 0),
        ("?gateway=smsc", 1),
        ("?from=2026-03-04&to=2026-03-04", 2),
        ("?from=2026-03-05", 0),
    ],
)
def test_the_list_is_narrowed_by_its_filters(
    admin: FlaskClient, database: Database, call: AskedCall, query: str, found: int
) -> None:
    now = NOW
    with database.transaction() as session:
        a_message(session, call, now=now, state="failed", failure="unknown_number", gateway="smsc")
        a_message(session, call, now=now, channel=MessagingChannel.TELEGRAM)
    page = admin.get(f"{HOME}/list{query}")
    assert page.status_code == 200
    assert page.text.count('role="rowheader"') == found
    assert "+77011234567" not in page.text


@pytest.mark.parametrize(
    "query", ["?state=x", "?from=x", "?from=2026-03-05&to=2026-03-04", "?unit=nowhere", "?gateway=%00"]
)
def test_a_filter_that_cannot_be_read_is_told(admin: FlaskClient, query: str) -> None:
    page = admin.get(f"{HOME}/list{query}")
    assert page.status_code == 422
    assert 'class="error"' in page.text or "%00" in query


def test_pages_of_the_list_follow_one_another_without_a_gap(
    admin: FlaskClient, database: Database, call: AskedCall, now: datetime
) -> None:
    with database.transaction() as session:
        made = {str(a_message(session, call, now=now - timedelta(seconds=each // 3))) for each in range(120)}
    seen: list[str] = []
    address: str | None = f"{HOME}/list"
    while address:
        page = admin.get(address).text
        seen += re.findall(rf'rowheader"><a href="{HOME}/([0-9a-f-]+)"', page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = older[1].replace("&amp;", "&") if older else None
    assert len(seen) == 120
    assert set(seen) == made
    assert admin.get(f"{HOME}/list?before=nonsense").status_code == 422


def test_staff_see_the_messages_of_their_own_units_alone(
    app: Flask, database: Database, call: AskedCall, now: datetime
) -> None:
    with database.transaction() as session:
        message_id = a_message(session, call, now=now)
    inside, outside = signed_in(app, "analyst"), signed_in(app, "elsewhere")
    assert inside.get(f"{HOME}/{message_id}").status_code == 200
    assert outside.get(f"{HOME}/{message_id}").status_code == 404
    assert str(message_id) not in outside.get(f"{HOME}/list").text
    assert "+7 70* *** **67" in inside.get(f"{HOME}/list").text or "*67" in inside.get(f"{HOME}/list").text
    assert "1 message waits" in words_of(inside.get(HOME).text)
    assert "message waits" not in words_of(outside.get(HOME).text)
    assert "Stop sending" not in inside.get(HOME).text


def test_one_message_tells_what_happened_in_order(
    admin: FlaskClient, database: Database, call: AskedCall, now: datetime
) -> None:
    with database.transaction() as session:
        message_id = a_message(
            session,
            call,
            now=now,
            state="read",
            gateway="console",
            provider_id="console-1",
            tries=2,
            handed_over_at=now,
            delivered_at=now + timedelta(seconds=5),
            read_at=now + timedelta(minutes=1),
            maybe_duplicate=True,
        )
    page = words_of(admin.get(f"{HOME}/{message_id}").text)
    assert re.search(r"Made .* Taken by Console .* at the 2 tries .* Delivered .* Read", page)
    assert "It may have arrived twice" in page
    assert call.token not in page
    assert admin.get(f"{HOME}/{uuid.uuid4()}").status_code == 404


def test_the_text_is_shown_to_an_administrator_alone_and_that_is_written_down(
    app: Flask, admin: FlaskClient, database: Database, call: AskedCall, now: datetime
) -> None:
    with database.transaction() as session:
        message_id = a_message(session, call, now=now)
    status, page = post(admin, f"/{message_id}/text")
    assert status == 200
    assert f"/i/{call.token}" in page
    manager = signed_in(app, "manager")
    assert "Show the text" not in manager.get(f"{HOME}/{message_id}").text
    assert post(manager, f"/{message_id}/text")[0] == 403
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "message.text")).all()
        assert [entry.object_id for entry in entries] == [str(message_id)]


def test_what_failed_is_sent_again_once(admin: FlaskClient, database: Database, call: AskedCall, now: datetime) -> None:
    with database.transaction() as session:
        message_id = a_message(session, call, now=now, state="failed_technical", failure="timeout", failed_at=now)
    assert "Send again" in admin.get(f"{HOME}/{message_id}").text
    assert post(admin, f"/{message_id}/resend")[0] == 303
    with database.reading() as session:
        message = session.get_one(Message, message_id)
        assert (message.state, message.failure) == (MessageState.WAITING, None)
    assert post(admin, f"/{message_id}/resend")[0] == 303
    assert "not waiting to be sent again" in admin.get(f"{HOME}/{message_id}").text


def test_many_that_were_given_up_are_sent_again_by_reason(
    admin: FlaskClient, database: Database, call: AskedCall, now: datetime
) -> None:
    with database.transaction() as session:
        for reason in ("timeout", "timeout", "unavailable"):
            a_message(session, call, now=now, failure=reason, state="failed_technical", failed_at=now)
    assert post(admin, "/resend", failure="timeout")[0] == 303
    assert "2 messages will be sent again." in admin.get(HOME).text
    post(admin, "/resend", failure="timeout")
    assert "There is nothing to send again." in admin.get(HOME).text


def test_sending_is_stopped_everywhere_with_a_banner_on_every_page_and_goes_on(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    assert post(admin, "/pauses", unit="company", reason="Wrong <text>")[0] == 303
    analyst = signed_in(app, "analyst")
    for page in ("/manage/", "/manage/responses", HOME):
        shown = analyst.get(page).text
        assert "Sending is stopped everywhere" in shown
        assert "Wrong &lt;text&gt;" in shown
    assert "Go on sending" not in analyst.get(HOME).text
    status, page = post(admin, "/pauses", unit="company", reason="Again")
    assert status == 422
    assert "Sending is stopped there already." in page
    with database.reading() as session:
        pause_id = session.scalars(select(SendingPause.id)).one()
    assert post(admin, f"/pauses/{pause_id}/end")[0] == 303
    assert "Sending is stopped everywhere" not in analyst.get("/manage/").text
    assert post(admin, f"/pauses/{pause_id}/end")[0] == 404


def test_a_stop_needs_a_reason_and_a_unit_and_keeps_what_was_typed(admin: FlaskClient) -> None:
    status, page = post(admin, "/pauses", unit="east", reason=" ")
    assert status == 422
    assert "Write something here." in page
    status, page = post(admin, "/pauses", unit="nowhere", reason="Broken import")
    assert status == 422
    assert "Broken import" in page
    assert "There is no such unit" in page


def test_an_administrator_of_a_region_stops_that_region_alone(
    app: Flask, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        add_staff(session, "regional", Role.ADMIN, company.east, now=now)
    browser = signed_in(app, "regional")
    assert post(browser, "/pauses", unit="east", reason="Moving")[0] == 303
    assert post(browser, "/pauses", unit="company", reason="All")[0] == 422
    assert "Go on sending" in browser.get(HOME).text
    assert "Sending is stopped" not in signed_in(app, "elsewhere").get("/manage/").text
    # The words are everybody's, so a region's administrator only reads them.
    assert "readonly" in browser.get(f"{HOME}/texts/invitation/sms/ru").text
    assert post(browser, "/texts/invitation/sms/ru", text="Hi {link}")[0] == 403


def test_words_are_changed_checked_and_given_back(admin: FlaskClient, database: Database) -> None:
    place = "/texts/invitation/sms/ru"
    before = admin.get(f"{HOME}{place}").text
    assert "Оцените: SMS 1-5" in before
    status, page = post(admin, place, text="Привет {phone}")
    assert status == 422
    assert "{phone} cannot be filled in here." in page
    assert "Привет {phone}" in page
    assert "The text must contain {link}." in post(admin, place, text="Привет")[1]
    assert post(admin, place, text="Оцените: {link} " + "очень " * 20)[0] == 303
    page = words_of(admin.get(f"{HOME}{place}").text)
    assert "These words are sent from now on." in page
    assert re.search(r"Segments [23]", page)
    assert "Changed" in admin.get(f"{HOME}/texts").text
    assert post(admin, place, reset="1")[0] == 303
    with database.reading() as session:
        assert session.scalars(select(MessageText)).all() == []
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "message_text")).all()
    assert sorted(actions) == ["message_text.change", "message_text.reset"]


def test_the_originals_typed_again_are_no_change(admin: FlaskClient, database: Database, app: Flask) -> None:
    texts = app.extensions["otklik"].texts
    original = texts.original(("invitation", "any"), "ru")
    assert post(admin, "/texts/invitation/any/ru", text=original.replace("\n", "\r\n"))[0] == 303
    with database.reading() as session:
        assert session.scalars(select(MessageText)).all() == []


@pytest.mark.parametrize("place", ["invitation/sms/de", "invitation/fax/ru", "nothing/sms/ru", "email.stop/sms/ru"])
def test_a_text_that_there_is_not_is_not_found(admin: FlaskClient, place: str) -> None:
    assert admin.get(f"{HOME}/texts/{place}").status_code == 404
    assert post(admin, f"/texts/{place}", text="{link}")[0] == 404


def test_every_text_opens_in_every_language(admin: FlaskClient, app: Flask) -> None:
    listed = admin.get(f"{HOME}/texts").text
    for key, channel in app.extensions["otklik"].texts.shipped:
        for language in ("kk", "ru", "uk", "en"):
            address = f"{HOME}/texts/{key}/{channel}/{language}"
            assert address in listed
            assert admin.get(address).status_code == 200
