"""A file sent in the browser, mapped, tried and taken in."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import AuditEntry, Role
from app.imports.drafts import forget_drafts
from app.imports.models import ImportDraft
from app.imports.tables import MAX_BYTES
from app.kit.db import Database
from app.organisation.models import Employee, Unit
from app.organisation.service import add_unit, get_unit
from app.review_sites.models import ReviewListing
from tests.imports.conftest import DATA
from tests.web.staff import Company, add_staff, form_token, signed_in

BRANCHES = (DATA / "branches.csv").read_bytes()
Send = Callable[..., str]


@pytest.fixture
def admin(app: Flask, company: Company) -> FlaskClient:
    """The browser of the company's admin."""
    return signed_in(app, "admin")


@pytest.fixture
def send(admin: FlaskClient) -> Send:
    """Sends a file and returns the address of its page."""

    def run(content: bytes | str, kind: str = "units", name: str = "branches.csv") -> str:
        data = content.encode() if isinstance(content, str) else content
        answer = upload(admin, data, kind=kind, name=name)
        assert answer[0] == 303, answer[1]
        return answer[1]

    return run


def upload(browser: FlaskClient, content: bytes, *, kind: str = "units", name: str = "units.csv") -> tuple[int, str]:
    form = {"csrf_token": form_token(browser), "file": (io.BytesIO(content), name)}
    answer = browser.post(f"/manage/{kind}/import", data=form, content_type="multipart/form-data")
    return answer.status_code, answer.location if answer.status_code == 303 else answer.text


def press(browser: FlaskClient, page: str, digest: str | None = None) -> tuple[int, str]:
    """Press the button of the report."""
    text = browser.get(page).text
    found = re.search(r'name="digest" value="(\w+)"', text)
    sent = digest or (found[1] if found else "")
    answer = browser.post(f"{page}/take", data={"csrf_token": form_token(browser), "digest": sent})
    return answer.status_code, answer.text


def choose(browser: FlaskClient, page: str, **form: str) -> tuple[int, str]:
    answer = browser.post(page, data={**form, "csrf_token": form_token(browser)})
    return answer.status_code, answer.text


def count(database: Database, table: type[Unit] | type[ReviewListing] | type[Employee]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def tally(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"<li[^>]*><b>(\d+)</b>", text)]


def test_branches_of_a_map_are_understood_at_once_and_taken_in(
    admin: FlaskClient, send: Send, database: Database, company: Company
) -> None:
    page = send(BRANCHES)
    text = admin.get(page).text
    assert tally(text)[:5] == [10, 9, 0, 1, 0]
    for column in ("Наименование", "Адрес", "Город", "2GIS URL"):
        assert re.search(rf'<option value="{column}" selected>', text), column
    assert count(database, Unit) == 5

    assert press(admin, page)[0] == 303
    assert count(database, ReviewListing) == 9
    units = count(database, Unit)
    assert units > 14
    done = admin.get(page).text
    assert "Taken in: branches.csv" in done
    with database.reading() as session:
        draft = session.scalars(select(ImportDraft)).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "units.imported")).one()
    assert (draft.content, entry.details["taken"]) == (b"", units - 5)

    again = send(BRANCHES)
    assert "All of this stands here already." in admin.get(again).text


def test_a_second_press_changes_nothing_twice(admin: FlaskClient, send: Send, database: Database) -> None:
    page = send(BRANCHES)
    digest = re.search(r'name="digest" value="(\w+)"', admin.get(page).text)
    assert digest is not None
    assert press(admin, page, digest[1])[0] == 303
    units = count(database, Unit)
    assert press(admin, page, digest[1])[0] == 303
    assert choose(admin, page, **{"column-name": "Адрес"})[0] == 303
    assert count(database, Unit) == units
    assert "Taken in" in admin.get(page).text
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "units.imported")).all()
    assert len(entries) == 1


def test_a_change_since_the_report_shows_a_new_report_first(
    admin: FlaskClient, send: Send, database: Database, company: Company, now: datetime
) -> None:
    page = send("code,name,kind\nn1,North 1,office\nn2,North 2,office\n")
    digest = re.search(r'name="digest" value="(\w+)"', admin.get(page).text)
    assert digest is not None
    with database.transaction() as session:
        add_unit(session, name="North 1", kind="office", parent_id=company.root, code="n1", now=now)

    status, text = press(admin, page, digest[1])
    assert status == 409
    assert "Something was changed since you saw the report" in text
    assert tally(text)[:5] == [2, 1, 0, 1, 0]
    assert count(database, Unit) == 6
    assert press(admin, page)[0] == 303
    assert count(database, Unit) == 7


def test_a_change_of_something_else_is_no_reason_to_ask_again(
    admin: FlaskClient, send: Send, database: Database, company: Company, now: datetime
) -> None:
    page = send("code,name,kind\nn1,North 1,office\n")
    digest = re.search(r'name="digest" value="(\w+)"', admin.get(page).text)
    assert digest is not None
    with database.transaction() as session:
        add_unit(session, name="Elsewhere", kind="office", parent_id=company.west, now=now)
    assert press(admin, page, digest[1])[0] == 303


def test_a_refused_file_changes_nothing_and_says_why_in_the_readers_words(
    admin: FlaskClient, send: Send, database: Database
) -> None:
    page = send(
        "name,kind,parent,latitude,longitude,yandex_url\n"
        "Good,office,,43.2,76.9,\n"
        "A,branch,,95,10,https://evil.example/1\n"
        "B,office,Nowhere,,,\n"
        "C,office,,,,,,,x\n"
        "D,office,Nowhere,,,\n"
    )
    text = admin.get(page).text
    assert tally(text)[4] == 4
    assert "There is no such kind of unit." in text
    assert "This is no link to a page on Yandex" in text
    assert "There is no unit Nowhere. Add it first, or choose a kind so that it is made." in text
    assert re.search(r'class="lines" data-head="Lines">4, 6<', text)
    assert "9 cells where the first line has 6." in text
    assert "/take" not in text
    assert press(admin, page, "made up")[0] == 409
    assert count(database, Unit) == 5


def test_columns_are_chosen_and_what_was_chosen_is_kept(admin: FlaskClient, send: Send, database: Database) -> None:
    page = send("alpha;beta;gamma\nОфис 1;Абая 10;Риддер\n")
    text = admin.get(page).text
    assert 'id="column-name-error">Choose the column.' in text
    assert "/take" not in text
    form = {"column-name": "alpha", "column-address": "beta", "column-parent": "gamma", "kind": "office"}

    status, text = choose(admin, page, **form, **{"set-time_zone": "Almaty", "set-parent": "nowhere"})
    assert status == 422
    assert "There is no such time zone." in text
    assert "There is no unit with this code." in text
    assert 'value="Almaty"' in text
    assert '<option value="gamma" selected>' in text
    status, text = choose(admin, page, **{**form, "column-address": "alpha"})
    assert (status, "This column is chosen twice." in text) == (422, True)

    assert choose(admin, page, **form, parent_kind="city", **{"set-time_zone": "Asia/Omsk"})[0] == 303
    assert "Риддер" in admin.get(page).text
    assert press(admin, page)[0] == 303
    with database.reading() as session:
        office = session.scalars(select(Unit).where(Unit.name == "Офис 1")).one()
        city = get_unit(session, office.parent_id) if office.parent_id else None
    assert (office.address, office.time_zone) == ("Абая 10", "Asia/Omsk")
    assert city is not None
    assert (city.name, city.kind) == ("Риддер", "city")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "The file is empty."),
        (b"PK\x03\x04...", "a.xlsx", "This workbook cannot be read. Save it as CSV"),
        (b"name\n", "a.csv", "There is no row below the first line"),
        (b"name,name\nA,B\n", "a.csv", "Two columns are called name."),
        (b'name\n"A\n', "a.csv", "The quotes of line 2 do not fit."),
        (b'[{"name": 1},\n', "a.json", "This file cannot be read as a list of rows"),
        (b"name\nA\x00\n", "a.csv", "This is no text file."),
        (b"x" * (MAX_BYTES + 1), "a.csv", "The file is larger than 20 MB."),
        (b"name\nA\n", "", "Choose a file."),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
def test_a_file_that_cannot_be_read_is_told(admin: FlaskClient, content: bytes, name: str, said: str) -> None:
    status, text = upload(admin, content, name=name)
    assert status == 422
    assert said in text


def test_employees_come_in_below_their_units(admin: FlaskClient, send: Send, database: Database) -> None:
    page = send("Табельный номер;ФИО;Код отделения\n17;Айгүл <b>С</b>;east-1\n18;Борис;west-1\n", "employees", "p.csv")
    text = admin.get(page).text
    assert tally(text)[:5] == [2, 2, 0, 0, 0]
    assert "Айгүл &lt;b&gt;С" in text
    assert press(admin, page)[0] == 303
    assert count(database, Employee) == 2
    wrong = admin.get(send("code,name,unit,active\n19,A,nowhere,\n20,B,east-1,maybe\n", "employees", "p.csv")).text
    assert "There is no unit with the code nowhere." in wrong
    assert "“maybe” is neither yes nor no." in wrong


def test_a_file_is_its_senders_own(app: Flask, send: Send, database: Database, company: Company, now: datetime) -> None:
    page = send(BRANCHES)
    with database.transaction() as session:
        add_staff(session, "second", Role.ADMIN, company.root, now=now)
    second = signed_in(app, "second")
    assert second.get(page).status_code == 404
    assert choose(second, page, **{"column-name": "Адрес"})[0] == 404
    assert press(second, page, "x")[0] == 404


def test_only_admins_of_the_whole_company_import(
    app: Flask, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        add_staff(session, "eastern", Role.ADMIN, company.east, now=now)
    eastern = signed_in(app, "eastern")
    assert "Only administrators of the whole company" in eastern.get("/manage/units/import").text
    assert upload(eastern, BRANCHES)[0] == 403
    assert upload(signed_in(app, "manager"), BRANCHES)[0] == 403
    stranger = app.test_client().post("/manage/units/import", data={"file": (io.BytesIO(b"x" * 100_000), "a.csv")})
    assert stranger.status_code == 401


def test_a_large_body_is_taken_at_that_door_alone(admin: FlaskClient) -> None:
    form = {"csrf_token": form_token(admin), "name": "x" * 100_000}
    assert admin.post("/manage/employees/new", data=form).status_code in (400, 413)
    lines = b"".join(b"Office %06d,%s\r\n" % (number, b"x" * (number % 80)) for number in range(20_000))
    assert len(lines) > 1_000_000
    assert upload(admin, b"name,address\r\n" + lines)[0] == 303


@pytest.mark.parametrize("kind", ["units", "employees"])
def test_a_file_too_large_even_for_the_gate_is_told_so_with_a_way_back(admin: FlaskClient, kind: str) -> None:
    status, text = upload(admin, b"x" * (MAX_BYTES + 1024 * 1024), kind=kind)
    assert status == 413
    assert "The file is larger than 20 MB. Split it" in text
    assert f'href="/manage/{kind}/import"' in text
    assert "shorter text" not in text


def test_drafts_go_after_a_day_and_a_new_file_replaces_the_one_before(
    send: Send, database: Database, now: datetime
) -> None:
    send(BRANCHES)
    send("name\nA\n")
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(ImportDraft)) == 1
        assert forget_drafts(session, before=now - timedelta(days=1), limit=10) == 0
        assert forget_drafts(session, before=now + timedelta(seconds=1), limit=10) == 1
