"""What staff say and tap in their own chat, and that it stays apart from what customers say."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, StaffGrant
from app.callbacks.models import CallbackCase
from app.callbacks.working import claim_case
from app.contacts.models import AddressKind, Contact, Suppression
from app.contacts.service import find_contact_by, find_or_add_contact
from app.jobs.inbound import InboundWork
from app.jobs.lanes import LaneLoop
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.i18n import Language
from app.messaging.hooks import Hook
from app.messaging.inbound.events import Blocked, Event, Inbound, Started, Tap, Text
from app.messaging.models import MessagingChannel
from app.messaging.notices.chats import PREFIX, begin_link, find_chat, find_chat_owner, find_link
from app.messaging.notices.models import Notice, NoticeKind
from app.messaging.notices.taps import Deed, write_tap
from app.messaging.receiving import keep_inbound
from app.messaging.registry import Gateways
from app.routing.staff_chat import StaffAnswer, hear_staff
from tests.callbacks.factories import acting
from tests.conftest import NOW
from tests.routing.chatting import make_talk
from tests.routing.staff_telling import (
    CHAT,
    Place,
    Recorder,
    add_notice,
    make_colleague,
    make_desk,
    make_place,
)

TELEGRAM = MessagingChannel.TELEGRAM


@dataclass
class Chat:
    """The manager's chat, with a notice of an opened case in it."""

    session: Session
    vault: Vault
    place: Place
    notice: Notice

    def hears(self, event: Event) -> StaffAnswer | None:
        """Let it come in."""
        return hear_staff(self.session, make_desk(self.vault), TELEGRAM, event, now=NOW)

    def taps(self, deed: Deed, *, chat: str = CHAT, payload: str | None = None) -> StaffAnswer | None:
        """Tap a button of the notice."""
        return self.hears(Tap(chat, payload or write_tap(self.vault, self.notice, deed), "tap", "77"))

    def holder(self) -> object:
        """Return who works the case."""
        self.session.refresh(self.place.case)
        return self.place.case.claimed_by_id


@pytest.fixture
def chat(session: Session, vault: Vault) -> Chat:
    place = make_place(session, vault)
    return Chat(session, vault, place, add_notice(session, place.manager.id, NoticeKind.CASE_OPENED, place.case.id))


def test_a_tap_claims_the_case_and_the_message_says_so(chat: Chat) -> None:
    said = chat.taps(Deed.CLAIM)

    assert chat.holder() == chat.place.manager.id
    assert said is not None
    assert said.toast == "✓ The case is yours now."
    assert said.text.startswith("Somebody to ring back: Office on Abay\n\nWhere: Office on Abay\n")
    assert said.text.endswith(
        f"\n\n✓ The case is yours now.\n\nhttps://feedback.example/manage/callbacks/{chat.place.case.id}"
    )
    assert chat.taps(Deed.CLAIM) == said  # twice is once


def test_whoever_taps_second_is_told_who_was_faster(chat: Chat) -> None:
    colleague = make_colleague(chat.session, chat.place.unit.id)
    claim_case(chat.session, chat.place.case.id, actor=acting(colleague.id, unit_id=chat.place.unit.id), now=NOW)

    for deed in (Deed.CLAIM, Deed.SNOOZE):
        said = chat.taps(deed)
        assert said is not None
        assert said.toast == "Berik was faster."
    assert chat.holder() == colleague.id


def test_a_tap_that_is_not_the_readers_does_nothing(chat: Chat) -> None:
    right = write_tap(chat.vault, chat.notice, Deed.CLAIM)
    other = add_notice(chat.session, chat.place.manager.id, NoticeKind.CASE_ESCALATED, chat.place.case.id)
    swapped = right.replace(right.split(":")[1], write_tap(chat.vault, other, Deed.CLAIM).split(":")[1])
    for forged in (right[:-1] + ("A" if right[-1] != "A" else "B"), right.replace(":c:", ":s:"), swapped):
        assert chat.taps(Deed.CLAIM, payload=forged) == StaffAnswer(), forged
    assert chat.taps(Deed.CLAIM, chat="5501001") == StaffAnswer()  # passed on to somebody's chat
    for foreign in ("r:0000000000000000:5", "n", "n:::", f"n:{'A' * 30}:c:{'A' * 16}", "n:ü:c:ü"):
        assert chat.taps(Deed.CLAIM, payload=foreign) is None, foreign
    assert chat.holder() is None


def test_a_tap_of_somebody_who_may_not_work_there_any_more_does_nothing(chat: Chat) -> None:
    chat.session.query(StaffGrant).filter_by(user_id=chat.place.manager.id).delete()
    said = chat.taps(Deed.CLAIM)
    assert said == StaffAnswer("This case is not yours to work any more.", "This case is not yours to work any more.")
    chat.place.manager.active = False
    chat.session.flush()
    assert chat.taps(Deed.CLAIM) == StaffAnswer()
    assert chat.holder() is None


def test_a_free_case_that_is_put_off_is_told_again_and_stays_where_others_see_it(chat: Chat) -> None:
    due_at = chat.place.case.due_at
    for _ in range(2):
        said = chat.taps(Deed.SNOOZE)
        assert said is not None
        assert said.toast == "You will be reminded at 12:00."

    again = chat.session.scalars(select(Notice).where(Notice.id != chat.notice.id)).one()
    assert (again.kind, again.way, again.due_at) == ("case_opened", "telegram", NOW + timedelta(hours=1))
    chat.session.refresh(chat.place.case)
    assert (chat.place.case.claimed_by_id, chat.place.case.due_at) == (None, due_at)


def test_whoever_works_a_case_puts_it_off_by_an_hour(chat: Chat) -> None:
    chat.taps(Deed.CLAIM)
    chat.taps(Deed.SNOOZE)
    chat.session.refresh(chat.place.case)
    assert chat.place.case.next_attempt_at == NOW + timedelta(hours=1)


def test_a_link_opens_one_chat_once_and_not_for_long(session: Session, vault: Vault) -> None:
    place = make_place(session, vault)
    chat = Chat(session, vault, place, add_notice(session, place.manager.id, NoticeKind.CASE_REMINDER, place.case.id))
    colleague = make_colleague(session, place.unit.id)
    colleague.language = "kk"
    old = begin_link(session, vault, colleague.id, now=NOW)
    late = begin_link(session, vault, colleague.id, now=NOW - timedelta(minutes=15))
    assert find_link(session, vault, colleague.id, now=NOW) is None
    for useless in (old, late, PREFIX, PREFIX + "A" * 24):
        said = chat.hears(Started("77001", useless, "uk"))
        assert said is not None
        assert said.reply.startswith("Це посилання застаріло.")
    token = begin_link(session, vault, colleague.id, now=NOW)
    assert find_link(session, vault, colleague.id, now=NOW) == token

    linked = chat.hears(Started("77001", token))

    assert linked is not None
    assert linked.reply.startswith("Berik, енді хабарландырулар осында келеді")
    assert find_chat_owner(session, vault, "77001") == colleague.id
    again = chat.hears(Started("77002", token))
    assert again is not None
    assert find_chat_owner(session, vault, "77002") is None
    stored = find_chat(session, colleague.id)
    assert stored is not None
    assert b"77001" not in stored.chat_enc + stored.chat_index


def test_a_chat_that_changes_hands_belongs_to_the_last(session: Session, vault: Vault) -> None:
    place = make_place(session, vault)
    colleague = make_colleague(session, place.unit.id)
    token = begin_link(session, vault, colleague.id, now=NOW)

    hear_staff(session, make_desk(vault), TELEGRAM, Started(CHAT, token), now=NOW)

    assert find_chat_owner(session, vault, CHAT) == colleague.id
    assert find_chat(session, place.manager.id) is None


@pytest.mark.parametrize("word", ["/stop", "стоп", "тоқта"])
def test_stop_ends_what_staff_are_told_and_no_survey(chat: Chat, word: str) -> None:
    said = chat.hears(Text(CHAT, word))

    assert said == StaffAnswer(reply="Notices for staff do not come here any more.")
    assert find_chat(chat.session, chat.place.manager.id) is None
    assert chat.session.scalars(select(Suppression.kind)).all() == []
    assert chat.hears(Text(CHAT, word)) is None  # from now on a customer's word like any other
    actions = chat.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("notices.%"))).all()
    assert actions == ["notices.chat_linked", "notices.chat_unlinked"]


def test_somebody_who_is_a_customer_too_stops_one_thing_at_a_time(chat: Chat) -> None:
    find_or_add_contact(chat.session, chat.vault, telegram=CHAT, language=Language.RU, now=NOW)

    assert chat.hears(Text(CHAT, "Спасибо, всё хорошо")) is None
    assert chat.hears(Tap(CHAT, "r:0000000000000000:5")) is None
    said = chat.hears(Text(CHAT, "/stop"))

    assert said is not None
    assert "write /stop once more" in said.reply
    assert chat.hears(Text(CHAT, "/stop")) is None


def test_words_in_a_chat_of_staff_make_nobody_a_customer(chat: Chat) -> None:
    said = chat.hears(Text(CHAT, "кто сегодня дежурит?"))
    assert said is not None
    assert said.reply.startswith("Notices of Aru Bank")
    assert chat.hears(Text(CHAT, "")) == StaffAnswer()
    assert chat.hears(Started(CHAT)) == said
    assert chat.hears(Started(CHAT, "7K3M9PXQ2W4T6Y8Z")) is None  # a customer's link is a customer's
    assert chat.session.scalars(select(func.count()).select_from(Contact)).one() == 1  # whom the case is about
    assert find_contact_by(chat.session, chat.vault, AddressKind.TELEGRAM, CHAT) is None


def test_whoever_blocks_the_bot_is_unlinked(chat: Chat) -> None:
    assert chat.hears(Blocked(CHAT)) is None
    assert find_chat(chat.session, chat.place.manager.id) is None


def test_a_tap_through_the_worker_claims_once_and_takes_the_buttons_off(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        notice = add_notice(session, place.manager.id, NoticeKind.CASE_OPENED, place.case.id)
        tap = Tap(CHAT, write_tap(vault, notice, Deed.CLAIM), "tap", "77")
        hook = Hook("telegram", TELEGRAM, "slug", "secret")
        for _ in range(2):  # Telegram repeats what it heard no yes to
            keep_inbound(session, vault, hook, [Inbound("873201", tap)], now=NOW)
    bot = Recorder()
    work = InboundWork(
        database, lambda: NOW, make_talk(vault), Gateways({TELEGRAM: [bot]}), lambda *_: None, make_desk(vault)
    )

    assert LaneLoop(database, lambda: NOW, "here:1", work.lane()).run_once() == 1

    assert bot.toasts == ["✓ The case is yours now."]
    ((where, message, text),) = bot.texts
    assert (where, message) == (CHAT, "77")
    assert "✓ The case is yours now." in text
    with database.reading() as session:
        assert session.get_one(CallbackCase, place.case.id).claimed_by_id == place.manager.id
