"""The list: tabs, order, pages, counts, and how many queries it takes."""

import base64
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, NOTHING, Scope
from app.callbacks.closing import close_case
from app.callbacks.deadlines import Deadline, NextMove
from app.callbacks.figures import count_open
from app.callbacks.models import AttemptResult, CallbackCase
from app.callbacks.queues import Queue, count_queues, list_cases, read_version
from app.callbacks.sheet import list_events, read_case
from app.callbacks.working import add_note, claim_case, log_attempt, release_case, reschedule_case
from app.kit.crypto import Vault
from app.kit.errors import InvalidInputError
from app.organisation.service import add_unit, get_company, move_unit
from tests.callbacks.factories import RULES, acting, make_case, make_contact, make_office, make_response, make_user

HOUR = timedelta(hours=1)


@contextmanager
def _counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(bind, "before_cursor_execute", note)


def test_each_case_stands_on_its_tabs_the_most_urgent_first(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    contact = make_contact(session, vault, now=now)

    def case(hours: float, *, number: bool = True, by: uuid.UUID | None = None) -> CallbackCase:
        made = make_case(
            session,
            office.id,
            contact=contact if number else None,
            deadline=Deadline(hours, hours),
            now=now - 2 * HOUR,
        )
        if by is not None:
            claim_case(session, made.id, actor=acting(by), now=now)
        return made

    free, mine, theirs = case(20), case(4, by=me.id), case(8, by=other.id)
    late, look_into, late_to_look_into = case(0.5), case(9, number=False), case(1, number=False)
    closed = [case(1, by=me.id), case(1, by=me.id)]
    for position, item in enumerate(closed):
        close_case(
            session,
            item.id,
            actor=acting(me.id),
            rules=RULES,
            outcome="settled_on_site",
            cause="other",
            now=now + position * HOUR,
        )

    def ids(queue: Queue) -> list[uuid.UUID]:
        return [row.id for row in list_cases(session, scope=EVERYTHING, queue=queue, user_id=me.id, now=now).rows]

    assert ids(Queue.UNIT) == [late.id, mine.id, theirs.id, free.id]
    assert ids(Queue.MINE) == [mine.id]
    assert ids(Queue.UNCLAIMED) == [late.id, free.id]
    assert ids(Queue.OVERDUE) == [late.id, late_to_look_into.id]
    assert ids(Queue.LOOK_INTO) == [late_to_look_into.id, look_into.id]
    assert ids(Queue.CLOSED) == [closed[1].id, closed[0].id]
    assert count_queues(session, scope=EVERYTHING, user_id=me.id, now=now) == {
        Queue.UNIT: 4,
        Queue.MINE: 1,
        Queue.UNCLAIMED: 2,
        Queue.OVERDUE: 2,
        Queue.LOOK_INTO: 2,
        Queue.SCHEDULED: 0,
    }
    waiting = count_open(session, now=now)
    assert (waiting.open, waiting.overdue) == (6, 2)


def test_row_says_what_to_do_by_when_and_who_does_it(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now, zone="Asia/Aqtobe")
    user = make_user(session, "Aigul", now=now)
    response = make_response(session, office.id, rating=2, comment="Forty minutes <in> line", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), response=response, now=now)

    def row() -> tuple[NextMove, bool, str | None]:
        (found,) = list_cases(session, scope=EVERYTHING, queue=Queue.UNIT, user_id=user.id, now=now).rows
        assert (found.unit_name, str(found.time_zone)) == ("Office on Abay", "Asia/Aqtobe")
        assert (found.rating, found.comment, found.language) == (2, "Forty minutes <in> line", "ru")
        return found.move, found.overdue, found.claimed_by

    assert row() == (NextMove.RING, False, None)
    log_attempt(session, case.id, actor=acting(user.id), rules=RULES, result=AttemptResult.NO_ANSWER, now=now)
    assert row() == (NextMove.RING_AGAIN, False, "Aigul")
    log_attempt(session, case.id, actor=acting(user.id), rules=RULES, result=AttemptResult.REACHED, now=now)
    assert row() == (NextMove.SETTLE, False, "Aigul")


def test_row_and_sheet_say_where_the_office_is(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    city = add_unit(session, name="Artyom", kind="city", parent_id=get_company(session).id, now=now)
    case = make_case(session, office.id, now=now)

    def place() -> tuple[str | None, str | None]:
        (row,) = list_cases(session, scope=EVERYTHING, queue=Queue.LOOK_INTO, user_id=case.id, now=now).rows
        return row.unit_place, read_case(session, case.id, EVERYTHING, now=now).unit_address

    assert place() == (None, None)
    office.address = "Lenin street 5"
    assert place() == ("Lenin street 5", "Lenin street 5")
    move_unit(session, office, parent_id=city.id, now=now)
    assert place() == ("Artyom, Lenin street 5", "Lenin street 5")
    office.address = None
    assert place() == ("Artyom", None)


def test_list_holds_only_what_the_reader_may_see(session: Session, now: datetime) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    case = make_case(session, office.id, now=now)
    make_case(session, elsewhere.id, now=now)

    def seen(scope: Scope) -> list[uuid.UUID]:
        return [
            row.id for row in list_cases(session, scope=scope, queue=Queue.LOOK_INTO, user_id=case.id, now=now).rows
        ]

    assert seen(Scope(frozenset({office.id}))) == [case.id]
    assert seen(NOTHING) == []
    assert sum(count_queues(session, scope=NOTHING, user_id=case.id, now=now).values()) == 0


@pytest.mark.parametrize("queue", [Queue.LOOK_INTO, Queue.CLOSED])
def test_pages_follow_one_another_without_gap_or_repeat(session: Session, now: datetime, queue: Queue) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    made = [make_case(session, office.id, deadline=Deadline(1, 1 + number // 3), now=now) for number in range(11)]
    if queue is Queue.CLOSED:
        for number, case in enumerate(made):
            close_case(
                session,
                case.id,
                actor=acting(user.id),
                rules=RULES,
                outcome="settled_on_site",
                cause="other",
                now=now + number // 3 * HOUR,
            )
    found: list[uuid.UUID] = []
    cursor, pages = None, 0
    while True:
        page = list_cases(session, scope=EVERYTHING, queue=queue, user_id=user.id, cursor=cursor, limit=4, now=now)
        found += [row.id for row in page.rows]
        cursor, pages = page.next_cursor, pages + 1
        if cursor is None:
            break

    expected = [case.id for case in made]
    assert found == (expected[::-1] if queue is Queue.CLOSED else expected)
    assert pages == 3


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "MjAyNi0wMy0wNA", "2026 ☎", "MjAyNi0wMy0wNCAxMjM0"])
def test_cursor_of_somebody_elses_making_is_refused(session: Session, now: datetime, cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        list_cases(session, scope=EVERYTHING, queue=Queue.MINE, user_id=uuid.uuid4(), cursor=cursor, now=now)


@pytest.mark.parametrize("instant", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "2026-03-04T06:00"])
def test_cursor_beyond_the_calendar_is_refused(session: Session, now: datetime, instant: str) -> None:
    cursor = base64.urlsafe_b64encode(f"{instant} {uuid.uuid4()}".encode()).decode()
    with pytest.raises(InvalidInputError):
        list_cases(session, scope=EVERYTHING, queue=Queue.UNIT, user_id=uuid.uuid4(), cursor=cursor, now=now)


@pytest.mark.parametrize("instant", ["0001-01-01T00:00+00:00", "9999-12-31T23:59+00:00"])
def test_cursor_at_the_edge_of_the_calendar_gives_a_page(session: Session, now: datetime, instant: str) -> None:
    cursor = base64.urlsafe_b64encode(f"{instant} {uuid.uuid4()}".encode()).decode()
    assert not list_cases(
        session, scope=EVERYTHING, queue=Queue.MINE, user_id=uuid.uuid4(), cursor=cursor, now=now
    ).rows


def test_row_says_whether_the_reader_may_work_it(session: Session, now: datetime) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    own, foreign = make_case(session, office.id, now=now), make_case(session, elsewhere.id, now=now)

    def workable(work_scope: Scope) -> dict[uuid.UUID, bool]:
        page = list_cases(
            session, scope=EVERYTHING, work_scope=work_scope, queue=Queue.LOOK_INTO, user_id=own.id, now=now
        )
        return {row.id: row.workable for row in page.rows}

    assert workable(Scope(frozenset({office.id}))) == {own.id: True, foreign.id: False}
    assert workable(NOTHING) == {own.id: False, foreign.id: False}
    assert workable(EVERYTHING) == {own.id: True, foreign.id: True}


def test_list_takes_the_same_number_of_queries_for_one_row_and_for_forty(
    session: Session, vault: Vault, now: datetime
) -> None:
    office = make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    contact = make_contact(session, vault, now=now)

    def queries() -> int:
        session.flush()
        session.expunge_all()
        with _counted(session) as statements:
            list_cases(session, scope=EVERYTHING, queue=Queue.UNIT, user_id=user.id, now=now)
            count_queues(session, scope=EVERYTHING, user_id=user.id, now=now)
        return len(statements)

    def add(number: int) -> None:
        unit = make_office(session, now=now, name=f"Office {number}")
        case = make_case(session, unit.id, contact=contact, response=make_response(session, unit.id, now=now), now=now)
        claim_case(session, case.id, actor=acting(user.id), now=now)

    add(0)
    one = queries()
    for number in range(1, 40):
        add(number)

    assert office.name == "Office on Abay"
    assert queries() == one == 3


def test_case_put_off_waits_among_the_scheduled_until_its_time(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    me = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)
    reschedule_case(session, case.id, actor=acting(me.id), at=now + HOUR, now=now)

    def queues(at: datetime) -> set[Queue]:
        counts = count_queues(session, scope=EVERYTHING, user_id=me.id, now=at)
        shown = {
            queue: len(list_cases(session, scope=EVERYTHING, queue=queue, user_id=me.id, now=at).rows)
            for queue in counts
        }
        assert shown == counts
        return {queue for queue, count in counts.items() if count}

    assert queues(now) == {Queue.UNIT, Queue.UNCLAIMED, Queue.SCHEDULED}
    assert queues(now + 2 * HOUR) == {Queue.UNIT, Queue.UNCLAIMED, Queue.OVERDUE}
    assert Queue("callbacks") is Queue.UNIT


def test_row_warns_when_most_of_a_running_clock_is_up(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    me = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)
    case.first_attempt_warn_at, case.settle_warn_at = now + HOUR, now + 3 * HOUR

    def warn(at: datetime) -> bool:
        (row,) = list_cases(session, scope=EVERYTHING, queue=Queue.UNIT, user_id=me.id, now=at).rows
        return row.warn

    assert [warn(now), warn(now + HOUR)] == [False, True]
    log_attempt(session, case.id, actor=acting(me.id), rules=RULES, result=AttemptResult.REACHED, now=now + HOUR)
    assert [warn(now + 2 * HOUR), warn(now + 3 * HOUR)] == [False, True]


def test_fingerprint_of_a_page_changes_with_what_it_shows_and_with_nothing_else(
    session: Session, now: datetime
) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    me = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, now=now)
    scope = Scope(frozenset({office.id}))

    def version(at: datetime = now) -> str:
        return read_version(session, scope, me.id, None, Queue.LOOK_INTO, now=at)

    seen = [version()]
    make_case(session, elsewhere.id, now=now)
    assert [version(), version(now + HOUR)] == [seen[0]] * 2
    add_note(session, case.id, actor=acting(me.id), note="Looked into", now=now)
    seen.append(version())
    claim_case(session, case.id, actor=acting(me.id), now=now)
    seen.append(version())
    make_case(session, office.id, now=now)
    seen.append(version())
    seen.append(version(case.due_at + HOUR))
    assert len(set(seen)) == 5


def test_only_cases_to_which_something_happened_since_are_listed(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    me = make_user(session, "Aigul", now=now)
    changed, _quiet = (make_case(session, office.id, now=now) for _ in range(2))
    add_note(session, changed.id, actor=acting(me.id), note="Looked into", now=now + HOUR)

    page = list_cases(session, scope=EVERYTHING, queue=Queue.OPEN, user_id=me.id, now=now + HOUR, changed_since=now)

    assert [row.id for row in page.rows] == [changed.id]


def test_sheet_tells_the_whole_story_in_order(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    response = make_response(session, office.id, now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), response=response, now=now)
    claim_case(session, case.id, actor=acting(me.id), now=now)
    log_attempt(session, case.id, actor=acting(me.id), rules=RULES, result=AttemptResult.REACHED, note="Sorry", now=now)
    release_case(session, case.id, actor=acting(other.id), now=now + HOUR)

    sheet = read_case(session, case.id, EVERYTHING, now=now + 5 * HOUR)

    assert sheet.unit_path == ("Aru Bank", "Office on Abay")
    assert (sheet.move, sheet.overdue, sheet.claimed_by, sheet.contact_language) == (NextMove.SETTLE, False, None, "ru")
    assert [(line.kind, line.who) for line in sheet.events] == [
        ("opened", None),
        ("claimed", "Aigul"),
        ("attempt", "Aigul"),
        ("released", "Bolat"),
    ]
    assert sheet.events[2].note == "Sorry"
    assert sheet.events[3].held_by == "Aigul"
    assert list_events(session, case.id) == sheet.events
