"""What the clocks of stored cases come to, on both databases. Now is a Wednesday, 11:00; the office closes at 18:00."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.callbacks.declining import decline_call
from app.callbacks.models import CallbackCase, CallWindow
from app.callbacks.opening import add_number, open_case
from app.callbacks.states import CaseReason
from app.kit.crypto import Vault
from app.organisation.holidays import KEPT_AS, HolidayRules, Holidays
from app.organisation.models import Unit
from app.organisation.service import working_time
from tests.callbacks.factories import RULES, SOON, make_case, make_contact, make_office

HOUR = timedelta(hours=1)


def _open(session: Session, office: Unit, *, now: datetime, **given: object) -> CallbackCase:
    case_id = open_case(
        session,
        unit_id=office.id,
        response_id=None,
        reason=CaseReason.LOW_RATING,
        deadline=SOON,
        rules=RULES,
        working_time=working_time(session, office.id),
        now=now,
        **given,  # type: ignore[arg-type]
    )
    return session.get_one(CallbackCase, case_id)


def _add_number(session: Session, case: CallbackCase, contact_id: object, window: CallWindow, now: datetime) -> None:
    add_number(
        session,
        case,
        contact_id=contact_id,  # type: ignore[arg-type]
        consent_id=None,
        call_window=window,
        deadline=SOON,
        rules=RULES,
        working_time=working_time(session, case.unit_id),
        now=now,
    )


def test_a_case_keeps_its_channel_its_warnings_and_what_the_score_gave(
    session: Session, vault: Vault, now: datetime
) -> None:
    office, contact = make_office(session, now=now), make_contact(session, vault, now=now)

    chat = _open(session, office, now=now, channel="chat", contact_id=contact.id)

    assert (chat.channel, chat.hurried_by, chat.first_attempt_hours, chat.settle_hours) == ("chat", "", 4, 24)
    assert (chat.first_attempt_due_at, chat.first_attempt_warn_at) == (now + HOUR / 12, now + HOUR / 15)
    # 19.2 of 24 working hours: 7 today, 9 tomorrow, 3.2 on Friday
    assert chat.settle_warn_at == datetime(2026, 3, 6, 7, 12, tzinfo=UTC)


def test_somebody_unhappy_again_within_a_month_is_hurried(session: Session, vault: Vault, now: datetime) -> None:
    office, contact = make_office(session, now=now), make_contact(session, vault, now=now)
    other = make_contact(session, vault, now=now, phone="+77017654321")
    found = []
    for days, person in ((0, contact), (1, other), (29, contact), (61, contact)):
        found.append(_open(session, office, now=now + timedelta(days=days), contact_id=person.id).hurried_by)

    assert found == ["", "", "repeated", ""]


def test_another_window_sets_the_first_clock_anew_until_somebody_has_rung(
    session: Session, vault: Vault, now: datetime
) -> None:
    office, contact = make_office(session, now=now), make_contact(session, vault, now=now)
    case = make_case(session, office.id, contact=contact, now=now)

    _add_number(session, case, contact.id, CallWindow.EVENING, now + HOUR)
    evening = case.first_attempt_due_at
    case.first_attempt_at = now + 2 * HOUR
    _add_number(session, case, contact.id, CallWindow.MORNING, now + 3 * HOUR)

    assert evening == case.first_attempt_due_at == now + 7 * HOUR
    assert case.call_window == "morning"


def test_a_number_taken_off_and_given_again_runs_the_first_clock_from_then(
    session: Session, vault: Vault, now: datetime
) -> None:
    office, contact = make_office(session, now=now), make_contact(session, vault, now=now)
    case = make_case(session, office.id, contact=contact, now=now)
    decline_call(session, case, now=now)
    assert (case.first_attempt_due_at, case.first_attempt_warn_at) == (None, None)

    _add_number(session, case, contact.id, CallWindow.ANY, now + HOUR)

    assert (case.first_attempt_due_at, case.hurried_by) == (now + 5 * HOUR, "")  # not unhappy twice by itself


def test_days_off_that_the_session_carries_stop_the_clocks(session: Session, vault: Vault, now: datetime) -> None:
    office, contact = make_office(session, now=now), make_contact(session, vault, now=now)
    rules = HolidayRules.model_validate({"days": [{"day": date(2026, 3, 5), "hours": "off"}]})
    session.info[KEPT_AS] = Holidays(rules, "KZ")

    case = _open(session, office, now=now + 5 * HOUR, contact_id=contact.id)

    # Two hours today, tomorrow is off; then Friday, and on Monday Women's Day, transferred from the Sunday.
    assert case.first_attempt_due_at == datetime(2026, 3, 6, 6, 0, tzinfo=UTC)
    assert case.settle_due_at == datetime(2026, 3, 11, 8, 0, tzinfo=UTC)


def test_a_case_of_nobody_known_asks_the_database_no_more_than_before(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *call: statements.append(call[2]))

    _open(session, office, now=now, channel="visit")

    told = [" ".join(text.split()[:3]) for text in statements if not text.startswith("SELECT callback_case")]
    assert told[0].startswith("SELECT unit_ancestor.unit_id")
    assert told[1:] == ["INSERT INTO callback_case", "INSERT INTO case_event", "INSERT INTO outbox"]
