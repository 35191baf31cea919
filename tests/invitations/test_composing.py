"""An invitation says in each channel what it is about, how to answer and, in a letter, how to hear no more."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.contacts.links import get_by_unsubscribe
from app.contacts.service import find_or_add_contact
from app.invitations.composing import Composing, compose_invitation
from app.invitations.models import Interaction, Invitation
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.messaging.content import Content, NothingToSayError, by_purpose
from app.messaging.models import Message, MessagePurpose, MessagingChannel
from app.messaging.segments import measure
from app.messaging.service import queue_message
from app.messaging.texts import load_texts
from app.organisation.employees import add_employee
from app.responses.service import find_answer_id
from config.settings import ROOT
from tests.callbacks.factories import make_office
from tests.callers import AskedCall, make_asked_call
from tests.conftest import NOW
from tests.respondents import SURVEYS

URL = "https://op.kz"
COMPANY = "Алматы Банкі"  # twelve letters
BUTTONED = (MessagingChannel.TELEGRAM, MessagingChannel.VIBER, MessagingChannel.WHATSAPP)
Write = Callable[..., Content]


@pytest.fixture
def call(session: Session, vault: Vault, now: datetime) -> AskedCall:
    return make_asked_call(session, vault, make_office(session, now=now).id, now=now)


@pytest.fixture
def composing(vault: Vault) -> Composing:
    texts = load_texts(ROOT / "config" / "messages.yaml")
    return Composing(vault, URL, COMPANY, SURVEYS, texts, find_answer_id)


@pytest.fixture
def write(session: Session, call: AskedCall, composing: Composing, now: datetime) -> Write:
    def compose(
        channel: MessagingChannel,
        language: Language = Language.RU,
        *,
        purpose: MessagePurpose = MessagePurpose.INVITATION,
        survey: str | None = None,
        at: datetime = now,
    ) -> Content:
        if survey:
            session.execute(update(Invitation).where(Invitation.id == call.invitation.id).values(survey_key=survey))
        message = a_message(session, call, channel, language=language, purpose=purpose, now=now)
        return compose_invitation(session, message, at, composing=composing)

    return compose


def a_message(
    session: Session,
    call: AskedCall,
    channel: MessagingChannel,
    *,
    language: Language = Language.RU,
    purpose: MessagePurpose = MessagePurpose.INVITATION,
    now: datetime,
) -> Message:
    assert call.contact is not None
    return queue_message(
        session,
        channel=channel,
        purpose=purpose,
        subject_id=call.invitation.id,
        contact_id=call.contact.id,
        unit_id=call.invitation.unit_id,
        language=language,
        text_key=purpose,
        now=now,
    )


@pytest.mark.parametrize("purpose", [MessagePurpose.INVITATION, MessagePurpose.REMINDER])
@pytest.mark.parametrize("survey", ["call-follow-up", "pmf"])
@pytest.mark.parametrize("language", Language)
def test_an_sms_fits_into_one_segment_and_has_the_link(
    write: Write, call: AskedCall, language: Language, survey: str, purpose: MessagePurpose
) -> None:
    content = write(MessagingChannel.SMS, language, survey=survey, purpose=purpose)
    assert measure(content.text).segments == 1
    assert content.text.endswith(f"{URL}/i/{call.token}")
    assert COMPANY in content.text
    assert not content.buttons


@pytest.mark.parametrize(
    ("survey", "said"), [("call-follow-up", "1-5"), ("nps", "0-10"), ("ces", "1-7"), ("pmf", "вопрос")]
)
def test_an_sms_asks_for_a_number_only_where_one_answers(write: Write, survey: str, said: str) -> None:
    assert said in write(MessagingChannel.SMS, survey=survey).text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("channel", MessagingChannel)
def test_no_placeholder_is_left_and_every_channel_has_words_in_each_language(
    write: Write, channel: MessagingChannel, language: Language
) -> None:
    for purpose in (MessagePurpose.INVITATION, MessagePurpose.REMINDER):
        content = write(channel, language, purpose=purpose)
        everything = " ".join([content.text, content.subject, content.html, *content.template_values])
        assert not re.search(r"\{[a-z]+\}", everything)
        assert COMPANY in content.text


@pytest.mark.parametrize("channel", BUTTONED)
def test_a_chat_gets_a_button_for_each_answer_and_the_link(
    write: Write, call: AskedCall, channel: MessagingChannel
) -> None:
    content = write(channel)
    assert [button.payload for button in content.buttons] == [f"r:{call.token}:{value}" for value in range(1, 6)]
    assert [button.label for button in content.buttons][-1] == "😀 5 · Отлично"
    assert f"{URL}/i/{call.token}" in content.text
    assert "Как прошёл разговор с нами?" in content.text
    assert "4 марта, 10:55" in content.text  # in the unit's zone
    assert content.buttons_title


@pytest.mark.parametrize("survey", SURVEYS.keys())
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("channel", BUTTONED)
def test_buttons_stay_within_what_the_messengers_take(
    write: Write, channel: MessagingChannel, language: Language, survey: str
) -> None:
    content = write(channel, language, survey=survey)
    asked = SURVEYS.current(survey).first.values()
    expected = 0 if channel is MessagingChannel.WHATSAPP and len(asked) > 10 else len(asked)
    assert len(content.buttons) == expected
    assert all(len(button.payload.encode()) <= 64 for button in content.buttons)
    if channel is MessagingChannel.WHATSAPP:
        assert all(len(button.label) <= 24 for button in content.buttons)
        assert len(content.buttons_title) <= 20
        assert content.template_values == [COMPANY, *content.template_values[1:]]
        assert len(content.template_values) == 2


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.remote: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Mapping[str, str | None] = dict(attrs)
        if tag == "a":
            self.found.append(given["href"] or "")
        self.remote += [given[name] or "" for name in ("src", "background", "srcset") if name in given]
        assert tag not in ("img", "link", "script", "iframe")


@pytest.mark.parametrize("survey", SURVEYS.keys())
def test_a_letter_has_a_link_for_each_answer_in_both_parts_and_a_trap_in_one(
    write: Write, call: AskedCall, survey: str
) -> None:
    content = write(MessagingChannel.EMAIL, Language.KK, survey=survey)
    page = f"{URL}/i/{call.token}"
    rated = [f"{page}?rating={value}&lang=kk" for value in SURVEYS.current(survey).first.values()]
    links = _Links(content.html)
    assert links.found == [*rated, f"{page}?trap=1", content.unsubscribe_url]
    assert links.remote == []
    assert re.findall(r"https://\S+", content.text) == [*rated, content.unsubscribe_url]
    assert "trap" not in content.text
    assert "\n" not in content.subject


def test_a_letters_stop_link_is_the_persons_own(
    session: Session, vault: Vault, write: Write, call: AskedCall, now: datetime
) -> None:
    url = write(MessagingChannel.EMAIL).unsubscribe_url
    session.flush()
    assert get_by_unsubscribe(session, url.removeprefix(f"{URL}/u/")) is call.contact


def test_what_people_typed_stays_text_in_a_letter(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now, name="<b>&\r\nBcc: x")
    employee = add_employee(session, name="{link}", unit_id=office.id, now=now)
    call = make_asked_call(session, vault, office.id, now=now, employee_id=employee.id)
    texts = load_texts(ROOT / "config" / "messages.yaml")
    shipped = {
        **texts.shipped,
        ("invitation.subject", "email"): dict.fromkeys(Language, "{place} {employee}"),
        ("invitation", "email"): dict.fromkeys(Language, "{place} {employee}"),
    }
    composing = Composing(vault, URL, "A & B", SURVEYS, type(texts)(shipped), find_answer_id)
    message = a_message(session, call, MessagingChannel.EMAIL, language=Language.EN, now=now)

    content = compose_invitation(session, message, now, composing=composing)

    assert content.subject == "<b>& Bcc: x {link}"
    assert "<b>& Bcc" not in content.html
    assert "&lt;b&gt;&amp; Bcc: x {link}" in content.html


def _withdraw(session: Session, call: AskedCall, now: datetime) -> None:
    session.execute(update(Invitation).where(Invitation.id == call.invitation.id).values(withdrawn_at=now))


def _expire(session: Session, call: AskedCall, now: datetime) -> None:
    session.execute(update(Invitation).where(Invitation.id == call.invitation.id).values(send_at=now, answer_by=now))


def _forget_survey(session: Session, call: AskedCall, now: datetime) -> None:
    session.execute(update(Invitation).where(Invitation.id == call.invitation.id).values(survey_key="gone"))


@pytest.mark.parametrize(
    ("happened", "code"), [(_withdraw, "withdrawn"), (_expire, "expired"), (_forget_survey, "gone")]
)
def test_there_is_nothing_to_say_once_it_is_over(
    session: Session,
    write: Write,
    call: AskedCall,
    happened: Callable[[Session, AskedCall, datetime], None],
    code: str,
) -> None:
    happened(session, call, NOW)
    with pytest.raises(NothingToSayError) as told:
        write(MessagingChannel.SMS)
    assert told.value.code == code


def test_an_answered_invitation_is_not_sent(
    session: Session, vault: Vault, call: AskedCall, composing: Composing, now: datetime
) -> None:
    spent = Composing(vault, URL, COMPANY, SURVEYS, composing.texts, lambda _session, interaction_id: interaction_id)
    message = a_message(session, call, MessagingChannel.SMS, now=now)
    with pytest.raises(NothingToSayError) as told:
        by_purpose({MessagePurpose.INVITATION: lambda *at: compose_invitation(*at, composing=spent)})(
            session, message, now
        )
    assert told.value.code == "answered"


def test_a_purpose_that_nobody_knows_is_cancelled(session: Session, call: AskedCall, now: datetime) -> None:
    message = a_message(session, call, MessagingChannel.SMS, purpose=MessagePurpose.REPLY, now=now)
    with pytest.raises(NothingToSayError):
        by_purpose({})(session, message, now)


def test_a_call_that_began_before_midnight_is_dated_by_its_beginning(
    session: Session, call: AskedCall, write: Write, now: datetime
) -> None:
    began = now - timedelta(hours=11, minutes=10)
    session.execute(
        update(Interaction).where(Interaction.id == call.invitation.interaction_id).values(started_at=began)
    )
    assert "3 March, 23:50" in write(MessagingChannel.TELEGRAM, Language.EN).text


def test_somebody_elses_contact_is_no_part_of_a_text(
    session: Session, vault: Vault, write: Write, now: datetime
) -> None:
    find_or_add_contact(session, vault, phone="+77019999999", language=None, now=now)
    assert "+7701" not in write(MessagingChannel.TELEGRAM).text
