"""Rows of a file of answers beside each other: which are alike, which are totals, what is said of several of them."""

import json

import pytest
from sqlalchemy.orm import Session

from app.imports.report import find_alike
from tests.imports.conftest import refusals
from tests.imports.past.test_past_responses import plan_file
from tests.invitations.calls import make_place


def test_rows_of_other_numbers_are_not_alike(session: Session) -> None:
    make_place(session)
    rows = [{"rating": 5, "answered_at": "2026-03-01", "room": room} for room in (-1, -2, 1, True, -1, ["a"])]
    report = plan_file(session, json.dumps(rows, indent=0), once=True).report

    assert (report.read, report.taken, report.repeated) == (6, 5, 1)


def test_what_was_cut_is_told_of_its_own_column(session: Session) -> None:
    make_place(session)
    content = f"Оценка,Дата,Слова\n5,2026-03-01,{'я' * 2001}\n"
    report = plan_file(session, content, "rating=Оценка,answered_at=Дата,comment=Слова").report

    assert [(each.lines, each.first.reasons[0].column) for each in find_alike(report.warnings)] == [([2], "Слова")]


@pytest.mark.parametrize(
    ("rows", "refused", "below"),
    [
        ("Very poor,2026-03-01,a\nAverage,2026-03-02,c\nAverage,2026-13-45,x\nGood,2026-14-45,y\n", [4, 5], []),
        ("Very poor,2026-03-01,a\nVery poor,2026-03-01,b\nAverage,,x\n", [4], []),
        ("Very poor,2026-03-01,a\nBad,2026-13-45,Total\n", [3], []),
        ("Very poor,2026-03-01,a\n,,Total\nVery poor,2026-13-45,b\n", [3, 4], []),
        ("Very poor,2026-03-01,a\n,,Total\nVery poor,2026-03-01,b\n", [3], []),
        ("Very poor,2026-03-01,a\n,,Total 5\n", [3], []),
        ("Very poor,2026-03-01,a\n,,Total\n,,made on Monday\n,,Average\n", [], ["3-5"]),
    ],
)
def test_only_totals_are_totals(session: Session, rows: str, refused: list[int], below: list[str]) -> None:
    make_place(session)
    report = plan_file(session, f"rating,answered_at,comment\n{rows}").report

    assert sorted(refusals(report)) == refused
    assert [note.details["lines"] for note in report.notes if note.code == "lines_below"] == below


def test_whoever_is_called_as_totals_are_was_served_on_a_day(session: Session) -> None:
    make_place(session)
    for day in ("2026-03-01", "2026-13-45", "46082"):
        report = plan_file(
            session, f"operator,answered_at,rating\nAnna,2026-03-01,5\nTotal,{day},6\n", make_employees=True
        ).report
        assert list(refusals(report)) == [3], day
