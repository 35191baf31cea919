"""`flask export responses`, as it is typed."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import load_workbook

from app.factory import create_app
from app.kit.db import Database
from config.settings import Settings
from tests.analytics.company import build_company


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    """The application on a database with four answers, of 1, 2, 3 and 4 March at noon in Almaty."""
    settings = Settings(
        var_dir=tmp_path, time_zone="Asia/Almaty", database_url=database.url.render_as_string(hide_password=False)
    )
    noon = datetime.fromisoformat("2026-03-04T12:00:00+05:00")
    with database.transaction() as session:
        company = build_company(session, noon)
        for days, unit, rating, comment in (
            (0, "n1", 5, '=HYPERLINK("http://evil")'),
            (1, "n2", 4, "Рахмет, бәрі жақсы"),
            (2, "s1", 1, 'said "no",\nand left'),
            (3, "north", 3, None),
        ):
            company.answer(unit, rating, at=noon - timedelta(days=days), comment=comment)
    return create_app(settings, database=database)


def _run(app: Flask, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["export", "responses", *options])


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_standard_output_holds_the_rows_and_nothing_else(app: Flask) -> None:
    result = _run(app)
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(b"id,answered_at,unit,unit_name,touchpoint,survey,")
    rows = _rows(result.stdout_bytes.decode())
    assert [row["answered_at"] for row in rows] == [f"2026-03-0{day}T07:00:00Z" for day in (1, 2, 3, 4)]
    assert [row["comment"] for row in rows] == [
        "",
        'said "no",\nand left',
        "Рахмет, бәрі жақсы",
        '\'=HYPERLINK("http://evil")',
    ]
    assert result.stderr == "4 responses\n"


@pytest.mark.parametrize(
    ("options", "ratings"),
    [
        (("--since", "2026-03-02"), "145"),
        (("--until", "2026-03-02"), "31"),
        (("--since", "2026-03-02", "--until", "2026-03-02"), "1"),
        (("--since", "2026-03-02T07:00:00Z", "--until", "2026-03-03T07:00:00Z"), "1"),
        (("--since", "2026-03-03T12:00:00"), "45"),  # without a zone, the company's
        (("--unit", "north"), "345"),
        (("--unit", "s1"), "1"),
        (("--since", "2030-01-01"), ""),
    ],
)
def test_the_options_narrow(app: Flask, options: tuple[str, ...], ratings: str) -> None:
    assert "".join(row["rating"] for row in _rows(_run(app, *options).stdout_bytes.decode())) == ratings


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--since", "yesterday"), "write 2026-03-01"),
        (("--until", "9999-12-31"), "write 2026-03-01"),
        (("--until", "2026-02-30T00:00"), "write 2026-03-01"),
        (("--since", "2026-03-02", "--until", "2026-03-01"), "--since must be before --until"),
        (("--unit", "nowhere"), "nowhere"),
        (("--out", "/nonexistent/out.csv"), "/nonexistent/out.csv cannot be written"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(app: Flask, options: tuple[str, ...], words: str) -> None:
    result = _run(app, *options)
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stdout == ""


def test_a_file_begins_with_the_mark_that_excel_wants(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("what stood there before")
    result = _run(app, "--out", str(out))
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_bytes().startswith(b"\xef\xbb\xbfid,answered_at,")
    assert len(_rows(out.read_bytes().decode("utf-8-sig"))) == 4
    assert [path.name for path in tmp_path.iterdir() if "out.csv" in path.name] == ["out.csv"]


def test_a_workbook_holds_the_cells_of_the_csv(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    result = _run(app, "--format", "xlsx", "--out", str(out), "--since", "2026-03-02")
    assert (result.exit_code, result.stderr) == (0, "3 responses\n")
    sheet = load_workbook(out).active
    assert sheet is not None
    header, *rows = sheet.iter_rows(values_only=True)
    wanted = list(csv.reader(io.StringIO(_run(app, "--since", "2026-03-02").stdout_bytes.decode(), newline="")))
    assert [["" if cell is None else str(cell) for cell in row] for row in (header, *rows)] == wanted
    assert {row[header.index("rating")] for row in rows} == {1, 4, 5}
