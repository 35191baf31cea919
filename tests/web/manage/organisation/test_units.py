"""The pages of units: the tree one was granted, a search, and what admins of a unit change."""

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import AuditEntry, Role
from app.kit.db import Database
from app.organisation.models import Unit, UnitKind
from app.organisation.service import add_unit, get_unit
from app.review_sites.catalogue import Site
from app.review_sites.service import set_listing
from app.touchpoints.service import add_touchpoint
from tests.web.staff import Company, add_staff, form_token, signed_in


@pytest.fixture
def admin(app: Flask, company: Company) -> FlaskClient:
    """The browser of the company's admin."""
    return signed_in(app, "admin")


@pytest.fixture
def eastern(app: Flask, database: Database, company: Company, now: datetime) -> FlaskClient:
    """The browser of somebody who is admin of the east alone."""
    with database.transaction() as session:
        add_staff(session, "eastern", Role.ADMIN, company.east, now=now)
    return signed_in(app, "eastern")


def unit_of(database: Database, code: str) -> Unit:
    with database.reading() as session:
        return get_unit(session, code)


def send(browser: FlaskClient, door: str, **form: str) -> tuple[int, str]:
    answer = browser.post(door, data={**form, "csrf_token": form_token(browser)})
    return answer.status_code, answer.text


def links(text: str) -> list[str]:
    """The units that a page leads to, in its order."""
    return [code for code in re.findall(r'href="/manage/units/([\w-]+)"', text) if code != "import"]


def test_the_tree_begins_where_one_was_granted(admin: FlaskClient, manager: FlaskClient) -> None:
    assert set(links(admin.get("/manage/units").text)) == {"company", "east", "west"}
    seen = links(manager.get("/manage/units").text)
    assert set(seen) == {"east", "east-1"}
    assert manager.get("/manage/units/west").status_code == 404
    assert manager.get("/manage/units/company").status_code == 404


def test_a_branch_comes_as_a_piece_of_the_page(admin: FlaskClient, manager: FlaskClient) -> None:
    piece = admin.get("/manage/units/west/below").text
    assert links(piece) == ["west-1"]
    assert "<html" not in piece
    assert manager.get("/manage/units/west/below").status_code == 404


def test_a_unit_is_sought_in_any_alphabet_and_the_state_stays_in_the_address(
    admin: FlaskClient, manager: FlaskClient, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        facts = {"kind": "office", "address": "УЛИЦА Абая, 10", "now": now}
        add_unit(session, name="Отделение № 5", parent_id=company.west, code="w5", **facts)  # type: ignore[arg-type]

    found = admin.get("/manage/units?q=абая+ОТДЕЛЕНИЕ&kind=office&sort=-address").text
    assert set(links(found)) == {"w5"}
    assert 'value="абая ОТДЕЛЕНИЕ"' in found
    assert 'aria-sort="descending"' in found
    assert "West" in found  # where it lies
    assert "Nothing fits" in manager.get("/manage/units?q=абая").text
    assert "Nothing fits" in admin.get("/manage/units?q=%00%").text


def test_the_page_of_a_unit_says_what_is_its_own_and_what_is_taken_from_above(
    manager: FlaskClient, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        add_touchpoint(session, unit_id=company.east_office, survey_key="office-visit", now=now)

    page = manager.get("/manage/units/east-1").text
    assert "taken from <bdi>Acme</bdi>" in page
    assert "Monday – Friday" in page
    assert "09:00–18:00" in page
    for address in ("touchpoints", "review-sites", "responses", "posters", "employees"):
        assert f"/manage/{address}?unit=east-1" in page
    assert '<a href="/manage/touchpoints?unit=east-1">1</a>' in page
    assert "/manage/units/east-1/edit" not in page


def test_the_page_of_a_unit_counts_the_offices_below_that_have_a_review_link(
    manager: FlaskClient, admin: FlaskClient, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        add_unit(session, name="East 2", kind=UnitKind.OFFICE, parent_id=company.east, code="east-2", now=now)
        link = "https://2gis.kz/firm/1/tab/reviews/addreview"
        set_listing(session, unit_id=company.east_office, site=Site.TWOGIS, link=link, now=now)

    def told(code: str) -> str:
        return f'<a href="/manage/review-sites?unit={code}">'

    assert f"{told('east')}1 of 2 offices</a>" in manager.get("/manage/units/east").text
    assert f"{told('east-2')}0 of 1 office</a>" in manager.get("/manage/units/east-2").text
    with database.transaction() as session:
        set_listing(session, unit_id=company.root, site=Site.GOOGLE, link="https://g.page/r/x/review", now=now)
    assert f"{told('east')}2 of 2 offices</a>" in manager.get("/manage/units/east").text
    assert "Google Maps (inherited)" in manager.get("/manage/units/east").text
    assert f"{told('west')}1 of 1 office</a>" in admin.get("/manage/units/west").text


def test_an_admin_changes_a_unit_and_a_refused_form_keeps_what_was_typed(
    admin: FlaskClient, database: Database, company: Company
) -> None:
    typed = {
        "name": "East <b>One</b>",
        "kind": "office",
        "address": "Абая 10",
        "place": "43,238949 76,889709",
        "time_zone": "Asia/Omsk",
        "hours": "пн-пт 09:00-18:00; сб 10:00-14:00",
    }
    status, page = send(admin, "/manage/units/east-1/edit", **{**typed, "hours": "whenever", "time_zone": "Asia/Omsk"})
    assert status == 422
    assert "“whenever” cannot be read as hours." in page
    assert 'value="whenever"' in page
    assert 'value="East &lt;b&gt;One&lt;/b&gt;"' in page
    assert unit_of(database, "east-1").name == "East 1"

    assert send(admin, "/manage/units/east-1/edit", **typed)[0] == 303
    unit = unit_of(database, "east-1")
    assert (unit.name, unit.hours) == ("East <b>One</b>", "Mo-Fr 09:00-18:00; Sa 10:00-14:00")
    assert (unit.latitude, unit.longitude, unit.time_zone) == (43.238949, 76.889709, "Asia/Omsk")
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "unit.changed")).one()
    assert entry.object_id == str(company.east_office)
    assert "hours" in entry.details["fields"]
    assert "East &lt;b&gt;One" in admin.get("/manage/units/east-1").text


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("name", " ", "A name is needed."),
        ("name", "x" * 201, "at most 200 characters"),
        ("kind", "company", "There is no such kind"),
        ("address", "x" * 501, "at most 500 characters"),
        ("place", "43.2", "These are no coordinates"),
        ("place", "95, 10", "The latitude, which comes first"),
        ("place", "10, 190", "The longitude, which comes second"),
        ("time_zone", "Almaty", "There is no such time zone"),
        ("hours", "Mo 25:00-26:00", "cannot be read as hours"),
        ("hours", "foo 09:00-18:00", "“foo” is not a weekday."),
        ("hours", "Mo off", "Open on at least one day."),
        ("code", "east", "Another unit has this code already."),
        ("code", "x" * 65, "A code has 1 to 64 characters"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(admin: FlaskClient, field: str, text: str, said: str) -> None:
    form = {"name": "New", "kind": "office", field: text}
    status, page = send(admin, "/manage/units/east/add", **form)
    assert status == 422
    error = re.search(rf'<p class="error" id="{field}-error">([^<]*)</p>', page)
    assert error is not None
    assert said in error[1]


def test_a_unit_is_added_below_another(admin: FlaskClient, database: Database, company: Company) -> None:
    assert send(admin, "/manage/units/east/add", name="Office 2", kind="office")[0] == 303
    with database.reading() as session:
        unit = session.scalars(select(Unit).where(Unit.name == "Office 2")).one()
    assert unit.parent_id == company.east
    assert unit.code.startswith("office-2-")


def test_a_unit_is_moved_to_the_one_that_is_meant(
    admin: FlaskClient, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        add_unit(session, name="West 2", kind="office", parent_id=company.west, code="west-2", now=now)

    status, page = send(admin, "/manage/units/east-1/move", parent="west")
    assert status == 303  # a code is surer than a name
    assert unit_of(database, "east-1").parent_id == company.west
    status, page = send(admin, "/manage/units/west/move", parent="west-1")
    assert status == 422
    assert "A unit cannot lie below itself." in page
    status, page = send(admin, "/manage/units/east-1/move", parent="wes")
    assert status == 422
    assert "Which of these do you mean?" in page
    assert 'value="west-2"' in page
    form = {"parent": "wes", "parent-sought": "wes", "parent-chosen": "west-2"}
    assert send(admin, "/manage/units/east-1/move", **form)[0] == 303
    assert unit_of(database, "east-1").parent_id == unit_of(database, "west-2").id
    assert "There is no such unit" in send(admin, "/manage/units/east-1/move", parent="nowhere")[1]


def test_a_unit_is_closed_with_all_below_and_reopened(
    admin: FlaskClient, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        add_touchpoint(session, unit_id=company.east_office, survey_key="office-visit", now=now)
    assert "1 unit below is closed with it." in admin.get("/manage/units/east/edit").text

    assert send(admin, "/manage/units/east/close")[0] == 303
    assert unit_of(database, "east-1").closed_at == now
    assert "east" not in links(admin.get("/manage/units").text)
    assert set(links(admin.get("/manage/units?state=closed").text)) == {"east", "east-1"}
    page = admin.get("/manage/units/east-1").text
    assert "1 code still works for whoever scans it" in page
    assert "The unit above is closed" in _follow(admin, "/manage/units/east-1/reopen")
    assert send(admin, "/manage/units/east/add", name="X", kind="office")[0] == 422
    assert send(admin, "/manage/units/east/reopen")[0] == 303
    assert unit_of(database, "east-1").closed_at is None


def test_the_company_is_not_changed_here(admin: FlaskClient, company: Company) -> None:
    assert "comes from the settings" in admin.get("/manage/units/company/edit").text
    assert send(admin, "/manage/units/company/edit", name="Other", kind="office")[0] == 422
    assert send(admin, "/manage/units/company/move", parent="east")[0] == 422
    assert send(admin, "/manage/units/company/close")[0] == 422


def test_an_admin_of_one_region_changes_that_one_alone(eastern: FlaskClient, database: Database) -> None:
    assert eastern.get("/manage/units/east-1/edit").status_code == 200
    assert send(eastern, "/manage/units/east-1/edit", name="Mine", kind="office")[0] == 303
    assert send(eastern, "/manage/units/west-1/edit", name="Mine", kind="office")[0] == 404
    assert send(eastern, "/manage/units/west/add", name="Mine", kind="office")[0] == 404
    status, page = send(eastern, "/manage/units/east-1/move", parent="west")
    assert status == 422
    assert "There is no such unit among those you may see." in page
    assert unit_of(database, "west-1").name == "West 1"


def test_hours_are_read_day_by_day_while_they_are_typed(manager: FlaskClient) -> None:
    week = manager.get("/manage/hours?text=дс-жм+09:00-18:00").text
    assert "Monday – Friday" in week
    assert "closed" in week
    wrong = manager.get("/manage/hours?text=<script>")
    assert wrong.status_code == 422
    assert "&lt;script&gt;" in wrong.text
    assert "Понедельник – Пятница".casefold() in manager.get("/manage/hours?lang=ru&text=Mo-Fr+9-18").text.casefold()


def _follow(browser: FlaskClient, address: str) -> str:
    answer = browser.post(address, data={"csrf_token": form_token(browser)}, follow_redirects=True)
    return answer.text
