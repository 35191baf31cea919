"""The demo company: whole, marked, and plausible."""

import re
import string
import uuid
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.passwords import hash_password
from app.accounts.scope import EVERYTHING
from app.callbacks.deadlines import add_working_hours
from app.callbacks.models import CallbackCase, CaseEvent
from app.callbacks.states import CaseReason
from app.contacts.models import Contact
from app.contacts.service import read_phone
from app.demo.answers import Asked, Place, make_answers
from app.demo.company import CODES
from app.demo.service import (
    find_demo,
    list_codes,
    needs_demo,
)
from app.demo.staff import ADMIN_EMAIL, derive_password
from app.invitations.links import get_live_by_id
from app.invitations.models import Interaction, Invitation
from app.kit.crypto import DataKey, Vault
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow
from app.kit.phones import normalise_phone
from app.messaging.models import Message, MessageState
from app.organisation.hours import parse_hours
from app.organisation.models import Employee, Unit
from app.organisation.service import add_unit, get_company, working_time
from app.organisation.workdays import WorkingTime
from app.responses.models import SurveyResponse
from app.review_sites.models import ReviewClick, ReviewOffer
from app.review_sites.service import listings_for
from app.routing.desk import Desk
from app.routing.rules import Answer, choose
from app.surveys.loader import SurveyLibrary
from app.surveys.models import SurveyVersion
from app.touchpoints.models import PageOpen, Touchpoint
from app.touchpoints.service import get_touchpoint
from tests.callbacks.factories import RULES
from tests.conftest import NOW


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_empty_database_needs_the_demo_and_one_with_units_does_not(session: Session, now: datetime) -> None:
    assert needs_demo(session)
    add_unit(session, name="Office", kind="office", parent_id=get_company(session).id, now=now)
    assert not needs_demo(session)


def test_the_first_link_is_that_of_an_office_with_review_links(demo: Session) -> None:
    first = list_codes(demo)[0]
    touchpoint = get_touchpoint(demo, first.code, scope=EVERYTHING)

    assert first.survey_key == "office-visit"
    assert demo.get_one(Unit, touchpoint.unit_id).kind == "office"
    assert len(listings_for(demo, touchpoint.unit_id)) >= 2
    assert {code.survey_key for code in list_codes(demo)} == {
        "office-visit",
        "call-follow-up",
        "nps",
        "ces",
        "pmf",
        "acquisition",
    }
    assert len(list_codes(demo)) <= 8  # each is printed at the first start


def test_everything_of_the_demo_is_marked(demo: Session) -> None:
    for model in (
        Employee,
        Touchpoint,
        SurveyResponse,
        CallbackCase,
        StaffUser,
        Contact,
        Interaction,
        Invitation,
        Message,
    ):
        assert count(demo, model) > 0
        assert set(demo.scalars(select(model.demo))) == {True}, model
    assert set(demo.scalars(select(Unit.demo).where(Unit.parent_id.is_not(None)))) == {True}


def test_sixty_days_of_answers_in_four_languages(demo: Session) -> None:
    response = SurveyResponse
    first, last = demo.execute(select(func.min(response.answered_at), func.max(response.answered_at))).one()
    words = list(demo.scalars(select(response.comment).where(response.comment.is_not(None))))
    languages = dict(demo.execute(select(response.language, func.count()).group_by(response.language)).all())

    assert timedelta(days=58) < NOW - first < timedelta(days=61)
    assert NOW - timedelta(hours=3) < last < NOW
    assert count(demo, response) > 3000
    assert set(languages) == {"kk", "ru", "uk", "en"}
    assert min(languages.values()) > 100
    assert len(set(words)) >= 60
    assert max(Counter(words).values()) <= 4  # the same words over and over would look like what they are


def test_cases_are_in_every_state_and_came_to_every_end_that_is_plausible(demo: Session) -> None:
    cases = list(demo.scalars(select(CallbackCase)))
    open_ones = [case for case in cases if not case.closed_at]

    assert {case.outcome for case in cases if case.closed_at} == {outcome.key for outcome in RULES.outcomes}
    assert any(case.contact_id is None for case in open_ones)
    assert any(case.contact_id and not case.claimed_at for case in open_ones)
    assert any(case.claimed_at and not case.first_attempt_at for case in open_ones)
    assert any(case.next_attempt_at for case in open_ones)
    assert any(case.due_at < NOW for case in open_ones)
    assert any(case.due_at > NOW for case in open_ones)
    assert any(case.reason == CaseReason.REQUESTED for case in cases)
    assert 12 <= len(open_ones) <= 60  # a list that a visitor can work, not a flood
    assert max(demo.scalars(select(CaseEvent.at))) < NOW
    for case in cases:
        for later in filter(None, (case.first_attempt_at, case.closed_at)):
            assert case.claimed_at is not None
            assert case.claimed_at <= later <= NOW


def test_what_follows_an_answer_is_what_the_rules_say(demo: Session, desk: Desk, surveys: SurveyLibrary) -> None:
    """The demo is written in bulk; it must not tell another story than the service would have."""
    rows = demo.execute(
        select(SurveyResponse, SurveyVersion.key, CallbackCase)
        .join(SurveyVersion, SurveyVersion.id == SurveyResponse.survey_version_id)
        .outerjoin(CallbackCase, CallbackCase.response_id == SurveyResponse.id)
        .order_by(SurveyResponse.answered_at)
    ).all()
    for response, survey, case in rows[-800:]:
        with_number = case is not None and case.contact_id is not None
        answer = Answer(
            surveys.current(survey), response.rating, response.suspect, with_number, asks_for_call=with_number
        )
        step = choose(answer, desk.policy)
        assert (response.band, response.routed) == (step.band, step.routed)
        assert (case is None) == (step.case is None)
        if case is not None and step.deadline is not None:
            assert case.reason == step.case
            due = add_working_hours(case.opened_at, step.deadline.settle_hours, working_time(demo, case.unit_id))
            assert case.settle_due_at == max(due, case.first_attempt_due_at or due)


def test_offices_are_asked_while_they_are_open(demo: Session) -> None:
    office = demo.scalars(select(Unit).where(Unit.code == "demo-office-2")).one()
    zone = ZoneInfo("Asia/Almaty")
    # The stories of the first day stand where they are wanted, whatever the hour.
    earlier = NOW - timedelta(days=5)
    taps = demo.scalars(
        select(SurveyResponse.answered_at).where(
            SurveyResponse.unit_id == office.id, SurveyResponse.answered_at < earlier
        )
    )
    local = [tap.astimezone(zone) for tap in taps]
    assert len(local) > 50
    assert all(tap.weekday() < 6 for tap in local)
    assert all(9 <= tap.hour < 18 for tap in local if tap.weekday() < 5)
    assert all(10 <= tap.hour < 14 for tap in local if tap.weekday() == 5)


def test_one_office_grows_worse_and_one_has_recovered(demo: Session) -> None:
    def satisfied(code: str, since: timedelta, until: timedelta) -> float:
        ratings = demo.scalars(
            select(SurveyResponse.rating)
            .join(Unit, Unit.id == SurveyResponse.unit_id)
            .where(
                Unit.code == code,
                SurveyResponse.scale_style == "faces",
                SurveyResponse.answered_at.between(NOW - since, NOW - until),
            )
        ).all()
        assert len(ratings) >= 20
        return sum(rating >= 4 for rating in ratings) / len(ratings)

    month, week = timedelta(days=40), timedelta(days=14)
    assert satisfied("demo-office-6", timedelta(days=60), month) - satisfied("demo-office-6", week, timedelta()) > 0.15
    assert satisfied("demo-office-9", week, timedelta()) - satisfied("demo-office-9", timedelta(days=60), month) > 0.15


def test_some_go_on_to_review_sites_and_some_offices_have_none(demo: Session) -> None:
    offices = demo.scalars(select(Unit).where(Unit.kind == "office")).all()
    pages = {office.code: listings_for(demo, office.id) for office in offices}

    assert len(offices) == 12
    assert any(not page for page in pages.values())
    assert any(listing.inherited for page in pages.values() for listing in page)
    assert any(not listing.inherited for page in pages.values() for listing in page)
    assert count(demo, ReviewClick) > 100
    assert count(demo, ReviewOffer) > count(demo, ReviewClick)
    assert count(demo, PageOpen) > 500


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
def test_something_was_said_today_at_any_hour(surveys: SurveyLibrary, hour: int) -> None:
    zone = ZoneInfo("Asia/Almaty")
    now = datetime(2026, 3, 1, hour, 40, tzinfo=zone)  # a Sunday, when most offices are closed
    place = Place(WorkingTime(zone, parse_hours("Mo-Fr 09:00-18:00")), {Language.RU: 1.0}, (0.8, 0.8))
    asked = [Asked(code, place, surveys.current(code.survey)) for code in CODES]

    answers = make_answers(asked, zone=zone, now=now)

    today = [answer for answer in answers if answer.at.astimezone(zone).date() == now.date()]
    assert len(today) >= 8
    assert max(answer.at for answer in answers) < now
    assert answers == make_answers(asked, zone=zone, now=now)  # the same company every time


def test_finished_calls_were_asked_about_and_answered_by_several_ways(demo: Session) -> None:
    decisions = dict(demo.execute(select(Interaction.decision, func.count()).group_by(Interaction.decision)).all())
    reasons = set(demo.scalars(select(Interaction.reason).where(Interaction.reason.is_not(None))))
    vias = dict(
        demo.execute(
            select(SurveyResponse.via, func.count())
            .where(SurveyResponse.interaction_id.is_not(None), SurveyResponse.touchpoint_id.is_(None))
            .group_by(SurveyResponse.via)
        ).all()
    )
    rows = demo.execute(
        select(Interaction, SurveyResponse).join(SurveyResponse, SurveyResponse.interaction_id == Interaction.id)
    ).all()

    assert decisions["invited"] > 100
    assert decisions["skipped"] > 30
    assert reasons >= {"asked_lately", "unanswered", "no_address", "opted_out"}
    assert set(vias) == {"page", "sms", "telegram"}
    assert min(vias.values()) > 5
    for call, response in rows:
        assert call.decision == "invited"
        assert call.ended_at < response.answered_at < NOW
        assert (call.employee_id, call.unit_id) == (response.employee_id, response.unit_id)
        assert (call.recording_url or "").startswith("https://pbx.example/")


def test_a_low_answer_about_a_call_rings_the_caller_without_asking_for_the_number(demo: Session) -> None:
    rows = demo.execute(
        select(CallbackCase, Interaction.contact_id)
        .join(SurveyResponse, SurveyResponse.id == CallbackCase.response_id)
        .join(Interaction, Interaction.id == SurveyResponse.interaction_id)
    ).all()

    assert rows
    for case, contact_id in rows:
        assert (case.contact_id, case.consent_id) == (contact_id, None)
        assert case.first_attempt_due_at is not None


def test_messages_met_every_end_and_a_link_that_waits_can_still_be_opened(demo: Session) -> None:
    states = set(demo.scalars(select(Message.state)))
    assert states == set(MessageState) - {MessageState.WAITING, MessageState.CANCELLED}
    latest = demo.scalars(select(Invitation.id).order_by(Invitation.send_at.desc())).first()
    assert latest is not None
    assert get_live_by_id(demo, latest, now=NOW).demo


def test_the_past_of_the_demo_tells_nobody_anything(demo: Session) -> None:
    assert count(demo, OutboxRow) == 0


def test_nobody_real_is_rung(demo: Session, vault: Vault) -> None:
    kept = demo.scalars(select(Contact).where(Contact.phone_enc.is_not(None)))
    phones = [read_phone(vault, contact) for contact in kept]

    assert len(phones) > 30
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", phone) for phone in phones)
    assert all(normalise_phone(phone, "KZ") == phone for phone in phones)
    # What is closed for a month has lost its number by then, as the consent promises.
    old = demo.scalars(
        select(Contact.phone_enc)
        .join(CallbackCase, CallbackCase.contact_id == Contact.id)
        .where(CallbackCase.closed_at < NOW - timedelta(days=29))
    ).all()
    assert old
    assert set(old) == {None}


def test_the_password_is_known_to_a_second_run_until_it_is_changed(own_demo: Session, vault: Vault) -> None:
    sign_in = find_demo(own_demo, vault).sign_in

    assert sign_in is not None
    assert sign_in.email == ADMIN_EMAIL
    assert sign_in.password
    assert len(sign_in.password) == 16
    assert set(sign_in.password) <= set(string.ascii_letters + string.digits)
    assert find_demo(own_demo, vault).sign_in == sign_in

    admin = own_demo.scalars(select(StaffUser).where(StaffUser.email == ADMIN_EMAIL)).one()
    assert sign_in.password not in admin.password
    admin.password = hash_password("quite another one 42")
    own_demo.flush()
    changed = find_demo(own_demo, vault).sign_in
    assert changed is not None
    assert changed.password is None


def test_another_database_or_other_keys_give_another_password(session: Session, vault: Vault) -> None:
    company = get_company(session).id
    other = Vault([DataKey("t2", bytes(32))])

    assert derive_password(vault, company) == derive_password(vault, company)
    assert derive_password(vault, company) != derive_password(other, company)
    assert derive_password(vault, company) != derive_password(vault, uuid.uuid4())
