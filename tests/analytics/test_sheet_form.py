"""Workbooks that hold what the rows say, that no program computes, and that take no memory for being long."""

import io
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.analytics.csv_form import COLUMNS, guard
from app.analytics.export_rows import ExportRow
from app.analytics.sheet_form import sheet_chunks
from tests.analytics.test_csv_form import ROW


def _read(rows: list[ExportRow], **options: Any) -> dict[str, list[dict[str, Any]]]:
    book = load_workbook(io.BytesIO(b"".join(sheet_chunks(rows, **options))))
    read = {}
    for sheet in book.worksheets:
        header, *cells = sheet.iter_rows()
        assert tuple(cell.value for cell in header) == COLUMNS
        assert all(cell.data_type != "f" for row in cells for cell in row)
        read[sheet.title] = [{name: cell.value for name, cell in zip(COLUMNS, row, strict=True)} for row in cells]
    return read


def test_numbers_are_numbers_and_all_else_is_the_text_of_the_csv() -> None:
    (row,) = _read([ROW._replace(wait_seconds=0, answered=True)])["responses"]
    assert (row["rating"], row["survey_version"], row["wait_seconds"]) == (5, 2, 0)
    assert (row["answered_at"], row["suspect"], row["answered"]) == ("2026-03-04T06:00:59Z", "false", "true")
    assert (row["unit_name"], row["comment"], row["case_id"]) == ("Almaty, Abay 1", 'said "hello"', None)


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1) | st.sampled_from(["=1+1", "<a>&", " a\nb "])
)
def test_every_text_stands_in_its_cell_as_in_the_csv(text: str) -> None:
    (row,) = _read([ROW._replace(comment=text, unit_name=text)])["responses"]
    escaped = guard(text).replace("￾", "_xFFFE_").replace("￿", "_xFFFF_")
    assert row["comment"] == row["unit_name"] == escaped


def test_what_xml_cannot_say_is_escaped_and_a_text_too_long_is_cut() -> None:
    texts = ["a\0b\x1f\rc", "_x000D_", "я" * 40_000]
    rows = _read([ROW._replace(comment=text) for text in texts])["responses"]
    assert [row["comment"] for row in rows] == ["a_x0000_b_x001F__x000D_c", "_x005F_x000D_", "я" * 32_767]


def test_rows_beyond_the_end_of_a_sheet_go_on_in_the_next() -> None:
    for count, wanted in ((0, [0]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])):
        assert [len(rows) for rows in _read([ROW] * count, most_rows=4).values()] == wanted
    assert list(_read([ROW] * 4, most_rows=4)) == ["responses", "responses 2"]


def test_a_long_workbook_goes_out_while_it_is_written() -> None:
    asked = 0

    def rows() -> Iterator[ExportRow]:
        nonlocal asked
        for asked in range(20_000):  # noqa: B007 -- told to the test
            yield ROW

    chunks = sheet_chunks(rows())
    while not next(chunks):
        pass
    assert asked < 20_000 // 2
