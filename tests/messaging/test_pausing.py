"""The kill switch holds for a unit and all below it, says why, and ends."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry
from app.accounts.scope import NOTHING, Scope
from app.kit.errors import InvalidInputError
from app.kit.ids import new_id
from app.messaging.pausing import (
    AlreadyPausedError,
    NotPausedError,
    is_paused,
    pause,
    resume,
    standing_pauses,
)
from app.organisation.models import Unit, UnitKind
from app.organisation.service import add_unit, get_company
from app.organisation.tree import UnknownUnitError


@pytest.fixture
def city(session: Session, now: datetime) -> Unit:
    return add_unit(session, name="Almaty", kind=UnitKind.CITY, parent_id=get_company(session).id, now=now)


@pytest.fixture
def office(session: Session, city: Unit, now: datetime) -> Unit:
    return add_unit(session, name="Abay 10", kind=UnitKind.OFFICE, parent_id=city.id, now=now)


def test_a_stop_holds_for_the_unit_and_below_and_nowhere_else(
    session: Session, city: Unit, office: Unit, now: datetime
) -> None:
    other = add_unit(session, name="Astana", kind=UnitKind.CITY, parent_id=get_company(session).id, now=now)

    stop = pause(session, city.id, reason="  wrong\ntext \0\ud800", user_id=None, now=now)

    assert stop.reason == "wrong text"
    assert [is_paused(session, unit.id) for unit in (city, office, other, get_company(session))] == [
        True,
        True,
        False,
        False,
    ]
    resume(session, stop.id, user_id=None, now=now + timedelta(hours=1))
    assert not is_paused(session, office.id)
    assert standing_pauses(session) == []


def test_the_stop_of_the_company_holds_for_everybody_and_comes_first(
    session: Session, city: Unit, office: Unit, now: datetime
) -> None:
    pause(session, city.id, reason="one", user_id=None, now=now)
    pause(session, get_company(session).id, reason="all", user_id=None, now=now)

    assert is_paused(session, office.id)
    assert [(each.reason, each.whole_company) for each in standing_pauses(session)] == [("all", True), ("one", False)]


def test_a_manager_of_an_office_learns_of_the_stops_above_it_alone(
    session: Session, city: Unit, office: Unit, now: datetime
) -> None:
    other = add_unit(session, name="Astana", kind=UnitKind.CITY, parent_id=get_company(session).id, now=now)
    pause(session, other.id, reason="there", user_id=None, now=now)
    pause(session, city.id, reason="here", user_id=None, now=now)

    assert [each.reason for each in standing_pauses(session, Scope(frozenset({office.id})))] == ["here"]
    assert standing_pauses(session, NOTHING) == []


def test_a_second_stop_of_the_same_unit_is_refused_and_the_first_stands(
    session: Session, city: Unit, now: datetime
) -> None:
    first = pause(session, city.id, reason="one", user_id=None, now=now)

    with pytest.raises(AlreadyPausedError):
        pause(session, city.id, reason="two", user_id=None, now=now)

    assert [each.id for each in standing_pauses(session)] == [first.id]


@pytest.mark.parametrize("reason", ["\0", "", " \n ", "x" * 301])
def test_a_stop_needs_a_reason_of_a_fair_length(session: Session, city: Unit, now: datetime, reason: str) -> None:
    with pytest.raises(InvalidInputError) as told:
        pause(session, city.id, reason=reason, user_id=None, now=now)
    assert told.value.field == "reason"


def test_what_is_not_there_can_neither_be_stopped_nor_begun_again(session: Session, city: Unit, now: datetime) -> None:
    with pytest.raises(UnknownUnitError):
        pause(session, new_id(), reason="x", user_id=None, now=now)
    stop = pause(session, city.id, reason="x", user_id=None, now=now)
    with pytest.raises(NotPausedError):
        resume(session, stop.id, user_id=None, now=now, scope=NOTHING)
    resume(session, stop.id, user_id=None, now=now)
    with pytest.raises(NotPausedError):
        resume(session, stop.id, user_id=None, now=now)


def test_stopping_and_beginning_again_are_in_the_audit_log(session: Session, city: Unit, now: datetime) -> None:
    stop = pause(session, city.id, reason="x", user_id=None, now=now)
    resume(session, stop.id, user_id=None, now=now)

    entries = session.scalars(select(AuditEntry).where(AuditEntry.object_id == str(city.id))).all()
    assert sorted(entry.action for entry in entries) == ["sending.pause", "sending.resume"]
