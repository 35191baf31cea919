"""The worker tells staff: who hears of an event, what goes out, what is dropped, and what becomes of a refusal."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import StaffGrant, StaffUser
from app.callbacks.compensation.models import Compensation, CompensationState
from app.callbacks.models import CallbackCase
from app.callbacks.working import claim_case
from app.jobs.drain import Drain
from app.jobs.notices import follow_event, purge_notices, send_digests
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow, OutboxState
from app.messaging.console import Console
from app.messaging.gateway import DeliveryError
from app.messaging.models import MessagingChannel
from app.messaging.notices.chats import begin_link, find_chat, unlink_chat
from app.messaging.notices.models import Notice, NoticeKind, StaffChatLink
from app.messaging.notices.telling import LANE, tell
from config.gateways import build_gateways
from config.settings import Settings
from tests.callbacks.factories import PHONE, acting, make_case, make_user
from tests.conftest import NOW
from tests.gateway.mail import ScriptedMail
from tests.gateway.server import ScriptedGateway
from tests.routing.staff_telling import (
    CHAT,
    Place,
    Recorder,
    add_notice,
    at,
    choose,
    make_colleague,
    make_place,
    states,
    work_notices,
)

BLOCKED = DeliveryError(code="blocked", permanent=True)


def test_an_opened_case_reaches_its_manager_with_buttons_and_without_the_number(
    database: Database, vault: Vault
) -> None:
    with database.transaction() as session:
        case_id = make_place(session, vault).case.id
    bot = Recorder()

    Drain(database, lambda: NOW, "here:1").run()
    assert work_notices(database, vault, telegram=bot).run_once() == 2

    (sent,) = bot.sent
    assert (sent.channel, sent.to) == (MessagingChannel.TELEGRAM, CHAT)
    told = sent.text.splitlines()
    assert told == [
        "Somebody to ring back: Office on Abay",
        "",
        "Where: Office on Abay",
        "Rating: 😡 1 · Very dissatisfied",
        "Ring by 4 Mar, 15:00",
        "“Ждал сорок минут, звоните +…”",
    ]
    assert PHONE[-4:] not in sent.text
    assert [button.label for button in sent.buttons] == ["Claim", "In an hour", "Open"]
    assert sent.buttons[-1].url == f"https://feedback.example/manage/callbacks/{case_id}"
    assert max(len(button.payload.encode()) for button in sent.buttons) <= 64
    assert states(database) == [("telegram", "sent", None)]


def test_an_event_is_followed_once_however_often_it_is_handled(session: Session, vault: Vault) -> None:
    place = make_place(session, vault)
    payload = {"event": "case.opened", "event_id": "1", "case_id": str(place.case.id)}
    assert [follow_event(session, payload, now=NOW) for _ in range(2)] == [1, 0]


def test_who_hears_of_which_event(session: Session, vault: Vault) -> None:
    place = make_place(session, vault)
    colleague = make_colleague(session, place.unit.id)
    choose(session, colleague.id, {NoticeKind.CASE_OPENED: []})
    case, event = place.case, {"event_id": "1", "case_id": str(place.case.id)}
    handed = {**event, "event": "case.handed_over", "to_user_id": str(colleague.id)}

    assert follow_event(session, {**handed, "by_user_id": str(place.manager.id)}, now=NOW) == 1
    assert follow_event(session, {**handed, "by_user_id": str(colleague.id)}, now=NOW) == 0
    claim_case(session, case.id, actor=acting(place.manager.id, unit_id=place.unit.id), now=NOW)
    assert follow_event(session, {**event, "event": "case.opened"}, now=NOW) == 0
    assert follow_event(session, {**event, "event": "case.opened", "reopened": True}, now=NOW) == 1

    told = session.execute(select(Notice.user_id, Notice.kind).order_by(Notice.id)).all()
    assert [tuple(row) for row in told] == [
        (colleague.id, NoticeKind.CASE_HANDED_OVER),
        (place.manager.id, NoticeKind.CASE_REOPENED),
    ]


def test_a_proposal_is_told_to_the_next_person_up_and_the_decision_to_whose_it_was(
    database: Database, vault: Vault
) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        leader = make_user(session, "Dana", now=NOW, unit_id=place.unit.parent_id)
        given = add_compensation(session, place, CompensationState.PENDING)
        payload = {"event_id": "1", "compensation_id": str(given.id)}
        assert follow_event(session, {**payload, "event": "compensation.proposed"}, now=NOW) == 1
    mail, bot = Recorder("smtp"), Recorder()
    loop = work_notices(database, vault, email=mail, telegram=bot)
    loop.run_once()
    with database.transaction() as session:
        session.execute(update(Compensation).values(state="approved", decided_at=NOW, decided_by_id=leader.id))
        assert follow_event(session, {**payload, "event": "compensation.decided"}, now=NOW) == 1
    loop.run_once()

    assert [(sent.to, sent.subject) for sent in mail.sent] == [
        ("dana@example.kz", "A compensation to approve, KZT12,500.00: Office on Abay")
    ]
    assert [sent.text.splitlines() for sent in bot.sent] == [
        [
            "A compensation was decided, KZT12,500.00: Office on Abay",
            "",
            "The compensation was approved.",
            "Decided by Dana",
        ]
    ]


@pytest.mark.parametrize(
    ("kind", "what", "expected"),
    [
        (NoticeKind.CASE_OPENED, "claimed by a colleague", "taken"),
        (NoticeKind.CASE_OPENED, "claimed by the reader", "taken"),
        (NoticeKind.CASE_HANDED_OVER, "claimed by a colleague", "taken"),
        (NoticeKind.CASE_ESCALATED, "closed", "closed"),
        (NoticeKind.CASE_ESCALATED, "role taken away", "out_of_scope"),
        (NoticeKind.CASE_REMINDER, "switched off", "switched_off"),
    ],
)
def test_what_is_out_of_date_when_it_is_sent_is_dropped(
    database: Database, vault: Vault, kind: NoticeKind, what: str, expected: str
) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        colleague = make_colleague(session, place.unit.id)
        add_notice(session, place.manager.id, kind, place.case.id, rule="settle_late")
        match what:
            case "claimed by a colleague":
                claim(session, place.case, colleague)
            case "claimed by the reader":
                claim(session, place.case, place.manager)
            case "closed":
                session.execute(update(CallbackCase).values(closed_at=NOW, outcome="resolved", cause="other"))
            case "role taken away":
                session.execute(delete(StaffGrant).where(StaffGrant.user_id == place.manager.id))
            case _:
                place.manager.active = False
    bot = Recorder()

    work_notices(database, vault, telegram=bot).run_once()

    assert bot.sent == []
    assert states(database) == [("telegram", "dropped", expected)]


def test_a_chat_that_is_closed_to_us_is_forgotten_and_the_notice_goes_by_e_mail(
    database: Database, vault: Vault
) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        add_notice(session, place.manager.id, NoticeKind.CASE_ESCALATED, place.case.id, rule="settle_late")
    mail = Recorder("smtp")

    work_notices(database, vault, telegram=Recorder(refusal=BLOCKED), email=mail).run_once()

    assert states(database) == [("telegram", "failed", "blocked"), ("email", "sent", None)]
    (letter,) = mail.sent
    assert (letter.to, letter.subject) == ("aigul@example.kz", "Needs your attention: Office on Abay")
    assert "The matter was not settled in time." in letter.text
    assert "https://feedback.example/manage/account/notices" in letter.text
    with database.reading() as session:
        assert find_chat(session, place.manager.id) is None


def test_what_was_written_for_a_chat_that_is_gone_goes_by_e_mail_each_case_once(
    database: Database, vault: Vault
) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        for case in (place.case, make_case(session, place.unit.id, now=NOW)):
            add_notice(session, place.manager.id, NoticeKind.CASE_ESCALATED, case.id, rule="settle_late")
        unlink_chat(session, place.manager.id, by="page", now=NOW)
    mail = Recorder("smtp")

    work_notices(database, vault, telegram=Recorder(), email=mail).run_once()

    assert states(database) == [("telegram", "dropped", "no_chat")] * 2 + [("email", "sent", None)] * 2
    assert len({letter.text for letter in mail.sent}) == 2


def test_a_digest_for_a_chat_that_is_gone_tells_by_e_mail_what_waited(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        choose(session, place.manager.id, {NoticeKind.DIGEST: ["telegram"]}, digest_at=9 * 60)
        tell(session, user_id=place.manager.id, kind=NoticeKind.CASE_OPENED, subject_id=place.case.id, now=at(-20))
        send_digests(session, at(-2))
        unlink_chat(session, place.manager.id, by="chat", now=NOW)
    mail = Recorder("smtp")

    work_notices(database, vault, telegram=Recorder(), email=mail).run_once()

    assert states(database) == [
        ("telegram", "digested", None),
        ("telegram", "dropped", "no_chat"),
        ("email", "sent", None),
    ]
    assert "Somebody to ring back: Office on Abay" in mail.sent[0].text


def test_where_telegram_is_switched_off_or_stays_down_notices_go_by_e_mail(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        for _ in range(2):
            add_notice(session, place.manager.id, NoticeKind.CASE_ESCALATED, place.case.id)
    mail = Recorder("smtp")
    loop = work_notices(database, vault, email=mail)
    (first, second) = loop.take(2)
    first.run()
    with database.transaction() as session:
        loop.lane.on_failure(session, second.claim, TimeoutError(), True)  # type: ignore[attr-defined, misc]
    loop.run_once()

    assert states(database) == [
        ("telegram", "failed", "channel_off"),
        ("telegram", "failed", "internal"),
        *[("email", "sent", None)] * 2,
    ]


def test_a_gateway_that_is_down_is_tried_again_and_says_why_meanwhile(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        add_notice(session, place.manager.id, NoticeKind.CASE_ESCALATED, place.case.id)
    down = Recorder(refusal=DeliveryError(code="timeout", gateway_down=True))

    for task in work_notices(database, vault, telegram=down).take(1):
        task.run()

    assert states(database) == [("telegram", "waiting", "timeout")]
    with database.reading() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.lane == LANE)).one()
        assert (row.state, row.attempts) == (OutboxState.WAITING, 1)
        assert row.due_at > NOW


def test_mailboxes_of_the_demo_are_written_to_on_the_console_alone(
    database: Database, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.transaction() as session:
        place = make_place(session, vault, ways=["email"])
        place.manager.demo = True
        for _ in range(2):
            add_notice(session, place.manager.id, NoticeKind.CASE_ESCALATED, place.case.id)
    mail = Recorder("smtp")
    loop = work_notices(database, vault, email=mail)
    (first, second) = loop.take(2)
    first.run()
    console = work_notices(database, vault, email=Console())
    console.lane.handle(second.claim)  # type: ignore[attr-defined]

    assert mail.sent == []
    assert states(database) == [("email", "dropped", "demo"), ("email", "sent", None)]
    assert "Needs your attention" in capsys.readouterr().err


def test_real_servers_take_what_we_send(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        place = make_place(session, vault, ways=["email", "telegram"], language="kk")
        tell(session, user_id=place.manager.id, kind=NoticeKind.CASE_OPENED, subject_id=place.case.id, now=NOW)
    with ScriptedMail() as mail, ScriptedGateway() as server:
        gateways = build_gateways(Settings(**{**server.settings(), **mail.settings()}), vault)
        work_notices(
            database,
            vault,
            telegram=gateways.carriers(MessagingChannel.TELEGRAM)[0],
            email=gateways.carriers(MessagingChannel.EMAIL)[0],
        ).run_once()
        (letter,), (message,) = mail.taken, server.to(CHAT)
    assert states(database) == [("email", "sent", None), ("telegram", "sent", None)]
    assert letter.message["Subject"] == "Қайта қоңырау шалу керек: Office on Abay"
    assert letter.to == ["aigul@example.kz"]
    assert "Мерзімі" in letter.message.get_content() or "мерзімі" in letter.message.get_content()
    assert message.text.startswith("Қайта қоңырау шалу керек: Office on Abay\n\nҚайда: Office on Abay\n")


def test_a_digest_tells_once_a_day_what_waited_and_what_is_late(database: Database, vault: Vault) -> None:
    nine = at(-2)  # 09:00 in Almaty
    with database.transaction() as session:
        place = make_place(session, vault)
        choose(session, place.manager.id, {NoticeKind.DIGEST: ["telegram"]}, digest_at=9 * 60)
        taken, without_number = (make_case(session, place.unit.id, now=NOW) for _ in range(2))
        for case in (place.case, taken, without_number):
            tell(session, user_id=place.manager.id, kind=NoticeKind.CASE_OPENED, subject_id=case.id, now=at(-20))
        claim(session, taken, make_colleague(session, place.unit.id))
        assert [send_digests(session, when) for when in (at(-2.1), nine, at(0), at(5))] == [0, 1, 0, 0]
    bot = Recorder()

    work_notices(database, vault, telegram=bot).run_once()

    (sent,) = bot.sent
    assert sent.text == (
        "Aru Bank: summary of 4 March\n\n"
        "New notices: 2\n"
        "• Somebody to ring back: Office on Abay\n"
        f"  https://feedback.example/manage/callbacks/{place.case.id}\n"
        "• Something to look into: Office on Abay\n"
        f"  https://feedback.example/manage/callbacks/{without_number.id}\n\n"
        "Open: 3  https://feedback.example/manage/callbacks?tab=open"
    )
    assert sorted(state for _, state, _ in states(database)) == ["digested", "digested", "digested", "sent"]
    with database.transaction() as session:
        assert send_digests(session, at(22)) == 1  # the next morning


def test_a_digest_names_the_decision_that_waited_and_where_it_leads(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        choose(session, place.manager.id, {}, digest_at=9 * 60)
        given = add_compensation(session, place, CompensationState.APPROVED)
        for subject in (given.id, new_id()):  # and one that is gone
            tell(session, user_id=place.manager.id, kind=NoticeKind.APPROVAL_DECIDED, subject_id=subject, now=at(-20))
        send_digests(session, at(-2))
    mail = Recorder("smtp")

    work_notices(database, vault, email=mail).run_once()

    assert mail.sent[0].text.split("\n\n")[0].splitlines() == [
        "New notices: 1",
        "• A compensation was decided, KZT12,500.00: Office on Abay",
        f"  https://feedback.example/manage/callbacks/{place.case.id}",
    ]


def test_a_digest_of_nothing_is_not_sent(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        place = make_place(session, vault)
        choose(session, place.manager.id, {}, digest_at=9 * 60)
        send_digests(session, NOW)
    mail = Recorder("smtp")

    work_notices(database, vault, email=mail).run_once()

    assert (mail.sent, states(database)) == ([], [("email", "dropped", "nothing_new")])


def test_notices_are_forgotten_after_their_time(session: Session, vault: Vault) -> None:
    place = make_place(session, vault)
    add_notice(session, place.manager.id, NoticeKind.CASE_REMINDER)
    begin_link(session, vault, place.manager.id, now=NOW)

    assert purge_notices(session, before=NOW, limit=10) == 0
    assert purge_notices(session, before=NOW + timedelta(days=1), limit=10) == 1
    assert session.scalars(select(StaffChatLink.user_id)).all() == []
    assert session.scalars(select(Notice.id)).all() == []


def add_compensation(session: Session, place: Place, state: CompensationState) -> Compensation:
    given = Compensation(
        id=new_id(),
        case_id=place.case.id,
        unit_id=place.unit.id,
        kind="refund",
        amount=1_250_000,
        currency="KZT",
        state=state,
        proposed_at=NOW,
        proposed_by_id=place.manager.id,
        decided_at=None if state is CompensationState.PENDING else NOW,
    )
    session.add(given)
    session.flush()
    return given


def claim(session: Session, case: CallbackCase, user: StaffUser) -> None:
    claim_case(session, case.id, actor=acting(user.id, unit_id=case.unit_id), now=NOW)
