"""What a policy would have done with the past: as it was, or as another would have it; nothing is written."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.invitations.models import AskedCount, Interaction, Invitation, Reason
from app.invitations.service import accept_many
from app.invitations.trial import Trial, top_units, try_policy
from app.messaging.models import Message, MessagingChannel
from tests.conftest import NOW
from tests.invitations.calls import ask_desk, call, make_place, policy


def fill(session: Session) -> None:
    """Tell ten days of calls: every day two people, one of them every day, one landline, one that nobody took."""
    make_place(session)
    make_place(session, code="dostyk")
    desk = ask_desk()
    for day in range(10):
        at = NOW - timedelta(days=10 - day)
        drafts = [
            call(external_id=f"{day}-1", ended_at=at, phone="+77011234567"),
            call(external_id=f"{day}-2", ended_at=at, phone=f"+770112345{day + 10}", unit="dostyk", topic="Roaming"),
            call(external_id=f"{day}-3", ended_at=at, phone="+77172123456"),
            call(external_id=f"{day}-4", ended_at=at, phone="+77011234500", answered=False),
        ]
        accept_many(session, desk, drafts, now=at)


def play(session: Session, more: str = "", *, limit: int | None = None) -> Trial:
    return try_policy(session, ask_desk(), policy(more), since=NOW - timedelta(days=30), until=NOW, limit=limit)


def test_the_policy_in_force_does_again_what_it_did(session: Session) -> None:
    fill(session)
    before = [session.scalar(select(func.count()).select_from(model)) for model in WRITTEN]
    trial = play(session)
    assert (trial.total, trial.asked, trial.then) == (40, 12, 12)
    assert trial.reasons == {Reason.ASKED_LATELY: 8, Reason.NO_CHANNEL: 10, Reason.UNANSWERED: 10}
    assert (trial.messages, trial.cost) == ({MessagingChannel.SMS: 12}, 12 * 1700)
    assert [(name, tally.total, tally.asked) for name, tally in top_units(trial, 9)] == [
        ("Office abay", 30, 2),
        ("Office dostyk", 10, 10),
    ]
    assert len(trial.days) == 10
    assert [session.scalar(select(func.count()).select_from(model)) for model in WRITTEN] == before


WRITTEN = (Interaction, Invitation, Message, Contact, AskedCount)


def test_another_policy_does_otherwise(session: Session) -> None:
    fill(session)
    assert play(session, "ask_again_after_days: 0").asked == 20
    assert play(session, "ask_again_after_days: 30").asked == 11
    assert play(session, "ask: false").reasons == {Reason.SWITCHED_OFF: 40}
    assert play(session, "exclude: {topics: [roaming]}").reasons[Reason.TOPIC_EXCLUDED] == 10
    assert play(session, "units:\n  dostyk: {ask: false}").reasons[Reason.SWITCHED_OFF] == 10
    assert play(session, "countries: [UA]").reasons[Reason.COUNTRY_NOT_ALLOWED] == 20
    assert play(session, "daily_cap: 1").reasons[Reason.DAILY_CAP] == 2
    assert play(session, "daily_budget: 16").reasons[Reason.BUDGET] == 20


def test_with_a_limit_the_latest_are_played_and_the_rest_counted(session: Session) -> None:
    fill(session)
    trial = play(session, limit=8)
    assert (trial.total, trial.left_out) == (8, 32)


def test_who_was_asked_before_the_span_is_still_left_alone(session: Session) -> None:
    fill(session)
    trial = try_policy(session, ask_desk(), policy(), since=NOW - timedelta(days=9, hours=12), until=NOW)
    assert trial.asked == 10  # nine people once, and the daily caller once, a week after the day before the span


def test_imported_history_is_played_as_if_it_had_been_told_in_time(session: Session) -> None:
    make_place(session)
    draft = call(history=True, ended_at=NOW - timedelta(days=5))
    accept_many(session, ask_desk(), [draft], now=NOW)
    trial = play(session)
    assert (trial.total, trial.asked, trial.then) == (1, 1, 0)


def test_a_person_whose_number_was_forgotten_counts_as_reached(session: Session) -> None:
    fill(session)
    for contact in session.scalars(select(Contact)):
        contact.phone_enc = contact.phone_index = None
    session.flush()
    trial = play(session)
    assert (trial.asked, trial.reasons[Reason.NO_CHANNEL]) == (12, 10)


def test_the_demos_film_numbers_live_where_the_demo_plays(session: Session) -> None:
    make_place(session)
    desk = ask_desk("countries: [US]")
    for number, demo in enumerate((True, False)):
        draft = call(external_id=str(number), phone=f"+1202555012{number}", demo=demo)
        accept_many(session, desk, [draft], now=NOW)
    trial = play(session, "countries: []")
    assert (trial.asked, trial.reasons) == (1, {Reason.COUNTRY_NOT_ALLOWED: 1})
