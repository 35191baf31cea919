"""Answering inside the channel: taps, words, stop and start, by the person who was asked and by nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.contacts.models import Consent
from app.contacts.service import find_or_add_contact
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.messaging.inbound.events import Tap, Text
from app.messaging.models import Message, MessagePurpose, MessageState
from app.organisation.models import Unit
from app.responses.models import RatingChange, SurveyResponse
from app.responses.service import response_key
from tests.callers import PHONE
from tests.conftest import NOW
from tests.routing.chatting import CHAT, SMS, WHATSAPP, Person, add_message, make_person

POLYGLOT = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//</stYle/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>"
)


@pytest.fixture
def person(session: Session, vault: Vault) -> Person:
    return make_person(session, vault)


@pytest.fixture
def texter(session: Session, vault: Vault) -> Person:
    return make_person(session, vault, SMS)


def count(session: Session, model: type[object]) -> int:
    return session.scalars(select(func.count()).select_from(model)).one()


def test_a_tap_is_a_response_about_the_call_and_is_thanked_for(person: Person) -> None:
    assert person.taps(5)
    response = person.response()
    assert (response.rating, response.via, response.interaction_id) == (
        5,
        "telegram",
        person.call.invitation.interaction_id,
    )
    assert person.told() == ["reply.thanks"]


def test_the_same_tap_again_changes_nothing_and_is_not_thanked_for_twice(person: Person) -> None:
    person.taps(4)
    assert person.taps(4), "its buttons are spent all the same"
    assert person.told() == ["reply.thanks"]
    assert count(person.session, RatingChange) == 0


def test_another_tap_within_twelve_hours_is_a_change_of_mind(person: Person) -> None:
    person.taps(5)
    person.taps(2, now=NOW + timedelta(hours=11))
    assert person.response().rating == 2
    assert count(person.session, SurveyResponse) == 1
    assert count(person.session, CallbackCase) == 1
    assert person.told() == ["reply.thanks", "reply.thanks"]


def test_a_tap_after_twelve_hours_is_told_that_it_is_too_late(person: Person) -> None:
    person.taps(5)
    person.taps(1, now=NOW + timedelta(hours=12))
    assert person.response().rating == 5
    assert person.told() == ["reply.thanks", "reply.closed"]


def test_a_low_tap_opens_a_case_with_the_number_that_the_person_called_from(person: Person) -> None:
    person.taps(1)
    case = person.session.scalars(select(CallbackCase)).one()
    assert case.contact_id == person.contact.id


def test_a_tap_from_another_chat_is_refused_without_a_word(person: Person, vault: Vault) -> None:
    find_or_add_contact(person.session, vault, telegram="666", language=None, now=NOW)
    assert not person.taps(1, chat="666")
    assert not person.taps(1, chat="667"), "a chat of nobody"
    assert count(person.session, SurveyResponse) == 0
    assert person.told() == []


def test_a_tap_with_the_person_s_number_counts_in_whatsapp_and_opens_the_window(session: Session, vault: Vault) -> None:
    person = make_person(session, vault, WHATSAPP)
    assert person.taps(4)
    assert person.response().via == "whatsapp"
    assert person.contact.whatsapp_seen_at == NOW


@pytest.mark.parametrize(
    "payload",
    [
        "r:0000000000000000:5",
        "r::5",
        "r:{token}:9",
        "r:{token}:-1",
        "r:{token}:٥",
        "r:{token}:" + "5" * 50,
        "r:{token}",
        "x:{token}:5",
        "",
        "c:nothing:y",
        "c::y",
        "r:{token}:5:5",
    ],
)
def test_a_forged_payload_changes_nothing(person: Person, payload: str) -> None:
    assert not person.hears(Tap(CHAT, payload.format(token=person.call.token)))
    assert count(person.session, SurveyResponse) == 0
    assert person.told() == []


def test_a_tap_on_an_invitation_that_has_expired_changes_nothing(person: Person) -> None:
    assert not person.taps(5, now=NOW + timedelta(days=8))
    assert count(person.session, SurveyResponse) == 0


def test_what_is_written_after_a_rating_is_its_comment(person: Person) -> None:
    person.taps(2)
    person.says("Долго ждал")
    person.says("15 минут", now=NOW + timedelta(minutes=1))
    response = person.response()
    assert response.comment == "Долго ждал\n15 минут"
    assert response.finished_at == NOW
    assert person.told() == ["reply.thanks", "reply.noted", "reply.noted"]


def test_a_comment_is_kept_as_the_text_that_it_is(person: Person) -> None:
    person.taps(3)
    person.says(POLYGLOT)
    assert person.response().comment == POLYGLOT


def test_comments_never_grow_beyond_what_is_kept(person: Person) -> None:
    person.taps(3)
    for _ in range(3):
        person.says("ы" * 1500)
    assert len(person.response().comment or "") == 2000


def test_a_bare_number_after_a_rating_is_a_change_of_mind_and_one_with_words_a_comment(person: Person) -> None:
    person.taps(5)
    person.says("4")
    assert person.response().rating == 4
    person.says("2 оператора не знали ответа")
    assert (person.response().rating, person.response().comment) == (4, "2 оператора не знали ответа")


def test_words_long_after_the_answer_get_help_once_a_day(person: Person) -> None:
    person.taps(5)
    late = NOW + timedelta(days=3)
    person.says("А ещё", now=late)
    person.says("Алло", now=late + timedelta(hours=1))
    person.says("Алло?", now=late + timedelta(hours=26))
    assert person.response().comment is None
    assert person.told() == ["reply.thanks", "reply.help", "reply.help"]


def test_an_sms_with_a_number_and_words_is_a_rating_with_its_comment(texter: Person) -> None:
    texter.says("5 спасибо")
    response = texter.response()
    assert (response.rating, response.comment, response.via) == (5, "спасибо", "sms")
    assert texter.told() == ["reply.thanks"]


@pytest.mark.parametrize("text", ["15 минут ждал", "500 тенге"])
def test_an_sms_whose_number_counts_something_is_no_rating(texter: Person, text: str) -> None:
    texter.says(text)
    assert count(texter.session, SurveyResponse) == 0
    assert texter.told() == ["reply.help_rate"]


def test_an_sms_after_the_rating_is_a_comment_and_costs_no_reply(texter: Person) -> None:
    texter.says("2")
    texter.says("15 минут ждал")
    assert texter.response().comment == "15 минут ждал"
    assert texter.told() == ["reply.thanks"]


@pytest.mark.parametrize(("hours", "counts"), [(47, True), (49, False)])
def test_a_rating_by_sms_counts_for_two_days(session: Session, vault: Vault, hours: int, counts: bool) -> None:
    texter = make_person(session, vault, SMS, asked_at=NOW - timedelta(hours=hours))
    texter.says("4")
    assert count(session, SurveyResponse) == counts


def test_a_number_that_was_asked_by_no_sms_rates_nothing(session: Session, vault: Vault) -> None:
    person = make_person(session, vault)
    person.hears(Text(PHONE, "5"), channel=SMS)
    assert count(session, SurveyResponse) == 0


def test_an_sms_rates_the_invitation_that_was_sent_last(session: Session, vault: Vault) -> None:
    first = make_person(session, vault, SMS, asked_at=NOW - timedelta(hours=5))
    unit = session.get_one(Unit, first.call.invitation.unit_id)
    second = make_person(session, vault, SMS, unit=unit)
    first.says("3")
    assert first.response().interaction_id == second.call.invitation.interaction_id


def test_a_new_invitation_ends_the_talk_about_the_one_before(session: Session, vault: Vault) -> None:
    first = make_person(session, vault, SMS)
    first.says("2")
    unit = session.get_one(Unit, first.call.invitation.unit_id)
    later = NOW + timedelta(hours=2)
    second = make_person(session, vault, SMS, unit=unit, asked_at=later)
    second.says("5", now=later + timedelta(minutes=1))
    ratings = dict(session.execute(select(SurveyResponse.interaction_id, SurveyResponse.rating)).all())
    assert ratings == {
        first.call.invitation.interaction_id: 2,
        second.call.invitation.interaction_id: 5,
    }


def test_words_about_an_answer_that_was_given_on_the_page_are_its_comment(texter: Person) -> None:
    texter.taps(4)  # stands for any other way: nothing was said by SMS yet
    texter.says("Спасибо, всё ясно")
    assert texter.response().comment == "Спасибо, всё ясно"


def test_yes_to_a_call_makes_the_known_number_a_callback(person: Person, vault: Vault) -> None:
    person.taps(1)
    key = response_key(vault, person.response().id)
    assert person.hears(Tap(CHAT, f"c:{key}:y"))
    case = person.session.scalars(select(CallbackCase)).one()
    assert (case.contact_id, case.call_window) == (person.contact.id, "any")
    assert person.told()[-1] == "reply.call_noted"


def test_no_to_a_call_takes_the_number_off_the_case(person: Person, vault: Vault) -> None:
    person.taps(1)
    key = response_key(vault, person.response().id)
    assert person.hears(Tap(CHAT, f"c:{key}:n"))
    case = person.session.scalars(select(CallbackCase)).one()
    assert case.contact_id is None
    assert person.told()[-1] == "reply.no_call"


def test_nobody_else_answers_the_question_about_a_call(person: Person, vault: Vault) -> None:
    person.taps(1)
    find_or_add_contact(person.session, vault, telegram="666", language=None, now=NOW)
    key = response_key(vault, person.response().id)
    assert not person.hears(Tap("666", f"c:{key}:n"))
    assert person.session.scalars(select(CallbackCase.contact_id)).one() == person.contact.id


def test_somebody_whose_number_is_unknown_is_asked_for_it_and_agrees_by_sending_it(
    session: Session, vault: Vault
) -> None:
    person = make_person(session, vault, phone=None)
    person.taps(1)
    key = response_key(vault, person.response().id)
    person.hears(Tap(CHAT, f"c:{key}:y"))
    person.says("8 701 99")
    person.says("8 701 123 45 67")
    case = session.scalars(select(CallbackCase).execution_options(populate_existing=True)).one()
    consent = session.scalars(select(Consent)).one()
    assert case.contact_id is not None
    assert case.consent_id == consent.id
    assert person.response().comment is None, "the number is no comment"
    assert person.told()[1:] == ["reply.ask_number", "reply.bad_number", "reply.call_noted"]


def test_words_in_place_of_the_number_are_a_comment(session: Session, vault: Vault) -> None:
    person = make_person(session, vault, phone=None)
    person.taps(1)
    person.hears(Tap(CHAT, f"c:{response_key(vault, person.response().id)}:y"))
    person.says("Лучше напишите мне здесь")
    assert person.response().comment == "Лучше напишите мне здесь"


def test_a_conversation_is_in_the_language_of_the_invitation(session: Session, vault: Vault) -> None:
    person = make_person(session, vault, language=Language.KK)
    person.taps(5)
    person.says("Рақмет")
    query = select(Message.language).where(Message.purpose == MessagePurpose.REPLY).distinct()
    assert session.scalars(query).all() == ["kk"]


def test_an_invitation_that_never_went_out_is_not_rated_by_a_number(session: Session, vault: Vault) -> None:
    person = make_person(session, vault)
    invitation = person.call.invitation
    add_message(
        session, person.contact.id, invitation.unit_id, invitation.id, channel=SMS, at=NOW, state=MessageState.FAILED
    )
    person.hears(Text(PHONE, "5"), channel=SMS)
    assert count(session, SurveyResponse) == 0
