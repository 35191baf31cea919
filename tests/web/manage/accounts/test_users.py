"""The pages of users: the table, an invitation, one user, and that a region's administrator stays in the region."""

import re
import threading
import uuid
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Role, SignIn, StaffGrant, StaffUser
from app.accounts.service import get_user, grant_role, scope_of
from app.accounts.sign_ins import begin_sign_in
from app.kit.db import Database
from tests.web.conftest import StoppedClock
from tests.web.staff import Company, add_staff, email_of, form_token, signed_in

USERS = "/manage/users"
_LINK = re.compile(r"http://localhost:8000/invitation/[0-9A-Z]{32}")


@pytest.fixture
def admin(app: Flask, company: Company) -> FlaskClient:
    """The browser of the company's administrator."""
    return signed_in(app, "admin")


@pytest.fixture
def chief(app: Flask, database: Database, company: Company, clock: StoppedClock) -> FlaskClient:
    """The browser of somebody who administers the east alone."""
    with database.transaction() as session:
        add_staff(session, "chief", Role.ADMIN, company.east, now=clock.now)
    return signed_in(app, "chief")


def id_of(database: Database, name: str) -> uuid.UUID:
    """Return the id of one of the cast."""
    with database.reading() as session:
        return get_user(session, email_of(name)).id


def post(browser: FlaskClient, address: str, **form: str) -> TestResponse:
    """Send a form of the users' pages."""
    return browser.post(f"{USERS}{address}", data={"csrf_token": form_token(browser), **form})


def names(answer: TestResponse) -> list[str]:
    """Return the names in the table."""
    page = BeautifulSoup(answer.text, "html.parser")
    return [link.get_text() for link in page.select("table th[scope=row] a")]


def test_the_table_shows_finds_sorts_and_filters(admin: FlaskClient) -> None:
    assert names(admin.get(USERS)) == ["admin", "analyst", "elsewhere", "manager"]
    assert names(admin.get(f"{USERS}?sort=-name&role=manager")) == ["manager", "elsewhere"]
    assert names(admin.get(f"{USERS}?q=analyst@")) == ["analyst"]
    assert names(admin.get(f"{USERS}?unit=east")) == ["analyst", "manager"]
    assert names(admin.get(f"{USERS}?state=off")) == []
    assert "Nobody fits" in admin.get(f"{USERS}?state=off").text


def test_two_who_invite_the_same_person_at_once_are_both_answered(
    admin: FlaskClient, database: Database, company: Company, clock: StoppedClock
) -> None:
    form = {"email": email_of("new"), "role": "analyst", "unit": "east", "csrf_token": form_token(admin)}
    answers: list[TestResponse] = []
    second = threading.Thread(target=lambda: answers.append(admin.post(f"{USERS}/new", data=form)))
    with database.transaction() as session:
        add_staff(session, "new", Role.MANAGER, company.east, now=clock.now)
        second.start()
        second.join(0.5)  # long enough to look for the e-mail, where looking does not wait for us
        assert not answers
    second.join(30)
    assert answers[0].status_code == 422
    assert "There is a user with this e-mail" in answers[0].text


def test_a_unit_may_be_sought_by_its_name(admin: FlaskClient) -> None:
    answer = admin.get(f"{USERS}?unit=West+1&sort=email")
    assert answer.location == f"{USERS}?sort=email&unit=west-1"
    several = admin.get(f"{USERS}?unit=1")
    assert "Which of these do you mean?" in several.text
    assert f'href="{USERS}?unit=east-1"' in several.text
    assert "There is no such unit" in admin.get(f"{USERS}?unit=nowhere").text


@pytest.mark.parametrize("odd", ["?page=9999", "?sort=password", "?role=god&state=x", "?unit=%00", "?q=%25%27%22--"])
def test_odd_addresses_still_show_the_table(admin: FlaskClient, odd: str) -> None:
    assert admin.get(f"{USERS}{odd}").status_code == 200


def test_an_invitation_shows_its_link_once_and_a_text_in_the_persons_language(
    app: Flask, admin: FlaskClient, database: Database, company: Company
) -> None:
    answer = post(
        admin, "/new", email="Aigul@Bank.kz", name="Әйгерім", role="manager", unit="east", language="ru", scope="all"
    )
    assert answer.status_code == 200
    (link,) = set(_LINK.findall(answer.text))
    text = BeautifulSoup(answer.text, "html.parser").find("textarea")
    assert text is not None
    assert text["lang"] == "ru"
    assert link in text.get_text()
    with database.reading() as session:
        user = get_user(session, "aigul@bank.kz")
        assert (user.name, user.language) == ("Әйгерім", "ru")
        assert scope_of(session, user.id, Role.MANAGER).unit_ids == {company.east}
    for page in (USERS, f"{USERS}/{user.id}"):
        shown = admin.get(page).text
        assert link[-32:] not in shown
        assert "The link opens until" in shown
    assert app.test_client().get(link).status_code == 200


def test_the_host_that_was_asked_does_not_shape_the_link(admin: FlaskClient) -> None:
    token = form_token(admin)
    form = {"csrf_token": token, "email": "a@x.kz", "role": "analyst", "unit": "east", "language": "en"}
    answer = admin.post(f"{USERS}/new", data=form, headers={"X-Forwarded-Host": "evil.example"})
    assert _LINK.search(answer.text)
    assert "evil" not in answer.text
    other = admin.post(f"{USERS}/new", data=form | {"email": "b@x.kz"}, headers={"Host": "evil.example"})
    assert other.status_code in (302, 401)  # another host, so none of our cookies


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"email": "nobody"}, "This is not an e-mail address."),
        ({"email": "MANAGER@otklik.example"}, "There is a user with this e-mail already."),
        ({"unit": ""}, "Name a unit."),
        ({"unit": "nowhere"}, "There is no such unit"),
        ({"unit": "1"}, "Which of these do you mean?"),
        ({"role": "god"}, "Choose a role."),
        ({"email": "x@y.kz\r\nBcc: z@y.kz"}, "This is not an e-mail address."),
    ],
)
def test_a_refused_invitation_keeps_what_was_typed(admin: FlaskClient, form: dict[str, str], words: str) -> None:
    typed = {"email": "new@x.kz", "name": "Typed <b>", "role": "analyst", "unit": "east", "language": "kk"} | form
    answer = post(admin, "/new", **typed)
    assert answer.status_code == 422
    assert words in answer.text
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("#name")["value"] == "Typed <b>"  # type: ignore[index]
    assert page.select_one("option[selected]")["value"] == "kk"  # type: ignore[index]
    assert page.select_one("[aria-invalid]") or "role" in form


def test_a_unit_that_was_asked_back_about_is_chosen(admin: FlaskClient, database: Database, company: Company) -> None:
    form = {"email": "new@x.kz", "role": "analyst", "unit": "1", "unit-sought": "1", "unit-chosen": "west-1"}
    assert post(admin, "/new", **form).status_code == 200
    with database.reading() as session:
        assert scope_of(session, get_user(session, "new@x.kz").id).unit_ids == {company.west_office}


def test_a_role_is_given_and_taken_on_the_users_page(admin: FlaskClient, database: Database, company: Company) -> None:
    user_id = id_of(database, "manager")
    assert post(admin, f"/{user_id}/roles", role="analyst", unit="West 1").status_code == 303
    page = admin.get(f"{USERS}/{user_id}").text
    assert "Role given: Analyst, West 1" in page
    with database.reading() as session:
        assert scope_of(session, user_id).unit_ids == {company.east, company.west_office}
        held = session.scalars(
            select(StaffGrant.id).where(StaffGrant.user_id == user_id, StaffGrant.role == Role.MANAGER)
        ).one()
    assert post(admin, f"/{user_id}/roles/{held}/revoke").status_code == 303
    with database.reading() as session:
        assert scope_of(session, user_id).unit_ids == {company.west_office}
        last = session.scalars(select(StaffGrant.id).where(StaffGrant.user_id == user_id)).one()
    refused = post(admin, f"/{user_id}/roles/{last}/revoke")
    assert refused.status_code == 409
    assert "This is the only role." in refused.text


def test_a_role_without_a_unit_is_asked_for_again(admin: FlaskClient, database: Database) -> None:
    answer = post(admin, f"/{id_of(database, 'manager')}/roles", role="analyst", unit="1")
    assert answer.status_code == 422
    assert 'value="analyst" checked' in answer.text
    assert 'name="unit-chosen" value="west-1"' in answer.text


def test_a_name_is_changed_or_asked_for_again(admin: FlaskClient, database: Database) -> None:
    user_id = id_of(database, "manager")
    assert post(admin, f"/{user_id}/name", name=" <i>Aigul</i> ", language="kk").status_code == 303
    page = admin.get(f"{USERS}/{user_id}").text
    assert "&lt;i&gt;Aigul&lt;/i&gt;" in page
    assert "<i>" not in page
    refused = post(admin, f"/{user_id}/name", name=" ", language="kk")
    assert refused.status_code == 422
    assert "Write the name" in refused.text


def test_switching_off_signs_out_at_once_and_switching_on_does_not_sign_in(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    manager, user_id = signed_in(app, "manager"), id_of(database, "manager")
    assert post(admin, f"/{user_id}/off").status_code == 303
    assert manager.get("/manage/").status_code == 302
    assert "This person is switched off" in admin.get(f"{USERS}/{user_id}").text
    assert post(admin, f"/{user_id}/link").status_code == 409
    assert post(admin, f"/{user_id}/on").status_code == 303
    assert manager.get("/manage/").status_code == 302
    assert signed_in(app, "manager").get("/manage/").status_code == 200


def test_sign_ins_of_a_user_are_listed_and_ended(app: Flask, admin: FlaskClient, database: Database) -> None:
    phone, desk = signed_in(app, "manager"), signed_in(app, "manager")
    user_id = id_of(database, "manager")
    page = admin.get(f"{USERS}/{user_id}").text
    endings = re.findall(r"/sign-ins/([0-9a-f-]{36})/end", page)
    assert len(endings) == 2
    assert post(admin, f"/{user_id}/sign-ins/{endings[0]}/end").status_code == 303
    assert sorted(browser.get("/manage/").status_code for browser in (phone, desk)) == [200, 302]
    assert post(admin, f"/{user_id}/sign-ins/end").status_code == 303
    assert [browser.get("/manage/").status_code for browser in (phone, desk)] == [302, 302]
    with database.reading() as session:
        foreign = session.scalars(select(SignIn.id).where(SignIn.user_id == id_of(database, "admin"))).first()
    assert post(admin, f"/{user_id}/sign-ins/{foreign}/end").status_code == 404
    assert admin.get("/manage/").status_code == 200


def test_an_administrator_keeps_their_own_role_and_this_device(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    user_id, other = id_of(database, "admin"), signed_in(app, "admin")
    page = admin.get(f"{USERS}/{user_id}").text
    assert "Switch off" not in page
    assert "Take away" not in page
    assert post(admin, f"/{user_id}/off").status_code == 409
    assert post(admin, f"/{user_id}/sign-ins/end").status_code == 303
    assert other.get("/manage/").status_code == 302
    assert admin.get(USERS).status_code == 200


def test_the_last_administrator_is_told_why_he_stays(
    admin: FlaskClient, database: Database, company: Company, clock: StoppedClock
) -> None:
    with database.transaction() as session:
        grant_role(
            session, get_user(session, email_of("admin")), role=Role.ANALYST, unit_id=company.root, now=clock.now
        )
        session.flush()
        held = session.scalars(select(StaffGrant.id).where(StaffGrant.role == Role.ADMIN)).one()
    answer = post(admin, f"/{id_of(database, 'admin')}/roles/{held}/revoke")
    assert answer.status_code == 409
    assert "This is your own account." in answer.text


def test_a_password_made_for_somebody_is_told(
    admin: FlaskClient, database: Database, company: Company, clock: StoppedClock
) -> None:
    with database.transaction() as session:
        user = add_staff(session, "late", Role.MANAGER, company.east, now=clock.now)
        user.one_time_until = clock.now + timedelta(days=7)
        session.get_one(StaffUser, user.id).demo = True
    page = admin.get(f"{USERS}?q=late").text
    assert "Has not yet chosen a password; the one made for them works until 11 Mar 2026" in page
    assert "Demo" in page
    clock.move(days=8)
    admin.post("/sign-in", data={"email": email_of("admin"), "password": "four words of chalk"})
    assert "works no more" in admin.get(f"{USERS}?q=late").text


def test_a_regions_administrator_sees_and_touches_the_region_alone(
    chief: FlaskClient, database: Database, company: Company, clock: StoppedClock
) -> None:
    assert names(chief.get(USERS)) == ["analyst", "chief", "manager"]
    with database.transaction() as session:
        elsewhere = get_user(session, email_of("elsewhere"))
        begin_sign_in(session, elsewhere, address="", user_agent="", lasts=timedelta(hours=1), now=clock.now)
        session.flush()
        sign_in = session.scalars(select(SignIn.id).where(SignIn.user_id == elsewhere.id)).one()
        held = session.scalars(select(StaffGrant.id).where(StaffGrant.user_id == elsewhere.id)).one()
    for name in ("admin", "elsewhere"):
        foreign = f"/{id_of(database, name)}"
        assert chief.get(f"{USERS}{foreign}").status_code == 404
        attempts = [
            (f"{foreign}/name", {"name": "x"}),
            (f"{foreign}/roles", {"role": "analyst", "unit": "east"}),
            (f"{foreign}/roles", {}),
            (f"{foreign}/roles/{held}/revoke", {}),
            (f"{foreign}/link", {}),
            (f"{foreign}/off", {}),
            (f"{foreign}/on", {}),
            (f"{foreign}/sign-ins/end", {}),
            (f"{foreign}/sign-ins/{sign_in}/end", {}),
        ]
        assert [post(chief, address, **form).status_code for address, form in attempts] == [404] * len(attempts)
    with database.reading() as session:
        assert session.get_one(SignIn, sign_in).ended_at is None


@pytest.mark.parametrize("unit", ["company", "west", "west-1", "Acme", "West 1"])
def test_a_regions_administrator_gives_no_role_above_or_beside_the_region(
    chief: FlaskClient, database: Database, unit: str
) -> None:
    form = {"role": "admin", "unit": unit, "unit-sought": unit, "unit-chosen": "company"}
    for name in ("chief", "manager"):
        user_id = id_of(database, name)
        assert post(chief, f"/{user_id}/roles", **form).status_code == 422
        with database.reading() as session:
            assert not scope_of(session, user_id).everything
    answer = post(chief, "/new", email="mole@x.kz", **form)
    assert answer.status_code == 422
    assert "There is no such unit among those you may see." in answer.text


def test_a_regions_administrator_works_within_it(chief: FlaskClient, database: Database, company: Company) -> None:
    assert post(chief, "/new", email="clerk@x.kz", role="manager", unit="east-1", language="kk").status_code == 200
    user_id = id_of(database, "manager")
    assert post(chief, f"/{user_id}/roles", role="admin", unit="East").status_code == 303
    assert post(chief, f"/{user_id}/off").status_code == 303
    with database.reading() as session:
        assert scope_of(session, user_id, Role.ADMIN).unit_ids == {company.east}


def test_a_role_outside_takes_a_user_out_of_the_regions_hands(
    chief: FlaskClient, database: Database, company: Company, clock: StoppedClock
) -> None:
    user_id = id_of(database, "manager")
    assert chief.get(f"{USERS}/{user_id}").status_code == 200
    with database.transaction() as session:
        grant_role(session, session.get_one(StaffUser, user_id), role=Role.ANALYST, unit_id=company.west, now=clock.now)
    assert chief.get(f"{USERS}/{user_id}").status_code == 404
    assert post(chief, f"/{user_id}/off").status_code == 404
    assert "manager" not in names(chief.get(USERS))


@pytest.mark.parametrize("state", ["active", "off"])
def test_every_form_of_the_page_leads_to_a_door(
    app: Flask, admin: FlaskClient, database: Database, company: Company, clock: StoppedClock, *, state: str
) -> None:
    signed_in(app, "manager")
    with database.transaction() as session:
        manager = get_user(session, email_of("manager"))
        grant_role(session, manager, role=Role.ANALYST, unit_id=company.west, now=clock.now)
        manager.active = state == "active"
        user_id = manager.id
    page = BeautifulSoup(admin.get(f"{USERS}/{user_id}").text, "html.parser")
    doors = app.url_map.bind("localhost")
    found = {doors.match(str(form["action"]), method="POST")[0] for form in page.select("main form[method=post]")}
    always = {"grant", "revoke", "rename", "end_one", "end_all"}
    expected = always | ({"turn_off", "renew_link"} if state == "active" else {"turn_on"})
    assert found == {f"user_editing.{name}" for name in expected}
