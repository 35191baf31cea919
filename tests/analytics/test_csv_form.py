"""CSV that spreadsheets read as text and programs read back as it was."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analytics.csv_form import COLUMNS, HEADER, csv_line, guard
from app.analytics.export_rows import ExportRow

ROW = ExportRow(
    id="00000000-0000-0000-0000-000000000007",
    answered_at="2026-03-04T06:00:59Z",
    unit="almaty-1",
    unit_name="Almaty, Abay 1",
    touchpoint="ABCD2345",
    survey="office-visit",
    survey_version=2,
    channel="visit",
    language="kk",
    rating=5,
    comment='said "hello"',
    suspect=False,
    routed=True,
    case_id=None,
    via="page",
    answers=None,
)


def _cells(row: ExportRow) -> dict[str, str]:
    header, cells = csv.reader(io.StringIO(HEADER + csv_line(row), newline=""))
    return dict(zip(header, cells, strict=True))


def test_the_columns_begin_as_promised() -> None:
    assert HEADER.startswith(
        "id,answered_at,unit,unit_name,touchpoint,survey,survey_version,channel,language,rating,comment,"
        "suspect,routed,case_id,via"
    )
    assert ",".join(COLUMNS[15:]) == (
        "answers,unit_address,employee,employee_name,source,external_id,topic,started_at,ended_at,wait_seconds,"
        "handle_seconds,answered,resolved"
    )


def test_a_row_has_the_promised_forms() -> None:
    assert csv_line(ROW) == (
        "00000000-0000-0000-0000-000000000007,2026-03-04T06:00:59Z,almaty-1,"
        '"Almaty, Abay 1",ABCD2345,office-visit,2,visit,kk,5,"said ""hello""",false,true,,page,,,,,,,,,,,,,\r\n'
    )


def test_a_row_tells_of_the_call_behind_it() -> None:
    cells = _cells(
        ROW._replace(
            employee="a-1",
            employee_name="=Aigul",
            source="pbx",
            external_id="7,1",
            topic="Bills",
            ended_at="2026-03-04T05:00:00Z",
            wait_seconds=0,
            answered=True,
            resolved=False,
        )
    )
    assert list(cells.values())[17:] == [
        *("a-1", "'=Aigul", "pbx", "7,1", "Bills", "", "2026-03-04T05:00:00Z", "0", "", "true", "false"),
    ]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("column", ["comment", "unit_name", "unit", "answers", "unit_address", "channel"])
def test_no_text_is_computed(column: str, sign: str) -> None:
    cell = _cells(ROW._replace(**{column: f'{sign}HYPERLINK("http://evil","x")'}))[column]  # type: ignore[arg-type]
    assert cell == f'\'{sign}HYPERLINK("http://evil","x")'


def test_numbers_are_never_touched() -> None:
    assert _cells(ROW._replace(rating=-1))["rating"] == "-1"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_every_text_comes_back_after_the_apostrophe_is_taken_off(text: str) -> None:
    cell = _cells(ROW._replace(comment=text, unit_name=text))["comment"]
    assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", cell)
    assert re.sub(r"^'(?='*[=+\-@\t\r\n＝＋－＠])", "", cell) == text


@pytest.mark.parametrize("text", ["'twas nice", "5-", " =1", "good"])
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert guard(text) == text
