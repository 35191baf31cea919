"""Answers of the past, from the file to their tables, in the shapes in which systems write them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.imports.mapping import InvalidMappingError, parse_mapping
from app.imports.past.models import ImportedFile
from app.imports.past.options import PastOptions
from app.imports.past.planning import PastDesk, PastPlan, hash_file, plan_past
from app.imports.past.scales import read_missing
from app.imports.past.sources import propose_source
from app.imports.past.writing import PastConflictError, make_rows, write_rows
from app.imports.report import ImportReport
from app.imports.tables import read_table
from app.invitations.models import Interaction, Invitation
from app.kit.crypto import digest
from app.kit.errors import InvalidInputError
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow
from app.messaging.models import Message
from app.organisation.models import Employee, Unit
from app.organisation.service import add_unit, get_company
from app.responses.models import ChangedDay, ResponseAnswer, SurveyResponse
from app.routing.policy import load_policy
from app.surveys.service import store_version
from app.touchpoints.models import Channel
from config.settings import ROOT
from tests.conftest import NOW
from tests.imports.conftest import DATA, counts, refusals
from tests.invitations.calls import VAULT, make_place
from tests.respondents import SURVEYS

DESK = PastDesk(VAULT, SURVEYS, load_policy(ROOT / "config" / "routing.yaml"), "KZ")
SHAPES = ("calls.csv", "calls-ru-excel.csv", "calls.xlsx")
# The shape of a public file of surgeries: a scale of words, a code of no answer, a row said twice.
FRIENDS = """time,rating,free_text,do_better,surgery,score
2023-07-13 15:28:00,Extremely likely,"Kind, quick staff",,Abbey Surgery,5.0
2023-07-13 15:28:00,Extremely likely,"Kind, quick staff",,Abbey Surgery,5.0
2023-07-13 15:29:00,Likely,,More chairs,Old Mill,4.0
2023-07-14 09:00:00,Don't know,Who knows,,Old Mill,
2023-07-14 09:01:00,Extremely unlikely,=1+1,,abbey  surgery,1.0
"""
FRIENDS_MAP = "comment=free_text,answered_at=time,unit=surgery"
Import = Callable[..., ImportReport]


@pytest.fixture
def import_past(session: Session) -> Import:
    """Imports a file of data/ or lines, with options as on the command line, as answers at the office `abay`."""
    make_place(session)

    def run(content: str | bytes, mapping: str | None = None, **options: Any) -> ImportReport:
        plan = plan_file(session, content, mapping, **options)
        if plan.rows and not plan.report.refused:
            show(session, plan)
        return plan.report

    return run


def plan_file(session: Session, content: str | bytes, mapping: str | None = None, **options: Any) -> PastPlan:
    text = content if isinstance(content, str) else ""
    file = DATA / text if text and "\n" not in text else None
    data = file.read_bytes() if file else content.encode() if isinstance(content, str) else content
    told = {"source": "pbx", "language": Language.EN, "unit": "abay", **options}
    if mapping is not None:
        told["mapping"] = parse_mapping(mapping)
    read = read_table(data, "answers")
    return plan_past(
        session, DESK, read, PastOptions(**told), name="answers", content_hash=hash_file(data, None), now=NOW
    )


def show(session: Session, plan: PastPlan) -> None:
    version_id = store_version(session, plan.definition, now=NOW)
    dialect = session.get_bind().dialect
    write_rows(session, plan, make_rows(dialect, DESK, plan, version_id, language=Language.EN, now=NOW), now=NOW)


def stored(session: Session) -> list[SurveyResponse]:
    session.expire_all()
    return list(session.scalars(select(SurveyResponse).order_by(SurveyResponse.answered_at, SurveyResponse.id)))


def count(session: Session, table: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_words_codes_and_rows_said_twice(import_past: Import, session: Session) -> None:
    report = import_past(FRIENDS, FRIENDS_MAP, make_units=True, unit=None, missing=read_missing(["Don't know"]))

    assert counts(report) == (5, 4, 0, 0, 0)
    assert report.ignored_columns == ("do_better", "score")
    notes = [note.text for note in report.notes]
    assert notes[3] == "1 row without a rating, which no figure counts: written there: Don't know (1)"
    assert notes[4].startswith("1 comment beside no rating is not kept")
    assert notes[4].endswith("line 5")
    assert notes[5] == (
        "1 row says in every column what a row above says, and is kept (--once takes what is said twice once): "
        "line 3 as 2"
    )
    units = {one.id: one for one in session.scalars(select(Unit).where(Unit.kind == "office", Unit.code != "abay"))}
    assert sorted(unit.name for unit in units.values()) == ["Abbey Surgery", "Old Mill"]
    assert {unit.parent_id for unit in units.values()} == {get_company(session).id}
    rows = stored(session)
    assert [(units[row.unit_id].name, row.rating, row.band, row.score, row.comment) for row in rows] == [
        ("Abbey Surgery", 5, "happy", 100, "Kind, quick staff"),
        ("Abbey Surgery", 5, "happy", 100, "Kind, quick staff"),
        ("Old Mill", 4, "happy", 75, None),
        ("Abbey Surgery", 1, "unhappy", 0, "=1+1"),
    ]
    first = rows[0]
    assert (first.via, first.channel, first.language, first.interaction_id) == ("import", "visit", "en", None)
    assert (first.routed, first.suspect, first.demo, first.scale_style) == (False, False, False, "faces")
    # By the company's clock, which was six hours ahead in that year.
    assert first.answered_at == first.touched_at == first.finished_at == datetime(2023, 7, 13, 9, 28, tzinfo=UTC)
    assert rows[2].finished_at is None
    assert {row.read_at for row in rows} == {NOW}, "nobody is to acknowledge history"


def test_history_asks_nobody_and_opens_nothing(import_past: Import, session: Session) -> None:
    import_past("calls.csv", make_employees=True)

    tables = (CallbackCase, Invitation, Message, OutboxRow)
    assert [count(session, table) for table in tables] == [0, 0, 0, 0]
    assert {(row.decision, row.reason) for row in session.scalars(select(Interaction))} == {("skipped", "history")}


@pytest.mark.parametrize("shape", SHAPES)
def test_three_shapes_of_calls_give_the_same_answers(import_past: Import, session: Session, shape: str) -> None:
    mapping = (
        'id="Call Id",employee=Agent,answered_at=Date,time=Time,topic=Topic,answered="Answered (Y/N)",'
        'resolved=Resolved,wait_seconds="Speed of answer in seconds",handle_seconds=AvgTalkDuration,'
        'rating="Satisfaction rating"'
    )
    for source, given in (("guessed", None), ("told", mapping)):
        report = import_past(shape, given, make_employees=True, source=source)
        assert not report.refused

        assert counts(report) == (5, 5, 0, 0, 0)
        names: dict[object, str] = {one.id: one.name for one in session.scalars(select(Employee))}
        calls = {one.id: one for one in session.scalars(select(Interaction)) if one.source == source}
        assert sorted((one.external_id, one.wait_seconds, one.handle_seconds, one.answered) for one in calls.values())[
            :4
        ] == [
            ("ID0001", 109, 143, True),
            ("ID0002", 70, 242, True),
            ("ID0003", 10, 58, True),
            ("ID0004", None, None, False),
        ]
        answers = [row for row in stored(session) if row.interaction_id in calls]
        assert [(row.rating, names.get(row.employee_id), row.channel, row.answered_at) for row in answers] == [
            (3, "Diane", "call", datetime(2021, 1, 1, 3, 12, 58, tzinfo=UTC)),
            (3, "Becky", "call", datetime(2021, 1, 1, 3, 12, 58, tzinfo=UTC)),
            (5, "Becky", "call", datetime(2021, 3, 31, 17, 59, 59, tzinfo=UTC)),
        ]
        with_answer = sorted(calls[row.interaction_id].external_id for row in answers if row.interaction_id)
        assert with_answer == ["ID0001", "ID0002", "ID0005"]
        session.query(ImportedFile).delete()


def test_the_same_file_again_takes_nothing(import_past: Import, session: Session) -> None:
    options: dict[str, Any] = {"make_units": True, "unit": None, "missing": read_missing(["Don't know"])}
    import_past(FRIENDS, FRIENDS_MAP, **options)
    units = count(session, Unit)
    again = import_past(FRIENDS, FRIENDS_MAP, **options)

    assert counts(again) == (5, 0, 5, 0, 0)
    assert again.notes[0].code == "file_repeated"
    assert len(stored(session)) == 4
    # One more row makes it another file, whose rows nobody can know again.
    assert counts(import_past(FRIENDS + "2023-07-15,Likely,,,Old Mill,4\n", FRIENDS_MAP, **options)) == (6, 5, 0, 0, 0)
    assert count(session, Unit) == units


def test_the_same_file_at_the_same_moment_is_taken_once(import_past: Import, session: Session) -> None:
    content = "rating,answered_at\n5,2026-03-01\n"
    first, second = plan_file(session, content), plan_file(session, content)
    show(session, first)
    with session.begin_nested(), pytest.raises(PastConflictError):
        show(session, second)


def test_what_the_database_cannot_do_is_not_told_as_somebody_elses_doing(session: Session) -> None:
    make_place(session)
    plan = plan_file(session, "rating,answered_at\n5,2026-03-01\n")
    missing = session.begin_nested()
    session.execute(text("DROP TABLE imported_file"))
    with pytest.raises(DBAPIError, match="imported_file"):
        show(session, plan)
    missing.rollback()


def test_rows_with_an_id_are_known_again(import_past: Import, session: Session) -> None:
    head = "id,date,rating,comment,wait_seconds\n"
    assert counts(import_past(f"{head}1,2026-03-01,,,5\n2,2026-03-01,4,,5\n2,2026-03-01,4,,5\n")) == (3, 2, 1, 0, 0)
    # What was not rated then has its answer now; the rest is as it was.
    assert counts(import_past(f"{head}1,2026-03-01,2,late,5\n2,2026-03-01,4,,5\n")) == (2, 0, 1, 1, 0)
    assert [(row.rating, row.comment) for row in stored(session)] == [(4, None), (2, "late")]
    assert count(session, Interaction) == 2

    refused = refusals(
        import_past(f"{head}1,2026-03-01,3,late,5\n2,2026-03-02,4,,5\n9,2026-03-01,1,,\n9,2026-03-01,2,,\n")
    )
    assert sorted(refused) == [2, 3, 5]
    assert "something else was told of '1' from 'pbx' before" in refused[2]
    assert "line 4 tells another one under the same id" in refused[5]
    assert counts(import_past(f"{head}1,2026-03-01,3,late,5\n", source="other"))[1] == 1


def test_a_row_without_anything_to_say_is_counted_apart(import_past: Import, session: Session) -> None:
    report = import_past(
        "rating,answered_at,topic\n,2026-03-01,\nn/a,2026-03-01,Bills\n", missing=read_missing(["N/A"])
    )

    assert counts(report) == (2, 1, 0, 0, 0)
    assert (count(session, SurveyResponse), count(session, Interaction)) == (0, 1)
    assert "2 rows without a rating, which no figure counts: 1 empty; written there: n/a (1)" in [
        note.text for note in report.notes
    ]


def test_what_is_wrong_is_told_with_its_line_and_changes_nothing(import_past: Import, session: Session) -> None:
    lines = {
        "7,2026-03-01,abay,,": "rating: '7' is no answer of the scale",
        "5,2026-03-32,abay,,": "answered_at: there is no day",
        "5,2026-03-01,nowhere,,": "there is no unit with the code or the name 'nowhere'",
        "5,,abay,,": "answered_at: is empty; every row has a day",
        "5,2036-03-01,abay,,": "in the future",
        "5,2026-03-01,abay,Nobody,": "there is no employee 'Nobody'; import employees first, or give --make-employees",
        "5,2026-03-01,abay,,3 weeks": "wait_seconds: '3 weeks' is no length of time",
        "5,2026-03-01,abay": "3 cells where the header has 5; cells are missing",
    }
    report = import_past("\n".join(["rating,answered_at,unit,employee,wait_seconds", *lines, "5,2026-03-01,abay,,"]))

    assert counts(report) == (9, 1, 0, 0, 8)
    told = refusals(report)
    assert all(words in told[line] for line, words in enumerate(lines.values(), 2)), told
    assert count(session, SurveyResponse) == 0


@pytest.mark.parametrize(
    ("content", "mapping", "words"),
    [
        ("score,answered_at\n5,2026-03-01\n", "answered_at=answered_at", "no column for rating"),
        ("rating,text\n5,a\n", "comment=text", "no column for the day"),
        ("rating,answered_at,x\n5,2026-03-01,a\n", "answer-colour=x", "the survey office-visit has no such question"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(session: Session, content: str, mapping: str, words: str) -> None:
    make_place(session)
    with pytest.raises(InvalidMappingError) as refused:
        plan_file(session, content, mapping)
    assert words in refused.value.message


def test_answers_to_later_questions_come_along(import_past: Import, session: Session) -> None:
    content = "rating,answered_at,solved,waited\n5,2026-03-01,Да,\n2,2026-03-01,waiting,\n"
    report = import_past(content, "answer-resolved=solved", channel=Channel.CALL, survey="call-follow-up")

    assert counts(report) == (2, 2, 0, 0, 0)
    found = session.execute(select(ResponseAnswer.question_key, ResponseAnswer.value).order_by(ResponseAnswer.value))
    assert list(found) == [("resolved", 1), ("resolved", 3)]
    assert all(row.finished_at is not None for row in stored(session))


def test_of_rows_said_twice_one_is_taken_if_so_wished(import_past: Import, session: Session) -> None:
    content = "rating,answered_at,comment\n5,2026-03-01,Yes\n4,2026-03-01,\n5,2026-03-01,Yes\n5,2026-03-01,No\n"
    report = import_past(content, once=True)

    assert counts(report) == (4, 3, 1, 0, 0)
    assert [(note.code, note.details.get("pairs")) for note in report.notes if note.code.startswith("alike")] == [
        ("alike_left", "4 as 2")
    ]
    assert sorted(row.comment or "" for row in stored(session)) == ["", "No", "Yes"]


def test_a_report_of_a_telephone_system_is_taken_as_it_comes(import_past: Import, session: Session) -> None:
    content = (
        "Отчёт по оценкам;;;;;\n"
        ";;;;;\n"
        "Оператор;Дата звонка;Оценка;Длительность разговора;Время ожидания;Отзыв\n"
        "Алия;15 августа 2025 г., 14:05;5 из 5;1 мин 20 с;67,5;Спасибо\n"
        "-;16 авг. 2025 г., 9:05;не знаю;0:02:05;–;\n"
        "Борис;2025 жылғы 17 тамыз;★★☆☆☆;125;12;\n"
        "Итого;;3,5;;;\n"
    )
    report = import_past(content, make_employees=True)

    assert (counts(report), refusals(report)) == ((3, 3, 0, 0, 0), {})
    calls = session.scalars(select(Interaction).order_by(Interaction.started_at)).all()
    assert [(call.wait_seconds, call.handle_seconds, call.employee_id is None) for call in calls] == [
        (68, 80, False),
        (None, 125, True),
        (12, 125, False),
    ]
    assert [(row.rating, row.answered_at.isoformat()) for row in stored(session)] == [
        (5, "2025-08-15T09:05:00+00:00"),
        (2, "2025-08-16T19:00:00+00:00"),
    ]
    assert [note.details["lines"] for note in report.notes if note.code.startswith("lines_")] == ["1", "7"]


def test_ratings_that_use_half_of_eleven_points_are_asked_about(import_past: Import) -> None:
    report = import_past("rating,answered_at\n5,2026-03-01\n4,2026-03-01\n", survey="nps")

    assert [note.details["most"] for note in report.notes if note.code == "scale_half_used"] == [5]


def test_a_long_comment_is_cut_and_said_so(import_past: Import, session: Session) -> None:
    report = import_past(f"rating,answered_at,comment\n5,2026-03-01,{'я' * 2001}\n")

    assert [(each.line, each.reasons[0].code) for each in report.warnings] == [(2, "text_cut")]
    assert len(stored(session)[0].comment or "") == 2000


def test_the_day_of_the_answer_may_stand_beside_that_of_the_call(import_past: Import, session: Session) -> None:
    company = get_company(session).id
    add_unit(session, parent_id=company, name="Kyiv", kind="office", code="kyiv", time_zone="Europe/Kyiv", now=NOW)
    content = "rating,answered_at,started_at,ended_at,unit\n5,2026-03-02 08:00,2026-03-01 10:00,10:05,kyiv\n"
    import_past(content, unit=None)

    call, (answer,) = session.scalars(select(Interaction)).one(), stored(session)
    assert (call.started_at, call.ended_at) == (
        datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
        datetime(2026, 3, 1, 8, 5, tzinfo=UTC),
    )
    assert answer.answered_at == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    import_past("rating,answered_at\n5,2026-03-02 08:00\n", zone=ZoneInfo("UTC"))
    assert stored(session)[-1].answered_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_the_days_that_were_touched_are_counted_anew(import_past: Import, session: Session) -> None:
    import_past("rating,answered_at\n5,2026-02-02 10:00\n4,2026-02-02 10:14\n1,2025-02-02\n")

    assert sorted(session.scalars(select(ChangedDay.answered_at))) == [
        datetime(2025, 2, 1, 19, tzinfo=UTC),
        datetime(2026, 2, 2, 5, tzinfo=UTC),
    ]


def test_nobody_has_the_key_of_an_imported_answer(import_past: Import, session: Session) -> None:
    import_past("rating,answered_at\n5,2026-02-02 10:00\n")

    (response,) = stored(session)
    assert len(response.key_hash) != len(digest("any key"))


def test_a_time_without_a_day_beside_it_is_the_moment(import_past: Import, session: Session) -> None:
    report = import_past("Time,Rating,Store\n2026-03-01 10:00,5,abay\n", unit=None)

    assert counts(report) == (1, 1, 0, 0, 0)
    assert stored(session)[0].answered_at == datetime(2026, 3, 1, 5, 0, tzinfo=UTC)


def test_a_name_that_several_units_have_is_unclear(import_past: Import, session: Session) -> None:
    for code in ("a", "b"):
        add_unit(session, parent_id=get_company(session).id, name="Twin", kind="office", code=code, now=NOW)
    report = import_past("rating,answered_at,unit\n5,2026-03-01,twin\n5,2026-03-01,a\n", make_units=True, unit=None)

    assert refusals(report) == {2: "unit: several units are called 'twin': a, b; write the code"}


def test_a_unit_for_all_rows_that_there_is_not_is_said_once_before_any_row(import_past: Import) -> None:
    with pytest.raises(InvalidInputError, match=r"the code or the name 'nowhere'; .* --make-units, which makes"):
        import_past("rating,answered_at\n5,2026-03-01\n4,2026-03-02\n", unit="nowhere")


def test_ids_that_are_known_under_another_source_are_warned_of(import_past: Import, session: Session) -> None:
    rows = [f"{number},2026-03-01,4,,5" for number in range(100)]
    content = "\n".join(["id,date,rating,comment,wait_seconds", *rows, ""])
    import_past(content, source="pbx january")
    import_past(content.replace("2026", "2025"), source="aaa")

    def warned(count: int, **options: Any) -> list[str]:
        lines = content.replace("2026-03-01,4", "2026-03-01,5").splitlines()
        other = [f"{number + 1000}{line[line.index(',') :]}" for number, line in enumerate(lines[count + 1 :])]
        plan = plan_file(session, "\n".join([*lines[: count + 1], *other, ""]), **options)
        return [note.text for note in plan.report.notes if note.code == "known_elsewhere"]

    assert warned(9, source="february") == []
    [told] = warned(10, source="february")
    assert "of 100 ids that were looked for, 10 are known from the source" in told
    assert "--source 'aaa'" in told or "--source 'pbx january'" in told


def test_the_last_source_of_a_survey_is_proposed_for_the_next_file(import_past: Import, session: Session) -> None:
    assert propose_source(session, "office-visit", "march.2026.csv") == "march.2026"
    import_past("id,date,rating\n1,2026-03-01,4\n", source="desk", survey="office-visit")
    assert propose_source(session, "office-visit", "april.csv") == "desk"
    assert propose_source(session, "call-follow-up", "april.csv") == "april"
