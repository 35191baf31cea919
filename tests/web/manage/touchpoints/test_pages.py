"""The pages of codes: what came of each, what it leads to, and what may be done with it."""

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Role
from app.accounts.service import grant_role
from app.kit.db import Database
from app.organisation.closing import close_unit
from app.organisation.employees import add_employee
from app.organisation.models import Unit
from app.touchpoints.models import Touchpoint
from app.touchpoints.opens import count_open
from app.touchpoints.service import add_touchpoint
from tests.web.staff import Company, add_staff, form_token, signed_in

HOME = "/manage/touchpoints"


@pytest.fixture
def code(database: Database, company: Company, now: datetime) -> str:
    """A code in the hall of the east's office, seen three times."""
    with database.transaction() as session:
        added = add_touchpoint(
            session, unit_id=company.east_office, survey_key="office-visit", placement="hall", now=now
        )
        for _ in range(3):
            count_open(session, added.id, now=now)
        return added.code


def _words(page: str) -> str:
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


def _send(browser: FlaskClient, address: str, **form: str) -> tuple[int, str]:
    reply = browser.post(address, data={**form, "csrf_token": form_token(browser)})
    if reply.status_code == 303:
        return 303, _words(browser.get(reply.location).text)
    return reply.status_code, _words(reply.text)


def _stored(database: Database, code: str) -> Touchpoint:
    with database.reading() as session:
        return session.scalars(select(Touchpoint).where(Touchpoint.code == code)).one()


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Touchpoint)) or 0


def test_the_table_tells_where_a_code_is_and_how_often_it_was_seen(manager: FlaskClient, code: str) -> None:
    page = BeautifulSoup(manager.get(HOME).text, "html.parser")
    cells = [" ".join(cell.get_text(" ").split()) for cell in page.select("tbody tr > *")]
    assert cells == [code, "East 1 East", "hall", "Your visit", "4 Mar 2026", "3", "0", "–"]


def test_the_table_keeps_search_order_and_unit_in_its_address(manager: FlaskClient, code: str) -> None:
    page = BeautifulSoup(manager.get(f"{HOME}?q=hall&unit=east&survey=office-visit&sort=-opens").text, "html.parser")
    assert code in page.text
    head = page.select_one("th[aria-sort=descending] a")
    assert head is not None
    for part in ("q=hall", "unit=east", "survey=office-visit", "sort=opens"):
        assert part in str(head["href"])
    assert [field["value"] for field in page.select("input[name=q], input[name=unit]")] == ["hall", "east"]
    assert manager.get(f"{HOME}?unit=west").status_code == 404


def test_empty_tables_say_what_to_do_next(manager: FlaskClient, app: Flask, database: Database, code: str) -> None:
    narrowed = BeautifulSoup(manager.get(f"{HOME}?q=nowhere&unit=east-1").text, "html.parser")
    links = {link.text: link["href"] for link in narrowed.select(".empty a")}
    assert set(links) == {"Look among the withdrawn, too", "Add codes", "Show all"}
    assert links["Add codes"] == f"{HOME}/new?unit=east-1"
    elsewhere = BeautifulSoup(signed_in(app, "elsewhere").get(HOME).text, "html.parser")
    assert [link.text for link in elsewhere.select(".empty a")] == ["Add codes"]
    analyst = BeautifulSoup(signed_in(app, "analyst").get(f"{HOME}?q=nowhere").text, "html.parser")
    assert "Add codes" not in analyst.text


def test_the_codes_come_as_csv_that_no_spreadsheet_computes(
    manager: FlaskClient, database: Database, company: Company, now: datetime, code: str
) -> None:
    with database.transaction() as session:
        session.get_one(Unit, company.east).code = "=1+1"
        region = add_touchpoint(session, unit_id=company.east, survey_key="nps", now=now).code
    rows = list(csv.reader(io.StringIO(manager.get(f"{HOME}/codes.csv").text)))
    assert rows == [
        ["code", "unit", "url"],
        [region, "'=1+1", f"http://localhost:8000/q/{region}"],
        [code, "east-1", f"http://localhost:8000/q/{code}"],
    ]
    assert len(list(csv.reader(io.StringIO(manager.get(f"{HOME}/codes.csv?q=hall").text)))) == 2


def test_the_page_of_a_code_has_its_image_address_poster_and_days(manager: FlaskClient, code: str) -> None:
    page = BeautifulSoup(manager.get(f"{HOME}/{code.lower()}").text, "html.parser")
    image = page.select_one("img.qr")
    assert image is not None
    assert manager.get(str(image["src"])).mimetype == "image/svg+xml"
    assert page.select_one("#address").text == f"http://localhost:8000/q/{code}"  # type: ignore[union-attr]
    poster = page.select_one("form[action$='/poster.pdf']")
    assert poster is not None
    assert [option["value"] for option in poster.select("[name=size] option")] == ["a4", "a5", "a6", "sticker"]
    words = _words(str(page))
    assert "Opened at least 3 times" in words
    assert "0 answers" in words
    assert len(page.select("svg.opens rect")) == 1
    assert f"/manage/responses?touchpoint={code}" in str(page)


def test_the_days_of_the_drawing_add_up_to_the_figures(
    manager: FlaskClient, database: Database, code: str, now: datetime
) -> None:
    with database.transaction() as session:
        touchpoint = session.scalars(select(Touchpoint)).one()
        for days in (1, 29, 30):  # the last one lies before the period
            count_open(session, touchpoint.id, now=now - timedelta(days=days))
    page = BeautifulSoup(manager.get(f"{HOME}/{code}").text, "html.parser")
    assert "Opened at least 5 times" in _words(str(page))
    rows = [[cell.text for cell in row.select("th, td")] for row in page.select("#days ~ details tbody tr")]
    assert rows == [["4 Mar 2026", "3", "0"], ["3 Mar 2026", "1", "0"], ["3 Feb 2026", "1", "0"]]


def test_placements_of_one_unit_stand_side_by_side(
    manager: FlaskClient, database: Database, company: Company, code: str, now: datetime
) -> None:
    with database.transaction() as session:
        till = add_touchpoint(
            session, unit_id=company.east_office, survey_key="office-visit", placement="till", now=now
        ).code
        add_touchpoint(session, unit_id=company.west_office, survey_key="office-visit", placement="west", now=now)
    words = _words(manager.get(f"{HOME}/{code}").text)
    assert f"{code} hall this one Your visit 3 0 {till} till Your visit 0 0" in words
    assert "west" not in words


def test_new_codes_are_told_before_they_are_made_and_a_second_time_none_is_made(
    manager: FlaskClient, database: Database, code: str
) -> None:
    asked = {"unit": "east", "kind": "office", "survey": "office-visit", "placement": "hall", "channel": "visit"}
    page = manager.get(f"{HOME}/new", query_string={**asked, "look": "1"})
    assert "0 codes would be made 1 unit has such a code already; it stays as it is. East 1" in _words(page.text)
    asked["placement"] = "till"
    assert "1 code would be made East 1" in _words(manager.get(f"{HOME}/new", query_string={**asked, "look": "1"}).text)
    assert _count(database) == 1
    status, words = _send(manager, f"{HOME}/new", **asked)
    assert status == 303
    assert "1 code is made." in words
    assert _count(database) == 2
    assert "Nothing had to be made" in _send(manager, f"{HOME}/new", **asked)[1]
    assert _count(database) == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"unit": "west-1"}, "There is no such unit among those you may see."),
        ({"unit": ""}, "Name a unit."),
        ({"survey": "nonsense"}, "Choose a survey."),
        ({"channel": "nonsense"}, "There is no such choice."),
        ({"kind": "desk"}, "There is no open unit of this kind there."),
        ({"placement": "x" * 81}, "in at most 80 plain characters"),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    manager: FlaskClient, database: Database, change: dict[str, str], told: str
) -> None:
    form = {"unit": "east", "kind": "office", "survey": "nps", "placement": "my hall", "channel": "call", **change}
    looked = manager.get(f"{HOME}/new", query_string={**form, "look": "1"})
    assert looked.status_code == 422
    assert told in _words(looked.text)
    reply = manager.post(f"{HOME}/new", data={**form, "csrf_token": form_token(manager)})
    assert reply.status_code == 422
    page = BeautifulSoup(reply.text, "html.parser")
    assert told in _words(str(page))
    assert page.select_one("[name=unit]")["value"] == form["unit"]  # type: ignore[index]
    assert page.select_one("[name=placement]")["value"] == form["placement"]  # type: ignore[index]
    assert _count(database) == 0


def test_new_codes_are_at_first_for_all_that_one_was_granted(
    app: Flask, database: Database, company: Company, now: datetime
) -> None:
    def unit(browser: FlaskClient, **link: str) -> str | None:
        page = BeautifulSoup(browser.get(f"{HOME}/new", query_string=link).text, "html.parser")
        return page.select_one("[name=unit]")["value"]  # type: ignore[index,return-value]

    admin = signed_in(app, "admin")
    assert (unit(admin), unit(signed_in(app, "manager"))) == ("company", "east")
    assert unit(admin, unit="east-1") == "east-1"
    with database.transaction() as session:
        user = add_staff(session, "both", Role.MANAGER, company.east, now=now)
        grant_role(session, user, role=Role.MANAGER, unit_id=company.west_office, now=now)
    assert unit(signed_in(app, "both")) == ""


def test_several_units_of_a_name_are_offered_to_choose_from(manager: FlaskClient, database: Database) -> None:
    form = {"unit": "eas", "survey": "nps", "channel": "visit", "look": "1"}
    page = BeautifulSoup(manager.get(f"{HOME}/new", query_string=form).text, "html.parser")
    assert [choice["value"] for choice in page.select("[name=unit-chosen]")] == ["east", "east-1"]
    chosen = {**form, "unit-sought": "eas", "unit-chosen": "east-1"}
    assert "1 code would be made East 1" in _words(manager.get(f"{HOME}/new", query_string=chosen).text)


def test_a_code_is_pointed_elsewhere_and_the_page_says_who_did_it(
    manager: FlaskClient, database: Database, company: Company, code: str, now: datetime
) -> None:
    with database.transaction() as session:
        add_employee(session, code="e1", name="Aigul", unit_id=company.east_office, now=now)
    form = {"unit": "east-1", "survey": "nps", "placement": "door", "channel": "app", "employee": "e1"}
    status, words = _send(manager, f"{HOME}/{code}/repoint", **form)
    assert status == 303
    stored = _stored(database, code)
    assert (stored.survey_key, stored.placement, stored.channel) == ("nps", "door", "app")
    assert stored.employee_id is not None
    assert stored.updated_at == now
    assert "re-pointed : employee, Your visit → Would you recommend us?, placement, channel · manager" in words


def test_a_code_cannot_be_pointed_out_of_sight(manager: FlaskClient, database: Database, code: str) -> None:
    form = {"survey": "nps", "channel": "visit", "placement": "kept"}
    status, words = _send(manager, f"{HOME}/{code}/repoint", unit="west-1", **form)
    assert status == 422
    assert "There is no such unit among those you may see." in words
    assert _stored(database, code).survey_key == "office-visit"


def test_a_place_that_is_taken_is_told_with_the_code_that_stands_there(
    manager: FlaskClient, database: Database, company: Company, code: str, now: datetime
) -> None:
    with database.transaction() as session:
        other = add_touchpoint(session, unit_id=company.east_office, survey_key="nps", now=now).code
    reply = manager.post(
        f"{HOME}/{code}/repoint",
        data={"unit": "east-1", "survey": "nps", "channel": "visit", "csrf_token": form_token(manager)},
    )
    assert reply.status_code == 409
    assert f"The code {other} already stands there." in _words(reply.text)
    assert _stored(database, code).survey_key == "office-visit"


def test_a_code_is_nobodys_who_works_elsewhere(
    manager: FlaskClient, database: Database, company: Company, code: str, now: datetime
) -> None:
    with database.transaction() as session:
        add_employee(session, code="w1", name="Walt", unit_id=company.west_office, now=now)
        add_employee(session, code="e1", name="Eve", unit_id=company.east, now=now)
    for employee in ("w1", "e1", "nobody", "e1\0"):
        form = {"unit": "east-1", "survey": "nps", "channel": "visit", "employee": employee}
        status, words = _send(manager, f"{HOME}/{code}/repoint", **form)
        assert status == 422
        assert "This employee does not work there." in words
        assert "Walt" not in words


def test_a_closed_unit_gets_no_codes(
    manager: FlaskClient, database: Database, company: Company, code: str, now: datetime
) -> None:
    with database.transaction() as session:
        east = session.get_one(Unit, company.east)
        other = add_touchpoint(session, unit_id=company.west_office, survey_key="nps", now=now)
        other.unit_id = company.east_office
        close_unit(session, session.get_one(Unit, company.east_office), now=now)
        assert east.closed_at is None
    form = {"unit": "east-1", "survey": "ces", "channel": "visit"}
    assert _send(manager, f"{HOME}/new", **form)[0] == 422
    assert _send(manager, f"{HOME}/{code}/repoint", **form)[0] == 303, "one that stands there may ask another thing"


def test_a_code_is_withdrawn_and_taken_back(manager: FlaskClient, app: Flask, database: Database, code: str) -> None:
    assert "Whoever scans it" not in _words(manager.get(f"{HOME}/{code}").text)
    status, words = _send(manager, f"{HOME}/{code}/withdraw")
    assert status == 303
    assert "Withdrawn on 4 Mar 2026, 11:00. Whoever scans it reads that this code is not in use" in words
    page = BeautifulSoup(manager.get(f"{HOME}/{code}").text, "html.parser")
    assert page.select_one("img.qr") is None
    assert app.test_client().get(f"/q/{code}").status_code == 404
    assert code not in manager.get(HOME).text
    assert code in manager.get(f"{HOME}?state=withdrawn").text
    assert "The code is in use again." in _send(manager, f"{HOME}/{code}/restore")[1]
    assert _stored(database, code).revoked_at is None


def test_a_code_whose_place_was_taken_is_not_taken_back(
    manager: FlaskClient, database: Database, company: Company, code: str, now: datetime
) -> None:
    _send(manager, f"{HOME}/{code}/withdraw")
    with database.transaction() as session:
        other = add_touchpoint(
            session, unit_id=company.east_office, survey_key="office-visit", placement="hall", now=now
        ).code
    assert f"The code {other} already stands there." in _send(manager, f"{HOME}/{code}/restore")[1]
    assert _stored(database, code).revoked_at is not None


def test_an_analyst_looks_and_changes_nothing(app: Flask, database: Database, code: str) -> None:
    analyst = signed_in(app, "analyst")
    page = BeautifulSoup(analyst.get(f"{HOME}/{code}").text, "html.parser")
    assert page.select("main form[method=post]") == []
    assert not re.search("repoint|withdraw|/new", str(page.main))
    for address in (f"{HOME}/new", f"{HOME}/{code}/repoint"):
        assert analyst.get(address).status_code == 403
    assert _send(analyst, f"{HOME}/{code}/withdraw")[0] == 403
    assert _stored(database, code).revoked_at is None


def test_who_manages_elsewhere_and_only_reads_here_is_offered_nothing(
    app: Flask, database: Database, company: Company, code: str, now: datetime
) -> None:
    with database.transaction() as session:
        user = add_staff(session, "both", Role.ANALYST, company.east, now=now)
        grant_role(session, user, role=Role.MANAGER, unit_id=company.west, now=now)
    both = signed_in(app, "both")
    page = BeautifulSoup(both.get(f"{HOME}/{code}").text, "html.parser")
    assert page.select("main form[method=post]") == []
    assert both.get(f"{HOME}/{code}/repoint").status_code == 404
    assert _send(both, f"{HOME}/{code}/withdraw")[0] == 404


def test_names_are_text(manager: FlaskClient, database: Database, company: Company, code: str) -> None:
    evil = "<script>alert(1)</script>"
    with database.transaction() as session:
        session.get_one(Unit, company.east_office).name = evil
        session.scalars(select(Touchpoint)).one().placement = evil
    for address in (HOME, f"{HOME}/{code}", f"{HOME}/{code}/repoint"):
        shown = manager.get(address).text
        assert evil not in shown
        assert "&lt;script&gt;" in shown


def test_a_code_to_a_survey_that_is_gone_says_so(manager: FlaskClient, database: Database, code: str) -> None:
    with database.transaction() as session:
        session.scalars(select(Touchpoint)).one().survey_key = "gone"
    assert "There is no survey “gone” any more" in _words(manager.get(f"{HOME}/{code}").text)
    assert code in manager.get(HOME).text
    assert manager.get(f"{HOME}/{code}/repoint").status_code == 200
