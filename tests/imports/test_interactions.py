"""Files of finished calls: the three shapes that systems write them in, and everything that is refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.imports.interactions import InteractionOptions, add_people, plan_interactions, take_back_part, write_part
from app.imports.mapping import InvalidMappingError
from app.imports.report import ImportReport
from app.imports.tables import read_table
from app.imports.times import DateOrder, UnclearDatesError
from app.invitations.drafts import read_draft
from app.invitations.history import HistoryConflictError
from app.invitations.models import Decision, Interaction, Invitation, Reason
from app.invitations.service import accept_interaction
from app.kit.outbox import OutboxRow
from app.messaging.models import Message
from app.organisation.employees import add_employee
from app.organisation.models import Employee
from tests.conftest import NOW
from tests.invitations.calls import ask_desk, call, make_place

from .conftest import DATA, counts, refusals

DESK = ask_desk()
SHAPES = ("calls.csv", "calls-ru-excel.csv", "calls.xlsx")
Import = Callable[..., ImportReport]


@pytest.fixture
def import_calls(session: Session) -> Import:
    """Imports a file of data/ or lines below the usual header, as calls of the office `abay`."""
    make_place(session)

    def run(content: str, **options: Any) -> ImportReport:
        file = DATA / content
        data = file.read_bytes() if "\n" not in content and file.exists() else content.encode()
        told = InteractionOptions(**{"source": "pbx", "unit": "abay", "add_employees": True, **options})
        plan = plan_interactions(session, DESK, read_table(data, "calls"), told, now=NOW)
        if not plan.report.refused:
            people = add_people(session, DESK, plan.past, now=NOW)
            write_part(session, plan, plan.past, people, now=NOW)
        return plan.report

    return run


def stored(session: Session) -> list[Interaction]:
    session.expire_all()
    return list(session.scalars(select(Interaction).order_by(Interaction.external_id)))


def count(session: Session, table: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("shape", SHAPES)
def test_three_shapes_tell_the_same_calls(import_calls: Import, session: Session, shape: str) -> None:
    report = import_calls(shape)

    assert counts(report) == (5, 5, 0, 0, 0)
    names: dict[object, str] = {one.id: one.name for one in session.scalars(select(Employee))}
    assert [
        (
            *(one.external_id, names.get(one.employee_id), one.started_at, one.ended_at, one.topic, one.answered),
            *(one.resolved, one.wait_seconds, one.handle_seconds),
        )
        for one in stored(session)
    ] == [
        ("ID0001", "Diane", at(1, 1, 3, 12, 58), at(1, 1, 3, 17, 10), "Contract related", True, True, 109, 143),
        ("ID0002", "Becky", at(1, 1, 3, 12, 58), at(1, 1, 3, 18, 10), "Technical Support", True, False, 70, 242),
        ("ID0003", "Жанна Ә.", at(1, 1, 18, 0, 0), at(1, 1, 18, 1, 8), "Payment, related", True, True, 10, 58),
        ("ID0004", "Diane", at(2, 13, 11, 39, 50), at(2, 13, 11, 39, 50), "Contract related", False, False, None, None),
        ("ID0005", "Becky", at(3, 31, 17, 59, 59), at(3, 31, 18, 9, 4), "Streaming", True, True, 125, 420),
    ]
    notes = [note.text for note in report.notes]
    assert "not taken: Satisfaction rating, since a rating is an answer and no part of a call" in notes
    assert any(note.startswith("3 employees added: Diane (diane-") for note in notes)
    junk = ("Calls Answered (Y)", "Total Calls Resolved") if "ru" in shape else ()
    assert report.ignored_columns == junk


def at(month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    return datetime(2021, month, day, hour, minute, second, tzinfo=UTC)


def test_a_file_again_in_any_shape_is_repeated(import_calls: Import, session: Session) -> None:
    import_calls(SHAPES[0])

    for shape in SHAPES:
        assert counts(import_calls(shape)) == (5, 0, 5, 0, 0)
    assert counts(import_calls(SHAPES[0], source="other")) == (5, 5, 0, 0, 0)
    assert count(session, Employee) == 3


def test_history_asks_nobody_and_sends_nothing(import_calls: Import, session: Session) -> None:
    import_calls(
        "id,date,time,phone,email,tags\n1,2026-03-03,10:00,8 701 123-45-67,,a;b\n2,2026-03-03,11:00,,x@y.kz,\n"
    )

    rows = stored(session)
    assert {(row.decision, row.reason) for row in rows} == {(Decision.SKIPPED, Reason.HISTORY)}
    assert [count(session, table) for table in (Contact, Invitation, Message, OutboxRow)] == [2, 0, 0, 0]
    assert [row.tags for row in rows] == [["a", "b"], []]
    assert rows[0].contact_id != rows[1].contact_id


def test_what_is_kept_is_what_a_told_interaction_keeps(import_calls: Import, session: Session) -> None:
    add_employee(session, code="e1", name="Diane", unit_id=make_place(session, code="dostyk"), now=NOW)
    import_calls(
        "id,channel,agent,start time,end time,topic,wait time,duration,resolved,recording,язык,тег\n"
        "1,Чат,Diane,2026-03-03 10:00,2026-03-03 10:07,Счёт,0:30,6:30,да,https://pbx/1,русский,\n"
    )
    first = stored(session)[0]
    told = call(
        external_id="1", channel=first.channel, employee="e1", phone=None, topic="Счёт", wait_seconds=30,
        handle_seconds=390, resolved=True, recording_url="https://pbx/1", language="ru",
        started_at=datetime(2026, 3, 3, 5, tzinfo=UTC), ended_at=datetime(2026, 3, 3, 5, 7, tzinfo=UTC),
    )  # fmt: skip

    assert accept_interaction(session, DESK, told, now=NOW).repeated
    accept_interaction(session, DESK, read_draft(call(**draft_of(first)), region="KZ"), now=NOW)
    second = stored(session)[1]
    ours = {"id", "external_id", "body_hash"}
    assert {column.name for column in Interaction.__table__.columns if column.name not in ours
            and getattr(first, column.name) != getattr(second, column.name)} == set()  # fmt: skip


def draft_of(row: Interaction) -> dict[str, Any]:
    same = ("channel", "topic", "wait_seconds", "handle_seconds", "resolved", "recording_url", "started_at", "ended_at")
    own = {"external_id": "2", "employee": "e1", "phone": None, "language": "ru", "history": True}
    return {name: getattr(row, name) for name in same} | own


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,2026-03-03,25:00,E,Y,1,", "Time: '25:00' is no date or time"),
        ("1,,10:00,E,Y,1,", "there is a time of day and no date"),
        ("1,2027-03-03,10:00,E,Y,1,", "Date: 2027-03-03 lies in the future; is --date-format right?"),
        ("1,0021-03-03,10:00,E,Y,1,", "Date: 0021-03-03 is before 1990"),
        ("1,0001-01-01,00:00,E,Y,1,", "this is outside the calendar; leave it empty if there is no date"),
        ("1,9999-12-31 23:59+00:00,,E,Y,99,", "this is outside the calendar"),
        ("1,2026-03-03,10:00,E,maybe,soon,", "Answered: 'maybe' is neither yes nor no"),
        ("1,2026-03-03,10:00,E,maybe,soon,", "Wait: 'soon' is no length of time"),
        ("1,2026-03-03,10:00,E,Y,9999999,", "Wait: write whole seconds, from 0 to a week"),
        ("1,2026-03-03,10:00,E,Y,1,nowhere", "Unit: there is no unit with the code 'nowhere'"),
        (",2026-03-03,10:00,E,Y,1,", "Id: is missing"),
        ("1,2026-03-03,10:00,Nobody,Y,1,", "there is no employee 'Nobody'; import employees first"),
        ("1,2026-03-03,10:00,Twin,Y,1,", "several are called 'Twin': t1, t2; write the code"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(import_calls: Import, session: Session, line: str, said: str) -> None:
    dostyk = make_place(session, code="dostyk")
    for code, name in (("E", "Erlan"), ("t1", "Twin"), ("t2", "twin")):
        add_employee(session, code=code, name=name, unit_id=dostyk, now=NOW)

    report = import_calls(
        f"Id,Date,Time,Agent,Answered,Wait,Unit\n{line}\n2,2026-03-03,10:00,E,Y,,\n", add_employees=False
    )

    assert said in refusals(report)[2]
    assert counts(report) == (2, 1, 0, 0, 1)
    assert stored(session) == []


def test_a_number_is_refused_without_being_repeated(import_calls: Import) -> None:
    text = refusals(import_calls("id,date,телефон\n1,2026-03-03,12345678\n"))[2]

    assert text.startswith("телефон: ")
    assert "12345678" not in text


def test_another_call_under_the_same_id_is_refused(import_calls: Import) -> None:
    import_calls("id,date\n1,2026-03-03\n")

    report = import_calls("id,date\n1,2026-03-02\n2,2026-03-03\n2,2026-03-03\n2,2026-03-01\n")

    assert refusals(report) == {
        2: "something else was told of '1' from 'pbx' before; mend the row, or give the file another --source",
        5: "line 3 tells another one under the same id; give each an id of its own",
    }
    assert counts(report) == (4, 1, 1, 0, 2)


def test_rows_without_ids_are_all_kept_and_known_again(import_calls: Import, session: Session) -> None:
    content = "date,time,topic\n2026-03-03,10:00,A\n2026-03-03,10:00,A\n2026-03-03,10:00,B\n"

    assert counts(import_calls(content)) == (3, 3, 0, 0, 0)
    assert counts(import_calls(content)) == (3, 0, 3, 0, 0)


def test_times_without_a_zone_are_the_units_own(import_calls: Import, session: Session) -> None:
    make_place(session, code="kyiv", zone="Europe/Kyiv")
    content = "id,date,time,unit\n1,2025-07-01,12:00,\n2,2025-07-01,12:00,kyiv\n"

    import_calls(content)
    import_calls(content, source="utc", zone=ZoneInfo("UTC"))

    assert sorted((row.source, row.ended_at.hour) for row in stored(session)) == [
        ("pbx", 7), ("pbx", 9), ("utc", 12), ("utc", 12)
    ]  # fmt: skip


def test_an_end_after_midnight_is_of_the_next_day(import_calls: Import, session: Session) -> None:
    import_calls("id,дата,начало,окончание\n1,13.02.2026,23:58,00:03\n")

    row = stored(session)[0]
    assert (row.started_at, row.ended_at) == (
        datetime(2026, 2, 13, 18, 58, tzinfo=UTC), datetime(2026, 2, 13, 19, 3, tzinfo=UTC)
    )  # fmt: skip


def test_dates_that_nothing_proves_need_their_order(import_calls: Import, session: Session) -> None:
    with pytest.raises(UnclearDatesError, match="--date-format"):
        import_calls("id,date\n1,02/01/2026\n")

    import_calls("id,date\n1,02/01/2026\n", order=DateOrder.MDY)
    assert stored(session)[0].ended_at == datetime(2026, 1, 31, 19, tzinfo=UTC)


def test_a_language_that_is_not_ours_is_left_out_with_a_warning(import_calls: Import) -> None:
    report = import_calls("id,date,language\n1,2026-03-03,Deutsch\n2,2026-03-03,қазақша\n")

    assert [(warning.line, warning.text) for warning in report.warnings] == [(2, "language: 'Deutsch' is left out")]


@pytest.mark.parametrize(
    ("header", "options", "said"),
    [
        ("id,topic", {}, "no column for the date"),
        ("id,date", {"unit": None}, "--unit CODE"),
        ("id,date", {"mapping": {"id": "date"}}, "no such field"),
    ],
)
def test_a_file_without_the_needful_is_refused(
    import_calls: Import, header: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidMappingError, match=said):
        import_calls(f"{header}\n1,2026-03-03\n", **options)


def test_told_at_the_same_moment_nothing_is_written(import_calls: Import, session: Session) -> None:
    options = InteractionOptions(source="pbx", unit="abay", add_employees=True)
    table = read_table((DATA / SHAPES[0]).read_bytes(), "calls.csv")
    plan = plan_interactions(session, DESK, table, options, now=NOW)
    import_calls("id,date\nID0005,2026-03-03\n")

    with pytest.raises(HistoryConflictError, match="import the file again"), session.begin_nested():
        write_part(session, plan, plan.past, {}, now=NOW)
    assert (len(stored(session)), count(session, Employee)) == (1, 0)


@pytest.mark.parametrize(
    ("rows", "refused", "below"),
    [
        ("Итого;;;0:04:46\nСреднее;;;95\n", [], ["3-4"]),
        ("Итого;;;0:04:46\nBorys;;;95\n", [3, 4], []),
        ("Итого;;;0:04:46\nBorys;14.08.2025 10:00;x;95\n", [3], []),
        ("Итого;41.08.2025 10:00;;0:04:46\n", [3], []),
    ],
)
def test_totals_below_calls_are_no_calls(import_calls: Import, rows: str, refused: list[int], below: list[str]) -> None:
    report = import_calls(f"Оператор;Дата звонка;Тема;Длительность разговора\nАлия;13.08.2025 14:05;;80\n{rows}")

    assert sorted(refusals(report)) == refused
    assert [note.details["lines"] for note in report.notes if note.code == "lines_below"] == below
    assert report.read == report.taken + len(report.refused)


def test_marks_for_nothing_stay_as_they_were_in_what_a_row_is_known_by(import_calls: Import, session: Session) -> None:
    import_calls("date,topic,tags\n2025-08-13 14:05,-,n/a\n")

    (call,) = stored(session)
    assert (call.topic, list(call.tags), call.external_id) == ("-", ["n/a"], "row-4eac3e25ff46d87af8c6d1c43983f4d4-1")


def test_a_beginning_that_is_no_date_is_refused(import_calls: Import) -> None:
    report = import_calls("start time,end time\n1970-01-01 00:00:00,2025-08-15 10:00:00\n")

    assert [reason.code for reason in report.refused[0].reasons] == ["too_long_ago"]


def test_what_was_written_can_be_taken_back(import_calls: Import, session: Session) -> None:
    options = InteractionOptions(source="pbx", unit="abay", add_employees=True)
    plan = plan_interactions(session, DESK, read_table((DATA / SHAPES[0]).read_bytes(), "calls.csv"), options, now=NOW)
    parts = plan.past[:2], plan.past[2:]
    for part in parts:
        write_part(session, plan, part, {}, now=NOW)
    assert (len(stored(session)), count(session, Employee)) == (5, 3)

    for part in reversed(parts):
        take_back_part(session, plan, part)
    assert (len(stored(session)), count(session, Employee)) == (0, 0)
