"""Stop, start and strangers: who is heard in a chat, whose chat it is, and what nobody is sent any more."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.contacts.links import opt_in_token
from app.contacts.models import AddressKind, Contact, Suppression, SuppressionReason
from app.contacts.service import find_contact_by, find_or_add_contact
from app.contacts.suppression import find_suppression
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.messaging.inbound.events import Blocked, Started, Text
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.messaging.service import queue_message
from tests.conftest import NOW
from tests.routing.chatting import CHAT, SMS, TELEGRAM, WHATSAPP, Person, make_person


@pytest.fixture
def person(session: Session, vault: Vault) -> Person:
    return make_person(session, vault)


def count(session: Session, model: type[object]) -> int:
    return session.scalars(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize(("channel", "word"), [(TELEGRAM, "СТОП"), (SMS, "stop"), (WHATSAPP, "ТОҚТА")])
def test_stop_in_one_channel_ends_sending_over_all_of_them_and_is_confirmed_once(
    session: Session, vault: Vault, channel: MessagingChannel, word: str
) -> None:
    person = make_person(session, vault, channel)
    waiting = queue_message(
        session,
        channel=MessagingChannel.EMAIL,
        purpose=MessagePurpose.REMINDER,
        subject_id=person.call.invitation.id,
        contact_id=person.contact.id,
        unit_id=person.call.invitation.unit_id,
        language=Language.RU,
        text_key="reminder",
        now=NOW,
    )
    person.says(word)
    person.says(word)
    session.refresh(waiting)
    assert (waiting.state, waiting.failure) == (MessageState.CANCELLED, "opted_out")
    assert find_suppression(session, vault, person.contact) is SuppressionReason.OPTED_OUT
    assert person.told() == ["reply.stopped"]


def test_stop_wins_over_the_comment_that_is_awaited(person: Person) -> None:
    person.taps(2)
    person.says("Стоп")
    assert person.response().comment is None
    assert person.told()[-1] == "reply.stopped"


def test_start_takes_a_stop_back(person: Person, vault: Vault) -> None:
    person.says("стоп")
    person.says("старт")
    assert find_suppression(person.session, vault, person.contact) is None
    assert person.told() == ["reply.stopped", "reply.started"]


def test_stop_and_start_are_heard_from_a_number_that_we_do_not_know(session: Session, vault: Vault) -> None:
    person = make_person(session, vault)
    person.hears(Text("+77019998877", "STOP"), channel=SMS)
    assert session.scalars(select(Suppression.address_index)).one() == vault.blind_index("phone", "+77019998877")
    person.hears(Text("+77019998877", "СТАРТ"), channel=SMS)
    assert count(session, Suppression) == 0
    assert person.told() == []


def test_a_strange_number_gets_no_answer_and_is_not_kept(session: Session, vault: Vault) -> None:
    person = make_person(session, vault)
    contacts = count(session, Contact)
    for text in ("5", "Алло", "START"):
        person.hears(Text("+77019998877", text), channel=SMS)
    person.hears(Text("+112", "5"), channel=SMS)
    assert count(session, Contact) == contacts
    assert person.told() == []


def test_a_strange_chat_gets_help_in_its_language_once(session: Session, vault: Vault) -> None:
    person = make_person(session, vault)
    for _ in range(3):
        person.hears(Text("777", "Сәлем", "kk"))
    message = session.scalars(select(Message).where(Message.purpose == MessagePurpose.REPLY)).one()
    assert (message.text_key, message.language) == ("reply.help", "kk")


def test_start_with_our_token_links_the_chat_to_the_person(session: Session, vault: Vault) -> None:
    person = make_person(session, vault, SMS)
    person.hears(Started("900", opt_in_token(vault, person.contact.id)), channel=TELEGRAM)
    assert find_contact_by(session, vault, AddressKind.TELEGRAM, "900") is person.contact
    assert person.told() == ["reply.linked"]


def test_a_chat_that_was_somebody_else_s_moves_with_the_token(session: Session, vault: Vault) -> None:
    person = make_person(session, vault, SMS)
    other = find_or_add_contact(session, vault, telegram="900", language=None, now=NOW)
    person.hears(Started("900", opt_in_token(vault, person.contact.id)), channel=TELEGRAM)
    assert other.telegram_index is None
    assert find_contact_by(session, vault, AddressKind.TELEGRAM, "900") is person.contact


def test_a_person_who_links_another_chat_has_that_one_from_then_on(person: Person, vault: Vault) -> None:
    person.hears(Started("900", opt_in_token(vault, person.contact.id)))
    assert find_contact_by(person.session, vault, AddressKind.TELEGRAM, CHAT) is None
    assert find_contact_by(person.session, vault, AddressKind.TELEGRAM, "900") is person.contact


@pytest.mark.parametrize("token", ["", "forged", "A" * 38])
def test_start_without_a_token_of_ours_is_welcomed_and_linked_to_nobody(
    session: Session, vault: Vault, token: str
) -> None:
    person = make_person(session, vault, SMS)
    person.hears(Started("900", token, "en"), channel=TELEGRAM)
    found = find_contact_by(session, vault, AddressKind.TELEGRAM, "900")
    assert found is not None
    assert found.id != person.contact.id
    assert person.told() == ["reply.welcome"]


def test_linking_does_not_take_a_stop_back(session: Session, vault: Vault) -> None:
    person = make_person(session, vault, SMS)
    person.says("стоп")
    person.hears(Started("900", opt_in_token(vault, person.contact.id)), channel=TELEGRAM)
    assert find_suppression(session, vault, person.contact) is SuppressionReason.OPTED_OUT


def test_whoever_blocks_the_bot_has_no_chat_with_us_any_more_but_keeps_the_number(person: Person, vault: Vault) -> None:
    person.hears(Blocked(CHAT))
    assert person.contact.telegram_index is None
    assert person.contact.phone_index is not None
