"""Cases from opening to closing, on both databases. Now is a Wednesday, 11:00; the office works from 9 to 18."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.callbacks.closing import close_case
from app.callbacks.errors import CaseClosedError, CaseNotFoundError, CaseTakenError, InvalidWorkError, NoNumberError
from app.callbacks.models import AttemptResult, CallbackCase, CallWindow, CaseEvent
from app.callbacks.opening import add_number, find_open_case, note_rating_change, open_case
from app.callbacks.states import CaseReason
from app.callbacks.working import add_note, claim_case, log_attempt, release_case
from app.kit.crypto import Vault
from app.kit.errors import InvalidInputError
from app.kit.outbox import OutboxRow
from app.organisation.service import working_time
from tests.callbacks.factories import (
    RULES,
    SOON,
    acting,
    make_case,
    make_contact,
    make_office,
    make_response,
    make_user,
)

HOUR = timedelta(hours=1)


def _timeline(session: Session, case: CallbackCase) -> list[str]:
    session.flush()
    kinds = select(CaseEvent.kind).where(CaseEvent.case_id == case.id).order_by(CaseEvent.at, CaseEvent.id)
    return list(session.scalars(kinds))


def _told(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxRow.kind).order_by(OutboxRow.created_at, OutboxRow.id)))


def test_low_rating_without_a_number_is_to_look_into(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    response = make_response(session, office.id, now=now)

    case = make_case(session, office.id, response=response, now=now)

    assert (case.contact_id, case.first_attempt_due_at) == (None, None)
    # 24 working hours from Wednesday 11:00: 7 today, 9, 8 on Friday
    assert case.settle_due_at == case.due_at == datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
    assert _timeline(session, case) == ["opened"]
    assert _told(session) == ["case.opened"]


def test_number_left_later_starts_the_first_attempts_clock_at_that_moment(
    session: Session, vault: Vault, now: datetime
) -> None:
    office = make_office(session, now=now)
    case = make_case(session, office.id, response=make_response(session, office.id, now=now), now=now)
    settle = case.settle_due_at
    later = now + 5 * HOUR  # 16:00

    add_number(
        session,
        case,
        contact_id=make_contact(session, vault, now=later).id,
        consent_id=None,
        call_window=CallWindow.ANY,
        deadline=SOON,
        rules=RULES,
        working_time=working_time(session, office.id),
        now=later,
    )

    assert case.first_attempt_due_at == case.due_at == datetime(2026, 3, 5, 6, 0, tzinfo=UTC)  # Thursday, 11:00
    assert case.settle_due_at == settle
    assert _timeline(session, case) == ["opened", "number_added"]


def test_same_number_sent_twice_changes_nothing_and_another_one_keeps_the_clock(
    session: Session, vault: Vault, now: datetime
) -> None:
    office = make_office(session, now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)
    due = case.first_attempt_due_at
    time = working_time(session, office.id)
    for phone in ("+77011234567", "+77017654321"):
        contact = make_contact(session, vault, now=now, phone=phone)
        add_number(
            session,
            case,
            contact_id=contact.id,
            consent_id=None,
            call_window=None,
            deadline=SOON,
            rules=RULES,
            working_time=time,
            now=now + HOUR,
        )

    assert case.contact_id == contact.id
    assert case.first_attempt_due_at == due
    assert _timeline(session, case) == ["opened", "callback_requested"]


def test_second_low_answer_finds_the_open_case_and_opens_another_only_after_closing(
    session: Session, now: datetime
) -> None:
    office = make_office(session, now=now)
    response = make_response(session, office.id, now=now)
    user = make_user(session, "Aigul", now=now)
    first = make_case(session, office.id, response=response, now=now)

    assert make_case(session, office.id, response=response, now=now + HOUR).id == first.id
    note_rating_change(session, first, old_rating=1, new_rating=2, now=now + HOUR)
    close_case(
        session,
        first.id,
        actor=acting(user.id),
        rules=RULES,
        outcome="settled_on_site",
        cause="waiting",
        now=now + HOUR,
    )
    second = make_case(session, office.id, response=response, now=now + 2 * HOUR)

    assert second.id != first.id
    found = find_open_case(session, response.id)
    assert found is not None
    assert found.id == second.id
    assert _timeline(session, first) == ["opened", "rating_changed", "claimed", "closed"]
    assert _told(session) == ["case.opened", "case.closed", "case.opened"]


def test_requested_call_runs_both_clocks(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)

    case_id = open_case(
        session,
        unit_id=office.id,
        response_id=None,
        reason=CaseReason.REQUESTED,
        deadline=SOON,
        rules=RULES,
        working_time=working_time(session, office.id),
        contact_id=make_contact(session, vault, now=now).id,
        call_window=CallWindow.ANY,
        now=now,
    )
    case = session.get_one(CallbackCase, case_id)

    assert case.due_at == case.first_attempt_due_at == now + 4 * HOUR
    assert case.settle_due_at == datetime(2026, 3, 6, 12, 0, tzinfo=UTC)


def test_loser_of_a_claim_is_told_who_won(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    winner, loser = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    case = make_case(session, office.id, now=now)

    claim_case(session, case.id, actor=acting(winner.id), now=now)
    claim_case(session, case.id, actor=acting(winner.id), now=now)
    with pytest.raises(CaseTakenError) as told:
        claim_case(session, case.id, actor=acting(loser.id), now=now)

    assert told.value.details["name"] == "Aigul"
    assert _timeline(session, case) == ["opened", "claimed"]


def test_case_of_another_office_does_not_exist(session: Session, now: datetime) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    user = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, now=now)
    stranger = acting(user.id, unit_id=elsewhere.id)

    acts: list[Callable[[], object]] = [
        lambda: claim_case(session, case.id, actor=stranger, now=now),
        lambda: release_case(session, case.id, actor=stranger, now=now),
        lambda: add_note(session, case.id, actor=stranger, note="x", now=now),
        lambda: claim_case(session, uuid.uuid4(), actor=acting(user.id), now=now),
    ]
    for act in acts:
        with pytest.raises(CaseNotFoundError):
            act()
    assert case.claimed_by_id is None


def test_attempt_stops_the_first_clock_and_no_answer_plans_the_next_try_at_another_hour(
    session: Session, vault: Vault, now: datetime
) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)
    at, tries = now, []
    for _ in range(3):
        log_attempt(session, case.id, actor=acting(user.id), rules=RULES, result=AttemptResult.NO_ANSWER, now=at)
        tries.append(at := case.due_at)

    assert case.first_attempt_at == now
    # rung at 11:00, which is ten o'clock's turn: next 13:30, then 17:00, then it is left to a person
    assert tries == [now + 2.5 * HOUR, now + 6 * HOUR, case.settle_due_at]
    assert case.attempts == 3
    assert _timeline(session, case) == ["opened", "claimed", "attempt", "attempt", "attempt"]


def test_our_own_plan_never_hides_a_settlement_that_is_overdue(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)

    log_attempt(
        session,
        case.id,
        actor=acting(user.id),
        rules=RULES,
        result=AttemptResult.NO_ANSWER,
        now=case.settle_due_at + HOUR,
    )

    assert case.due_at == case.settle_due_at


def test_call_later_is_due_when_the_person_said_and_reached_when_it_must_be_settled(
    session: Session, vault: Vault, now: datetime
) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)
    asked = now + timedelta(days=6)

    log_attempt(
        session,
        case.id,
        actor=acting(user.id),
        rules=RULES,
        result=AttemptResult.CALL_LATER,
        next_attempt_at=asked,
        note="In a meeting",
        now=now,
    )
    assert [case.due_at, case.next_attempt_at] == [asked, asked]
    log_attempt(session, case.id, actor=acting(user.id), rules=RULES, result=AttemptResult.REACHED, now=asked)

    assert [case.next_attempt_at, case.due_at] == [None, case.settle_due_at]
    assert case.first_attempt_at == now


@pytest.mark.parametrize(
    ("wait", "code"),
    [(None, "time_missing"), (timedelta(0), "time_out_of_range"), (timedelta(days=400), "time_out_of_range")],
)
def test_call_later_needs_a_time_that_can_be_meant(
    session: Session, vault: Vault, now: datetime, wait: timedelta | None, code: str
) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)

    with pytest.raises(InvalidWorkError) as refused:
        log_attempt(
            session,
            case.id,
            actor=acting(user.id),
            rules=RULES,
            result=AttemptResult.CALL_LATER,
            next_attempt_at=None if wait is None else now + wait,
            now=now,
        )

    assert (refused.value.code, refused.value.field) == (code, "next_attempt_at")


def test_nobody_can_be_rung_without_a_number(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, now=now)

    with pytest.raises(NoNumberError):
        log_attempt(session, case.id, actor=acting(user.id), rules=RULES, result=AttemptResult.REACHED, now=now)


def test_closed_case_stays_as_it_was(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    contact = make_contact(session, vault, now=now)
    case = make_case(session, office.id, contact=contact, now=now)
    who: dict[str, Any] = {"actor": acting(user.id)}
    done: dict[str, Any] = {"rules": RULES, "outcome": "settled", "cause": "employee"}
    close_case(session, case.id, **who, **done, note="Apologised", now=now)

    for act in (
        lambda: claim_case(session, case.id, **who, now=now),
        lambda: release_case(session, case.id, **who, now=now),
        lambda: log_attempt(session, case.id, **who, rules=RULES, result=AttemptResult.REACHED, now=now),
        lambda: add_note(session, case.id, **who, note="more", now=now),
        lambda: close_case(session, case.id, **who, **done, now=now + HOUR),
        lambda: add_number(
            session,
            case,
            contact_id=contact.id,
            consent_id=None,
            call_window=None,
            deadline=SOON,
            rules=RULES,
            working_time=working_time(session, office.id),
            now=now,
        ),
    ):
        with pytest.raises(CaseClosedError):
            act()
    assert case.closed_at == now
    assert _timeline(session, case) == ["opened", "claimed", "closed"]


def test_colleagues_case_takes_notes_but_no_work_until_it_is_given_back(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    holder, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    case = make_case(session, office.id, now=now)
    claim_case(session, case.id, actor=acting(holder.id), now=now)

    add_note(session, case.id, actor=acting(other.id), note="She rang me too", now=now)
    with pytest.raises(CaseTakenError):
        close_case(
            session, case.id, actor=acting(other.id), rules=RULES, outcome="settled_on_site", cause="other", now=now
        )
    release_case(session, case.id, actor=acting(other.id), now=now)
    claim_case(session, case.id, actor=acting(other.id), now=now)

    assert case.claimed_by_id == other.id
    assert _timeline(session, case) == ["opened", "claimed", "note", "released", "claimed"]
    released = session.scalars(select(CaseEvent).where(CaseEvent.kind == "released")).one()
    assert released.details == {"held_by": str(holder.id)}


@pytest.mark.parametrize("note", ["", "  \n ", "nul\0", "half \ud800", "x" * 2001])
def test_note_that_cannot_be_kept_is_refused(session: Session, now: datetime, note: str) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, now=now)

    with pytest.raises(InvalidInputError) as refused:
        add_note(session, case.id, actor=acting(user.id), note=note, now=now)

    assert refused.value.field == "note"
    assert session.scalars(select(func.count()).select_from(CaseEvent)).one() == 1
