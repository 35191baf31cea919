"""Codes for many units at once: told first, then made, and a second time none."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry
from app.accounts.scope import EVERYTHING, Scope
from app.organisation.closing import close_unit
from app.organisation.models import UnitKind
from app.organisation.service import add_unit, get_company
from app.organisation.tree import UnitClosedError
from app.touchpoints.adding import ADDED, NoUnitsError, add_codes, choose_units, plan_codes
from app.touchpoints.changes import revoke_touchpoint
from app.touchpoints.models import Channel
from app.touchpoints.service import InvalidPlacementError, get_touchpoint
from tests.touchpoints.test_touchpoints import SURVEY, a_unit


def test_the_open_units_of_a_kind_are_chosen_by_name(session: Session, now: datetime) -> None:
    city = add_unit(session, name="City", kind="city", parent_id=get_company(session).id, now=now)
    second, first = a_unit(session, "B", below=city), a_unit(session, "A", below=city)
    shut = a_unit(session, "C", below=city)
    close_unit(session, shut, now=now)
    session.refresh(shut)
    assert choose_units(session, city, UnitKind.OFFICE, scope=EVERYTHING) == [first, second]
    assert choose_units(session, city, None, scope=EVERYTHING) == [city]
    assert choose_units(session, city, UnitKind.OFFICE, scope=Scope(frozenset([second.id]))) == [second]
    with pytest.raises(NoUnitsError):
        choose_units(session, city, UnitKind.DESK, scope=EVERYTHING)
    with pytest.raises(UnitClosedError):
        choose_units(session, shut, None, scope=EVERYTHING)


def test_a_plan_tells_what_is_made_and_a_second_run_makes_none(session: Session, now: datetime) -> None:
    units = [a_unit(session, name) for name in "ABC"]
    add_codes(session, units[:1], survey_key=SURVEY, placement="hall", now=now)
    plan = plan_codes(session, units, survey_key=SURVEY, placement=" hall ")
    assert (plan.existing, plan.missing) == (1, 2)
    codes, made = add_codes(session, units, survey_key=SURVEY, placement="hall", channel=Channel.CALL, now=now)
    assert made == 2
    assert [get_touchpoint(session, codes[unit.id], scope=EVERYTHING).channel for unit in units] == [
        Channel.VISIT,  # one that exists keeps its channel
        Channel.CALL,
        Channel.CALL,
    ]
    assert add_codes(session, units, survey_key=SURVEY, placement="hall", now=now) == (codes, 0)
    assert plan_codes(session, units, survey_key=SURVEY, placement="till").existing == 0
    assert plan_codes(session, units, survey_key="nps", placement="hall").existing == 0


def test_a_withdrawn_code_counts_as_missing(session: Session, now: datetime) -> None:
    units = [a_unit(session)]
    codes, _ = add_codes(session, units, survey_key=SURVEY, now=now)
    touchpoint = get_touchpoint(session, codes[units[0].id], scope=EVERYTHING)
    revoke_touchpoint(session, touchpoint.id, scope=EVERYTHING, now=now)
    assert plan_codes(session, units, survey_key=SURVEY, placement="").missing == 1


def test_what_was_made_is_one_line_of_audit(session: Session, now: datetime) -> None:
    units = [a_unit(session, name) for name in "ABC"]
    for _ in range(2):
        add_codes(session, units, survey_key=SURVEY, placement="hall", now=now)
    session.flush()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == ADDED)).all()
    assert [(entry.object_id, entry.details) for entry in entries] == [(SURVEY, {"count": 3, "channel": "visit"})]


def test_a_placement_that_cannot_be_printed_makes_no_plan(session: Session) -> None:
    with pytest.raises(InvalidPlacementError):
        plan_codes(session, [a_unit(session)], survey_key=SURVEY, placement="x" * 81)


def test_no_units_make_an_empty_plan(session: Session) -> None:
    assert plan_codes(session, [], survey_key=SURVEY, placement="").missing == 0
