"""The export as CSV (RFC 4180) that no spreadsheet mistakes for formulas.

A text that a spreadsheet would compute gets an apostrophe in front, and so does one that begins with apostrophes before
such a sign: whoever takes one apostrophe off `^'+[=+-@…]` has exactly what was typed. Numbers are never touched.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from app.analytics.export_rows import ExportRow

BOM = "\ufeff"
COLUMNS = ExportRow._fields
HEADER = ",".join(COLUMNS) + "\r\n"
_NO_INTERACTION = "," * (len(COLUMNS) - COLUMNS.index("source") - 1)
_AT_ONCE = 500
# What Excel, LibreOffice and Google Sheets begin a formula with, the full-width forms included.
_COMPUTED = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def csv_line(row: ExportRow) -> str:
    """Return the row as one record, its line end included."""
    return (
        f"{row.id},{row.answered_at},{_word(row.unit)},{_often(row.unit_name)},{_word(row.touchpoint)},"
        f"{_word(row.survey)},{row.survey_version},{_word(row.channel)},{_word(row.language)},{row.rating},"
        f"{_text(row.comment)},{_flag(row.suspect)},{_flag(row.routed)},{row.case_id or ''},{_word(row.via)},"
        f"{_text(row.answers)},{_often(row.unit_address)},{_word(row.employee)},{_often(row.employee_name)},"
        f"{_interaction(row) if row.source is not None else _NO_INTERACTION}\r\n"
    )


def csv_chunks(rows: Iterable[ExportRow], *, bom: bool) -> Iterator[bytes]:
    """Yield the file some rows at a time; with the mark, by which Excel knows UTF-8, if wished."""
    lines = [BOM + HEADER if bom else HEADER]
    for row in rows:
        lines.append(csv_line(row))
        if len(lines) == _AT_ONCE:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()


def _interaction(row: ExportRow) -> str:
    return (
        f"{_often(row.source)},{_text(row.external_id)},{_often(row.topic)},{row.started_at or ''},"
        f"{row.ended_at or ''},{_number(row.wait_seconds)},{_number(row.handle_seconds)},"
        f"{'' if row.answered is None else _flag(row.answered)},{'' if row.resolved is None else _flag(row.resolved)}"
    )


def guard(text: str) -> str:
    """Return the text so that no spreadsheet computes it."""
    return f"'{text}" if _COMPUTED.match(text) else text


def _text(text: str | None) -> str:
    """Return what people wrote, always in quotes; nothing is an empty cell."""
    if not text:
        return ""
    return '"' + guard(text).replace('"', '""') + '"'


# The same few thousand codes, names and addresses stand on a million rows.
_often = lru_cache(maxsize=16_384)(_text)


@lru_cache(maxsize=16_384)
def _word(text: str | None) -> str:
    """Return a code or key, in quotes only where it is no plain word (codes of units are the company's own)."""
    if text is not None and _PLAIN_WORD.fullmatch(text):
        return text
    return _text(text)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _flag(value: bool) -> str:
    return "true" if value else "false"
