"""A closed case begins anew, on both databases. Now is a Wednesday, 11:00; the office works from 9 to 18."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.closing import close_case
from app.callbacks.models import CallbackCase, CallWindow, CaseEvent
from app.callbacks.reopening import ReopenReason, reopen_case
from app.kit.crypto import Vault
from app.kit.outbox import OutboxRow
from tests.callbacks.factories import (
    RULES,
    acting,
    make_case,
    make_contact,
    make_office,
    make_response,
    make_user,
)

DAY = timedelta(days=1)


def _close(session: Session, case: CallbackCase, user_id: object, now: datetime) -> None:
    actor = acting(user_id)  # type: ignore[arg-type]
    close_case(session, case.id, actor=actor, rules=RULES, outcome="settled_on_site", cause="waiting", now=now)
    session.flush()


def _events(session: Session, case: CallbackCase) -> list[CaseEvent]:
    found = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.at, CaseEvent.id)
    return list(session.scalars(found))


def test_reopened_case_runs_both_clocks_anew_and_keeps_what_was_in_its_timeline(
    session: Session, vault: Vault, now: datetime
) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    contact = make_contact(session, vault, now=now)
    case = make_case(session, office.id, contact=contact, response=make_response(session, office.id, now=now), now=now)
    case.first_attempt_at, case.attempts = now, 2
    _close(session, case, user.id, now)

    again = reopen_case(
        session, case.id, rules=RULES, reason=ReopenReason.NOT_SETTLED, note="Nobody came.", now=now + DAY
    )
    repeated = reopen_case(session, case.id, rules=RULES, reason=ReopenReason.NOT_SETTLED, now=now + 2 * DAY)

    assert again.id == repeated.id == case.id
    assert (again.closed_at, again.outcome, again.cause, again.settled, again.first_attempt_at) == (None,) * 5
    assert (again.reopenings, again.attempts, again.reopened_at) == (1, 0, now + DAY)
    assert again.first_attempt_due_at == again.due_at == now + DAY + timedelta(hours=4)
    assert again.settle_due_at == datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
    assert again.claimed_by_id == user.id
    event = _events(session, case)[-1]
    assert (event.kind, event.note, event.details["outcome"]) == ("reopened", "Nobody came.", "settled_on_site")
    assert event.details["first_attempt_at"] == now.isoformat()
    told = session.scalars(select(OutboxRow).order_by(OutboxRow.created_at, OutboxRow.id)).all()
    assert [(row.kind, row.payload.get("reopened")) for row in told][-2:] == [
        ("case.closed", None),
        ("case.opened", True),
    ]


def test_reopened_case_is_free_when_who_closed_it_has_left(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    gone = make_user(session, "Aigul", now=now)
    elsewhere = make_user(session, "Bolat", now=now, unit_id=make_office(session, now=now, name="Far office").id)
    for user in (gone, elsewhere):
        case = make_case(session, office.id, now=now)
        _close(session, case, user.id, now)
        gone.active = False
        session.flush()

        again = reopen_case(session, case.id, rules=RULES, reason=ReopenReason.NOT_SETTLED, now=now + DAY)

        assert (again.claimed_by_id, again.claimed_at) == (None, None)


def test_where_the_response_has_another_open_case_that_one_takes_the_words(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    response = make_response(session, office.id, now=now)
    first = make_case(session, office.id, response=response, now=now)
    _close(session, first, user.id, now)
    second = make_case(session, office.id, response=response, now=now)

    found = reopen_case(session, first.id, rules=RULES, reason=ReopenReason.NOT_SETTLED, note="Still no.", now=now)

    assert found.id == second.id
    assert first.closed_at == now
    assert _events(session, second)[-1].note == "Still no."


def test_merged_case_reopens_the_one_it_went_into(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    one, other = make_case(session, office.id, now=now), make_case(session, office.id, now=now)
    for case in (one, other):
        _close(session, case, user.id, now)
    one.merged_into_id = other.id
    session.flush()

    again = reopen_case(
        session,
        one.id,
        rules=RULES,
        reason=ReopenReason.NOT_SETTLED,
        call_window=CallWindow.EVENING,
        now=now + DAY,
    )

    assert again.id == other.id
    assert (again.closed_at, again.call_window, again.reopenings) == (None, "evening", 1)
    assert one.closed_at == now
