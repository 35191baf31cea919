"""The export as a workbook (.xlsx), written part by part: a million rows take no more memory than a thousand.

Written by hand, since it is one table of texts and numbers, and the library that reads workbooks writes fewer rows in
the time. Every text is an inline string, which no program computes, and gets the apostrophe that it gets as CSV, since
the sheet may be saved as CSV later. What a sheet cannot hold goes on in the next one.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from io import RawIOBase
from typing import Any

from app.analytics.csv_form import COLUMNS, guard
from app.analytics.export_rows import ExportRow

# What a sheet of Excel holds, its header included.
MOST_ROWS = 1_048_576
_LONGEST_TEXT = 32_767
# A part of a zip that grows past 2 GB needs another form, which not every program reads.
_MOST_BYTES = 1_500_000_000
_AT_ONCE = 500
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Characters that XML has no place for, a carriage return that it would change, and what reads like our way to say them.
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_HEAD = (
    f'{_XML}<worksheet xmlns="{_SPREADSHEET}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_TAIL = "</sheetData></worksheet>"
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_SPREADSHEET}"><fonts count="2"><font/><font><b/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def sheet_chunks(rows: Iterable[ExportRow], *, title: str = "responses", most_rows: int = MOST_ROWS) -> Iterator[bytes]:
    """Yield the workbook some rows at a time; its sheets are called `title`, `title 2` and so on."""
    sink, source = _Sink(), iter(rows)
    titles: list[str] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        row = next(source, None)
        while row is not None or not titles:
            titles.append(title if not titles else f"{title} {len(titles) + 1}")
            with packed.open(f"xl/worksheets/sheet{len(titles)}.xml", "w") as sheet:
                sheet.write((_HEAD + _header()).encode())
                number, size = 1, 0
                while row is not None and number < most_rows and size < _MOST_BYTES:
                    lines: list[str] = []
                    while row is not None and number < most_rows and len(lines) < _AT_ONCE:
                        number += 1
                        lines.append(_line(row, number))
                        row = next(source, None)
                    written = "".join(lines).encode()
                    size += len(written)
                    sheet.write(written)
                    yield sink.take()
                sheet.write(_TAIL.encode())
        for name, part in _parts(titles):
            packed.writestr(name, part)
    yield sink.take()


class _Sink(RawIOBase):
    """Takes what the zip writes until it is handed on; nothing is ever sought in it."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._held.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        held, self._held = b"".join(self._held), []
        return held


def _header() -> str:
    cells = "".join(
        f'<c r="{letters}1" s="1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letters, name in zip(_LETTERS, COLUMNS, strict=True)
    )
    return f'<row r="1">{cells}</row>'


def _line(row: ExportRow, number: int) -> str:
    cells = []
    for letters, value in zip(_LETTERS, row, strict=True):
        if value is None or value == "":
            continue
        if type(value) is int:
            cells.append(f'<c r="{letters}{number}"><v>{value}</v></c>')
        else:
            text = _often(value) if letters in _REPEATED else f">{value}" if letters in _PLAIN else _text(value)
            cells.append(f'<c r="{letters}{number}" t="inlineStr"><is><t{text}</t></is></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _text(value: object) -> str:
    """Return the rest of `<t` and what is in it."""
    if isinstance(value, str):
        text = guard(value)[:_LONGEST_TEXT]
        if _ODD.search(text):
            text = _ODD.sub(_escape, text)
        if "&" in text or "<" in text or ">" in text:
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        # Spaces at the ends, and line ends, are what was written, too.
        return f">{text}" if text == text.strip() and "\n" not in text else f' xml:space="preserve">{text}'
    if isinstance(value, bool):
        return ">true" if value else ">false"
    raise TypeError(f"no cell for {type(value).__name__}")


_often = lru_cache(maxsize=16_384)(_text)


def _escape(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


def _name_column(place: int) -> str:
    return chr(64 + place) if place <= 26 else chr(64 + (place - 1) // 26) + chr(65 + (place - 1) % 26)


_LETTERS = tuple(_name_column(place) for place in range(1, len(COLUMNS) + 1))
# The same few thousand codes, names and addresses stand on a million rows. True equals 1, but no number comes here.
_OFTEN = (
    *("unit", "unit_name", "touchpoint", "survey", "channel", "language", "suspect", "routed", "via", "unit_address"),
    *("employee", "employee_name", "source", "topic", "answered", "resolved"),
)
# Ids and instants: nothing in them is computed, or has to be said in another way.
_PLAIN = frozenset(_LETTERS[COLUMNS.index(name)] for name in ("id", "answered_at", "case_id", "started_at", "ended_at"))
_REPEATED = frozenset(_LETTERS[COLUMNS.index(name)] for name in _OFTEN)


def _parts(titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the small parts that tell a program what the sheets are."""
    numbered = list(enumerate(titles, 1))
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number, _ in numbered
    )
    yield (
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>',
    )
    yield "_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    sheets = "".join(f'<sheet name="{title}" sheetId="{number}" r:id="rId{number}"/>' for number, title in numbered)
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        _relations(
            [
                *((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number, _ in numbered),
                (f"rId{len(titles) + 1}", "styles", "styles.xml"),
            ]
        ),
    )
    yield "xl/styles.xml", _STYLES


def _relations(relations: Sequence[tuple[str, str, str]]) -> str:
    said = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for key, kind, target in relations
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{said}</Relationships>'
