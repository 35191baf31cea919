"""/u/<token>: a look changes nothing, a button or a mailbox's one click ends all messages, another takes it back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.contacts.links import unsubscribe_token
from app.contacts.models import Contact, Suppression
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow
from app.messaging.models import Message, MessagePurpose, MessagingChannel
from app.messaging.service import queue_message
from tests.callers import AskedCall
from tests.web.public.callers import Caller, ask, caller_at
from tests.web.public.conftest import Place


@pytest.fixture
def call(place: Place) -> AskedCall:
    return ask(place, telegram="4711")


@pytest.fixture
def caller(place: Place) -> Caller:
    return caller_at(place)


@pytest.fixture
def address(place: Place, call: AskedCall) -> str:
    """The link in a message that waits to be sent tomorrow."""
    assert call.contact is not None
    with place.database.transaction() as session:
        contact = session.get_one(Contact, call.contact.id)
        token = unsubscribe_token(place.app.extensions["otklik"].vault, contact)
        queue_message(
            session,
            channel=MessagingChannel.SMS,
            purpose=MessagePurpose.REMINDER,
            subject_id=call.invitation.id,
            contact_id=contact.id,
            unit_id=call.invitation.unit_id,
            language=Language.RU,
            text_key="reminder",
            due_at=place.clock.now + timedelta(days=1),
            now=place.clock.now,
        )
    return f"/u/{token}"


def stopped(place: Place) -> set[str]:
    with place.database.reading() as session:
        return set(session.scalars(select(Suppression.kind)))


def message_state(place: Place) -> tuple[str, str | None]:
    with place.database.reading() as session:
        message = session.scalars(select(Message)).one()
        return message.state, message.failure


def test_looking_shows_one_button_and_changes_nothing(place: Place, caller: Caller, address: str) -> None:
    for _ in range(20):
        reply = caller.go(f"{address}?lang=en")
        assert caller.client.head(address).status_code == 200
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert "Stop messages from Made-up Telecom?" in caller.text
    assert len(caller.shown.select("button")) == 1
    assert stopped(place) == set()
    assert message_state(place)[0] == "waiting"


def test_the_button_ends_everything_at_once_over_all_channels(place: Place, caller: Caller, address: str) -> None:
    caller.go(f"{address}?lang=en")
    form = caller.shown.form
    assert form is not None
    reply = caller.client.post(str(form["action"]), data={"do": "stop"})
    assert reply.status_code == 303
    caller.go(reply.location)
    assert "You get no more messages" in caller.text
    assert stopped(place) == {"phone", "telegram"}
    assert message_state(place) == ("cancelled", "opted_out")
    with place.database.reading() as session:
        assert (
            session.scalars(select(OutboxRow).where(OutboxRow.lane == "sms", OutboxRow.done_at.is_(None))).all() == []
        )


def test_a_mailbox_needs_one_click_and_is_led_nowhere(place: Place, caller: Caller, address: str) -> None:
    reply = caller.client.post(address, data={"List-Unsubscribe": "One-Click"})
    assert reply.status_code == 200
    assert stopped(place) == {"phone", "telegram"}


def test_it_can_be_taken_back_and_said_twice(place: Place, caller: Caller, address: str) -> None:
    for _ in range(2):
        assert caller.client.post(address, data={"do": "stop"}).status_code == 303
    assert caller.client.post(address, data={"do": "resume"}).status_code == 303
    assert stopped(place) == set()


def test_it_speaks_the_persons_language(caller: Caller, address: str) -> None:
    caller.go(address, **{"Accept-Language": "en"})
    assert caller.shown.html is not None
    assert caller.shown.html["lang"] == "ru"


def test_unknown_tokens_answer_alike_and_a_token_is_read_in_any_case(caller: Caller, address: str) -> None:
    shown = [caller.client.get(f"/u/{token}?lang=en") for token in ("0" * 16, "nothing", "%00", "x" * 300)]
    sent = [caller.client.post(f"/u/{token}?lang=en") for token in ("0" * 16, "nothing")]
    assert {reply.status_code for reply in (*shown, *sent)} == {404}
    assert len({reply.text for reply in (*shown, *sent)}) == 1
    assert caller.client.get(address.lower()).status_code == 200
    assert caller.client.get(address.upper()).status_code == 200
