"""What a respondent adds: answers, a comment, a number, a click on a review site."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.service import add_user
from app.callbacks.closing import close_case
from app.callbacks.models import CallbackCase, CallWindow
from app.callbacks.states import CaseReason
from app.callbacks.working import claim_case
from app.contacts.models import Consent, Contact, Purpose
from app.contacts.service import read_phone, withdraw_consents
from app.kit.crypto import Vault
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow
from app.kit.phones import InvalidPhoneError
from app.organisation.service import get_company
from app.responses.models import ResponseAnswer, SurveyResponse
from app.responses.service import ResponseClosedError
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick
from app.routing.additions import (
    ConsentMissingError,
    NoCallbackHereError,
    extend_response,
    leave_for_site,
    open_page,
    request_callback,
)
from app.routing.rules import Lead
from app.routing.service import Taken
from app.touchpoints.models import Channel
from tests.callbacks.factories import RULES, acting
from tests.conftest import NOW
from tests.respondents import FIRM, SURVEYS, Office, make_office

LATE = NOW + timedelta(hours=12, seconds=1)


@pytest.fixture
def office(session: Session, vault: Vault) -> Office:
    return make_office(session, vault, now=NOW)


def ask_for_call(session: Session, office: Office, taken: Taken, **changed: object) -> None:
    given = {"phone": "8 701 123 45 67", "call_window": CallWindow.ANY, "consent_given": True, "now": NOW, **changed}
    request_callback(session, office.desk, key=taken.key, language=Language.RU, **given)  # type: ignore[arg-type]


def the_case(session: Session) -> CallbackCase:
    return session.scalars(select(CallbackCase).execution_options(populate_existing=True)).one()


def test_the_page_leads_by_band_and_always_shows_the_sites(session: Session, office: Office) -> None:
    for rating, lead in [(5, Lead.REVIEW), (3, Lead.IMPROVE), (1, Lead.CALLBACK)]:
        page = open_page(session, office.desk, key=office.rate(session, rating).key, now=NOW)
        assert page.step.lead == lead
        assert [offer.link for offer in page.offers] == [FIRM]
        assert page.open_for_additions


def test_after_twelve_hours_the_page_only_thanks(session: Session, office: Office) -> None:
    page = open_page(session, office.desk, key=office.rate(session, 1).key, now=LATE)
    assert not page.open_for_additions
    assert page.offers == []


@pytest.mark.parametrize("key", ["", "x", "A" * 22, "ы", "\x00", "a" * 5000])
def test_unknown_keys_are_not_found(session: Session, office: Office, key: str) -> None:
    with pytest.raises(NotFoundError):
        open_page(session, office.desk, key=key, now=NOW)


def test_the_optional_form_extends_the_same_response(session: Session, office: Office) -> None:
    taken = office.rate(session, 2)
    first, second = office.definition.later[0], office.definition.later[-1]
    extend_response(
        session,
        office.desk,
        key=taken.key,
        answers={f"answer-{second.key}": ["4"]},
        comment="  долго ждал\r\nочень ",
        now=NOW + timedelta(minutes=1),
    )
    response = session.scalars(select(SurveyResponse)).one()
    assert (response.comment, response.finished_at) == ("долго ждал\nочень", NOW + timedelta(minutes=1))
    stored = session.scalars(select(ResponseAnswer)).all()
    assert [(answer.question_key, answer.value) for answer in stored] == [(second.key, 4)]
    assert first.key != second.key
    assert "response.completed" in session.scalars(select(OutboxRow.kind)).all()


def test_sending_the_form_again_replaces_what_it_names_and_keeps_the_rest(session: Session, office: Office) -> None:
    taken = office.rate(session, 2)
    question = office.definition.later[-1].key

    def send(answers: dict[str, list[str]], comment: str | None) -> None:
        extend_response(session, office.desk, key=taken.key, answers=answers, comment=comment, now=NOW)

    send({f"answer-{question}": ["4"]}, "first")
    send({f"answer-{question}": ["2"]}, None)
    page = open_page(session, office.desk, key=taken.key, now=NOW)
    assert [(answer.question_key, answer.value) for answer in page.answers] == [(question, 2)]
    assert page.response.comment == "first"
    send({f"answer-{question}": [""]}, "")
    page = open_page(session, office.desk, key=taken.key, now=NOW)
    assert page.answers == []
    assert page.response.comment is None


@pytest.mark.parametrize("comment", ["a" * 2001, "nul \x00", "half \ud83d"])
def test_a_comment_that_cannot_be_kept_is_refused_by_name(session: Session, office: Office, comment: str) -> None:
    taken = office.rate(session, 2)
    with pytest.raises(InvalidInputError) as caught:
        extend_response(session, office.desk, key=taken.key, answers={}, comment=comment, now=NOW)
    assert caught.value.field == "comment"


def test_what_comes_too_late_is_refused(session: Session, office: Office) -> None:
    taken = office.rate(session, 1)
    with pytest.raises(ResponseClosedError):
        extend_response(session, office.desk, key=taken.key, answers={}, comment="late", now=LATE)
    with pytest.raises(ResponseClosedError):
        ask_for_call(session, office, taken, now=LATE)


def test_each_addition_keeps_the_page_open_longer(session: Session, office: Office) -> None:
    taken = office.rate(session, 1)
    extend_response(session, office.desk, key=taken.key, answers={}, comment="x", now=NOW + timedelta(hours=11))
    extend_response(session, office.desk, key=taken.key, answers={}, comment="y", now=NOW + timedelta(hours=22))


def test_a_number_turns_the_case_into_a_callback(session: Session, office: Office, vault: Vault) -> None:
    taken = office.rate(session, 1)
    ask_for_call(session, office, taken, now=NOW + timedelta(hours=1), call_window=CallWindow.EVENING)
    case = the_case(session)
    # The evening that was chosen, as far as the office works: Wednesday, 18:00 in Almaty.
    assert case.first_attempt_due_at == NOW + timedelta(hours=7)
    assert (case.reason, case.call_window) == (CaseReason.LOW_RATING, "evening")
    contact = session.scalars(select(Contact)).one()
    assert read_phone(vault, contact) == "+77011234567"
    consent = session.scalars(select(Consent)).one()
    assert (consent.purpose, consent.version, consent.language, consent.via) == ("callback", 2, "ru", "page")
    assert consent.text_hash == office.desk.consent.hash(Language.RU, "Made-up Telecom")
    assert open_page(session, office.desk, key=taken.key, now=NOW).number_left


def test_a_happy_respondent_may_ask_for_a_call(session: Session, office: Office) -> None:
    ask_for_call(session, office, office.rate(session, 5))
    case = the_case(session)
    assert (case.reason, case.contact_id is not None) == ("requested", True)
    # 24 working hours from Wednesday 11:00: Friday 17:00.
    assert case.first_attempt_due_at == NOW + timedelta(days=2, hours=6)


def test_a_suspect_answer_with_a_number_opens_a_case(session: Session, office: Office) -> None:
    taken = office.rate(session, 1, form=office.form(shown_before=timedelta(seconds=0)))
    assert session.scalars(select(CallbackCase)).all() == []
    ask_for_call(session, office, taken)
    assert the_case(session).reason == "low_rating"


def test_the_same_number_twice_is_one_contact_and_one_case(session: Session, office: Office) -> None:
    taken = office.rate(session, 1)
    ask_for_call(session, office, taken)
    ask_for_call(session, office, taken, phone="+7 (701) 123-45-67", now=NOW + timedelta(seconds=1))
    assert len(session.scalars(select(Contact)).all()) == 1
    assert the_case(session).contact_id is not None


def test_the_same_form_sent_again_is_one_consent(session: Session, office: Office) -> None:
    taken = office.rate(session, 1)
    for minute in range(3):
        ask_for_call(session, office, taken, now=NOW + timedelta(minutes=minute))
    consent = session.scalars(select(Consent)).one()
    assert (the_case(session).consent_id, consent.given_at) == (consent.id, NOW)


def test_agreeing_after_a_withdrawal_counts_anew(session: Session, office: Office) -> None:
    taken = office.rate(session, 1)
    ask_for_call(session, office, taken)
    contact = session.scalars(select(Contact)).one()
    withdraw_consents(session, contact_id=contact.id, purpose=Purpose.CALLBACK, now=NOW + timedelta(minutes=1))
    ask_for_call(session, office, taken, now=NOW + timedelta(minutes=2))
    standing = session.scalars(select(Consent).where(Consent.withdrawn_at.is_(None))).one()
    assert the_case(session).consent_id == standing.id


def test_a_later_answer_takes_a_consent_of_its_own(session: Session, office: Office) -> None:
    ask_for_call(session, office, office.rate(session, 1))
    tomorrow = NOW + timedelta(days=1)
    ask_for_call(session, office, office.rate(session, 1, now=tomorrow), now=tomorrow)
    assert len(session.scalars(select(Consent)).all()) == 2


def test_without_consent_nothing_is_kept(session: Session, office: Office) -> None:
    taken = office.rate(session, 1)
    with pytest.raises(ConsentMissingError):
        ask_for_call(session, office, taken, consent_given=False)
    assert session.scalars(select(Contact)).all() == []


@pytest.mark.parametrize("phone", ["", "12", "+7 701", "позвоните", "+999 123 456 789", "\x00", "8" * 3000])
def test_what_cannot_be_rung_is_refused_by_name(session: Session, office: Office, phone: str) -> None:
    taken = office.rate(session, 1)
    with pytest.raises(InvalidPhoneError) as caught:
        ask_for_call(session, office, taken, phone=phone)
    assert caught.value.field == "phone"


def test_surveys_that_are_not_routed_offer_no_call(session: Session, vault: Vault) -> None:
    office = make_office(session, vault, now=NOW, definition=SURVEYS.current("ces"))
    taken = office.rate(session, 1)
    assert open_page(session, office.desk, key=taken.key, now=NOW).step.lead == Lead.THANKS
    with pytest.raises(NoCallbackHereError):
        ask_for_call(session, office, taken)


def test_leaving_for_a_site_is_recorded_each_time(session: Session, office: Office) -> None:
    taken = office.rate(session, 5)
    for _ in range(2):
        assert leave_for_site(session, office.desk, key=taken.key, site=Site.TWOGIS, now=NOW) == FIRM
    clicks = session.scalars(select(ReviewClick)).all()
    assert [(click.response_id, click.site, click.url) for click in clicks] == [(taken.response_id, "2gis", FIRM)] * 2


def test_a_site_that_is_not_offered_leads_nowhere(session: Session, office: Office) -> None:
    taken = office.rate(session, 5)
    with pytest.raises(NotFoundError):
        leave_for_site(session, office.desk, key=taken.key, site=Site.GOOGLE, now=NOW)


def test_after_twelve_hours_nobody_leaves_for_a_site_any_more(session: Session, office: Office) -> None:
    taken = office.rate(session, 5)
    with pytest.raises(NotFoundError):
        leave_for_site(session, office.desk, key=taken.key, site=Site.TWOGIS, now=LATE)
    assert session.scalars(select(ReviewClick)).all() == []


def test_an_office_without_listings_has_nothing_to_offer(session: Session, vault: Vault) -> None:
    office = make_office(session, vault, now=NOW, listed=False, channel=Channel.CALL)
    assert open_page(session, office.desk, key=office.rate(session, 5).key, now=NOW).offers == []


def test_a_new_low_answer_opens_a_case_when_the_first_is_closed(session: Session, office: Office) -> None:
    company = get_company(session).id
    email = "m@example.org"
    user = add_user(session, email=email, password="not used here", role=Role.MANAGER, unit_id=company, now=NOW)
    office.rate(session, 1, device="phone")
    case = the_case(session)
    claim_case(session, case.id, actor=acting(user.id), now=NOW)
    close_case(
        session,
        case.id,
        actor=acting(user.id),
        rules=RULES,
        outcome="settled_on_site",
        cause="waiting",
        now=NOW + timedelta(hours=1),
    )
    office.rate(session, 4, device="phone", now=NOW + timedelta(hours=2))
    assert the_case(session).closed_at is not None
    office.rate(session, 2, device="phone", now=NOW + timedelta(hours=3))
    open_cases = session.scalars(select(CallbackCase).where(CallbackCase.closed_at.is_(None))).all()
    assert len(open_cases) == 1
