"""What is listed can be taken along: the same filter, the same scope, and an entry in the audit."""

import csv
import io
from datetime import datetime

from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from app.accounts.models import AuditEntry
from app.kit.db import Database
from tests.web.acme import acme
from tests.web.staff import form_token, signed_in

HOME = "/manage/responses"


def _cells(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_filter_of_the_list_holds_for_both_files(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answer("n1", 1, comment="=HYPERLINK(1)")
        company.answer("n1", 5)
        company.answer("s1", 1)
    admin = signed_in(app, "admin")
    form = {"csrf_token": form_token(admin), "rating": ["1"], "unit": "north"}
    plain, book = (admin.post(f"{HOME}/export", data={**form, "format": each}) for each in ("csv", "xlsx"))
    assert (plain.status_code, book.status_code) == (200, 200)
    assert plain.headers["Content-Disposition"].endswith('.csv"')
    assert book.headers["Content-Disposition"].endswith('.xlsx"')
    (row,) = _cells(plain.data)
    assert (row["rating"], row["unit"], row["comment"]) == ("1", "n1", "'=HYPERLINK(1)")
    sheet = load_workbook(io.BytesIO(book.data)).active
    assert sheet is not None
    assert [each[:4] for each in sheet.iter_rows(values_only=True)][1] == tuple(row.values())[:4]
    assert sheet.max_row == 2


def test_another_office_is_not_in_the_file(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answer("n1")
        company.answer("s1")
    manager = signed_in(app, "manager")
    listed = manager.get(HOME).text.count('class="said-head"')
    taken = _cells(manager.post(f"{HOME}/export", data={"csrf_token": form_token(manager)}).data)
    assert (listed, [row["unit"] for row in taken]) == (1, ["n1"])


def test_a_download_is_an_entry_of_the_audit_and_a_wrong_filter_is_none(
    app: Flask, database: Database, now: datetime
) -> None:
    with acme(database, now) as company:
        company.answer("n1")
    admin = signed_in(app, "admin")
    token = {"csrf_token": form_token(admin)}
    refused = admin.post(f"{HOME}/export", data={**token, "from": "yesterday"})
    assert (refused.status_code, admin.get(refused.headers["Location"]).status_code) == (303, 422)
    admin.post(f"{HOME}/export", data={**token, "band": "happy", "format": "xlsx"})
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "responses.exported")).one()
    assert entry.details == {"format": "xlsx", "filters": ["band"]}
