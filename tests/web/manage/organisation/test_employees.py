"""The pages of employees."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import AuditEntry, Role
from app.kit.db import Database
from app.organisation.employees import add_employee, get_employee
from tests.web.staff import Company, add_staff, form_token, signed_in


@pytest.fixture
def people(database: Database, company: Company, now: datetime) -> None:
    """One in each region; the east's has left."""
    with database.transaction() as session:
        add_employee(session, code="E1", name="Айгүл Серікова", unit_id=company.east_office, active=False, now=now)
        add_employee(session, code="W/1", name="Борис", unit_id=company.west_office, now=now)


@pytest.fixture
def admin(app: Flask, company: Company) -> FlaskClient:
    """The browser of the company's admin."""
    return signed_in(app, "admin")


def send(browser: FlaskClient, door: str, **form: str) -> tuple[int, str]:
    answer = browser.post(door, data={**form, "csrf_token": form_token(browser)})
    return answer.status_code, answer.text


@pytest.mark.usefixtures("people")
def test_the_list_is_narrowed_to_units_words_and_state(admin: FlaskClient, manager: FlaskClient) -> None:
    def names(browser: FlaskClient, query: str) -> set[str]:
        page = browser.get(f"/manage/employees{query}").text
        return {name for name in ("Айгүл", "Борис") if name in page}

    assert names(admin, "") == {"Айгүл", "Борис"}
    assert names(manager, "") == {"Айгүл"}
    assert names(admin, "?q=АЙГҮЛ") == {"Айгүл"}
    assert names(admin, "?unit=west") == {"Борис"}
    assert names(admin, "?active=yes&sort=-code") == {"Борис"}
    assert "Nobody fits" in manager.get("/manage/employees?q=борис").text
    assert names(manager, "?unit=west") == {"Айгүл"}  # a unit that one may not know of narrows nothing
    assert manager.get("/manage/employees/W%2F1").status_code == 404
    assert "West 1" in admin.get("/manage/employees/W%2F1").text


def test_an_employee_is_added_with_a_code_given_or_made(
    admin: FlaskClient, database: Database, company: Company
) -> None:
    assert "No employees yet" in admin.get("/manage/employees").text
    assert send(admin, "/manage/employees/new", name="Әсел", unit="east-1", code=" 17 ")[0] == 303
    with database.reading() as session:
        assert get_employee(session, "17").unit_id == company.east_office
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "employee.added")).one()
    assert send(admin, "/manage/employees/new", name="Әсел", unit="East 1")[0] == 303

    status, page = send(admin, "/manage/employees/new", name="Again", unit="east-1", code="17")
    assert status == 422
    assert "Somebody else has this code already." in page
    assert 'value="Again"' in page
    status, page = send(admin, "/manage/employees/new", name="Again", unit="1")
    assert status == 422
    assert "Which of these do you mean?" in page
    assert 'value="Again"' in page


@pytest.mark.usefixtures("people")
def test_an_employee_moves_and_leaves(admin: FlaskClient, database: Database, company: Company) -> None:
    assert send(admin, "/manage/employees/W%2F1/edit", name="Борис Б.", unit="east-1")[0] == 303
    with database.reading() as session:
        employee = get_employee(session, "W/1")
    assert (employee.name, employee.unit_id, employee.active) == ("Борис Б.", company.east_office, False)
    status, page = send(admin, "/manage/employees/E1/edit", name="", unit="east-1", active="yes")
    assert status == 422
    assert "A name is needed." in page


@pytest.mark.usefixtures("people")
def test_an_admin_of_one_region_neither_takes_nor_gives_employees_elsewhere(
    app: Flask, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        add_staff(session, "eastern", Role.ADMIN, company.east, now=now)
    eastern = signed_in(app, "eastern")

    assert send(eastern, "/manage/employees/W%2F1/edit", name="Mine", unit="east-1")[0] == 404
    assert send(eastern, "/manage/employees/E1/edit", name="Theirs", unit="west-1")[0] == 422
    assert send(eastern, "/manage/employees/new", name="Theirs", unit="west-1")[0] == 422
    assert "Import from a file" not in eastern.get("/manage/employees").text
