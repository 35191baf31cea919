"""How the staff pages are for everybody: every address behind a sign-in, in each language, narrow, middling and wide.

The pages are walked over the URL map with the demo company in them, so a new page is looked at without being named.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.serving import make_server

from app.accounts.models import Role, SignIn, StaffUser
from app.accounts.service import add_user
from app.callbacks.models import CallbackCase
from app.demo.service import create_demo
from app.factory import create_app
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.schema import upgrade_database
from app.organisation.models import Employee, Unit, UnitKind
from app.organisation.service import get_company
from app.responses.models import SurveyResponse
from app.surveys.loader import load_surveys
from app.surveys.service import store_versions
from app.touchpoints.models import Touchpoint
from app.web import edge
from app.web.access import Gate, find_lock
from config.settings import ROOT, Settings
from tests.conftest import NOW
from tests.journeys.conftest import Visitor, in_background

pytestmark = pytest.mark.browser

E_MAIL, PASSWORD = "admin@otklik.example", "four words of chalk"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 768, 1280)
# Nothing on a page may move once it is seen; what is left is rounding.
STILL = 0.01
_SHIFTS = """() => new Promise(done => {
  let sum = 0;
  const add = list => { for (const entry of list) if (!entry.hadRecentInput) sum += entry.value };
  const observer = new PerformanceObserver(list => add(list.getEntries()));
  observer.observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => { add(observer.takeRecords()); done(sum) }));
})"""
# A day's field takes four stops, whose marks the browser draws inside it; a group of radio buttons takes one.
_FOCUSABLE = """() => [...document.querySelectorAll(
  'a[href], button:enabled, input:enabled:not([type=hidden]), select:enabled, textarea:enabled, summary, [tabindex="0"]'
)].filter(it => it.checkVisibility({visibilityProperty: true}) && (it.type !== 'radio' || it.checked))
  .map(it => it.type === 'date' ? 4 : 1)"""
_FOCUSED = """() => {
  const it = document.activeElement, box = it.getBoundingClientRect();
  const shown = getComputedStyle(it).outlineStyle !== 'none' || it.type === 'date' || it === document.body;
  return [`${it.tagName} ${it.innerText} ${box.x} ${box.y + scrollY}`, shown];
}"""
# Longer lists go on as they began.
MOST_STOPS = 80


@dataclass(frozen=True)
class Office:
    """The served application with the demo company; `pages` are the addresses of all staff pages."""

    address: str
    pages: tuple[str, ...]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    directory = tmp_path_factory.mktemp("office")
    database = Database(f"sqlite:///{directory / 'otklik.db'}")
    upgrade_database(database)
    settings = Settings.model_validate({"var_dir": directory / "var", "company_name": "Made-up Telecom"})
    app = create_app(settings, clock=lambda: NOW, database=database)
    wired: edge.Wiring = app.extensions["otklik"]
    with database.transaction() as session:
        store_versions(session, load_surveys(ROOT / "surveys"), now=NOW)
        create_demo(session, wired.desk, wired.surveys, now=NOW)
        add_user(session, email=E_MAIL, password=PASSWORD, role=Role.ADMIN, unit_id=get_company(session).id, now=NOW)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with in_background(server.serve_forever, server.shutdown):
        with database.reading() as session:
            pages = tuple(_pages(app, session))
        yield Office(f"http://127.0.0.1:{server.server_port}", pages)
    server.server_close()
    database.dispose()


@pytest.mark.parametrize("language", list(Language))
def test_no_page_has_a_barrier_scrolls_sideways_or_moves(office: Office, visitor: Visitor, language: Language) -> None:
    page, wrong = _enter(office, visitor, language), []
    for address in _html_pages(office, page):
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        page.goto(office.address + address)
        if page.evaluate(_SHIFTS) > STILL:
            wrong.append(f"{address}: something on it moves")
        for block in page.locator("details:not(.menu)").all():
            block.evaluate("it => { it.open = true }")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{address}: scrolls sideways at {width}")
            results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
            if results.violations_count:
                wrong.append(f"{address} at {width}: {results.generate_report()}")
        if page.locator("html").get_attribute("lang") != language:
            wrong.append(f"{address}: not in {language}")
    assert not wrong, "\n".join(wrong)


def test_no_page_has_a_barrier_by_night(office: Office, visitor: Visitor) -> None:
    page, wrong = _enter(office, visitor, Language.RU, color_scheme="dark"), []
    for address in _html_pages(office, page):
        page.goto(office.address + address)
        results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        if results.violations_count:
            wrong.append(f"{address}: {results.generate_report()}")
    assert not wrong, "\n".join(wrong)


def test_the_keyboard_reaches_everything_and_shows_where_it_is(office: Office, visitor: Visitor) -> None:
    page, wrong = _enter(office, visitor, Language.EN, viewport={"width": 1280, "height": 800}), []
    for address in _html_pages(office, page):
        page.goto(office.address + address)
        stops = page.evaluate(_FOCUSABLE)[:MOST_STOPS]
        seen: set[str] = set()
        for _ in range(sum(stops)):
            page.keyboard.press("Tab")
            where, shown = page.evaluate(_FOCUSED)
            seen.add(where)
            if not shown:
                wrong.append(f"{address}: nothing shows that {where} has the focus")
        if len(seen) < len(stops):
            wrong.append(f"{address}: {len(seen)} of {len(stops)} are reached")
    assert not wrong, "\n".join(wrong)


def _enter(office: Office, visitor: Visitor, language: Language, **options: Any) -> Page:
    """Sign the admin in, with the language chosen as people choose it."""
    page = visitor.page(provoked=(404, 422), locale=language, **options)
    page.goto(f"{office.address}/sign-in?lang={language}")
    page.locator("input[name=email]").fill(E_MAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/manage/**")
    page.locator("details.menu").last.locator("summary").click()
    page.locator(f"button[name=language][value={language}]").click()
    page.wait_for_load_state()
    return page


def _html_pages(office: Office, page: Page) -> Iterator[str]:
    """Yield the addresses that answer with a page; images, tables and documents to keep are left out."""
    for address in office.pages:
        found = page.request.get(office.address + address, max_redirects=0)
        assert found.status in (200, 302, 303), f"{address}: {found.status}"
        if found.status == 200 and found.headers["content-type"].startswith("text/html"):
            yield address


def _pages(app: Flask, session: Session) -> Iterator[str]:
    filled = _arguments(session)
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            lock = find_lock(app, rule.endpoint)
            if lock is None or lock.reading in (Gate.PUBLIC, Gate.OPERATIONS) or "GET" not in (rule.methods or ()):
                continue
            yield app.url_for(rule.endpoint, **_fill(rule, filled))


def _fill(rule: Rule, filled: Mapping[tuple[str, str], object]) -> dict[str, Any]:
    """Return an example for each argument of the route: by the section of its address, else by its name alone."""
    section = rule.rule.removeprefix("/manage").split("/")[1]
    return {name: filled.get((section, name)) or filled["", name] for name in rule.arguments}


def _arguments(session: Session) -> dict[tuple[str, str], object]:
    def one(statement: object) -> object:
        return session.scalars(statement).first()  # type: ignore[call-overload]

    office = one(select(Unit.code).where(Unit.kind == UnitKind.OFFICE).order_by(Unit.code))
    return {
        ("", "code"): office,
        ("touchpoints", "code"): one(select(Touchpoint.code).order_by(Touchpoint.code)),
        ("employees", "code"): one(select(Employee.code).order_by(Employee.code)),
        ("", "response_id"): one(select(SurveyResponse.id).order_by(SurveyResponse.id)),
        ("", "case_id"): one(select(CallbackCase.id).order_by(CallbackCase.id)),
        ("", "user_id"): one(select(StaffUser.id).where(StaffUser.email == E_MAIL)),
        ("", "sign_in_id"): one(select(SignIn.id)) or uuid.uuid4(),
        ("", "key"): "office-visit",
    }
