"""Staff from the command line: passwords printed once, errors in words."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.accounts.models import Role
from app.accounts.passwords import password_matches
from app.accounts.service import find_user, get_user, scope_of
from app.factory import create_app
from app.kit.db import Database
from config.settings import Settings
from tests.web.staff import PASSWORD, Company, email_of, make_company, signed_in


@pytest.fixture
def app(database: Database, now: datetime, tmp_path: Path) -> Flask:
    """The application with its commands."""
    settings = Settings(var_dir=tmp_path, database_url=database.url.render_as_string(hide_password=False))
    return create_app(settings, clock=lambda: now, database=database)


@pytest.fixture(autouse=True)
def company(database: Database, now: datetime) -> Company:
    """The cast and its units."""
    with database.transaction() as session:
        return make_company(session, now=now)


def run(app: Flask, *words: str) -> Result:
    """Run `flask user …`."""
    with app.app_context():  # the `flask` program does this
        return app.test_cli_runner().invoke(args=["user", *words])


def printed_password(result: Result) -> str:
    """Return the password, all that is on standard output."""
    found = re.fullmatch(r"Password: ([0-9A-Za-z]{16})\n", result.stdout)
    assert found is not None, result.output
    return found[1]


def test_a_new_person_signs_in_with_the_printed_password(app: Flask, database: Database, company: Company) -> None:
    result = run(app, "add", "New.One@otklik.example", "--role", "manager", "--unit", "east", "--lang", "kk")
    assert result.exit_code == 0
    answer = app.test_client().post(
        "/sign-in", data={"email": "new.one@otklik.example", "password": printed_password(result)}
    )
    assert answer.status_code == 303
    with database.reading() as session:
        user = get_user(session, "new.one@otklik.example")
        assert user.language == "kk"
        assert user.one_time_until is not None
        assert scope_of(session, user.id, Role.MANAGER).unit_ids == {company.east}


def test_without_a_unit_the_role_holds_everywhere(app: Flask, database: Database) -> None:
    run(app, "add", "boss@otklik.example", "--role", "admin")
    with database.reading() as session:
        assert scope_of(session, get_user(session, "boss@otklik.example").id, Role.ADMIN).everything


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "manager@otklik.example", "--role", "admin"), "there is a user with this e-mail"),
        (("add", "new@otklik.example", "--role", "admin", "--unit", "nowhere"), "no unit nowhere"),
        (("add", "not an e-mail", "--role", "admin"), "is not an e-mail address"),
        (("password", "nobody@otklik.example"), "no user has the e-mail"),
        (("off", "nobody@otklik.example"), "no user has the e-mail"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_changed(
    app: Flask, database: Database, words: tuple[str, ...], told: str
) -> None:
    result = run(app, *words)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert told in result.stderr
    with database.reading() as session:
        assert find_user(session, "new@otklik.example") is None


def test_a_reset_prints_a_new_password_and_signs_the_person_out(app: Flask, database: Database) -> None:
    browser = signed_in(app, "manager")
    password = printed_password(run(app, "password", email_of("manager")))
    assert browser.get("/manage/account").status_code == 302
    with database.reading() as session:
        user = get_user(session, email_of("manager"))
        assert password_matches(user.password, password)
        assert not password_matches(user.password, PASSWORD)


def test_a_person_switched_off_is_out_until_switched_on(app: Flask) -> None:
    browser = signed_in(app, "manager")
    assert run(app, "off", email_of("manager")).exit_code == 0
    assert browser.get("/manage/account").status_code == 302
    assert run(app, "on", email_of("manager")).exit_code == 0
    signed_in(app, "manager")


def test_a_second_role_is_added_to_the_first(app: Flask, database: Database, company: Company) -> None:
    assert run(app, "grant", email_of("manager"), "--role", "analyst", "--unit", "west").exit_code == 0
    with database.reading() as session:
        user_id = get_user(session, email_of("manager")).id
        assert scope_of(session, user_id).unit_ids == {company.east, company.west}


def test_an_invitation_prints_its_link_alone_and_the_link_opens(
    app: Flask, database: Database, company: Company
) -> None:
    result = run(app, "invite", "new@otklik.example", "--role", "manager", "--unit", "east", "--lang", "kk")
    assert result.exit_code == 0
    found = re.fullmatch(r"http://localhost:8000(/invitation/[0-9A-Z]{32})\n", result.stdout)
    assert found is not None, result.output
    assert '<html lang="kk">' in app.test_client().get(found[1]).text
    newer = run(app, "link", "new@otklik.example")
    assert app.test_client().get(found[1]).status_code == 404
    assert app.test_client().get(newer.stdout.strip().removeprefix("http://localhost:8000")).status_code == 200
    with database.reading() as session:
        user = get_user(session, "new@otklik.example")
        assert scope_of(session, user.id, Role.MANAGER).unit_ids == {company.east}


def test_a_role_is_taken_again_but_for_the_last(app: Flask, database: Database, company: Company) -> None:
    run(app, "grant", email_of("manager"), "--role", "analyst", "--unit", "west")
    assert run(app, "revoke", email_of("manager"), "--role", "manager", "--unit", "east").exit_code == 0
    with database.reading() as session:
        assert scope_of(session, get_user(session, email_of("manager")).id).unit_ids == {company.west}
    last = run(app, "revoke", email_of("manager"), "--role", "analyst", "--unit", "west")
    assert (last.exit_code, "this is the only role" in last.stderr) == (1, True)
    unknown = run(app, "revoke", email_of("manager"), "--role", "admin")
    assert (unknown.exit_code, "is not admin at Acme" in unknown.stderr) == (1, True)


def test_the_last_administrator_stays(app: Flask) -> None:
    result = run(app, "off", email_of("admin"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nobody else who can sign in administers the company" in result.stderr


def test_everybody_is_listed_as_csv(app: Flask, database: Database, now: datetime) -> None:
    run(app, "invite", "new@otklik.example", "--role", "admin", "--name", "=1+1")
    run(app, "off", email_of("elsewhere"))
    signed_in(app, "manager")
    lines = run(app, "list").stdout.splitlines()
    assert lines == [
        "email,name,state,roles,seen_at",
        "new@otklik.example,'=1+1,invited,admin@company,",
        "admin@otklik.example,admin,active,admin@company,",
        "analyst@otklik.example,analyst,active,analyst@east,",
        "elsewhere@otklik.example,elsewhere,off,manager@west,",
        f"manager@otklik.example,manager,active,manager@east,{now:%Y-%m-%dT%H:%M:%SZ}",
    ]
