"""The demo goes without a trace of it or a scratch on the rest, stays gone, and stays whole where others lean on it."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.models import CallWindow
from app.demo.service import (
    DemoInUseError,
    create_demo,
    list_codes,
    needs_demo,
    remove_demo,
    wants_demo,
)
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.organisation.service import add_unit, get_unit, sync_company
from app.review_sites.models import Site
from app.routing.additions import leave_for_site, request_callback
from app.routing.desk import Desk
from app.surveys.loader import SurveyLibrary, load_surveys
from app.surveys.service import store_versions
from app.tables import METADATA
from config.settings import ROOT
from tests.demo.conftest import make_demo
from tests.respondents import Office, make_office
from tests.web.staff import make_company


def test_removing_the_demo_leaves_everything_else_as_it_was(
    session: Session, desk: Desk, surveys: SurveyLibrary, vault: Vault, now: datetime
) -> None:
    sync_company(session, name="Otklik", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=now)
    store_versions(session, surveys, now=now)
    make_company(session, now=now)
    office = make_office(session, vault, now=now)
    unhappy = office.rate(session, 1, now=now)
    ask_for_call(session, office, unhappy.key, now)
    leave_for_site(session, desk, key=office.rate(session, 5, now=now).key, site=Site.TWOGIS, now=now)
    session.flush()
    before = snapshot(session)

    create_demo(session, desk, surveys, now=now)
    assert snapshot(session) != before
    gone = remove_demo(session, now=now)
    session.flush()

    assert (gone.units, gone.responses > 3000, gone.cases > 100) == (27, True, True)
    after = snapshot(session)
    assert {name for name in before if before[name] != after[name]} <= {"audit_entry", "changed_day"}


def test_removed_on_purpose_it_is_not_made_again_by_itself(own_demo: Session, now: datetime) -> None:
    assert not wants_demo(own_demo)
    remove_demo(own_demo, now=now)
    own_demo.flush()
    assert needs_demo(own_demo)
    assert not wants_demo(own_demo)


def test_a_real_unit_below_the_demo_keeps_it_in_place(own_demo: Session, now: datetime) -> None:
    add_unit(own_demo, name="Real", kind="office", parent_id=get_unit(own_demo, "demo-city").id, code="real", now=now)

    with pytest.raises(DemoInUseError, match="real"):
        remove_demo(own_demo, now=now)


def test_a_company_without_a_survey_has_a_demo_without_it(session: Session, desk: Desk, now: datetime) -> None:
    surveys = load_surveys(ROOT / "surveys")
    fewer = SurveyLibrary({key: surveys.current(key) for key in ("office-visit", "nps")})
    make_demo(session, desk, fewer, now)
    assert {code.survey_key for code in list_codes(session)} == {"office-visit", "nps"}


def ask_for_call(session: Session, office: Office, key: str, now: datetime) -> None:
    request_callback(
        session,
        office.desk,
        key=key,
        phone="+77011234567",
        call_window=CallWindow.ANY,
        consent_given=True,
        language=Language.RU,
        now=now,
    )


def snapshot(session: Session) -> dict[str, list[str]]:
    """Return every row of every table."""
    return {table.name: sorted(str(row) for row in session.execute(select(table))) for table in METADATA.sorted_tables}
