"""An address goes when its last case was closed, or its last link ended, long enough ago, and not before."""

import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.closing import close_case
from app.callbacks.numbers import NumberState, show_number
from app.callbacks.retention import forget_asked, forget_numbers
from app.contacts.models import Consent, Contact
from app.contacts.service import find_contact, find_or_add_contact, read_phone
from app.invitations.models import Decision, Interaction, Invitation
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.messaging.models import MessagePurpose, MessageState, MessagingChannel
from app.messaging.service import queue_message
from tests.callbacks.factories import PHONE, RULES, acting, make_case, make_office, make_user
from tests.conftest import NOW

MONTH = timedelta(days=29)
WEEK = timedelta(days=7)


def test_a_number_is_kept_until_its_last_case_is_long_closed(session: Session, vault: Vault) -> None:
    office, user = make_office(session, now=NOW), make_user(session, "Asel", now=NOW)
    contact = find_or_add_contact(session, vault, phone=PHONE, language=None, now=NOW)
    first, second = (make_case(session, office.id, contact=contact, now=NOW) for _ in range(2))
    closed_at = NOW + timedelta(days=3)

    def close(case_id: object) -> None:
        close_case(
            session,
            case_id,  # type: ignore[arg-type]
            actor=acting(user.id),
            rules=RULES,
            outcome="settled",
            cause="other",
            now=closed_at,
        )

    close(first.id)
    assert forget_numbers(session, before=NOW + timedelta(days=300)) == 0  # the second is still open
    close(second.id)
    assert forget_numbers(session, before=closed_at) == 0
    assert forget_numbers(session, before=closed_at + timedelta(seconds=1)) == 1
    kept = session.scalars(select(Contact).execution_options(populate_existing=True)).one()
    assert (kept.phone_enc, kept.phone_index) == (None, None)
    assert show_number(session, vault, second, user_id=user.id).state not in (NumberState.FULL, NumberState.MASKED)


def test_the_same_person_later_is_a_new_contact(session: Session, vault: Vault) -> None:
    old = find_or_add_contact(session, vault, phone=PHONE, language=None, now=NOW)
    assert forget_numbers(session, before=NOW + MONTH) == 1
    assert find_or_add_contact(session, vault, phone=PHONE, language=None, now=NOW + MONTH).id != old.id
    assert session.scalars(select(Consent)).all() == []


def _meanwhile(future: Future[Any]) -> None:
    """Let it run until it waits for the other transaction, or is through."""
    with suppress(TimeoutError):
        future.result(timeout=0.5)


def test_a_number_left_a_moment_ago_survives_a_purge_beside_it(database: Database, vault: Vault) -> None:
    later = NOW + 2 * MONTH
    with database.transaction() as session:
        office_id = make_office(session, now=NOW).id
        find_or_add_contact(session, vault, phone=PHONE, language=Language.RU, now=NOW)

    def purge() -> int:
        with database.transaction() as session:
            return forget_numbers(session, before=later - MONTH)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            contact = find_or_add_contact(session, vault, phone=PHONE, language=Language.RU, now=later)
            make_case(session, office_id, contact=contact, now=later)
            purging = pool.submit(purge)
            _meanwhile(purging)
        assert purging.result() == 0
    with database.reading() as session:
        assert read_phone(vault, session.get_one(Contact, contact.id)) == PHONE


def test_a_number_left_beside_a_purge_that_came_first_is_added_anew(database: Database, vault: Vault) -> None:
    later = NOW + 2 * MONTH
    with database.transaction() as session:
        old_id = find_or_add_contact(session, vault, phone=PHONE, language=Language.RU, now=NOW).id

    def leave_number() -> uuid.UUID:
        with database.transaction() as session:
            return find_or_add_contact(session, vault, phone=PHONE, language=Language.RU, now=later).id

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            assert forget_numbers(session, before=later - MONTH) == 1
            leaving = pool.submit(leave_number)
            _meanwhile(leaving)
        new_id = leaving.result()
    assert new_id != old_id
    with database.reading() as session:
        found = find_contact(session, vault, phone=PHONE)
        assert found is not None
        assert found.id == new_id


def _told_of(session: Session, vault: Vault, *, ended_at: datetime) -> Contact:
    """Somebody who was asked about a call, and can answer for seven days."""
    contact = find_or_add_contact(
        session, vault, phone=PHONE, email="aigul@example.org", telegram="7007", language=None, now=ended_at
    )
    contact.asked_at = ended_at
    interaction = Interaction(
        id=new_id(),
        source="pbx",
        external_id=str(new_id()),
        body_hash=b"",
        channel="call",
        unit_id=make_office(session, now=NOW).id,
        contact_id=contact.id,
        ended_at=ended_at,
        tags=[],
        decision=Decision.INVITED,
        decided_at=ended_at,
    )
    session.add(interaction)
    session.flush()
    session.add(
        Invitation(
            id=new_id(),
            interaction_id=interaction.id,
            token_hash=new_id().bytes,
            survey_key="call-follow-up",
            language="ru",
            created_at=ended_at,
            send_at=ended_at,
            send_by=ended_at + timedelta(days=1),
            answer_by=ended_at + WEEK,
        )
    )
    session.flush()
    return contact


def _forget(session: Session, now: datetime, asked_before: datetime | None = None) -> int:
    return forget_asked(session, before=now - 2 * WEEK, closed_before=now - MONTH, asked_before=asked_before)


def test_whoever_was_asked_is_forgotten_two_weeks_after_the_link_ended(session: Session, vault: Vault) -> None:
    contact = _told_of(session, vault, ended_at=NOW)

    assert _forget(session, NOW + 3 * WEEK) == 0
    assert forget_numbers(session, before=NOW + timedelta(days=1)) == 0  # the link ends later than that
    assert _forget(session, NOW + 3 * WEEK + timedelta(seconds=1)) == 1

    session.refresh(contact)
    assert (contact.phone_enc, contact.email_index, contact.telegram_enc) == (None, None, None)
    assert contact.asked_at == NOW


def test_whoever_waits_for_a_message_or_a_call_is_not_forgotten(session: Session, vault: Vault) -> None:
    contact = _told_of(session, vault, ended_at=NOW)
    message = queue_message(
        session,
        channel=MessagingChannel.SMS,
        purpose=MessagePurpose.REMINDER,
        subject_id=new_id(),
        contact_id=contact.id,
        unit_id=make_office(session, now=NOW).id,
        language=Language.RU,
        text_key="reminder",
        now=NOW,
    )
    late = NOW + timedelta(days=60)

    assert _forget(session, late) == 0
    message.state = MessageState.CANCELLED
    session.flush()
    case = make_case(session, message.unit_id, contact=contact, now=NOW)
    assert _forget(session, late) == 0
    close_case(
        session,
        case.id,
        actor=acting(make_user(session, "Asel", now=NOW).id),
        rules=RULES,
        outcome="settled",
        cause="other",
        now=late - timedelta(days=20),
    )
    assert _forget(session, late) == 0  # twenty days are not yet twenty-nine
    assert _forget(session, late + timedelta(days=10)) == 1


def test_whoever_must_not_be_asked_again_yet_stays_known(session: Session, vault: Vault) -> None:
    _told_of(session, vault, ended_at=NOW)
    later = NOW + timedelta(days=40)

    assert _forget(session, later, asked_before=later - timedelta(days=90)) == 0
    assert _forget(session, later, asked_before=later - timedelta(days=30)) == 1
