"""`flask import …`, run as on the command line."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import Workbook
from sqlalchemy import func, select, text

from app.cli import interactions
from app.factory import create_app
from app.invitations.models import Interaction
from app.kit.db import Base, Database
from app.organisation.models import Employee, Unit
from app.review_sites.models import ReviewListing
from config.settings import Settings

from .conftest import DATA

BRANCHES = (
    str(DATA / "branches.csv"),
    *("--map", 'name=Наименование,address=Адрес,parent=Город,twogis_url="2GIS URL"'),
    *("--kind", "office", "--parent-kind", "city"),
)

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, tmp_path: Path, now: datetime) -> Run:
    """Run `flask import …` against a database of this test's own."""
    app = create_app(Settings(var_dir=tmp_path), clock=lambda: now, database=database)
    return lambda *arguments: app.test_cli_runner().invoke(args=["import", *arguments])


def count(database: Database, table: type[Base]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_dry_run_and_two_runs_of_a_file(run: Run, database: Database) -> None:
    dry = run("units", *BRANCHES, "--set", "time_zone=Asia/Vladivostok", "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert dry.stdout.splitlines()[0] == "10 rows read: 9 taken, 1 repeated, 0 changed, 0 refused"
    assert dry.stdout.splitlines()[-1] == "dry run: nothing was written"
    assert count(database, Unit) == 1

    first = run("units", *BRANCHES, "--set", "time_zone=Asia/Vladivostok")
    assert first.stdout.splitlines() == dry.stdout.splitlines()[:-1]
    assert (count(database, Unit), count(database, ReviewListing)) == (12, 9)

    second = run("units", *BRANCHES, "--set", "time_zone=Asia/Vladivostok")
    assert second.stdout.splitlines()[0] == "10 rows read: 0 taken, 10 repeated, 0 changed, 0 refused"
    assert (count(database, Unit), count(database, ReviewListing)) == (12, 9)


def test_a_refused_file_changes_nothing_and_exits_with_one(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    file.write_text("name,latitude,longitude\nA,43.2,76.9\nB,95,10\n")

    result = run("units", str(file), "--kind", "office")

    assert result.exit_code == 1
    assert "refused, line 3: latitude 95.0 is not within -90 and 90 degrees" in result.stdout
    assert result.stderr.strip() == "units.csv: 1 row refused, nothing was changed"
    assert count(database, Unit) == 1


def test_what_holds_for_the_whole_file_is_said_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    file.write_text("name\nA\nB\nC\n")

    first = run("units", str(file), "--kind", "office")
    again = run("units", str(file), "--kind", "office", "--set", "time_zone=Asia/Aqtau", "--set", "parent=company")

    assert first.stdout.splitlines()[1:] == [
        "warning: the file has no parent column, so 3 units hang below the company; "
        "--map parent=COLUMN or --set parent=CODE says where else",
        "time zone that new units inherit: Asia/Almaty (3); --set time_zone=… gives another",
    ]
    assert len(again.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"", (), "units.csv: the file is empty"),
        (b"name\n", (), "units.csv: there is no row below the header"),
        (b"name,name\nA,B\n", (), "units.csv:1: the header has 'name' twice"),
        (b"title\nA\n", ("--kind", "office"), "no column for name; the file has title: add --map 'name=…'"),
        (b"name\nA\n", ("--map", "name=Title"), "the file has no such column; it has name"),
        (b"name\nA\n", ("--map", ""), "no ="),
        (b"name\nA\n", ("--set", "code=A"), "only these can be the same for all rows"),
        (b"name\nA\x00\n", (), "units.csv:2: a NUL byte"),
    ],
)
def test_what_is_wrong_with_a_file_or_an_option_is_told(
    run: Run, tmp_path: Path, content: bytes, options: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "units.csv"
    file.write_bytes(content)

    result = run("units", str(file), *options)

    assert result.exit_code == 1
    assert said in result.stderr


@pytest.mark.parametrize("option", ["--kind", "--parent-kind"])
def test_an_unknown_kind_is_told_with_those_there_are(run: Run, tmp_path: Path, option: str) -> None:
    result = run("units", str(tmp_path / "units.csv"), option, "branch")

    assert result.exit_code == 2
    assert "'region', 'city', 'office', 'desk', 'contact_centre', 'queue'" in result.stderr


def test_a_file_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    result = run("units", str(tmp_path / "none.csv"))

    assert result.exit_code == 1
    assert "No such file" in result.stderr


def test_employees_come_in_below_their_units(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("Табельный номер;ФИО;unit\n17;Айгүл Серікова;company\n")
    options = (str(file), "--map", 'code="Табельный номер",name=ФИО')

    assert run("employees", *options, "--dry-run").exit_code == 0
    assert count(database, Employee) == 0
    assert "1 taken" in run("employees", *options).stdout
    assert "1 repeated" in run("employees", *options).stdout
    assert count(database, Employee) == 1
    file.write_text("code,name,unit\n18,A,nowhere\n")
    refused = run("employees", str(file))
    assert (refused.exit_code, "there is no unit with the code 'nowhere'" in refused.stdout) == (1, True)


CALLS = ("--source", "pbx", "--unit", "company", "--add-employees")


def test_calls_of_each_shape_come_in_with_a_source_and_a_unit_alone(run: Run, database: Database) -> None:
    dry = run("interactions", str(DATA / "calls.csv"), *CALLS, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert dry.stdout.splitlines()[0] == "5 rows read: 5 taken, 0 repeated, 0 changed, 0 refused"
    assert count(database, Interaction) == 0

    for shape, said in (("calls.csv", "5 taken"), ("calls-ru-excel.csv", "5 repeated"), ("calls.xlsx", "5 repeated")):
        result = run("interactions", str(DATA / shape), *CALLS)
        assert said in result.stdout.splitlines()[0], result.output
    assert (count(database, Interaction), count(database, Employee)) == (5, 3)


def test_a_refused_file_of_calls_changes_nothing(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("id,date,agent\n1,2026-03-03,Diane\n2,2026-02-30,Becky\n")

    result = run("interactions", str(file), *CALLS)

    assert result.exit_code == 1
    assert "refused, line 3: date: there is no day '2026-02-30'" in result.stdout
    assert (count(database, Interaction), count(database, Employee)) == (0, 0)


@pytest.mark.parametrize("part", [1, 2])
def test_a_long_file_that_breaks_off_leaves_nothing(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(interactions, "_PART", part)
    refuse_the_last_call(database)

    result = run("interactions", str(DATA / "calls.csv"), *CALLS)

    assert "import the file again" in result.output
    assert (count(database, Interaction), count(database, Employee)) == (0, 0)


def refuse_the_last_call(database: Database) -> None:
    """Let the database refuse a row that nothing but the database minds, as a full disk would."""
    with database.transaction() as session:
        if database.is_sqlite:
            session.execute(
                text(
                    "CREATE TRIGGER full BEFORE INSERT ON interaction WHEN NEW.external_id = 'ID0005' "
                    "BEGIN SELECT RAISE(ABORT, 'full'); END"
                )
            )
        else:
            session.execute(text("ALTER TABLE interaction ADD CONSTRAINT \"full\" CHECK (external_id <> 'ID0005')"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--unit", "nowhere"), "there is no unit with the code 'nowhere'"),
        (("--employees-unit", "nowhere"), "--employees-unit nowhere: there is no such unit"),
        (("--time-zone", "Mars"), "no time zone 'Mars'"),
        (("--date-format", "any"), "--date-format any: write dd.mm.yyyy"),
        (("--set", "phone=1"), "only these can be the same for all rows"),
        (("--sheet", "One"), "only a workbook (.xlsx) has sheets"),
    ],
)
def test_options_that_do_not_fit_are_told(run: Run, options: tuple[str, ...], said: str) -> None:
    result = run("interactions", str(DATA / "calls.csv"), *CALLS, *options)

    assert result.exit_code == 1
    assert said in result.output


def test_units_come_from_a_workbook_too(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "units.xlsx"
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["code", "name", "latitude", "longitude"], [7701, "Abay 10", 43.25, 76.9]):
        sheet.append(row)
    book.save(file)

    result = run("units", str(file), "--kind", "office", "--sheet", sheet.title)

    assert result.exit_code == 0, result.output
    with database.reading() as session:
        assert session.scalar(select(Unit.name).where(Unit.code == "7701")) == "Abay 10"


def test_refused_lines_that_do_not_fit_the_screen_are_listed_in_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    rows = "".join(f"5,{day} August,company\n" for day in range(1, 32))
    file.write_text(f"rating,answered_at,unit\n5,2026-02-01,company\n{rows}")

    result = run("responses", str(file))

    assert result.exit_code == 1
    listed = tmp_path / "refused" / "answers.csv"
    assert result.stdout.splitlines()[-3:] == [
        "refused, 31 rows, lines 3-33: answered_at: '1 August' is no date or time that is known; write it as "
        "31.12.2026 14:05 or 2026-12-31T14:05 (and 30 other values like it)",
        f"every refused line with its reason: {listed}",
        "nothing was changed: mend these lines, or take them out, and import the file again",
    ]
    # It holds cells, and with them what people wrote.
    assert [oct(path.stat().st_mode & 0o777) for path in (listed, listed.parent)] == ["0o600", "0o700"]
    lines = listed.read_text("utf-8-sig").splitlines()
    assert (len(lines), lines[-1].split(" is ")[0]) == (32, "33,answered_at: '31 August'")


def test_a_clock_behind_a_day_without_a_year_is_refused_and_no_year(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("rating,answered_at,unit\n5,15 Aug 14:05:33,company\n4,16 авг 10:00:00,company\n")

    result = run("responses", str(file), "--dry-run")

    assert result.exit_code == 1
    assert "'15 Aug 14:05:33' is no date or time that is known" in result.stdout


def test_the_letters_of_a_file_are_found_told_and_chosen(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_bytes("оценка;дата;отзыв\n5;31.01.2026;Спасибо\n".encode("koi8-r"))

    found = run("responses", str(file), "--unit", "company", "--dry-run")
    assert found.exit_code == 0, found.output
    assert "letters read as KOI8-R; if they look wrong, say another by --encoding" in found.stdout
    assert found.stdout.splitlines()[1:3] == [
        "understood: 2026-01-31 to 2026-01-31, times without a zone in Asia/Almaty; "
        "ratings 1: 0, 2: 0, 3: 0, 4: 0, 5: 1",
        "understood, line 2: 2026-01-31 00:00, Otklik, 5, 'Спасибо'",
    ]
    chosen = run("responses", str(file), "--unit", "company", "--encoding", "windows-1251", "--dry-run")
    assert "no column for rating; the file has ПГЕОЛБ" in chosen.stderr
    wrong = run("responses", str(file), "--encoding", "utf8")
    assert "this is not UTF-8; try another --encoding" in wrong.stderr
    assert "choose one of UTF-8, Windows-1251" in run("responses", str(file), "--encoding", "klingon").stderr
