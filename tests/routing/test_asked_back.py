""" "Did we settle it?" answered in the channel itself: by a tap or in words, by the person who was asked."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.links import question_token
from app.callbacks.models import EventKind
from app.contacts.addresses import move_address
from app.contacts.models import AddressKind
from app.contacts.service import find_or_add_contact
from app.invitations.links import invitation_token
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.messaging.content import Content
from app.messaging.inbound.events import Event, Tap, Text
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.messaging.segments import measure
from app.messaging.texts import load_texts
from app.responses.models import SurveyResponse
from app.routing.conversation import hear
from app.routing.replies import Replying, compose_reply
from config.settings import ROOT
from tests.callbacks.asking_back.closed import DAY, make_closed
from tests.callbacks.factories import PHONE
from tests.callers import make_asked_call
from tests.conftest import NOW
from tests.respondents import SURVEYS
from tests.routing.chatting import CHAT, SMS, TELEGRAM, add_message, make_talk

SENT = NOW + DAY
TEXTS = load_texts(ROOT / "config" / "messages.yaml")


class Customer:
    """Somebody who was asked by the channel a minute after the day was over."""

    def __init__(self, session: Session, vault: Vault, channel: MessagingChannel) -> None:
        self.session, self.talk, self.channel = session, make_talk(vault), channel
        self.closed = make_closed(session, vault, now=NOW)
        assert self.closed.contact is not None
        if channel is TELEGRAM:
            move_address(session, vault, self.closed.contact, AddressKind.TELEGRAM, CHAT)
        self.closed.ask()
        self.token = question_token(vault, self.closed.question().id)
        self.closed.hand_over(SENT)
        self.now = SENT

    def hears(self, event: Event, *, minutes: float = 1) -> bool:
        self.now += timedelta(minutes=minutes)
        return hear(self.session, self.talk, self.channel, event, now=self.now)

    def says(self, text: str, *, minutes: float = 1) -> None:
        self.hears(Text(CHAT if self.channel is TELEGRAM else PHONE, text), minutes=minutes)

    def taps(self, value: object, *, chat: str = CHAT) -> bool:
        return self.hears(Tap(chat, f"b:{self.token}:{value}", "tap", "77"))

    def told(self) -> list[str]:
        """The replies so far, which reach the person at once."""
        self.closed.hand_over(self.now)
        query = select(Message.text_key).where(Message.purpose == MessagePurpose.REPLY).order_by(Message.id)
        return list(self.session.scalars(query))

    def answer(self) -> tuple[bool | None, int | None]:
        question = self.closed.question()
        return question.settled, question.rating

    def notes(self) -> list[str | None]:
        return [event.note for event in self.closed.events(EventKind.NOTE)]


@pytest.fixture
def chatter(session: Session, vault: Vault) -> Customer:
    return Customer(session, vault, TELEGRAM)


@pytest.fixture
def texter(session: Session, vault: Vault) -> Customer:
    return Customer(session, vault, SMS)


def test_a_tap_answers_and_five_faces_follow(chatter: Customer) -> None:
    assert chatter.taps("y")
    assert chatter.told() == ["reply.back_yes"]
    assert chatter.taps(5)
    assert chatter.answer() == (True, 5)
    assert chatter.told() == ["reply.back_yes", "reply.noted"]


def test_the_same_tap_again_is_answered_once(chatter: Customer) -> None:
    assert chatter.taps("n")
    assert chatter.taps("n"), "its buttons are spent all the same"
    assert chatter.told() == ["reply.back_no"]
    assert chatter.closed.case().reopenings == 1


def test_words_after_a_no_reach_whoever_works_the_case(chatter: Customer) -> None:
    chatter.taps("n")
    chatter.told()
    chatter.says("Деньги так и не вернули")
    chatter.taps(2)
    assert chatter.notes() == ["Деньги так и не вернули"]
    assert (chatter.answer(), chatter.closed.case().closed_at) == ((False, 2), None)


@pytest.mark.parametrize(
    "payload",
    ["b:0000000000000000:y", "b:{token}:x", "b:{token}:9", "b:{token}:55", "b:{token}:٥", "b::y", "b:{token}"],
)
def test_a_forged_payload_changes_nothing(chatter: Customer, payload: str) -> None:
    assert not chatter.hears(Tap(CHAT, payload.format(token=chatter.token)))
    assert chatter.answer() == (None, None)


def test_a_tap_from_another_chat_changes_nothing(chatter: Customer, vault: Vault) -> None:
    find_or_add_contact(chatter.session, vault, telegram="666", language=None, now=NOW)
    assert not chatter.taps("n", chat="666")
    assert chatter.answer() == (None, None)


@pytest.mark.parametrize(
    ("texts", "answer", "told"),
    [
        (["да"], (True, None), ["reply.back_yes"]),
        (["1", "5"], (True, 5), ["reply.back_yes"]),
        (["Жоқ", "2"], (False, 2), ["reply.back_no"]),
        (["ні", "1"], (False, 1), ["reply.back_no"]),
        (["2"], (False, None), ["reply.back_no"]),
        (["Да", "нет, не вернули"], (False, None), ["reply.back_yes", "reply.back_no"]),
        (["а кто это?", "да"], (True, None), ["reply.back_help", "reply.back_yes"]),
        (["а кто это?", "какой вопрос?"], (None, None), ["reply.back_help"]),
    ],
)
def test_words_answer_by_sms(
    texter: Customer, texts: list[str], answer: tuple[bool | None, int | None], told: list[str]
) -> None:
    for text in texts:
        texter.says(text)
        texter.told()
    assert texter.answer() == answer
    assert texter.told() == told
    assert texter.session.scalar(select(func.count()).select_from(SurveyResponse)) == 1, "no survey was answered"


def test_a_number_sent_twice_before_our_reply_is_no_rating(texter: Customer) -> None:
    texter.says("1")
    texter.says("1")
    assert texter.answer() == (True, None)


def test_what_is_not_understood_is_kept_for_whoever_works_the_case(texter: Customer) -> None:
    texter.says("Позвоните мне после шести")
    assert texter.notes() == ["Позвоните мне после шести"]


def invite(customer: Customer, vault: Vault, *, at: datetime) -> None:
    closed = customer.closed
    call = make_asked_call(customer.session, vault, closed.unit.id, now=at)
    assert call.contact is not None
    add_message(customer.session, call.contact.id, closed.unit.id, call.invitation.id, channel=customer.channel, at=at)


def test_of_two_questions_the_one_asked_last_is_answered(texter: Customer, vault: Vault) -> None:
    invite(texter, vault, at=SENT - timedelta(hours=2))
    texter.says("1")
    assert texter.answer() == (True, None)
    invite(texter, vault, at=texter.now + timedelta(seconds=30))
    texter.says("2")
    assert texter.answer() == (True, None)
    ratings = texter.session.scalars(select(SurveyResponse.rating).where(SurveyResponse.via == "sms")).all()
    assert ratings == [2]


def test_a_tap_on_an_older_invitation_makes_the_chat_about_that(chatter: Customer, vault: Vault) -> None:
    invite(chatter, vault, at=SENT - timedelta(hours=2))
    call_token = chatter.session.scalars(
        select(Message.subject_id).where(Message.purpose == MessagePurpose.INVITATION)
    ).one()
    chatter.hears(Tap(CHAT, f"r:{invitation_token(vault, call_token)}:5", "tap", "78"))
    chatter.says("да")
    assert chatter.answer() == (None, None), "the words are the comment to the call"


def test_after_two_days_words_are_about_nothing(texter: Customer) -> None:
    texter.says("да", minutes=60 * 48 + 1)
    assert texter.answer() == (None, None)
    assert texter.told() == ["reply.help"]


def test_stop_is_a_stop_and_no_answer(texter: Customer) -> None:
    texter.says("стоп")
    assert texter.answer() == (None, None)
    assert texter.told() == ["reply.stopped"]


def compose(customer: Customer, vault: Vault) -> Content:
    message = customer.session.scalars(select(Message).where(Message.state == MessageState.WAITING)).one()
    replying = Replying(customer.talk.desk, SURVEYS, "https://op.kz", TEXTS)
    return compose_reply(customer.session, message, customer.now, replying=replying)


def test_the_reply_to_no_has_five_faces(chatter: Customer, vault: Vault) -> None:
    chatter.taps("n")
    content = compose(chatter, vault)
    assert [button.payload for button in content.buttons] == [f"b:{chatter.token}:{value}" for value in range(1, 6)]


@pytest.mark.parametrize("text", ["да", "нет", "что?"])
def test_replies_by_sms_take_one_segment_in_every_language(texter: Customer, vault: Vault, text: str) -> None:
    texter.says(text)
    message = texter.session.scalars(select(Message).where(Message.state == MessageState.WAITING)).one()
    for language in Language:
        message.language = language
        words = compose(texter, vault).text
        assert measure(words).segments == 1, words
