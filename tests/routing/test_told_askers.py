"""Telling who asked what came of it: once, in their own channel and language, and nobody who must not be written to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.permissions import Actor
from app.callbacks.improvements.changing import ImprovementDraft, NotDoneError, change_improvement
from app.callbacks.improvements.gathering import gather_wishes, start_improvement
from app.callbacks.improvements.models import Improvement, ImprovementState, Untold, Wish, WishState
from app.callbacks.improvements.visible import ImprovementNotFoundError
from app.contacts.models import AddressKind, Contact, SuppressionReason
from app.contacts.suppression import opt_out, suppress_address
from app.invitations.composing import Composing
from app.invitations.desk import AskDesk
from app.invitations.models import Interaction
from app.invitations.rerouting import may_send_at
from app.invitations.service import accept_interaction
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.messaging.content import NothingToSayError
from app.messaging.models import Message, MessagePurpose, MessagingChannel
from app.messaging.texts import load_texts
from app.organisation.service import find_unit
from app.responses.models import SurveyResponse
from app.responses.service import find_answer_id
from app.routing.told_askers import preview_telling, start_telling, tell_askers
from app.routing.told_words import compose_told
from config.settings import ROOT
from tests.callbacks.factories import acting, make_case, make_response, make_user
from tests.conftest import NOW
from tests.invitations.calls import VAULT, ask_desk, call, make_place
from tests.respondents import SURVEYS

NIGHT = datetime.fromisoformat("2026-03-04T17:00:00+00:00")  # 22:00 in Almaty
DONE = {Language.RU: "стулья в зале", Language.EN: "chairs in the hall"}
COMPOSING = Composing(
    VAULT, "https://op.kz", "Otklik", SURVEYS, load_texts(ROOT / "config" / "messages.yaml"), find_answer_id
)


@pytest.fixture
def desk() -> AskDesk:
    """A desk that may spend money."""
    return ask_desk()


@pytest.fixture
def leader(session: Session) -> Actor:
    """Who may improve everything."""
    make_place(session)
    return acting(make_user(session, "Leader", now=NOW).id)


def test_each_is_told_once_in_the_channel_they_answered_in(session: Session, desk: AskDesk, leader: Actor) -> None:
    wishes = [
        _asked(session, desk, 1, phone="+77011234561"),
        _asked(session, desk, 2, phone="+77011234562", telegram="42", via="telegram"),
        _asked(session, desk, 3, phone="+77011234563", email="a@example.kz", via="email", language="en"),
    ]
    again = _asked(session, desk, 4, phone="+77011234561")
    improvement = _done(session, leader, [*wishes, again])
    preview = preview_telling(session, desk, improvement, now=NOW)
    assert dict(preview.by_channel) == {"sms": 1, "telegram": 1, "email": 1}
    assert (preview.untold, preview.people, preview.cost, preview.more) == ({}, 3, 1700, False)
    assert tell_askers(session, desk, now=NOW, limit=10) == 0, "nobody has decided it yet"
    start_telling(session, improvement.id, leader, now=NOW)
    assert tell_askers(session, desk, now=NOW, limit=10) == 4
    assert _messages(session) == [("email", "en"), ("sms", "ru"), ("telegram", "ru")]
    assert all(wish.told_at == NOW for wish in [*wishes, again])
    assert improvement.telling_since is None
    start_telling(session, improvement.id, leader, now=NOW)
    tell_askers(session, desk, now=NOW, limit=10)
    assert len(_messages(session)) == 3
    late = _asked(session, desk, 5, phone="+77011234565")
    gather_wishes(session, [late.id], improvement.id, leader, now=NOW)
    start_telling(session, improvement.id, leader, now=NOW)
    assert tell_askers(session, desk, now=NOW, limit=10) == 1, "only who has asked since"


def test_nobody_is_told_who_must_not_be_or_cannot_be_reached(session: Session, desk: AskDesk, leader: Actor) -> None:
    stopped, staff, kazakh, forgotten, abroad, self_service = (
        _asked(session, desk, number, phone=f"+7701123450{number}") for number in range(6)
    )
    opt_out(session, _contact(session, stopped), via="sms", now=NOW)
    suppress_address(
        session, VAULT, AddressKind.PHONE, "+77011234501", reason=SuppressionReason.STAFF, via="staff", now=NOW
    )
    _response(session, kazakh).language = "kk"
    contact = _contact(session, forgotten)
    contact.phone_enc = contact.phone_index = None
    _interaction(session, self_service).delivery = "self"
    anonymous = _wish(session, make_response(session, abroad.unit_id, now=NOW, comment="x"))
    complained = make_case(session, abroad.unit_id, now=NOW)
    for_a_call = Wish(
        id=new_id(), unit_id=abroad.unit_id, case_id=complained.id, state=WishState.NEW, said_at=NOW, found_by=""
    )
    session.add(for_a_call)
    unreachable = ask_desk("countries: [KG]")
    everybody = [stopped, staff, kazakh, forgotten, abroad, self_service, anonymous, for_a_call]
    improvement = _done(session, leader, everybody)
    start_telling(session, improvement.id, leader, now=NOW)
    preview = preview_telling(session, unreachable, improvement, now=NOW)
    tell_askers(session, unreachable, now=NOW, limit=20)
    assert [wish.untold for wish in everybody] == [
        Untold.OPTED_OUT,
        Untold.STAFF,
        Untold.NO_WORDS,
        Untold.NO_ADDRESS,
        Untold.NO_CHANNEL,
        Untold.ANONYMOUS,
        Untold.ANONYMOUS,
        Untold.FOR_A_CALL,
    ]
    assert dict(preview.untold) == {reason: 2 if reason is Untold.ANONYMOUS else 1 for reason in Untold}
    assert (preview.people, _messages(session)) == (0, [])


def test_who_lacked_the_words_is_told_once_it_is_said_in_their_language(
    session: Session, desk: AskDesk, leader: Actor
) -> None:
    kazakh = _asked(session, desk, 1, language="kk")
    improvement = _done(session, leader, [kazakh])
    start_telling(session, improvement.id, leader, now=NOW)
    tell_askers(session, desk, now=NOW, limit=10)
    assert kazakh.untold == Untold.NO_WORDS
    said = {**DONE, Language.KK: "орындықтар"}
    draft = ImprovementDraft("Chairs", ImprovementState.DONE, done=said)
    change_improvement(session, improvement.id, draft, leader, now=NOW)
    assert preview_telling(session, desk, improvement, now=NOW).people == 1
    start_telling(session, improvement.id, leader, now=NOW)
    tell_askers(session, desk, now=NOW, limit=10)
    session.refresh(kazakh)
    assert kazakh.told_at == NOW


def test_by_night_it_waits_for_the_morning_and_a_spent_budget_for_another_day(session: Session, leader: Actor) -> None:
    # The two invitations took 18 of the day.
    desk = ask_desk("daily_budget: 30\nprices: {sms: 9}")
    wishes = [_asked(session, desk, number, phone=f"+7701123450{number}") for number in range(2)]
    improvement = _done(session, leader, wishes)
    start_telling(session, improvement.id, leader, now=NOW)
    tell_askers(session, desk, now=NIGHT, limit=10)
    (message,) = session.scalars(select(Message).where(Message.purpose == MessagePurpose.IMPROVEMENT))
    assert message.due_at == datetime.fromisoformat("2026-03-05T04:00:00+00:00")
    assert may_send_at(session, message, NIGHT, desk=desk) == message.due_at
    assert sorted(wish.told_at is not None for wish in wishes) == [False, True]
    assert tell_askers(session, desk, now=NIGHT + timedelta(minutes=1), limit=10) == 0, "not at once again"
    tell_askers(session, desk, now=NOW + timedelta(days=1), limit=10)
    assert all(wish.told_at is not None for wish in wishes)


def test_only_what_is_done_said_and_ones_own_can_be_told(session: Session, leader: Actor) -> None:
    unit = find_unit(session, "abay")
    assert unit is not None
    improvement = start_improvement(session, title="Chairs", unit_id=unit.id, actor=leader, now=NOW)
    with pytest.raises(NotDoneError):
        start_telling(session, improvement.id, leader, now=NOW)
    change_improvement(session, improvement.id, ImprovementDraft("Chairs", ImprovementState.DONE), leader, now=NOW)
    with pytest.raises(NotDoneError):
        start_telling(session, improvement.id, leader, now=NOW)
    with pytest.raises(ImprovementNotFoundError):
        start_telling(session, improvement.id, acting(new_id(), unit_id=new_id()), now=NOW)


def test_the_words_are_made_anew_and_taken_back_with_what_they_tell(session: Session, leader: Actor) -> None:
    desk = ask_desk()
    by_sms, by_mail = _asked(session, desk, 1), _asked(session, desk, 2, phone=None, email="a@example.kz", via="email")
    improvement = _done(session, leader, [by_sms, by_mail])
    start_telling(session, improvement.id, leader, now=NOW)
    tell_askers(session, desk, now=NOW, limit=10)
    messages = {
        MessagingChannel(one.channel): one
        for one in session.scalars(select(Message).where(Message.purpose == MessagePurpose.IMPROVEMENT))
    }
    improvement.done_ru = "<стулья> и {company}"
    sms = compose_told(session, messages[MessagingChannel.SMS], NOW, composing=COMPOSING)
    assert sms.text == "Otklik: вы просили, мы сделали: <стулья> и {company}"
    mail = compose_told(session, messages[MessagingChannel.EMAIL], NOW, composing=COMPOSING)
    assert "&lt;стулья&gt;" in mail.html
    assert mail.unsubscribe_url in mail.text
    assert mail.unsubscribe_url in mail.html
    assert mail.subject == "Otklik: вы просили, мы сделали"
    change_improvement(session, improvement.id, ImprovementDraft("x", ImprovementState.PLANNED), leader, now=NOW)
    with pytest.raises(NothingToSayError):
        compose_told(session, messages[MessagingChannel.SMS], NOW, composing=COMPOSING)


def _asked(
    session: Session, desk: AskDesk, number: int, *, via: str = "page", language: str = "ru", **person: str | None
) -> Wish:
    """A wish of somebody whom we asked about a call and who answered."""
    telegram = person.pop("telegram", None)
    draft = call(external_id=f"call-{number}", **{"phone": "+77011234569", **person})
    accept_interaction(session, desk, draft, now=NOW)
    session.flush()
    interaction = session.scalars(select(Interaction).where(Interaction.external_id == f"call-{number}")).one()
    if telegram:
        contact = session.get_one(Contact, interaction.contact_id)
        contact.telegram_enc = VAULT.encrypt(telegram, table="contact", column="telegram_enc", row_id=contact.id)
        contact.telegram_index = VAULT.blind_index(AddressKind.TELEGRAM, telegram)
    response = make_response(session, interaction.unit_id, now=NOW, comment="стулья!")
    response.interaction_id, response.via, response.language = interaction.id, via, language
    return _wish(session, response)


def _wish(session: Session, response: SurveyResponse) -> Wish:
    wish = Wish(
        id=new_id(), unit_id=response.unit_id, response_id=response.id, state=WishState.NEW, said_at=NOW, found_by=""
    )
    session.add(wish)
    session.flush()
    return wish


def _done(session: Session, leader: Actor, wishes: Sequence[Wish]) -> Improvement:
    improvement = start_improvement(session, title="Chairs", unit_id=wishes[0].unit_id, actor=leader, now=NOW)
    draft = ImprovementDraft("Chairs", ImprovementState.DONE, done=DONE)
    change_improvement(session, improvement.id, draft, leader, now=NOW)
    session.flush()
    gather_wishes(session, [wish.id for wish in wishes], improvement.id, leader, now=NOW)
    session.flush()
    return improvement


def _response(session: Session, wish: Wish) -> SurveyResponse:
    return session.get_one(SurveyResponse, wish.response_id)


def _interaction(session: Session, wish: Wish) -> Interaction:
    return session.get_one(Interaction, _response(session, wish).interaction_id)


def _contact(session: Session, wish: Wish) -> Contact:
    return session.get_one(Contact, _interaction(session, wish).contact_id)


def _messages(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Message.channel, Message.language).where(Message.purpose == MessagePurpose.IMPROVEMENT)
    )
    return sorted((channel, language) for channel, language in rows)
