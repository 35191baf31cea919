"""What is said back: in the person's language, the review links for everybody, a call for the unhappy."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.messaging.content import Content, NothingToSayError
from app.messaging.inbound.events import Started, Tap
from app.messaging.models import Message, MessagePurpose, MessagingChannel
from app.messaging.segments import measure
from app.messaging.texts import load_texts
from app.responses.models import SurveyResponse
from app.responses.service import response_key
from app.routing.replies import Reply, Replying, compose_reply
from config.settings import ROOT
from tests.conftest import NOW
from tests.respondents import SURVEYS, make_desk
from tests.routing.chatting import CHAT, SMS, TELEGRAM, WHATSAPP, Person, make_person

URL = "https://op.kz"
TEXTS = load_texts(ROOT / "config" / "messages.yaml")


def compose_last(session: Session, vault: Vault, *, company: str = "Aru Telecom") -> Content:
    """Return the last reply as it would be sent."""
    query = select(Message).where(Message.purpose == MessagePurpose.REPLY).order_by(Message.id.desc()).limit(1)
    desk = replace(make_desk(vault), company=company)
    return compose_reply(session, session.scalars(query).one(), NOW, replying=Replying(desk, SURVEYS, URL, TEXTS))


def rated(session: Session, vault: Vault, rating: int, channel: MessagingChannel = TELEGRAM) -> tuple[Person, Content]:
    person = make_person(session, vault, channel)
    person.taps(rating)
    return person, compose_last(session, vault)


@pytest.mark.parametrize("rating", [1, 3, 5])
def test_everybody_is_offered_the_review_page_whatever_the_rating(session: Session, vault: Vault, rating: int) -> None:
    person, content = rated(session, vault, rating)
    page = f"{URL}/r/{response_key(vault, person.response().id)}"
    assert [button.label for button in content.buttons if button.url == page] == ["Оставить отзыв"]


@pytest.mark.parametrize("rating", [1, 5])
def test_without_buttons_that_lead_to_pages_the_text_carries_the_link(
    session: Session, vault: Vault, rating: int
) -> None:
    person, content = rated(session, vault, rating, WHATSAPP)
    assert f"{URL}/r/{response_key(vault, person.response().id)}" in content.text
    assert all(button.payload for button in content.buttons)


def test_the_unhappy_are_asked_whether_they_may_be_called_back(session: Session, vault: Vault) -> None:
    person, content = rated(session, vault, 2)
    key = response_key(vault, person.response().id)
    assert "перезвонить" in content.text
    assert [button.payload for button in content.buttons][:2] == [f"c:{key}:y", f"c:{key}:n"]
    assert all(len(button.payload.encode()) <= 64 for button in content.buttons)
    assert all(len(button.label) <= 20 for button in content.buttons)


def test_the_happy_are_not(session: Session, vault: Vault) -> None:
    _, content = rated(session, vault, 5)
    assert "перезвонить" not in content.text
    assert not any(button.payload for button in content.buttons)


def test_thanks_say_what_was_understood_as_it_stands_when_they_go_out(session: Session, vault: Vault) -> None:
    person, content = rated(session, vault, 5)
    assert "😀 5" in content.text
    person.taps(1)
    assert "😡 1" in compose_last(session, vault).text


def test_whoever_asks_for_the_number_shows_the_words_of_consent(session: Session, vault: Vault) -> None:
    person = make_person(session, vault, phone=None)
    person.taps(1)
    person.hears(Tap(CHAT, f"c:{response_key(vault, person.response().id)}:y"))
    content = compose_last(session, vault)
    assert make_desk(vault).consent.render(Language.RU, "Aru Telecom") in content.text


@pytest.mark.parametrize("language", list(Language))
def test_an_sms_of_thanks_is_one_segment_in_every_language(session: Session, vault: Vault, language: Language) -> None:
    person = make_person(session, vault, SMS, language=language)
    person.says("5")
    text = compose_last(session, vault, company="Aru Telecom1").text
    assert "5" in text
    assert measure(text).segments == 1


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("said", ["стоп", "алло"])
def test_every_other_sms_is_one_segment_too(session: Session, vault: Vault, language: Language, said: str) -> None:
    person = make_person(session, vault, SMS, language=language)
    person.says(said)
    assert measure(compose_last(session, vault, company="Aru Telecom1").text).segments == 1


@pytest.mark.parametrize("reply", list(Reply))
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("channel", list(MessagingChannel))
def test_every_reply_has_words_for_every_channel_and_language(
    reply: Reply, language: Language, channel: MessagingChannel
) -> None:
    assert TEXTS.render(None, reply, channel, language, {"company": "Aru", "link": URL, "scale": "1-5", "rating": "5"})


def test_a_welcome_is_in_the_language_of_the_chat(session: Session, vault: Vault) -> None:
    person = make_person(session, vault, SMS)
    person.hears(Started("900", "", "uk"), channel=TELEGRAM)
    assert compose_last(session, vault).text.startswith("Вітаємо")


def test_there_is_nothing_to_say_about_an_answer_that_was_erased(session: Session, vault: Vault) -> None:
    person = make_person(session, vault)
    person.taps(5)
    message = session.scalars(select(Message).where(Message.purpose == MessagePurpose.REPLY)).one()
    message.subject_id = new_id()
    session.flush()
    assert session.get(SurveyResponse, message.subject_id) is None
    with pytest.raises(NothingToSayError):
        compose_last(session, vault)
