"""Workbooks: typed cells of one sheet, bounded before they are read."""
# ruff: noqa: DTZ001 -- what stands in a sheet has no zone

import io
import zipfile
from datetime import datetime, time

import pytest
from openpyxl import Workbook

from app.imports import workbooks
from app.imports.table_errors import InvalidTableError
from app.imports.tables import read_table


def make_book(*sheets: tuple[str, list[list[object]]]) -> bytes:
    """Return a workbook with the sheets, by title and rows."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_cells_keep_their_types_and_rows_their_lines() -> None:
    content = make_book(
        ("Empty", []),
        ("Calls", [[], ["Id", "When", "Time", None, "n"], [7.0, datetime(2021, 1, 2), time(9, 1), "x", 1.5], [None],
                   ["ID2", None, None, None, True, "beyond"]]),
    )  # fmt: skip

    table = read_table(content, "calls.xlsx")

    assert table.columns == ("Id", "When", "Time", "n")
    assert [(row.line, {name: row.cells[name] for name in table.columns}) for row in table.rows] == [
        (3, {"Id": 7, "When": datetime(2021, 1, 2), "Time": time(9, 1), "n": 1.5}),
        (5, {"Id": "ID2", "When": None, "Time": None, "n": True}),
    ]


def test_of_several_sheets_one_has_to_be_named() -> None:
    content = make_book(("One", [["a"], [1]]), ("Two", [["b"], [2]]))

    with pytest.raises(InvalidTableError, match=r"several sheets have something on them: One, Two.*--sheet"):
        read_table(content, "x.xlsx")
    with pytest.raises(InvalidTableError, match="no sheet 'Three'; there are: One, Two"):
        read_table(content, "x.xlsx", sheet="Three")
    assert read_table(content, "x.xlsx", sheet="Two").columns == ("b",)
    with pytest.raises(InvalidTableError, match="only a workbook"):
        read_table(b"a\n1\n", "x.csv", sheet="Two")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no row below the header"),
        ([["a", "b"]], "no row below the header"),
        ([["a", "a"], [1, 2]], "x.xlsx:1: the header has 'a' twice"),
        ([list(range(501)), [1]], "501 columns are too many"),
    ],
)
def test_a_sheet_that_is_no_table_says_why(rows: list[list[object]], said: str) -> None:
    with pytest.raises(InvalidTableError) as caught:
        read_table(make_book(("Sheet", rows)), "x.xlsx")

    assert said in caught.value.message


def test_a_zip_of_something_else_is_no_workbook() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")

    with pytest.raises(InvalidTableError, match="no workbook that can be read"):
        read_table(file.getvalue(), "letter.docx")


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO(make_book(("Sheet", [["a"], [1]])))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/zeros.bin", bytes(1_000_000))
    monkeypatch.setattr(workbooks, "_MOST_UNPACKED", 500_000)

    with pytest.raises(InvalidTableError, match="unpacks to too much"):
        read_table(file.getvalue(), "bomb.xlsx")


def test_a_row_far_below_and_a_cell_far_to_the_right_cost_nothing() -> None:
    content = make_book(("Sheet", [["a"], [1]]))
    far = '<row r="999999999"><c r="A999999999"><v>5</v></c></row></sheetData>'
    wide = '<row r="3"><c r="ZZZ3"><v>5</v></c></row>'
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(file, "w") as mended:
        for part in packed.namelist():
            data = packed.read(part)
            if part.endswith("sheet1.xml"):
                data = data.replace(b"</sheetData>", (wide + far).encode())
            mended.writestr(part, data)

    assert [row.cells for row in read_table(file.getvalue(), "x.xlsx").rows] == [{"a": 1}]
