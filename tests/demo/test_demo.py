"""The demo company: whole, marked, plausible, and gone without a trace of it or a scratch on the rest."""

import re
import string
import uuid
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.accounts.passwords import hash_password
from app.accounts.scope import EVERYTHING
from app.callbacks.models import CallbackCase, CaseEvent, Outcome
from app.contacts.consents import load_consents
from app.contacts.models import Consent, Contact, Purpose
from app.contacts.service import read_phone
from app.demo.service import DemoInUseError, create_demo, find_demo, list_codes, needs_demo, remove_demo
from app.demo.staff import ADMIN_EMAIL, derive_password
from app.kit.crypto import DataKey, Vault
from app.organisation.models import Employee, Unit
from app.organisation.service import add_unit, get_company, get_unit, sync_company
from app.responses.models import SurveyResponse
from app.review_sites.catalogue import load_catalogue
from app.review_sites.models import ReviewClick
from app.review_sites.service import listings_for
from app.routing.desk import Desk
from app.routing.policy import load_policy
from app.surveys.loader import SurveyLibrary, load_surveys
from app.surveys.service import store_versions
from app.touchpoints.models import Touchpoint
from app.touchpoints.service import add_touchpoint, get_touchpoint

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def surveys() -> SurveyLibrary:
    return load_surveys(ROOT / "surveys")


@pytest.fixture
def desk(vault: Vault) -> Desk:
    return Desk(
        policy=load_policy(ROOT / "config" / "routing.yaml"),
        catalogue=load_catalogue(ROOT / "config" / "review_sites.yaml"),
        vault=vault,
        consent=load_consents(ROOT / "config" / "consents.yaml").text(Purpose.CALLBACK),
        company="Otklik",
        phone_region="KZ",
        zone=ZoneInfo("Asia/Almaty"),
    )


@pytest.fixture
def demo(session: Session, desk: Desk, surveys: SurveyLibrary, now: datetime) -> Session:
    store_versions(session, surveys, now=now)
    sync_company(session, name="Otklik", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=now)
    create_demo(session, desk, surveys, now=now)
    session.flush()
    return session


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
    assert {code.survey_key for code in list_codes(demo)} == {"office-visit", "call-follow-up", "nps"}


def test_everything_of_the_demo_is_marked(demo: Session) -> None:
    for model in (Employee, Touchpoint, SurveyResponse, CallbackCase, StaffUser, Contact):
        assert count(demo, model) > 0
        assert set(demo.scalars(select(model.demo))) == {True}, model
    assert set(demo.scalars(select(Unit.demo).where(Unit.parent_id.is_not(None)))) == {True}


def test_the_demo_shows_answers_in_four_languages_and_cases_in_every_state(demo: Session, now: datetime) -> None:
    cases = list(demo.scalars(select(CallbackCase)))

    assert set(demo.scalars(select(SurveyResponse.language))) == {"kk", "ru", "uk", "en"}
    assert count(demo, SurveyResponse) >= 30
    assert not list(demo.scalars(select(SurveyResponse.id).where(SurveyResponse.suspect.is_(True))))
    assert [case.outcome for case in cases if case.closed_at] == [Outcome.SETTLED]
    assert any(case.contact_id is None for case in cases)
    assert any(case.contact_id and not case.claimed_at for case in cases)
    assert any(case.claimed_at and not case.closed_at for case in cases)
    assert any(case.due_at < now for case in cases if not case.closed_at)
    assert any(case.due_at > now for case in cases if not case.closed_at)
    assert count(demo, ReviewClick) == 2
    assert max(demo.scalars(select(SurveyResponse.answered_at))) < now
    assert max(demo.scalars(select(CaseEvent.at))) < now


def test_nobody_real_is_rung(demo: Session, vault: Vault) -> None:
    phones = [read_phone(vault, contact) for contact in demo.scalars(select(Contact))]

    assert len(phones) == 5
    assert all(re.fullmatch(r"\+120255501\d\d", phone) for phone in phones)


def test_the_password_is_known_to_a_second_run_until_it_is_changed(demo: Session, vault: Vault) -> None:
    sign_in = find_demo(demo, vault).sign_in

    assert sign_in is not None
    assert sign_in.email == ADMIN_EMAIL
    assert sign_in.password
    assert len(sign_in.password) == 16
    assert set(sign_in.password) <= set(string.ascii_letters + string.digits)
    assert find_demo(demo, vault).sign_in == sign_in

    admin = demo.scalars(select(StaffUser).where(StaffUser.email == ADMIN_EMAIL)).one()
    assert sign_in.password not in admin.password
    admin.password = hash_password("quite another one 42")
    demo.flush()
    changed = find_demo(demo, vault).sign_in
    assert changed is not None
    assert changed.password is None


def test_another_database_or_other_keys_give_another_password(session: Session, vault: Vault) -> None:
    company = get_company(session).id
    other = Vault([DataKey("t2", bytes(32))])

    assert derive_password(vault, company) == derive_password(vault, company)
    assert derive_password(vault, company) != derive_password(other, company)
    assert derive_password(vault, company) != derive_password(vault, uuid.uuid4())


def test_removing_the_demo_removes_only_what_is_marked(demo: Session, now: datetime) -> None:
    real = add_unit(demo, name="Real office", kind="office", parent_id=get_company(demo).id, code="real", now=now)
    add_touchpoint(demo, unit_id=real.id, survey_key="office-visit", now=now)

    gone = remove_demo(demo, now=now)

    demo.expire_all()
    assert (gone.units, gone.responses > 30, gone.cases > 5) == (8, True, True)
    assert set(demo.scalars(select(Unit.code))) == {"company", "real"}
    assert count(demo, Touchpoint) == 1
    for model in (SurveyResponse, CallbackCase, CaseEvent, Contact, Consent, Employee, StaffUser, ReviewClick):
        assert count(demo, model) == 0, model


def test_a_real_unit_below_the_demo_keeps_it_in_place(demo: Session, now: datetime) -> None:
    add_unit(demo, name="Real", kind="office", parent_id=get_unit(demo, "demo-city").id, code="real", now=now)

    with pytest.raises(DemoInUseError, match="real"):
        remove_demo(demo, now=now)
