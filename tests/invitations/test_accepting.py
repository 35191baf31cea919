"""What follows when an interaction is told: kept once, decided on, and whoever is to be asked invited."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.contacts.models import AddressKind, Contact, SuppressionReason
from app.contacts.service import find_or_add_contact
from app.contacts.suppression import suppress_address
from app.invitations.drafts import Accepted, InteractionConflictError, hash_draft, read_draft
from app.invitations.ending import end_asking
from app.invitations.links import get_live, get_live_by_id
from app.invitations.models import AskedCount, Decision, Delivery, Interaction, Invitation, Reason
from app.invitations.rerouting import may_send_at, reroute
from app.invitations.service import accept_interaction, accept_many
from app.kit.crypto import DataKey, Vault
from app.kit.errors import ConfigurationError, InvalidInputError
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow
from app.messaging.models import Message, MessagePurpose
from app.messaging.pausing import pause
from app.organisation.employees import add_employee
from app.organisation.service import get_unit
from app.responses.models import Via
from app.routing.invited import AnswerIn, take_invited_rating
from tests.conftest import NOW
from tests.invitations.calls import VAULT, ask_desk, call, make_place
from tests.respondents import SURVEYS, make_desk

PHONE = "+77011234567"


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_call_is_kept_and_its_caller_invited_five_minutes_later(session: Session) -> None:
    unit = make_place(session)
    result = accept_interaction(session, ask_desk(), call(), now=NOW)
    assert (result.decision, result.reason, result.repeated, result.token) == (Decision.INVITED, None, False, None)
    invitation = session.scalars(select(Invitation)).one()
    message = session.scalars(select(Message)).one()
    row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "message.send")).one()
    assert (invitation.survey_key, invitation.language) == ("call-follow-up", "ru")
    assert invitation.send_at == NOW + timedelta(minutes=4)
    assert invitation.answer_by == invitation.send_at + timedelta(days=7)
    assert (message.channel, message.purpose, message.unit_id) == ("sms", MessagePurpose.INVITATION, unit)
    assert (message.due_at, message.send_by) == (invitation.send_at, invitation.send_by)
    assert (row.lane, row.due_at, row.payload) == ("sms", message.due_at, {"message_id": str(message.id)})


def test_the_repeat_answers_the_same_and_another_body_is_a_conflict(session: Session) -> None:
    make_place(session)
    first = accept_interaction(session, ask_desk(), call(), now=NOW)
    again = accept_interaction(session, ask_desk(), call(), now=NOW + timedelta(hours=1))
    assert again == replace(first, repeated=True)
    with pytest.raises(InteractionConflictError):
        accept_interaction(session, ask_desk(), call(topic="Roaming"), now=NOW)
    assert (count(session, Interaction), count(session, Message)) == (1, 1)


def test_a_link_to_be_shown_is_told_and_told_again_and_nothing_is_sent(session: Session) -> None:
    make_place(session)
    draft = call(phone=None, delivery=Delivery.SELF)
    first = accept_interaction(session, ask_desk(), draft, now=NOW)
    assert first.token is not None
    assert get_live(session, first.token, now=NOW).interaction_id == first.interaction_id
    assert accept_interaction(session, ask_desk(), draft, now=NOW).token == first.token
    assert count(session, Message) == 0


def test_a_shown_link_does_not_keep_anybody_from_being_asked_by_message(session: Session) -> None:
    make_place(session)
    accept_interaction(session, ask_desk(), call(delivery=Delivery.SELF), now=NOW)
    later = call(external_id="call-2", ended_at=NOW)
    assert accept_interaction(session, ask_desk(), later, now=NOW).decision is Decision.INVITED


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"unit": "nowhere"}, "unit", "unknown_unit"),
        ({"employee": "nobody"}, "employee", "unknown_employee"),
        ({"phone": "12"}, "contact.phone", "invalid_phone"),
        ({"email": "asel"}, "contact.email", "invalid_email"),
        ({"external_id": "  "}, "external_id", "missing"),
        ({"topic": "x" * 201}, "topic", "too_long"),
        ({"topic": "a\0b"}, "topic", "unprintable"),
        ({"ended_at": NOW.replace(tzinfo=None)}, "ended_at", "invalid_input"),
        ({"ended_at": datetime.max.replace(tzinfo=UTC)}, "ended_at", "invalid_input"),
        ({"started_at": datetime.min.replace(tzinfo=UTC)}, "started_at", "invalid_input"),
        ({"wait_seconds": -1}, "wait_seconds", "invalid_input"),
        ({"recording_url": "javascript:alert(1)"}, "recording_url", "invalid_input"),
        ({"tags": ["x"] * 51}, "tags", "too_long"),
    ],
)
def test_what_cannot_be_taken_is_named_by_its_field(
    session: Session, changes: dict[str, Any], field: str, code: str
) -> None:
    make_place(session)
    with pytest.raises(InvalidInputError) as caught:
        accept_interaction(session, ask_desk(), call(**changes), now=NOW)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert count(session, Interaction) == 0


def test_one_bad_row_of_many_hurts_no_other(session: Session) -> None:
    make_place(session)
    drafts = [
        call(external_id="1"),
        call(external_id="2", unit="nowhere"),
        call(external_id="1"),
        call(external_id="1", topic="Roaming"),
        call(external_id="3", phone="+77019999999"),
    ]
    results = accept_many(session, ask_desk(), drafts, now=NOW)
    told = [one.decision if isinstance(one, Accepted) else one.code for one in results]
    assert told == ["invited", "unknown_unit", "invited", "interaction_conflict", "invited"]
    first, repeat = results[0], results[2]
    assert isinstance(first, Accepted)
    assert repeat == replace(first, repeated=True)
    again = accept_many(session, ask_desk(), drafts, now=NOW)
    assert [one.repeated for one in again if isinstance(one, Accepted)] == [True, True, True]
    assert count(session, Message) == 2


def test_five_hundred_calls_of_one_number_are_one_message(session: Session) -> None:
    make_place(session)
    drafts = [
        call(external_id=str(number), ended_at=NOW - timedelta(minutes=number), phone=phone)
        for number in range(500)
        for phone in [("8 701 123 45 67", "+7 701 123-45-67", PHONE)[number % 3]]
    ]
    results = accept_many(session, ask_desk(), drafts, now=NOW)
    assert len(results) == 500
    assert (count(session, Interaction), count(session, Message), count(session, Contact)) == (500, 1, 1)
    assert reasons(session) == {None: 1, "asked_lately": 499}


def test_a_person_is_one_by_whichever_address(session: Session) -> None:
    make_place(session)
    desk = ask_desk()
    drafts = [
        call(external_id="1", email="Asel@Example.kz", phone=None),
        call(external_id="2", email="asel@example.kz", phone=PHONE, ended_at=NOW),
        call(external_id="3", ended_at=NOW - timedelta(minutes=9)),
        call(external_id="4", telegram_id="12345", ended_at=NOW - timedelta(minutes=20)),
        call(external_id="5", telegram_id="12345", phone=None, ended_at=NOW - timedelta(minutes=30)),
    ]
    accept_many(session, desk, drafts, now=NOW)
    assert count(session, Contact) == 1
    assert reasons(session) == {None: 1, "asked_lately": 4}


@pytest.mark.parametrize("apart", [0, 5])
def test_the_same_call_under_two_ids_is_asked_about_once(session: Session, apart: int) -> None:
    make_place(session)
    desk = ask_desk("ask_again_after_days: 0")
    accept_interaction(session, desk, call(), now=NOW)
    again = call(external_id="crm-1", source="crm", ended_at=call().ended_at + timedelta(seconds=apart))
    assert accept_interaction(session, desk, again, now=NOW).reason is Reason.SAME_CONTACT
    another = call(external_id="call-9", ended_at=call().ended_at + timedelta(seconds=apart + 6))
    assert accept_interaction(session, desk, another, now=NOW).decision is Decision.INVITED


@pytest.mark.parametrize(
    ("said", "reason"), [(SuppressionReason.OPTED_OUT, Reason.OPTED_OUT), (SuppressionReason.STAFF, Reason.STAFF)]
)
def test_who_said_stop_is_not_asked_by_any_address(session: Session, said: SuppressionReason, reason: Reason) -> None:
    make_place(session)
    suppress_address(session, VAULT, AddressKind.PHONE, PHONE, reason=said, via="staff", now=NOW)
    assert accept_interaction(session, ask_desk(), call(email="a@example.kz"), now=NOW).reason is reason
    by_mail = call(external_id="2", phone=None, email="a@example.kz")
    assert accept_interaction(session, ask_desk(), by_mail, now=NOW).reason is reason


def test_nobody_is_asked_where_sending_is_stopped_above(session: Session) -> None:
    make_place(session)
    city = get_unit(session, "almaty")
    stop = pause(session, city.id, reason="storm", user_id=None, now=NOW)
    assert accept_interaction(session, ask_desk(), call(), now=NOW).reason is Reason.PAUSED
    stop.ended_at = NOW
    session.flush()
    later = call(external_id="2", ended_at=NOW)
    assert accept_interaction(session, ask_desk(), later, now=NOW).decision is Decision.INVITED


def test_a_cap_of_the_city_counts_its_offices_together(session: Session) -> None:
    make_place(session)
    make_place(session, code="dostyk")
    desk = ask_desk("units:\n  almaty: {daily_cap: 3}")
    drafts = [
        call(external_id=str(number), unit=("abay", "dostyk")[number % 2], phone=f"+770112345{number:02}")
        for number in range(5)
    ]
    accept_many(session, desk, drafts, now=NOW)
    assert reasons(session) == {None: 3, "daily_cap": 2}
    assert session.scalars(select(AskedCount.asked)).one() == 3
    tomorrow = call(external_id="9", phone="+77011234599", ended_at=NOW + timedelta(days=1))
    assert accept_interaction(session, desk, tomorrow, now=NOW + timedelta(days=1)).decision is Decision.INVITED


def test_a_budget_stops_before_it_is_passed_and_says_so_once(session: Session) -> None:
    make_place(session)
    desk = ask_desk("daily_budget: 40\nunits:\n  abay: {daily_cap: 100}")  # 17 each
    drafts = [call(external_id=str(number), phone=f"+770112345{number:02}") for number in range(5)]
    accept_many(session, desk, drafts, now=NOW)
    assert reasons(session) == {None: 2, "budget": 3}
    assert sorted(session.execute(select(AskedCount.asked, AskedCount.cost)).all()) == [(2, 3400), (2, 3400)]
    assert count_events(session, "budget.reached") == 1


def test_the_employee_and_what_was_measured_are_kept(session: Session) -> None:
    unit = make_place(session)
    employee = add_employee(session, code="asel", name="Asel", unit_id=unit, now=NOW)
    draft = call(
        employee="asel", wait_seconds=42, handle_seconds=180, topic=" Internet  down ", resolved=True, tags=["a", "a"]
    )
    accept_interaction(session, ask_desk(), draft, now=NOW)
    kept = session.scalars(select(Interaction)).one()
    assert (kept.employee_id, kept.wait_seconds, kept.handle_seconds) == (employee.id, 42, 180)
    assert (kept.topic, kept.resolved, kept.tags) == ("Internet down", True, ["a"])


@pytest.mark.parametrize(
    ("told", "known", "asked"),
    [(Language.KK, None, "kk"), (None, Language.UK, "uk"), (Language.EN, Language.UK, "en"), (None, None, "ru")],
)
def test_people_are_asked_in_the_language_they_speak(
    session: Session, told: Language | None, known: Language | None, asked: str
) -> None:
    make_place(session)
    if known is not None:
        find_or_add_contact(session, VAULT, phone=PHONE, language=known, now=NOW)
    accept_interaction(session, ask_desk(), call(language=told), now=NOW)
    assert session.scalars(select(Message.language)).one() == asked


def test_the_first_channel_that_reaches_is_taken_and_a_reminder_goes_by_another(session: Session) -> None:
    make_place(session)
    desk = ask_desk("reminder: {after_days: 2, by: sms}")
    accept_interaction(session, desk, call(telegram_id="99"), now=NOW)
    messages = session.scalars(select(Message).order_by(Message.due_at)).all()
    assert [(one.channel, one.purpose, one.cost) for one in messages] == [
        ("telegram", "invitation", 0),
        ("sms", "reminder", 1700),
    ]
    invitation = session.scalars(select(Invitation)).one()
    assert messages[1].due_at == invitation.send_at + timedelta(days=2)
    assert messages[1].send_by == invitation.answer_by
    assert end_asking(session, invitation.interaction_id, failure="answered", now=NOW) == 2


def test_an_unreachable_person_is_asked_by_the_next_channel_once(session: Session) -> None:
    make_place(session)
    desk = ask_desk()
    accept_interaction(session, desk, call(telegram_id="99", email="a@example.kz"), now=NOW)
    first = session.scalars(select(Message)).one()
    second = reroute(session, first, NOW, desk=desk)
    assert second is not None
    third = reroute(session, first, NOW, desk=desk)
    assert third is not None
    assert [first.channel, second.channel, third.channel] == ["telegram", "sms", "email"]
    assert reroute(session, third, NOW, desk=desk) is None
    assert (second.subject_id, second.send_by, second.due_at) == (first.subject_id, first.send_by, NOW)


def test_asking_by_another_channel_does_not_pass_the_budget(session: Session) -> None:
    make_place(session)
    desk = ask_desk("daily_budget: 20\ndaily_cap: 2")  # of SMS, which are 17 each, one
    for number in range(2):
        draft = call(external_id=str(number), phone=f"+7701123450{number}", telegram_id=str(number + 1))
        accept_interaction(session, desk, draft, now=NOW)
    first, second = session.scalars(select(Message).order_by(Message.id)).all()
    assert reroute(session, first, NOW, desk=desk) is not None
    assert reroute(session, second, NOW, desk=desk) is None
    assert session.execute(select(AskedCount.asked, AskedCount.cost)).all() == [(2, 1700)]
    assert count_events(session, "budget.reached") == 1


def test_nobody_is_asked_by_another_channel_too_late_or_after_a_stop(session: Session) -> None:
    make_place(session)
    desk = ask_desk()
    accept_interaction(session, desk, call(email="a@example.kz"), now=NOW)
    first = session.scalars(select(Message)).one()
    assert reroute(session, first, NOW + timedelta(hours=25), desk=desk) is None
    suppress_address(
        session, VAULT, AddressKind.EMAIL, "a@example.kz", reason=SuppressionReason.OPTED_OUT, via="page", now=NOW
    )
    assert reroute(session, first, NOW, desk=desk) is None


def test_a_retry_that_slid_into_the_night_waits_for_the_morning(session: Session) -> None:
    make_place(session)
    desk = ask_desk()
    accept_interaction(session, desk, call(phone="+380671234567", email="a@example.kz"), now=NOW)
    message = session.scalars(select(Message)).one()
    assert may_send_at(session, message, NOW, desk=desk) == NOW.replace(hour=7)  # 9:00 in Kyiv
    assert may_send_at(session, message, NOW.replace(hour=7), desk=desk) is None
    message.purpose = MessagePurpose.REPLY
    assert may_send_at(session, message, NOW, desk=desk) is None


def test_what_is_told_late_or_imported_is_kept_and_not_asked_about(session: Session) -> None:
    make_place(session)
    accept_interaction(session, ask_desk(), call(ended_at=NOW - timedelta(days=2)), now=NOW)
    accept_interaction(session, ask_desk(), call(external_id="2", history=True), now=NOW)
    assert reasons(session) == {"too_old": 1, "history": 1}
    assert session.scalars(select(Contact.asked_at)).all() == [None]


def test_the_number_of_a_caller_cannot_be_guessed_from_what_is_stored(session: Session) -> None:
    make_place(session)
    accept_interaction(session, ask_desk(), call(), now=NOW)
    kept = session.scalars(select(Interaction)).one()
    other = Vault([DataKey("t1", bytes(reversed(range(32))))])
    draft = read_draft(call(), region="KZ")
    assert kept.body_hash == hash_draft(VAULT, draft) != hash_draft(other, draft)


def test_a_survey_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match="no survey coffee"):
        ask_desk("surveys: {call: coffee}")


def reasons(session: Session) -> dict[str | None, int]:
    rows = session.execute(select(Interaction.reason, func.count()).group_by(Interaction.reason))
    return dict(rows.all())


def count_events(session: Session, kind: str) -> int:
    return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == kind)) or 0


def test_a_reminder_is_not_sent_to_whoever_answered(session: Session) -> None:
    make_place(session)
    desk = ask_desk("reminder: {after_days: 2, by: email}")
    told = accept_interaction(session, desk, call(email="a@example.kz"), now=NOW)
    assert told.invitation_id is not None
    session.scalars(select(Message).where(Message.purpose == MessagePurpose.INVITATION)).one().state = "delivered"
    session.flush()
    take_invited_rating(
        session,
        make_desk(VAULT),
        invitation=get_live_by_id(session, told.invitation_id, now=NOW),
        definition=SURVEYS.current("call-follow-up"),
        rating=5,
        answer=AnswerIn(Via.SMS, Language.RU, same_person=True),
        now=NOW,
    )
    reminder = session.scalars(select(Message).where(Message.purpose == MessagePurpose.REMINDER)).one()
    assert (reminder.state, reminder.failure) == ("cancelled", "answered")
