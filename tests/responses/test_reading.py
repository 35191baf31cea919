"""Every rating is read: acknowledged, thanked for, talked over, doubted and found genuine, within one's own units."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, Role
from app.accounts.permissions import Actor, NotPermittedError
from app.accounts.scope import EVERYTHING, Scope
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.reports import list_responses
from app.kit.db import dialect_of
from app.kit.errors import InvalidInputError
from app.kit.ids import new_id
from app.organisation.employees import add_employee
from app.organisation.models import Employee, Unit
from app.responses.flags import StaffMark, SuspectReason, is_suspect, join_reasons, put_mark
from app.responses.models import SurveyResponse
from app.responses.reading.coaching import CoachingDoneError, CoachingItemNotFoundError, finish_coaching, list_coaching
from app.responses.reading.marking import (
    AlreadyMarkedError,
    NoEmployeeError,
    ResponseNotFoundError,
    acknowledge_responses,
    mark_genuine,
    mark_suspect,
    put_on_coaching,
    thank_employee,
)
from app.responses.reading.marks import find_reading
from app.responses.reading.models import MarkKind, ReadResponse
from app.responses.reading.thanks import list_thanks
from app.responses.reading.unread import COUNTED, count_unread, is_unread
from app.surveys.models import SurveyVersion
from tests.callbacks.factories import VISIT, acting, make_office, make_response, make_user

ALMATY = ZoneInfo("Asia/Almaty")


@pytest.fixture
def office(session: Session, now: datetime) -> Unit:
    """An office where people answer."""
    return make_office(session, now=now)


@pytest.fixture
def leader(session: Session, office: Unit, now: datetime) -> Actor:
    """Its manager."""
    return acting(make_user(session, "Leader", now=now, unit_id=office.id).id, unit_id=office.id)


@pytest.fixture
def clerk(session: Session, office: Unit, now: datetime) -> Employee:
    """Somebody who serves there."""
    return add_employee(session, code="clerk", name="Clerk", unit_id=office.id, now=now)


def test_staff_have_the_last_word_on_what_is_suspect() -> None:
    doubted = join_reasons("", [SuspectReason.TOO_FAST])
    vouched = put_mark(doubted, StaffMark.GENUINE)
    for stored, suspect in (
        ("", False),
        (doubted, True),
        (vouched, False),
        (join_reasons(vouched, [SuspectReason.REPLAY]), False),
        (put_mark(vouched, StaffMark.MARKED), True),
        (put_mark("", StaffMark.MARKED), True),
        (put_mark("", StaffMark.GENUINE), False),
    ):
        assert is_suspect(stored) is suspect, stored
    assert put_mark(vouched, StaffMark.MARKED) == "too_fast,marked"


def test_what_is_acknowledged_once_leaves_the_list_and_says_by_whom(
    session: Session, office: Unit, leader: Actor, now: datetime
) -> None:
    first, second = (make_response(session, office.id, now=now - timedelta(minutes=each)) for each in (1, 2))
    assert _unread(session, now) == [first.id, second.id]
    assert acknowledge_responses(session, [first.id, new_id()], leader, now=now) == 1
    assert acknowledge_responses(session, [first.id], leader, now=now + timedelta(hours=1)) == 0
    assert _unread(session, now) == [second.id]
    assert count_unread(session, EVERYTHING, now=now) == 1
    reading = find_reading(session, first.id)
    assert (reading.read_at, reading.read_by) == (now, "Leader")


def test_another_office_a_stranger_and_an_analyst_change_nothing(
    session: Session, office: Unit, leader: Actor, now: datetime
) -> None:
    other = make_office(session, now=now, name="Elsewhere")
    response = make_response(session, other.id, now=now)
    assert acknowledge_responses(session, [response.id], leader, now=now) == 0
    for act in (put_on_coaching, thank_employee, mark_genuine, mark_suspect):
        with pytest.raises(ResponseNotFoundError):
            act(session, response.id, leader, note="why", now=now)
        with pytest.raises(NotPermittedError):
            act(session, response.id, acting(new_id(), Role.ANALYST), note="why", now=now)
    assert count_unread(session, Scope(frozenset({office.id})), now=now) == 0
    assert count_unread(session, Scope(frozenset({other.id})), now=now) == 1


def test_answers_of_employees_are_nobodys_to_read(session: Session, office: Unit, leader: Actor, now: datetime) -> None:
    response = make_response(session, office.id, now=now, comment="my boss")
    inside = {**VISIT, "key": "inside", "audience": "employees"}
    version = SurveyVersion(id=new_id(), key="inside", version=1, definition=inside, stored_at=now)
    session.add(version)
    session.flush()
    response.survey_version_id = version.id
    session.flush()
    assert (_unread(session, now), count_unread(session, EVERYTHING, now=now)) == ([], 0)
    assert acknowledge_responses(session, [response.id], leader, now=now) == 0
    with pytest.raises(ResponseNotFoundError):
        mark_suspect(session, response.id, leader, note="?", now=now)


def test_an_employee_is_thanked_once_with_the_customers_words(
    session: Session, office: Unit, leader: Actor, clerk: Employee, now: datetime
) -> None:
    response = make_response(session, office.id, now=now, rating=5, comment="so kind")
    with pytest.raises(NoEmployeeError):
        thank_employee(session, response.id, leader, note=None, now=now)
    response.employee_id = clerk.id
    thank_employee(session, response.id, leader, note=" well done ", now=now)
    with pytest.raises(AlreadyMarkedError):
        thank_employee(session, response.id, leader, note=None, now=now)
    (thanks,) = list_thanks(session, clerk.id, scope=EVERYTHING)
    assert (thanks.comment, thanks.note, thanks.thanked_by, thanks.thanked_at) == (
        "so kind",
        "well done",
        "Leader",
        now,
    )
    assert list_thanks(session, clerk.id, scope=Scope()) == []
    assert _unread(session, now) == [], "whoever thanks has read"


def test_coaching_is_talked_over_and_can_come_back(
    session: Session, office: Unit, leader: Actor, clerk: Employee, now: datetime
) -> None:
    response = make_response(session, office.id, now=now, comment="rude")
    response.employee_id = clerk.id
    item = put_on_coaching(session, response.id, leader, note="tone", now=now)
    with pytest.raises(AlreadyMarkedError):
        put_on_coaching(session, response.id, leader, note=None, now=now)
    session.flush()
    (line,) = list_coaching(session, scope=EVERYTHING, employee_code="clerk")
    assert (line.note, line.added_by, line.comment) == ("tone", "Leader", "rude")
    assert list_coaching(session, scope=Scope()) == list_coaching(session, scope=EVERYTHING, employee_code="x") == []
    with pytest.raises(CoachingItemNotFoundError):
        finish_coaching(session, item.id, acting(leader.user_id, unit_id=new_id()), note=None, now=now)
    finish_coaching(session, item.id, leader, note="agreed", now=now)
    with pytest.raises(CoachingDoneError):
        finish_coaching(session, item.id, leader, note=None, now=now)
    session.flush()
    assert list_coaching(session, scope=EVERYTHING) == []
    assert [done.done_note for done in list_coaching(session, scope=EVERYTHING, done=True)] == ["agreed"]
    put_on_coaching(session, response.id, leader, note="again", now=now)
    session.flush()
    assert [(one.id, one.note) for one in list_coaching(session, scope=EVERYTHING)] == [(item.id, "again")]


def test_a_suspect_response_leaves_the_figures_and_comes_back_with_who_and_why(
    session: Session, office: Unit, leader: Actor, now: datetime
) -> None:
    response = make_response(session, office.id, now=now)
    with pytest.raises(InvalidInputError, match="why"):
        mark_suspect(session, response.id, leader, note=" ", now=now)
    mark_suspect(session, response.id, leader, note="a joke", now=now)
    with pytest.raises(AlreadyMarkedError):
        mark_suspect(session, response.id, leader, note="again", now=now)
    counted = ResponseFilter(suspect=False)
    assert (
        session.scalars(select(SurveyResponse.id).where(*response_conditions(session, counted, EVERYTHING))).all() == []
    )
    mark_genuine(session, response.id, leader, note=None, now=now + timedelta(hours=1))
    session.flush()
    assert (response.suspect, response.suspect_reasons) == (False, "genuine")
    marks = find_reading(session, response.id).marks
    assert [(mark.kind, mark.who, mark.note) for mark in marks] == [
        (MarkKind.SUSPECT, "Leader", "a joke"),
        (MarkKind.GENUINE, "Leader", None),
    ]
    told = session.scalars(
        select(AuditEntry.action).where(AuditEntry.object_id == str(response.id)).order_by(AuditEntry.id)
    )
    assert list(told) == ["response.suspect", "response.genuine"]


def test_bad_notes_are_refused_and_leave_nothing(session: Session, office: Unit, leader: Actor, now: datetime) -> None:
    response = make_response(session, office.id, now=now)
    for note in ("\x00", "a\ud800", "x" * 501, "x" * 1_000_000):
        with pytest.raises(InvalidInputError):
            mark_suspect(session, response.id, leader, note=note, now=now)
    with pytest.raises(InvalidInputError):
        acknowledge_responses(session, [new_id() for _ in range(101)], leader, now=now)
    assert session.scalar(select(func.count()).select_from(ReadResponse)) == 0
    assert _unread(session, now) == [response.id]


def test_what_is_read_costs_nothing_however_much_it_is(
    session: Session, office: Unit, now: datetime, explain: Callable[[str], str]
) -> None:
    make_response(session, office.id, now=now)
    common = {"survey_version_id": uuid.UUID(int=7), "unit_id": office.id, "channel": "visit", "via": "page"}
    rest = {"language": "ru", "rating": 5, "scale_style": "faces", "suspect": False, "suspect_reasons": ""}
    rows = [
        {
            **common,
            **rest,
            "id": (key := new_id()),
            "answered_at": now - timedelta(minutes=number),
            "touched_at": now,
            "key_hash": key.bytes,
            "routed": True,
            "demo": False,
            "read_at": now if number > 150 else None,
        }
        for number in range(1, 4000)
    ]
    session.execute(insert(SurveyResponse), rows)
    session.execute(text("ANALYZE"))
    if dialect_of(session) == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))  # a small table is read faster as a whole
    assert count_unread(session, EVERYTHING, now=now) == COUNTED
    page = list_responses(session, ResponseFilter(unread=True), scope=EVERYTHING, zone=ALMATY)
    assert len(page.lines) == 50
    region = Scope(frozenset({office.parent_id or office.id}))
    for conditions in (
        [is_unread()],
        response_conditions(session, ResponseFilter(unread=True, since=now - timedelta(days=30)), region),
    ):
        statement = (
            select(SurveyResponse.id)
            .where(*conditions)
            .order_by(SurveyResponse.answered_at.desc(), SurveyResponse.id.desc())
            .limit(51)
        )
        plan = explain(str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})))
        assert "ix_survey_response_unread" in plan, plan
        assert "TEMP B-TREE FOR ORDER" not in plan, plan


@pytest.fixture
def explain(session: Session) -> Callable[[str], str]:
    """Tell how the database would answer a statement."""
    how = "EXPLAIN QUERY PLAN " if dialect_of(session) == "sqlite" else "EXPLAIN "

    def say(statement: str) -> str:
        return "\n".join(str(row[-1]) for row in session.execute(text(how + statement.replace(":", r"\:"))))

    return say


def _unread(session: Session, now: datetime) -> list[uuid.UUID]:
    session.flush()
    wanted = ResponseFilter(unread=True, since=now - timedelta(days=30))
    return [line.id for line in list_responses(session, wanted, scope=EVERYTHING, zone=ALMATY).lines]
