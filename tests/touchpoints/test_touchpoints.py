"""Touchpoints: the same place has one code, and the code outlives what it asks."""

import re
import threading
import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.kit.db import Database
from app.kit.errors import NotFoundError
from app.kit.ids import CROCKFORD, new_id
from app.organisation.models import Employee, Unit
from app.organisation.service import add_unit, get_company
from app.touchpoints.changes import TouchpointTakenError, repoint_touchpoint, revoke_touchpoint
from app.touchpoints.models import Channel, Touchpoint
from app.touchpoints.service import (
    InvalidPlacementError,
    LiveTouchpoint,
    Target,
    add_touchpoint,
    add_touchpoints,
    find_live,
    get_touchpoint,
    list_touchpoints,
)

SURVEY = "office-visit"


def a_unit(session: Session, name: str = "Abay 10", *, below: Unit | None = None, demo: bool = False) -> Unit:
    parent = below or get_company(session)
    return add_unit(session, name=name, kind="office", parent_id=parent.id, demo=demo, now=WHEN)


def an_employee(session: Session, unit: Unit) -> uuid.UUID:
    employee = Employee(
        id=new_id(), code=f"e-{new_id().hex}", name="Aigul", unit_id=unit.id, created_at=WHEN, updated_at=WHEN
    )
    session.add(employee)
    session.flush()  # the touchpoint points at it
    return employee.id


WHEN = datetime.fromisoformat("2026-03-04T06:00:00+00:00")


def test_a_code_is_eight_crockford_characters_and_new_each_time(session: Session, now: datetime) -> None:
    units = [a_unit(session).id for _ in range(30)]
    codes = add_touchpoints(session, units, survey_key=SURVEY, now=now)
    assert list(codes) == units
    assert len(set(codes.values())) == 30
    assert all(re.fullmatch(f"[{CROCKFORD}]{{8}}", code) for code in codes.values())


def test_a_code_leads_to_its_place_however_it_is_typed(session: Session, now: datetime) -> None:
    unit = a_unit(session, "Abay 10")
    added = add_touchpoint(session, unit_id=unit.id, survey_key=SURVEY, placement=" hall  poster ", now=now)
    added.code = "0A1B2C3D"  # a code with every character that is mistyped
    session.flush()
    expected = LiveTouchpoint(
        added.id, "0A1B2C3D", unit.id, "Abay 10", None, SURVEY, "hall poster", Channel.VISIT, False
    )
    for typed in ("0A1B2C3D", "0a1b2c3d", "OaiB2C3D", "oALb2c3d", "0A1B-2C3D"):
        assert find_live(session, typed) == expected


@pytest.mark.parametrize("code", ["", "7K3M9PX", "7K3M9PXQ1", "7K3M9PXU", "7K3M9PXQ", "%00", "' OR 1=1", "Ж" * 8])
def test_a_code_that_nobody_has_leads_nowhere(session: Session, code: str) -> None:
    assert find_live(session, code) is None


def test_a_code_knows_the_address_of_its_unit(session: Session, now: datetime) -> None:
    unit = a_unit(session)
    unit.address = "Abay 10"
    code = add_touchpoint(session, unit_id=unit.id, survey_key=SURVEY, now=now).code
    assert find_live(session, code).unit_address == "Abay 10"  # type: ignore[union-attr]


def test_finding_a_code_is_one_query(session: Session, now: datetime) -> None:
    code = add_touchpoint(session, unit_id=a_unit(session).id, survey_key=SURVEY, now=now).code
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert find_live(session, code)
    assert len(statements) == 1


def test_the_same_place_keeps_its_code_and_another_gets_its_own(session: Session, now: datetime) -> None:
    unit = a_unit(session)
    employee = an_employee(session, unit)

    def code(**place: object) -> str:
        wanted = {"unit_id": unit.id, "survey_key": SURVEY, "placement": "hall", **place}
        return add_touchpoint(session, now=now, **wanted).code  # type: ignore[arg-type]

    first = code()
    assert code() == code(placement=" hall ") == code(channel=Channel.SOCIAL) == first
    others = {
        code(placement="receipt"),
        code(survey_key="nps"),
        code(employee_id=employee),
        code(unit_id=a_unit(session).id),
    }
    assert len(others | {first}) == 5
    assert code(employee_id=employee) in others


def test_a_code_is_a_demo_code_where_the_unit_is(session: Session, now: datetime) -> None:
    codes = add_touchpoints(session, [a_unit(session, demo=True).id, a_unit(session).id], survey_key=SURVEY, now=now)
    assert [live.demo for code in codes.values() if (live := find_live(session, code))] == [True, False]


def test_an_unknown_unit_gets_no_code(session: Session, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        add_touchpoint(session, unit_id=uuid.uuid4(), survey_key=SURVEY, now=now)


@pytest.mark.parametrize("placement", ["x" * 81, "hall\x00", "hall\u202eretsop"])
def test_a_placement_that_cannot_be_printed_is_refused(session: Session, now: datetime, placement: str) -> None:
    with pytest.raises(InvalidPlacementError):
        add_touchpoint(session, unit_id=a_unit(session).id, survey_key=SURVEY, placement=placement, now=now)


def test_thousands_of_units_take_a_few_statements(session: Session, now: datetime) -> None:
    units = [a_unit(session).id for _ in range(40)]
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    add_touchpoints(session, units[:2], survey_key=SURVEY, now=now)
    few = len(statements)
    add_touchpoints(session, units, survey_key=SURVEY, now=now)
    assert len(statements) == 2 * few
    assert few <= 5


def test_a_revoked_code_answers_like_an_unknown_one_and_its_place_gets_a_new_code(
    session: Session, now: datetime
) -> None:
    unit = a_unit(session)
    old = add_touchpoint(session, unit_id=unit.id, survey_key=SURVEY, now=now)
    revoke_touchpoint(session, old.id, scope=EVERYTHING, now=now)
    revoke_touchpoint(session, old.id, scope=EVERYTHING, now=now + timedelta(hours=1))
    session.flush()
    assert old.revoked_at == now
    assert find_live(session, old.code) is None
    assert get_touchpoint(session, old.code, scope=EVERYTHING).revoked_at == now
    new = add_touchpoint(session, unit_id=unit.id, survey_key=SURVEY, now=now)
    assert new.code != old.code


def test_a_printed_code_survives_a_change_of_survey_unit_and_placement(session: Session, now: datetime) -> None:
    touchpoint = add_touchpoint(session, unit_id=a_unit(session).id, survey_key=SURVEY, placement="hall", now=now)
    other = a_unit(session, "Satpaev 2", demo=True)
    target = Target(other.id, "nps", " receipt ", Channel.WRITTEN)
    repoint_touchpoint(session, touchpoint.id, target, scope=EVERYTHING, now=now)
    assert find_live(session, touchpoint.code) == LiveTouchpoint(
        touchpoint.id, touchpoint.code, other.id, "Satpaev 2", None, "nps", "receipt", Channel.WRITTEN, True
    )


def test_two_codes_cannot_stand_in_one_place(session: Session, now: datetime) -> None:
    unit = a_unit(session)
    first = add_touchpoint(session, unit_id=unit.id, survey_key=SURVEY, placement="hall", now=now)
    second = add_touchpoint(session, unit_id=unit.id, survey_key=SURVEY, placement="receipt", now=now)
    with pytest.raises(TouchpointTakenError, match=first.code):
        repoint_touchpoint(session, second.id, Target(unit.id, SURVEY, "hall"), scope=EVERYTHING, now=now)
    assert find_live(session, second.code).placement == "receipt"  # type: ignore[union-attr]
    revoke_touchpoint(session, first.id, scope=EVERYTHING, now=now)
    repoint_touchpoint(session, second.id, Target(unit.id, SURVEY, "hall"), scope=EVERYTHING, now=now)


def test_staff_see_and_change_the_codes_of_their_units_only(session: Session, now: datetime) -> None:
    city = a_unit(session, "City")
    mine, foreign = a_unit(session, "Mine", below=city), a_unit(session, "Foreign")
    own = add_touchpoint(session, unit_id=mine.id, survey_key=SURVEY, now=now)
    other = add_touchpoint(session, unit_id=foreign.id, survey_key=SURVEY, now=now)
    scope = Scope(frozenset({city.id}))

    assert [row.unit_name for row in list_touchpoints(session, scope=scope)] == ["Mine"]
    assert get_touchpoint(session, own.code.lower(), scope=scope) is own
    with pytest.raises(NotFoundError):
        get_touchpoint(session, other.code, scope=scope)
    with pytest.raises(NotFoundError):
        revoke_touchpoint(session, other.id, scope=scope, now=now)
    with pytest.raises(NotFoundError):
        repoint_touchpoint(session, other.id, Target(mine.id, "nps"), scope=scope, now=now)
    with pytest.raises(NotFoundError):
        repoint_touchpoint(session, own.id, Target(foreign.id, "nps"), scope=scope, now=now)


def test_a_list_is_paged_newest_first_without_the_revoked(session: Session, now: datetime) -> None:
    units = [a_unit(session, f"Unit {number}") for number in range(5)]
    added = [add_touchpoint(session, unit_id=unit.id, survey_key=SURVEY, now=now) for unit in units]
    revoke_touchpoint(session, added[3].id, scope=EVERYTHING, now=now)
    session.flush()
    first = list_touchpoints(session, scope=EVERYTHING, limit=2)
    rest = list_touchpoints(session, scope=EVERYTHING, limit=9, after=first[-1].id)
    assert [row.unit_name for row in [*first, *rest]] == ["Unit 4", "Unit 2", "Unit 1", "Unit 0"]
    assert len(list_touchpoints(session, scope=EVERYTHING, live=False)) == 5


def test_ten_who_add_the_same_place_at_once_get_the_same_code(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        unit_id = a_unit(session).id
    start = threading.Barrier(10)
    codes: list[str] = []

    def add() -> None:
        start.wait()
        with database.transaction() as session:
            codes.append(add_touchpoint(session, unit_id=unit_id, survey_key=SURVEY, now=now).code)

    threads = [threading.Thread(target=add) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(codes) == 10
    assert len(set(codes)) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Touchpoint)) == 1
