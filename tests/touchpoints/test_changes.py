"""What becomes of a printed code: who changed it, and that no two codes ever stand in one place."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.scope import EVERYTHING, Scope
from app.accounts.service import add_user
from app.kit.errors import NotFoundError
from app.organisation.closing import close_unit
from app.touchpoints.changes import (
    TouchpointTakenError,
    WrongTargetError,
    repoint_touchpoint,
    restore_touchpoint,
    revoke_touchpoint,
)
from app.touchpoints.history import REPOINTED, RESTORED, REVOKED, list_changes
from app.touchpoints.service import Target, add_touchpoint, find_live
from tests.touchpoints.test_touchpoints import SURVEY, a_unit, an_employee

LATER = timedelta(hours=1)


def a_user(session: Session, now: datetime) -> uuid.UUID:
    root = a_unit(session, "Any").id
    return add_user(
        session,
        email="m@otklik.example",
        name="Mira",
        password="a" * 14 + "xyz",
        role=Role.MANAGER,
        unit_id=root,
        now=now,
    ).id


def test_a_withdrawn_code_is_taken_back_into_use_where_it_stood(session: Session, now: datetime) -> None:
    code = add_touchpoint(session, unit_id=a_unit(session).id, survey_key=SURVEY, placement="hall", now=now)
    revoke_touchpoint(session, code.id, scope=EVERYTHING, now=now)
    assert find_live(session, code.code) is None
    restore_touchpoint(session, code.id, scope=EVERYTHING, now=now + LATER)
    live = find_live(session, code.code)
    assert live is not None
    assert live.placement == "hall"
    assert code.updated_at == now + LATER, "what is kept of the page is asked anew"
    restore_touchpoint(session, code.id, scope=EVERYTHING, now=now + 2 * LATER)
    assert code.updated_at == now + LATER, "one in use stays as it is"


def test_a_code_whose_place_was_taken_stays_withdrawn(session: Session, now: datetime) -> None:
    unit = a_unit(session)
    old = add_touchpoint(session, unit_id=unit.id, survey_key=SURVEY, now=now)
    revoke_touchpoint(session, old.id, scope=EVERYTHING, now=now)
    new = add_touchpoint(session, unit_id=unit.id, survey_key=SURVEY, now=now)
    with pytest.raises(TouchpointTakenError) as refused:
        restore_touchpoint(session, old.id, scope=EVERYTHING, now=now)
    assert refused.value.details == {"code": new.code}
    session.refresh(old)
    assert old.revoked_at == now
    assert [change.action for change in list_changes(session, old.id)] == [REVOKED]
    # Pointed at a place that is free, it can be used again.
    repoint_touchpoint(session, old.id, Target(unit.id, SURVEY, "till"), scope=EVERYTHING, now=now)
    restore_touchpoint(session, old.id, scope=EVERYTHING, now=now)
    assert find_live(session, old.code) is not None


def test_the_history_says_who_did_what_the_latest_first(session: Session, now: datetime) -> None:
    abay, satpaev = a_unit(session, "Abay 10"), a_unit(session, "Satpaev 2")
    code, user = add_touchpoint(session, unit_id=abay.id, survey_key=SURVEY, now=now), a_user(session, now)
    target = Target(satpaev.id, "nps", "the director's secret door")
    repoint_touchpoint(session, code.id, target, scope=EVERYTHING, by=user, now=now + LATER)
    repoint_touchpoint(session, code.id, target, scope=EVERYTHING, by=user, now=now + LATER)  # changes nothing
    revoke_touchpoint(session, code.id, scope=EVERYTHING, now=now + 2 * LATER)
    restore_touchpoint(session, code.id, scope=EVERYTHING, by=user, now=now + 3 * LATER)
    session.flush()
    restored, revoked, repointed = list_changes(session, code.id)
    assert (restored.action, restored.who, restored.at) == (RESTORED, "Mira", now + 3 * LATER)
    assert (revoked.action, revoked.who) == (REVOKED, None)
    assert repointed.action == REPOINTED
    assert repointed.units == (abay.code, satpaev.code)
    assert repointed.unit_name(abay.code) == "Abay 10"
    assert repointed.surveys == (SURVEY, "nps")
    assert set(repointed.changed) == {"unit", "survey", "placement"}
    assert "secret" not in repr(repointed), "what was typed stays out of the audit"


def test_a_code_is_not_pointed_at_a_closed_unit_but_may_stay_at_one(session: Session, now: datetime) -> None:
    shut, here = a_unit(session, "Shut"), a_unit(session, "Here")
    close_unit(session, shut, now=now)
    session.refresh(shut)
    code = add_touchpoint(session, unit_id=here.id, survey_key=SURVEY, now=now)
    with pytest.raises(WrongTargetError) as refused:
        repoint_touchpoint(session, code.id, Target(shut.id, SURVEY), scope=EVERYTHING, now=now)
    assert (refused.value.field, refused.value.code) == ("unit", "unit_closed")
    close_unit(session, here, now=now)
    session.refresh(here)
    repoint_touchpoint(session, code.id, Target(here.id, "nps"), scope=EVERYTHING, now=now)
    assert code.survey_key == "nps"


def test_a_code_is_an_employees_only_where_they_work(session: Session, now: datetime) -> None:
    here, there = a_unit(session, "Here"), a_unit(session, "There")
    aigul = an_employee(session, here)
    code = add_touchpoint(session, unit_id=here.id, survey_key=SURVEY, now=now)
    repoint_touchpoint(session, code.id, Target(here.id, SURVEY, employee_id=aigul), scope=EVERYTHING, now=now)
    assert code.employee_id == aigul
    for stranger in (aigul, uuid.uuid4()):
        with pytest.raises(WrongTargetError) as refused:
            repoint_touchpoint(
                session, code.id, Target(there.id, SURVEY, employee_id=stranger), scope=EVERYTHING, now=now
            )
        assert refused.value.code == "employee_elsewhere"


def test_a_code_elsewhere_is_unknown(session: Session, now: datetime) -> None:
    here, there = a_unit(session, "Here"), a_unit(session, "There")
    code = add_touchpoint(session, unit_id=here.id, survey_key=SURVEY, now=now)
    elsewhere = Scope(frozenset([there.id]))
    for change in (revoke_touchpoint, restore_touchpoint):
        with pytest.raises(NotFoundError):
            change(session, code.id, scope=elsewhere, now=now)
    assert code.revoked_at is None
