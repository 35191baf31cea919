"""The list of codes: what each brought, found by any word and in any order."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, NOTHING, Scope
from app.analytics.survey_list import SurveyUse, count_uses
from app.analytics.touchpoint_list import (
    TouchpointFilter,
    TouchpointLine,
    TouchpointSort,
    answer_times,
    list_codes,
    list_touchpoint_lines,
)
from app.touchpoints.changes import revoke_touchpoint
from app.touchpoints.opens import count_open
from tests.analytics.company import Company
from tests.touchpoints.test_touchpoints import an_employee

HALL, TILL, SOUTH = "HA110000", "T1110000", "S0TH0000"
MONTH = timedelta(days=30)


@pytest.fixture
def codes(company: Company, session: Session) -> Company:
    """Three codes: the hall has two answers lately and five opens, the till an old answer, the south a suspect one."""
    now = company.now
    hall = company.touchpoint("n1", HALL, "Плакат в зале")
    till = company.touchpoint("n1", TILL, "till")
    south = company.touchpoint("s1", SOUTH, "door")
    company.units["n1"].address = "ул. Абая, 10"
    till.employee_id = an_employee(session, company.units["n1"])
    for hours in (1, 30):
        company.answer("n1", 5, touchpoint=hall, at=now - timedelta(hours=hours))
    company.answer("n1", 5, touchpoint=till, at=now - timedelta(days=40))
    company.answer("s1", 1, touchpoint=south, at=now - timedelta(hours=2), suspect="burst")
    for _ in range(5):
        count_open(session, hall.id, now=now)
    count_open(session, till.id, now=now - timedelta(days=40))
    count_open(session, south.id, now=now)
    session.flush()
    return company


def _lines(company: Company, wanted: TouchpointFilter | None = None, **more: object) -> list[TouchpointLine]:
    chosen = {"scope": EVERYTHING, "limit": 50, "since": company.now - MONTH, **more}
    found = list_touchpoint_lines(company.session, wanted or TouchpointFilter(), **chosen)  # type: ignore[arg-type]
    assert found.total >= len(found.lines)
    return list(found.lines)


def _codes(company: Company, wanted: TouchpointFilter | None = None, **more: object) -> list[str]:
    return [line.code for line in _lines(company, wanted, **more)]


def test_each_line_counts_its_own_period_without_the_suspect(codes: Company) -> None:
    lines = {line.code: line for line in _lines(codes)}
    assert {code: (line.opens, line.answers) for code, line in lines.items()} == {
        HALL: (5, 2),
        TILL: (0, 0),
        SOUTH: (1, 0),
    }
    assert lines[HALL].last_answer_at == codes.now - timedelta(hours=1)
    assert lines[TILL].last_answer_at == codes.now - timedelta(days=40)
    assert lines[SOUTH].last_answer_at is None
    assert (lines[HALL].unit_name, lines[HALL].place) == ("Unit n1", "Unit north, ул. Абая, 10")
    assert lines[TILL].employee == "Aigul"


def test_an_answer_stays_with_its_code_wherever_that_leads_by_now(codes: Company, session: Session) -> None:
    hall = codes.touchpoint("n2", "N2220000")
    codes.answer("n1", 4, touchpoint=hall)  # given while it led to n1
    assert {line.code: line.answers for line in _lines(codes)}["N2220000"] == 1


@pytest.mark.parametrize(
    ("sort", "rising", "falling"),
    [
        (TouchpointSort.UNIT, [TILL, HALL, SOUTH], [SOUTH, TILL, HALL]),
        (TouchpointSort.PLACEMENT, [SOUTH, TILL, HALL], [HALL, TILL, SOUTH]),
        (TouchpointSort.CREATED, [TILL, HALL, SOUTH], [TILL, HALL, SOUTH]),  # all at once: by place
        (TouchpointSort.OPENS, [TILL, SOUTH, HALL], [HALL, SOUTH, TILL]),
        (TouchpointSort.ANSWERS, [TILL, SOUTH, HALL], [HALL, TILL, SOUTH]),
        (TouchpointSort.LAST, [TILL, HALL, SOUTH], [HALL, TILL, SOUTH]),  # never answered comes last either way
    ],
)
def test_the_list_is_in_the_order_asked_for(
    codes: Company, sort: TouchpointSort, rising: list[str], falling: list[str]
) -> None:
    assert _codes(codes, sort=sort) == rising
    assert _codes(codes, sort=sort, descending=True) == falling


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("плакат", {HALL}),
        ("ПЛАКАТ ЗАЛЕ", {HALL}),
        ("абая", {HALL, TILL}),
        ("unit s1", {SOUTH}),
        ("aigul", {TILL}),
        ("ha11", {HALL}),
        ("hal1-oooo", {HALL}),  # as it is read off a poster
        ("nothing", set()),
        ("%", set()),
    ],
)
def test_codes_are_found_by_any_word(codes: Company, text: str, found: set[str]) -> None:
    assert set(_codes(codes, TouchpointFilter(text))) == found


def test_the_list_is_narrowed_by_unit_survey_and_state(codes: Company, session: Session) -> None:
    hall = next(line for line in _lines(codes) if line.code == HALL)
    revoke_touchpoint(session, hall.id, scope=EVERYTHING, now=codes.now)
    session.flush()
    north, n1 = codes.units["north"].id, codes.units["n1"].id
    assert _codes(codes, TouchpointFilter(below=north)) == [TILL, HALL]
    assert _codes(codes, TouchpointFilter(at=north)) == []
    assert _codes(codes, TouchpointFilter(at=n1, live=True)) == [TILL]
    assert _codes(codes, TouchpointFilter(live=False)) == [HALL]
    assert _codes(codes, TouchpointFilter(survey="nps")) == []
    assert _codes(codes, limit=1, offset=1) == [HALL]


def test_staff_see_the_codes_of_their_units_alone(codes: Company) -> None:
    south = Scope(frozenset([codes.units["south"].id]))
    assert _codes(codes, scope=south) == [SOUTH]
    assert _codes(codes, scope=NOTHING) == []
    assert list_codes(codes.session, TouchpointFilter(), scope=south) == [(SOUTH, "s1")]


def test_the_times_of_a_codes_answers_leave_out_the_suspect_and_the_old(codes: Company) -> None:
    lines = {line.code: line.id for line in _lines(codes)}
    since = codes.now - timedelta(hours=24)
    assert list(answer_times(codes.session, lines[HALL], since=since)) == [codes.now - timedelta(hours=1)]
    assert list(answer_times(codes.session, lines[SOUTH], since=since)) == []


def test_sixty_codes_take_as_many_statements_as_three(codes: Company) -> None:
    statements: list[str] = []
    connection = codes.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
    _lines(codes)
    few = len(statements)
    for number in range(60):
        codes.answer("n2", 5, touchpoint=codes.touchpoint("n2", f"{number:08d}", f"place {number}"))
    statements.clear()
    assert len(_lines(codes, limit=100)) == 63
    assert len(statements) == few == 5


def test_the_use_of_a_survey_is_counted_within_the_scope(codes: Company) -> None:
    assert count_uses(codes.session, scope=EVERYTHING) == {"visit": SurveyUse(3, 3)}
    assert count_uses(codes.session, scope=Scope(frozenset([codes.units["south"].id]))) == {"visit": SurveyUse(1, 0)}
    assert count_uses(codes.session, scope=NOTHING) == {}
