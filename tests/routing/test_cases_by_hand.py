"""Complaints without a rating and cases raised by hand, on both databases. Now is a Wednesday, 11:00 in Almaty."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.permissions import NotPermittedError
from app.callbacks.closing import close_case
from app.callbacks.declining import decline_call
from app.callbacks.models import CallbackCase, CallWindow, CaseEvent
from app.contacts.suppression import opt_out
from app.invitations.models import Interaction
from app.kit.crypto import Vault
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.organisation.service import get_unit
from app.responses.models import SurveyResponse, Via
from app.routing.complaints import Complaint, open_complaint
from app.routing.invited import AnswerIn, take_invited_rating
from app.routing.raised import raise_case
from tests.callbacks.factories import RULES, acting, make_user
from tests.callers import CALL, AskedCall, make_asked_call
from tests.conftest import NOW
from tests.respondents import Office, make_office

HOUR = timedelta(hours=1)


@pytest.fixture
def office(session: Session, vault: Vault) -> Office:
    return make_office(session, vault, now=NOW)


def _case(session: Session, case_id: object) -> CallbackCase:
    return session.get_one(CallbackCase, case_id, populate_existing=True)


def _notes(session: Session, case: CallbackCase) -> list[tuple[str, str | None]]:
    events = select(CaseEvent.kind, CaseEvent.note).where(CaseEvent.case_id == case.id)
    return [(kind, note) for kind, note in session.execute(events.order_by(CaseEvent.at, CaseEvent.id))]


def _interaction(session: Session, call: AskedCall) -> Interaction:
    return session.get_one(Interaction, call.invitation.interaction_id)


def test_a_complaint_by_hand_keeps_its_words_and_who_wrote_them_down(session: Session, office: Office) -> None:
    unit = get_unit(session, office.touchpoint.unit_id)
    user = make_user(session, "Aigul", now=NOW, unit_id=unit.id)
    actor, evening = acting(user.id, unit_id=unit.id), CallWindow.EVENING
    said = Complaint(unit.code, "Nobody came.", phone="8 701 123 45 67", topic="Delivery", call_window=evening)

    case = _case(session, open_complaint(session, office.desk, said, actor=actor, now=NOW))

    assert (case.reason, case.complaint, case.opened_by_id) == ("complaint", "Delivery\nNobody came.", user.id)
    assert (case.consent_id, case.hurried_by, case.channel) == (None, "", None)
    assert case.first_attempt_due_at == case.due_at == NOW + 7 * HOUR  # the evening that was chosen, until 18:00
    assert case.first_attempt_warn_at == NOW + 5.6 * HOUR
    assert _notes(session, case) == [("opened", None)]


def test_a_complaint_about_a_call_takes_its_channel_language_and_number_unless_it_says_its_own(
    session: Session, office: Office, vault: Vault
) -> None:
    unit = get_unit(session, office.touchpoint.unit_id)
    call = make_asked_call(session, vault, unit.id, now=NOW)
    told = _interaction(session, call)
    told.tags, told.channel, told.language = ["vip"], "chat", "ru"
    rude = Complaint(unit.code, "Rude.", source=told.source, external_id=told.external_id)

    known = _case(session, open_complaint(session, office.desk, rude, now=NOW))
    again = _case(session, open_complaint(session, office.desk, replace(rude, language=Language.KK), now=NOW + HOUR))

    assert call.contact is not None
    assert (known.contact_id, known.interaction_id, known.channel) == (call.contact.id, told.id, "chat")
    # A chat's five minutes, halved for somebody important.
    assert (known.language, known.hurried_by, known.first_attempt_due_at) == ("ru", "vip", NOW + timedelta(minutes=2.5))
    assert (again.language, again.hurried_by) == ("kk", "repeated,vip")
    opt_out(session, call.contact, via="sms", now=NOW)
    silent = _case(session, open_complaint(session, office.desk, rude, now=NOW))
    assert (silent.contact_id, silent.first_attempt_due_at) == (None, None)


def test_what_is_wrong_with_a_complaint_is_told_with_its_field(session: Session, office: Office, vault: Vault) -> None:
    unit = get_unit(session, office.touchpoint.unit_id)
    elsewhere = make_office(session, vault, now=NOW, listed=False)
    far = make_asked_call(session, vault, elsewhere.touchpoint.unit_id, now=NOW)
    user = make_user(session, "Aigul", now=NOW, unit_id=unit.id)
    actor = acting(user.id, unit_id=unit.id)
    far_code = get_unit(session, elsewhere.touchpoint.unit_id).code
    pbx: dict[str, object] = {"source": "pbx", "external_id": _interaction(session, far).external_id}
    wrong: list[tuple[dict[str, object], str, str]] = [
        ({"unit": far_code}, "unit", "unknown_unit"),
        ({"unit": "no\x00where"}, "unit", "unknown_unit"),
        ({"text": " \n"}, "text", "missing"),
        ({"text": "\ud800"}, "text", "unreadable_text"),
        ({"text": "x" * 1_000_000}, "text", "text_too_long"),
        ({"topic": "x" * 1500, "text": "x" * 1500}, "text", "text_too_long"),
        ({"phone": "nobody"}, "phone", "invalid_phone"),
        ({"source": "pbx"}, "external_id", "missing"),
        (pbx, "external_id", "unknown_interaction"),  # another region's
        ({"source": "pbx", "external_id": "no-such"}, "external_id", "unknown_interaction"),
    ]
    for given, field, code in wrong:
        complaint = Complaint(**{"unit": unit.code, "text": "Rude.", **given})  # type: ignore[arg-type]
        with pytest.raises(InvalidInputError) as refused:
            open_complaint(session, office.desk, complaint, actor=actor, now=NOW)
        assert (refused.value.field, refused.value.code) == (field, code)
    analyst = acting(user.id, Role.ANALYST)
    with pytest.raises(NotPermittedError):
        open_complaint(session, office.desk, Complaint(unit.code, "Rude."), actor=analyst, now=NOW)


def _rated(session: Session, office: Office, vault: Vault, rating: int) -> tuple[AskedCall, SurveyResponse]:
    call = make_asked_call(session, vault, office.touchpoint.unit_id, now=NOW)
    taken = take_invited_rating(
        session,
        office.desk,
        invitation=call.invitation,
        definition=CALL,
        rating=rating,
        answer=AnswerIn(via=Via.SMS, language=Language.RU),
        now=NOW,
    )
    return call, session.get_one(SurveyResponse, taken.response_id)


def test_a_case_is_raised_for_a_happy_response_and_found_again(session: Session, office: Office, vault: Vault) -> None:
    call, response = _rated(session, office, vault, 5)
    user = make_user(session, "Aigul", now=NOW)
    actor, notes = acting(user.id), ("Says that the bill is wrong.", "Ring in the morning.")

    found = [
        raise_case(session, office.desk, response_id=response.id, actor=actor, note=note, now=NOW + HOUR)
        for note in notes
    ]

    case = _case(session, found[0])
    assert found == [case.id, case.id]
    assert call.contact is not None
    assert (case.reason, case.contact_id, case.opened_by_id) == ("raised", call.contact.id, user.id)
    assert case.channel == "call"
    assert _notes(session, case) == [
        ("opened", None),
        ("note", notes[0]),
        ("note", notes[1]),
    ]


def test_nobody_is_rung_who_said_stop_or_declined_a_call(session: Session, office: Office, vault: Vault) -> None:
    user = make_user(session, "Aigul", now=NOW)
    call, happy = _rated(session, office, vault, 5)
    assert call.contact is not None
    opt_out(session, call.contact, via="sms", now=NOW)

    raised = _case(session, raise_case(session, office.desk, response_id=happy.id, actor=acting(user.id), now=NOW))

    assert (raised.contact_id, raised.first_attempt_due_at) == (None, None)


def test_a_response_that_declined_a_call_is_raised_without_a_number(
    session: Session, office: Office, vault: Vault
) -> None:
    user = make_user(session, "Aigul", now=NOW)
    _, unhappy = _rated(session, office, vault, 1)
    first = session.scalars(select(CallbackCase)).one()
    decline_call(session, first, now=NOW)
    actor = acting(user.id)
    close_case(session, first.id, actor=actor, rules=RULES, outcome="settled_on_site", cause="other", now=NOW)

    raised = _case(session, raise_case(session, office.desk, response_id=unhappy.id, actor=actor, now=NOW))

    assert (raised.id != first.id, raised.contact_id, raised.first_attempt_due_at) == (True, None, None)
    assert raised.settle_due_at == NOW + timedelta(days=2, hours=6)  # 24 working hours, as of a 1


def test_a_response_beyond_ones_cases_is_not_found(session: Session, office: Office, vault: Vault) -> None:
    elsewhere = make_office(session, vault, now=NOW, listed=False)
    taken = office.rate(session, 5)
    user = make_user(session, "Aigul", now=NOW)
    with pytest.raises(NotFoundError):
        raise_case(
            session,
            office.desk,
            response_id=taken.response_id,
            actor=acting(user.id, unit_id=elsewhere.touchpoint.unit_id),
            now=NOW,
        )
