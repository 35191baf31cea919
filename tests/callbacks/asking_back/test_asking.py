"""A closed case leads to one question, in the customer's channel and hours, or to a reason why nobody was asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.asking import ask_due
from app.callbacks.asking_back.composing import AskingBack, compose_question
from app.callbacks.asking_back.deciding import Skipped
from app.callbacks.asking_back.links import question_token
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.asking_back.planning import plan_questions
from app.callbacks.asking_back.rerouting import reroute_message
from app.callbacks.models import EventKind
from app.callbacks.reopening import ReopenReason, reopen_case
from app.contacts.addresses import move_address
from app.contacts.models import AddressKind, Consent, SuppressionReason
from app.contacts.service import find_or_add_contact
from app.contacts.suppression import opt_out, suppress_address
from app.invitations.models import AskedCount
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.messaging.content import NothingToSayError
from app.messaging.models import Message, MessagingChannel
from app.messaging.pausing import pause
from app.messaging.segments import measure
from app.messaging.texts import load_texts
from app.responses.models import SurveyResponse
from config.settings import ROOT
from tests.callbacks.asking_back.closed import DAY, Closed, make_closed, rules
from tests.callbacks.factories import PHONE, RULES, make_contact
from tests.conftest import NOW
from tests.invitations.calls import ask_desk

TEXTS = load_texts(ROOT / "config" / "messages.yaml")


@pytest.fixture
def closed(session: Session, vault: Vault) -> Closed:
    return make_closed(session, vault, now=NOW)


def test_a_day_after_closing_the_person_is_asked_in_their_channel_and_the_timeline_says_so(closed: Closed) -> None:
    asked = closed.ask()
    assert (asked.ask_at, asked.asked_at, asked.skipped) == (NOW + DAY, NOW + DAY, None)
    assert asked.answer_by == NOW + DAY + timedelta(days=7)
    message = closed.message()
    assert (message.channel, message.subject_id, message.language) == ("sms", asked.id, "ru")
    assert [event.details["channel"] for event in closed.events(EventKind.ASKED_BACK)] == ["sms"]


def test_nobody_is_asked_before_the_time_nor_twice_however_often_the_job_runs(closed: Closed) -> None:
    closed.ask(now=NOW + DAY - timedelta(seconds=1))
    assert closed.question().decided_at is None
    for _ in range(3):
        closed.ask()
    assert closed.session.scalar(select(func.count()).select_from(AskedBack)) == 1
    assert closed.session.scalar(select(func.count()).select_from(Message)) == 1


def test_the_question_waits_for_the_end_of_the_persons_night(session: Session, vault: Vault) -> None:
    late = datetime(2026, 3, 4, 17, 30, tzinfo=UTC)  # 22:30 in Almaty
    closed = make_closed(session, vault, now=late)
    assert closed.ask().ask_at == datetime(2026, 3, 6, 4, 0, tzinfo=UTC)  # 09:00 there, the morning after


def test_only_outcomes_that_ask_are_asked_about_and_only_those_closed_since(session: Session, vault: Vault) -> None:
    closed = make_closed(session, vault, now=NOW, outcome="not_reached")
    assert plan_questions(session, desk=closed.desk, rules=RULES, since=NOW - DAY) == 0
    settled = make_closed(session, vault, now=NOW, unit=closed.unit)
    assert plan_questions(session, desk=closed.desk, rules=RULES, since=NOW + DAY) == 0
    assert plan_questions(session, desk=closed.desk, rules=RULES, since=NOW - DAY) == 1
    assert settled.question().closed_at == NOW


def test_the_channel_of_the_answer_comes_before_the_order_of_the_policy(session: Session, vault: Vault) -> None:
    contact = make_contact(session, vault, now=NOW)
    move_address(session, vault, contact, AddressKind.TELEGRAM, "4711")
    first = make_closed(session, vault, now=NOW, contact=contact)
    assert first.ask().channel == "telegram"
    second = make_closed(session, vault, now=NOW, contact=contact, unit=first.unit)
    session.get_one(SurveyResponse, second.case().response_id).via = "sms"
    assert second.ask(by=rules(not_again_within_days=0)).channel == "sms"


def _opt_out(closed: Closed) -> None:
    assert closed.contact is not None
    opt_out(closed.session, closed.contact, via="sms", now=NOW)


def _make_staff(closed: Closed) -> None:
    suppress_address(
        closed.session,
        closed.desk.vault,
        AddressKind.PHONE,
        PHONE,
        reason=SuppressionReason.STAFF,
        via="staff",
        now=NOW,
    )


def _consent(closed: Closed, *, version: int, withdrawn: bool) -> None:
    assert closed.contact is not None
    consent = Consent(
        id=new_id(),
        contact_id=closed.contact.id,
        purpose="callback",
        version=version,
        language="ru",
        text_hash=bytes(32),
        via="page",
        given_at=NOW,
        withdrawn_at=NOW if withdrawn else None,
    )
    closed.session.add(consent)
    closed.session.flush()
    closed.case().consent_id = consent.id
    closed.session.flush()


def _pause(closed: Closed) -> None:
    pause(closed.session, closed.unit.id, reason="Fire drill", user_id=None, now=NOW)


def _forget(closed: Closed) -> None:
    assert closed.contact is not None
    closed.contact.phone_enc = closed.contact.phone_index = None
    closed.session.flush()


def _reopen(closed: Closed) -> None:
    reopen_case(closed.session, closed.case_id, rules=RULES, reason=ReopenReason.NOT_SETTLED, now=NOW)


def _reopen_before_it_is_due(closed: Closed) -> None:
    plan_questions(closed.session, desk=closed.desk, rules=RULES, since=NOW - DAY)
    _reopen(closed)


def _nothing(_closed: Closed) -> None:
    pass


@pytest.mark.parametrize(
    ("before", "how", "code"),
    [
        (_nothing, {"by": rules(ask=False)}, Skipped.SWITCHED_OFF),
        (_nothing, {"desk": ask_desk("ask: false")}, Skipped.SWITCHED_OFF),
        (_reopen_before_it_is_due, {}, Skipped.REOPENED),
        (_nothing, {"now": NOW + DAY + timedelta(days=3, seconds=1)}, Skipped.TOO_LATE),
        (_pause, {}, Skipped.PAUSED),
        (_forget, {}, Skipped.NO_ADDRESS),
        (lambda closed: _consent(closed, version=2, withdrawn=True), {}, Skipped.CONSENT_WITHDRAWN),
        (_opt_out, {}, Skipped.OPTED_OUT),
        (_make_staff, {}, Skipped.STAFF),
        (lambda closed: _consent(closed, version=1, withdrawn=False), {}, Skipped.NOT_AGREED),
        (_nothing, {"desk": ask_desk("countries: [UA]")}, Skipped.NO_CHANNEL),
        (_nothing, {"desk": ask_desk("daily_budget: 10")}, Skipped.BUDGET),
    ],
)
def test_why_nobody_was_asked_stands_in_the_timeline(
    closed: Closed, before: Callable[[Closed], None], how: dict[str, object], code: Skipped
) -> None:
    before(closed)
    asked = closed.ask(**how)  # type: ignore[arg-type]
    assert (asked.skipped, asked.asked_at, asked.decided_at is not None) == (code, None, True)
    assert [event.details["skipped"] for event in closed.events(EventKind.ASKED_BACK)] == [code]
    assert closed.session.scalar(select(func.count()).select_from(Message)) == 0


def test_one_person_is_not_asked_about_two_cases_in_three_days(session: Session, vault: Vault) -> None:
    first = make_closed(session, vault, now=NOW)
    second = make_closed(session, vault, now=NOW, unit=first.unit, contact=first.contact)
    first.ask()
    assert {first.question().skipped, second.question().skipped} == {None, Skipped.ASKED_LATELY}


def test_a_case_without_anybody_to_ask_says_so(session: Session, vault: Vault) -> None:
    assert make_closed(session, vault, now=NOW, with_contact=False, outcome="settled_on_site").ask().skipped == (
        Skipped.NO_ADDRESS
    )


def test_what_it_costs_is_counted_and_the_person_is_not(closed: Closed) -> None:
    closed.ask(desk=ask_desk("daily_budget: 100\ndaily_cap: 1"))
    counted = closed.session.scalars(select(AskedCount)).one()
    assert (counted.asked, counted.cost) == (0, 1700)
    assert closed.contact is not None
    assert closed.contact.asked_at is None, "an invitation of a survey may still follow"


def test_each_closing_is_asked_about_once(closed: Closed) -> None:
    closed.ask()
    _reopen(closed)
    again = NOW + timedelta(days=2)
    closed.close(now=again)
    closed.closed_at = again
    asked = closed.ask()
    assert (asked.round, asked.skipped) == (1, None)
    assert closed.session.scalar(select(func.count()).select_from(AskedBack)) == 2


def test_few_are_decided_at_a_time(session: Session, vault: Vault) -> None:
    first = make_closed(session, vault, now=NOW)
    make_closed(session, vault, now=NOW, unit=first.unit, contact=first.contact)
    plan_questions(session, desk=first.desk, rules=RULES, since=NOW - DAY)
    done = [ask_due(session, desk=first.desk, rules=RULES, now=NOW + DAY, limit=1) for _ in range(3)]
    assert done == [1, 1, 0]


def _compose(closed: Closed, channel: MessagingChannel, language: Language, company: str = "Otklik") -> str:
    message = closed.message()
    message.channel, message.language = channel, language
    asking = AskingBack(closed.desk.vault, "https://op.kz", company, TEXTS)
    return compose_question(closed.session, message, NOW + DAY, asking=asking).text


def test_an_sms_takes_one_segment_in_every_language_and_carries_the_link(closed: Closed) -> None:
    token = question_token(closed.desk.vault, closed.ask().id)
    for language in Language:
        text = _compose(closed, MessagingChannel.SMS, language, "Twelve chars")
        assert measure(text).segments == 1, text
        assert text.endswith(f"https://op.kz/s/{token}")


def test_a_chat_has_two_buttons_and_a_letter_two_links_that_only_mark(closed: Closed) -> None:
    token = question_token(closed.desk.vault, closed.ask().id)
    asking = AskingBack(closed.desk.vault, "https://op.kz", "Otklik", TEXTS)
    message = closed.message()
    message.channel = MessagingChannel.TELEGRAM
    chat = compose_question(closed.session, message, NOW + DAY, asking=asking)
    assert [button.payload for button in chat.buttons] == [f"b:{token}:y", f"b:{token}:n"]
    message.channel = MessagingChannel.EMAIL
    letter = compose_question(closed.session, message, NOW + DAY, asking=asking)
    assert f"https://op.kz/s/{token}?rating=2&amp;lang=ru" in letter.html
    assert "/u/" in letter.unsubscribe_url


def test_a_question_that_waits_is_dropped_once_the_case_is_opened_again(closed: Closed) -> None:
    closed.ask()
    _reopen(closed)
    with pytest.raises(NothingToSayError, match="reopened"):
        _compose(closed, MessagingChannel.SMS, Language.RU)


def test_where_nobody_is_at_the_number_the_other_address_is_asked_once(session: Session, vault: Vault) -> None:
    person = find_or_add_contact(
        session, vault, phone=PHONE, email="dana@example.kz", language=Language.RU, now=NOW - DAY
    )
    closed, later = make_closed(session, vault, now=NOW, contact=person), NOW + DAY + timedelta(minutes=5)
    closed.ask()
    first = closed.message()

    def go_on(at: datetime) -> bool:
        return reroute_message(session, first, at, desk=closed.desk, rules=RULES)

    assert [go_on(later), go_on(later)] == [True, False]
    sent = select(Message.channel).where(Message.subject_id == first.subject_id).order_by(Message.id)
    assert session.scalars(sent).all() == ["sms", "email"]
    assert (closed.question().channel, closed.question().asked_at) == ("email", NOW + DAY)
    assert [event.details["channel"] for event in closed.events(EventKind.ASKED_BACK)] == ["sms", "email"]


def test_nobody_is_asked_elsewhere_once_it_was_answered_or_something_stands_against_it(
    session: Session, vault: Vault
) -> None:
    for number, happens in enumerate(("answered", "stopped", "reopened", "expired")):
        phone = f"+7701555010{number}"
        person = find_or_add_contact(
            session, vault, phone=phone, email=f"d{number}@example.kz", language=Language.RU, now=NOW - DAY
        )
        closed, at = make_closed(session, vault, now=NOW, contact=person), NOW + DAY + timedelta(minutes=5)
        question = closed.ask()
        message = session.scalars(select(Message).where(Message.subject_id == question.id)).one()
        if happens == "answered":
            question.answered_at, question.settled, question.via = at, True, "page"
        elif happens == "stopped":
            opt_out(session, person, via="sms", now=at)
        elif happens == "reopened":
            reopen_case(session, closed.case_id, rules=RULES, reason=ReopenReason.NOT_SETTLED, now=at)
        else:
            at = question.answer_by
        session.flush()
        assert not reroute_message(session, message, at, desk=closed.desk, rules=RULES), happens
