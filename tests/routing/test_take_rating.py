"""A tap, and what follows from it: one response whatever is sent again, one case for a low one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase, CaseEvent
from app.kit.crypto import Vault
from app.kit.outbox import OutboxRow
from app.responses.models import RatingChange, SurveyResponse
from app.review_sites.models import ReviewOffer
from app.routing.service import RatingNotOnScaleError
from app.surveys.definition import Band
from tests.conftest import NOW
from tests.respondents import SURVEYS, Office, make_office


@pytest.fixture
def office(session: Session, vault: Vault) -> Office:
    return make_office(session, vault, now=NOW)


def responses(session: Session) -> list[SurveyResponse]:
    return list(session.scalars(select(SurveyResponse).execution_options(populate_existing=True)))


def cases(session: Session) -> list[CallbackCase]:
    return list(session.scalars(select(CallbackCase).execution_options(populate_existing=True)))


def events(session: Session) -> list[str]:
    return sorted(session.scalars(select(OutboxRow.kind)))


def test_a_happy_tap_is_stored_and_leads_with_the_sites(session: Session, office: Office) -> None:
    taken = office.rate(session, 5)
    (response,) = responses(session)
    assert (taken.created, taken.band, response.id) == (True, Band.HAPPY, taken.response_id)
    assert (response.rating, response.score, response.band, response.routed) == (5, 100, "happy", True)
    assert (response.channel, response.via, response.language, response.scale_style) == ("visit", "page", "ru", "faces")
    assert not response.suspect
    assert session.scalars(select(ReviewOffer.sites)).one() == "2gis"
    assert cases(session) == []
    assert events(session) == ["response.created"]


def test_an_unhappy_tap_opens_one_case_to_look_into(session: Session, office: Office) -> None:
    office.rate(session, 1)
    (case,) = cases(session)
    assert (case.reason, case.contact_id, case.first_attempt_due_at) == ("low_rating", None, None)
    # 24 working hours from Wednesday 11:00 of nine a day: 7 + 9 + 8, so Friday 17:00 in Almaty.
    assert case.settle_due_at == NOW + timedelta(days=2, hours=6)
    assert events(session) == ["case.opened", "response.created"]
    assert session.scalars(select(CaseEvent.kind)).all() == ["opened"]


def test_a_neutral_tap_opens_nothing_and_offers_nothing_first(session: Session, office: Office) -> None:
    assert office.rate(session, 3).band == Band.NEUTRAL
    assert cases(session) == []
    assert session.scalar(select(func.count()).select_from(ReviewOffer)) == 0


@pytest.mark.parametrize("rating", [0, 6, -1, 100])
def test_a_rating_off_the_scale_is_refused_and_stores_nothing(session: Session, office: Office, rating: int) -> None:
    with pytest.raises(RatingNotOnScaleError):
        office.rate(session, rating)
    assert responses(session) == []


def test_the_same_form_again_finds_its_response(session: Session, office: Office) -> None:
    form = office.form()
    first = office.rate(session, 2, form=form, device="phone")
    again = office.rate(session, 2, form=form, device="phone", now=NOW + timedelta(days=3))
    assert (again.key, again.created) == (first.key, False)
    assert len(responses(session)) == len(cases(session)) == 1


def test_the_same_form_without_cookies_is_one_response_too(session: Session, office: Office) -> None:
    form = office.form()
    assert office.rate(session, 1, form=form, device=None).key == office.rate(session, 1, form=form, device=None).key
    assert len(responses(session)) == 1


def test_the_same_form_from_elsewhere_changes_nothing_and_is_flagged(session: Session, office: Office) -> None:
    form = office.form()
    first = office.rate(session, 5, form=form, device="phone")
    again = office.rate(session, 1, form=form, device="another")
    assert again.key == first.key
    (response,) = responses(session)
    assert (response.rating, response.suspect, response.suspect_reasons) == (5, True, "replay")
    assert cases(session) == []


def test_two_tabs_of_one_device_make_one_response(session: Session, office: Office) -> None:
    first = office.rate(session, 5, device="phone")
    second = office.rate(session, 5, device="phone")
    assert (second.key, second.created) == (first.key, False)
    assert len(responses(session)) == 1


def test_a_changed_mind_counts_and_keeps_its_history(session: Session, office: Office) -> None:
    office.rate(session, 5, device="phone")
    changed = office.rate(session, 2, device="phone", now=NOW + timedelta(hours=11, minutes=59))
    (response,) = responses(session)
    assert (changed.band, response.rating, response.band, response.score) == (Band.UNHAPPY, 2, "unhappy", 25)
    (change,) = session.scalars(select(RatingChange))
    assert (change.old_rating, change.new_rating) == (5, 2)
    assert [case.reason for case in cases(session)] == ["low_rating"]


def test_the_case_of_the_first_answer_stays_when_the_mind_changes(session: Session, office: Office) -> None:
    office.rate(session, 1, device="phone")
    office.rate(session, 5, device="phone", now=NOW + timedelta(minutes=3))
    (case,) = cases(session)
    assert case.closed_at is None
    assert set(session.scalars(select(CaseEvent.kind))) == {"opened", "rating_changed"}
    office.rate(session, 2, device="phone", now=NOW + timedelta(minutes=5))
    assert len(cases(session)) == 1


def test_after_twelve_hours_the_device_gives_a_new_response(session: Session, office: Office) -> None:
    first = office.rate(session, 5, device="phone")
    later = office.rate(session, 1, device="phone", now=NOW + timedelta(hours=12, seconds=1))
    assert later.created
    assert later.key != first.key
    assert len(responses(session)) == 2


def test_a_code_that_asks_another_survey_now_takes_a_new_response(session: Session, office: Office) -> None:
    office.rate(session, 5, device="phone")
    pointed = replace(
        office, touchpoint=replace(office.touchpoint, survey_key="nps"), definition=SURVEYS.current("nps")
    )
    assert pointed.rate(session, 9, device="phone").created
    assert pointed.rate(session, 3, device="phone").created is False
    assert sorted(response.rating for response in responses(session)) == [3, 5]


def test_old_answers_stay_with_their_office_when_a_code_is_pointed_elsewhere(session: Session, office: Office) -> None:
    office.rate(session, 5)
    assert responses(session)[0].unit_id == office.touchpoint.unit_id


@pytest.mark.parametrize(
    ("shown_before", "trap", "reasons"),
    [
        (timedelta(seconds=1), False, "too_fast"),
        (timedelta(hours=25), False, "stale_form"),
        (timedelta(seconds=9), True, "trap"),
    ],
)
def test_odd_answers_are_kept_flagged_and_open_no_case(
    session: Session, office: Office, shown_before: timedelta, trap: bool, reasons: str
) -> None:
    office.rate(session, 1, form=office.form(shown_before=shown_before), trap_filled=trap)
    (response,) = responses(session)
    assert (response.suspect, response.suspect_reasons, response.routed) == (True, reasons, True)
    assert cases(session) == []


def test_five_hundred_taps_from_one_address_are_all_kept_and_all_but_the_first_flagged(
    session: Session, office: Office
) -> None:
    for second in range(100):
        office.rate(session, 1, now=NOW + timedelta(milliseconds=100 * second))
    stored = sorted(responses(session), key=lambda each: each.answered_at)
    assert len(stored) == 100
    assert [each.suspect for each in stored] == [False] * 20 + [True] * 80
    assert len(cases(session)) == 20
    assert events(session).count("response.burst") == 1


def test_a_busy_office_behind_one_address_is_not_flagged(session: Session, office: Office) -> None:
    for minute in range(30):
        office.rate(session, 5, now=NOW + timedelta(seconds=4 * minute))
    assert not any(response.suspect for response in responses(session))


def test_many_addresses_at_once_are_a_burst_too(session: Session, office: Office) -> None:
    for number in range(70):
        office.rate(session, 1, address=f"203.0.113.{number}", now=NOW + timedelta(milliseconds=50 * number))
    assert sum(response.suspect for response in responses(session)) == 10


def test_addresses_and_devices_are_not_kept_as_they_are(session: Session, office: Office) -> None:
    office.rate(session, 5, device="phone", address="198.51.100.7")
    office.rate(session, 5, device="other", address="198.51.100.7", now=NOW + timedelta(days=1))
    today, tomorrow = responses(session)
    assert today.address_hash != tomorrow.address_hash
    assert b"198.51" not in (today.address_hash or b"")
    assert today.device_hash != b"phone"


@pytest.mark.parametrize("key", ["ces", "pmf", "acquisition", "nps", "call-follow-up"])
def test_every_survey_is_taken(session: Session, vault: Vault, key: str) -> None:
    definition = SURVEYS.current(key)
    office = make_office(session, vault, now=NOW, definition=definition)
    for value in definition.first.values():
        assert office.rate(session, value).created
    assert len(responses(session)) == len(definition.first.values())
    if not definition.has_bands:
        assert cases(session) == []
        assert not any(response.routed for response in responses(session))


def test_a_code_that_stands_for_another_office_now_takes_a_new_response(
    session: Session, vault: Vault, office: Office
) -> None:
    office.rate(session, 5, device="phone")
    other = make_office(session, vault, now=NOW)
    moved = replace(office, touchpoint=replace(office.touchpoint, unit_id=other.touchpoint.unit_id))
    taken = moved.rate(session, 1, device="phone")
    assert taken.created
    (case,) = cases(session)
    assert (case.unit_id, case.response_id) == (other.touchpoint.unit_id, taken.response_id)


def test_an_old_form_does_not_change_an_answer_given_elsewhere(session: Session, vault: Vault, office: Office) -> None:
    form = office.form()
    office.rate(session, 5, form=form, device=None)
    other = make_office(session, vault, now=NOW)
    moved = replace(office, touchpoint=replace(office.touchpoint, unit_id=other.touchpoint.unit_id))
    assert not moved.rate(session, 1, form=form, device=None).created
    assert [response.rating for response in responses(session)] == [5]
    assert cases(session) == []


def test_the_same_page_days_later_without_its_cookie_is_no_replay(session: Session, office: Office) -> None:
    form = office.form()
    office.rate(session, 5, form=form, device="phone")
    office.rate(session, 5, form=form, device="a new cookie", now=NOW + timedelta(hours=25))
    office.rate(session, 5, form=form, device=None, now=NOW + timedelta(minutes=1))
    (response,) = responses(session)
    assert not response.suspect
