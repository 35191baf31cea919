"""The gates, tried on made-up pages: who passes, what they see, what is noted."""

import pytest
from flask import Blueprint, Flask
from sqlalchemy import delete, event, select

from app.accounts.models import AuditEntry, Role, StaffGrant
from app.accounts.service import get_user, grant_role
from app.kit.db import Database
from app.organisation.models import Unit
from app.web import access, edge
from app.web.access import Gate
from tests.web.conftest import StoppedClock
from tests.web.staff import Company, email_of, form_token, signed_in

CAST = ("admin", "manager", "analyst")


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Pages of these tests' own hang on it."""
    return own_app


def add_pages(app: Flask, name: str, reading: Gate, writing: Gate | None = None) -> None:
    """Add a page at /name that shows the codes of the units in scope, to look at and to post to."""
    pages = Blueprint(name, __name__)
    access.gate(pages, reading, writing=writing)

    @pages.get(f"/{name}")
    def look() -> str:
        return " ".join(edge.db().scalars(select(Unit.code).where(access.scope().where(Unit.id)).order_by(Unit.code)))

    @pages.post(f"/{name}")
    def change() -> str:
        return look()

    app.register_blueprint(pages)


@pytest.fixture
def pages(app: Flask, company: Company) -> Company:
    """A page behind each kind of gate."""
    add_pages(app, "for-staff", Gate.STAFF, writing=Gate.MANAGER)
    add_pages(app, "for-managers", Gate.MANAGER)
    add_pages(app, "for-admins", Gate.ADMIN)
    add_pages(app, "for-anyone", Gate.PUBLIC)
    add_pages(app, "for-machines", Gate.OPERATIONS)
    return company


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    ("page", "looking", "changing"),
    [
        ("for-staff", (200, 200, 200), (200, 200, 403)),
        ("for-managers", (200, 200, 403), (200, 200, 403)),
        ("for-admins", (200, 403, 403), (200, 403, 403)),
        ("for-anyone", (200, 200, 200), (200, 200, 200)),
        ("for-machines", (200, 200, 200), (200, 200, 200)),
    ],
)
def test_each_gate_lets_its_roles_pass_and_nobody_else(
    app: Flask, page: str, looking: tuple[int, ...], changing: tuple[int, ...]
) -> None:
    browsers = [signed_in(app, name) for name in CAST]
    tokens = [form_token(browser) for browser in browsers]
    assert tuple(browser.get(f"/{page}").status_code for browser in browsers) == looking
    assert tuple(browser.head(f"/{page}").status_code for browser in browsers) == looking
    posts = zip(browsers, tokens, strict=True)
    assert tuple(b.post(f"/{page}", data={"csrf_token": t}).status_code for b, t in posts) == changing


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    ("page", "looking", "changing"),
    [("for-staff", 302, 401), ("for-admins", 302, 401), ("for-anyone", 200, 200), ("for-machines", 200, 200)],
)
def test_without_a_sign_in_staff_pages_lead_to_the_door(app: Flask, page: str, looking: int, changing: int) -> None:
    client = app.test_client()
    assert client.get(f"/{page}").status_code == looking
    assert client.post(f"/{page}").status_code == changing


@pytest.mark.usefixtures("pages")
def test_the_scope_behind_a_gate_is_where_the_role_it_asks_for_holds(
    app: Flask, database: Database, company: Company, clock: StoppedClock
) -> None:
    with database.transaction() as session:
        manager = get_user(session, email_of("manager"))
        grant_role(session, manager, role=Role.ANALYST, unit_id=company.west_office, now=clock.now)
    browser = signed_in(app, "manager")
    assert browser.get("/for-staff").text == "east east-1 west-1"
    assert browser.get("/for-managers").text == "east east-1"
    assert browser.post("/for-staff", data={"csrf_token": form_token(browser)}).text == "east east-1"
    assert signed_in(app, "elsewhere").get("/for-staff").text == "west west-1"
    assert signed_in(app, "admin").get("/for-staff").text == "company east east-1 west west-1"
    assert browser.get("/for-anyone").text == ""


@pytest.mark.usefixtures("pages")
def test_a_role_taken_away_is_gone_at_the_next_request(app: Flask, database: Database) -> None:
    browser = signed_in(app, "manager")
    assert browser.get("/for-staff").status_code == 200
    with database.transaction() as session:
        session.execute(delete(StaffGrant))
    assert browser.get("/for-staff").status_code == 403
    assert browser.get("/manage/account").status_code == 200


@pytest.mark.usefixtures("pages")
def test_a_refusal_at_the_gate_is_noted_though_the_request_is_rolled_back(app: Flask, database: Database) -> None:
    browser = signed_in(app, "analyst")
    browser.post("/for-managers", data={"csrf_token": form_token(browser)})
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "access.refused")).one()
        assert entry.user_id == get_user(session, email_of("analyst")).id
    assert entry.object_id == "POST for-managers.change"


def test_a_blueprint_without_a_gate_opens_to_nobody(app: Flask, company: Company) -> None:
    forgotten = Blueprint("forgotten", __name__)
    forgotten.add_url_rule("/forgotten", "show", lambda: "open")
    app.register_blueprint(forgotten)
    app.testing = False
    assert app.test_client().get("/forgotten").status_code == 500
    assert signed_in(app, "admin").get("/forgotten").status_code == 500


@pytest.mark.usefixtures("pages")
def test_the_gate_asks_the_database_once(app: Flask, database: Database) -> None:
    browser = signed_in(app, "manager")
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    browser.get("/for-staff")
    asked = [statement for statement in statements if "BEGIN" not in statement]
    assert len(asked) == 2  # the gate's, and the page's own
    assert "sign_in" in asked[0]


@pytest.mark.usefixtures("pages")
def test_a_respondents_page_does_not_ask_who_is_there_nor_sets_a_cookie(app: Flask, database: Database) -> None:
    browser = signed_in(app, "manager")
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    answer = browser.get("/for-anyone")
    assert not [statement for statement in statements if "sign_in" in statement]
    assert not answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/manage/", "/manage/"),
        ("/manage/callbacks?tab=mine&x=1", "/manage/callbacks?tab=mine&x=1"),
        ("/manage/отклики", "/manage/отклики"),
        ("/manage?back=https://2gis.kz", "/manage?back=https://2gis.kz"),
        *(
            (text, None)
            for text in (None, "", "manage", "//evil", "///evil", "/\\evil", "\\evil", "/a//b", "https://x")
        ),
        *((text, None) for text in ("/a\nb", "/a\rb", "/\tevil", "/a\x00", " /a", "javascript:x", "/\u2028a")),
    ],
)
def test_a_local_path_is_one_that_no_browser_reads_as_another_site(text: str | None, path: str | None) -> None:
    assert access.local_path(text) == path
