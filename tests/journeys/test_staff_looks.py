"""How the staff pages are for everybody: every address behind a sign-in, in each language, narrow, middling and wide.

The pages are walked over the URL map with the demo company in them, so a new page is looked at without being named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.serving import make_server

from app.accounts.administration import invite_user
from app.accounts.models import Role, StaffUser
from app.accounts.one_time_codes import begin_codes
from app.accounts.scope import EVERYTHING
from app.accounts.service import add_user
from app.analytics.events.models import TimeLineEvent
from app.callbacks.escalation.models import Duty
from app.callbacks.improvements.finding import find_wishes
from app.callbacks.improvements.models import Improvement, Wish, WishState
from app.callbacks.models import CallbackCase
from app.demo.service import create_demo
from app.factory import create_app
from app.imports.drafts import DraftOptions, keep_draft
from app.imports.models import DraftKind, ImportDraft
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.schema import upgrade_database
from app.messaging.models import Message
from app.organisation.models import Employee, Unit, UnitKind
from app.organisation.service import get_company
from app.responses.models import SurveyResponse
from app.responses.reading.models import CoachingItem
from app.responses.topics.sorting import sort_responses
from app.surveys.loader import load_surveys
from app.surveys.service import store_versions
from app.touchpoints.models import Touchpoint
from app.web import edge
from app.web.access import Gate, find_lock
from app.webhooks.models import WebhookEndpoint
from app.webhooks.service import add_endpoint
from config.settings import ROOT, Settings
from tests.conftest import NOW
from tests.journeys.axe import find_barriers
from tests.journeys.conftest import Visitor, in_background

pytestmark = pytest.mark.browser

E_MAIL, PASSWORD = "admin@otklik.example", "four words of chalk"
WIDTHS = (320, 768, 1280)
# Nothing on a page may move once it is seen; what is left is rounding.
STILL = 0.01
# All that a page is asked in one language, in one message: how far it moved, and its language; then it is unfolded.
_ARRIVED = """() => new Promise(done => {
  let sum = 0;
  const add = list => { for (const entry of list) if (!entry.hadRecentInput) sum += entry.value };
  const observer = new PerformanceObserver(list => add(list.getEntries()));
  observer.observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => {
    add(observer.takeRecords());
    for (const block of document.querySelectorAll('details:not(.menu)')) block.open = true;
    done([sum, document.documentElement.lang]);
  }));
})"""
# A day's field takes four stops, whose marks the browser draws inside it; a group of radio buttons takes one.
_FOCUSABLE = """() => [...document.querySelectorAll(
  'a[href], button:enabled, input:enabled:not([type=hidden]), select:enabled, textarea:enabled, summary, iframe,'
  + '[tabindex="0"]'
)].filter(it => it.checkVisibility({visibilityProperty: true}) && it.tabIndex >= 0)
  .filter(it => it.type !== 'radio' || it.checked)
  .map(it => ['date', 'time'].includes(it.type) ? 4 : it.type === 'month' ? 3 : it.tagName === 'IFRAME' ? 20 : 1)"""
# Writes down, while somebody walks with Tab, what gets the focus and what of it does not show that it has it.
_WATCH = """() => {
  const reached = window.reached = new Set(), unseen = window.unseen = [];
  const note = it => {
    const inside = ['date', 'time', 'month'].includes(it.type);
    reached.add(it);
    if (!inside && getComputedStyle(it).outlineStyle === 'none') unseen.push(`${it.tagName} ${it.innerText}`);
  };
  if (document.activeElement !== document.body) note(document.activeElement);
  addEventListener('focusin', event => note(event.target), true);
  // The focus goes into a frame without a word to the page around it.
  addEventListener('blur', () => {
    if (document.activeElement?.tagName === 'IFRAME') reached.add(document.activeElement);
  });
}"""
_REACHED = "() => [window.reached.size, window.unseen]"
# A file with a row to take in and one that is refused.
FILES = {
    DraftKind.UNITS: "name,parent,hours\nOrda,Almaty,Mo-Fr 09:00-18:00\n,Almaty,at noon\n",
    DraftKind.EMPLOYEES: "code,name,unit\ne-1,Made Up,company\ne-2,Nowhere,no-such-unit\n",
    DraftKind.RESPONSES: "rating,answered_at,unit\n5,2026-03-01,company\n9,2026-03-01,company\n",
}
# Longer lists go on as they began.
MOST_STOPS = 80


# What pages fetch to show in place, files of posters, and an address that leads on: no pages.
_FRAGMENTS = {
    "units.show_below",
    "units.show_hours",
    "posters.download",
    "posters.show_progress",
    "callbacks.show_changes",
    "callbacks.show_rows",
    "figures.go_to_first",
}
# Images, tables and documents.
_NO_PAGE = (".csv", ".pdf", ".png", ".svg", ".xlsx", ".zip")


@dataclass(frozen=True)
class Office:
    """The served application with the demo company; `pages` are all staff pages, `doors` what lies before a sign-in."""

    address: str
    doors: tuple[str, ...]
    pages: tuple[str, ...]
    # Those of them that are pages for people, once they have been asked for.
    seen: list[str] = field(default_factory=list)


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
        root = get_company(session).id
        admin = add_user(session, email=E_MAIL, password=PASSWORD, role=Role.ADMIN, unit_id=root, now=NOW)
        begin_codes(session, admin.id, vault=wired.vault, now=NOW)  # so that there is a secret to show
        _ask_for_chairs(session, wired)
        sort_responses(session, wired.topics.classifier, now=NOW, limit=10_000)
        for kind, content in FILES.items():
            keep_draft(
                session,
                user_id=admin.id,
                kind=kind,
                name=f"{kind}.csv",
                content=content.encode(),
                options=DraftOptions(mapping={}, kind="office", parent_kind="city"),
                now=NOW,
            )
        add_endpoint(
            session,
            vault=wired.vault,
            url="https://crm.example/hooks/otklik",
            description="The CRM",
            events=["case.opened"],
            allow_local=False,
            user_id=admin.id,
            now=NOW,
        )
        _, token = invite_user(
            session,
            email="invited@otklik.example",
            name="Invited",
            role=Role.MANAGER,
            unit_id=root,
            language=None,
            scope=EVERYTHING,
            by=admin.id,
            now=NOW,
        )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with in_background(server.serve_forever, server.shutdown):
        with database.reading() as session:
            pages = tuple(_pages(app, session))
        doors = ("/", "/sign-in", f"/invitation/{token}", "/invitation/none")
        yield Office(f"http://127.0.0.1:{server.server_port}", doors, pages)
    server.server_close()
    database.dispose()


@pytest.mark.parametrize("language", list(Language))
def test_no_page_has_a_barrier_by_day_or_night_scrolls_sideways_or_moves(
    office: Office, visitor: Visitor, language: Language
) -> None:
    page, wrong = visitor.page(provoked=(404, 422), locale=language), []
    for address in chain(office.doors, _entered(office, page, language)):
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        page.goto(office.address + address)
        moved, spoken = page.evaluate(_ARRIVED)
        if moved > STILL:
            wrong.append(f"{address}: something on it moves")
        if spoken != language:
            wrong.append(f"{address}: not in {language}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{address}: scrolls sideways at {width}")
            # What axe looks at is the same in every language; where words are long, pages scroll.
            if language is Language.RU and width == WIDTHS[0]:
                wrong += [f"{address} at {width}: {barrier}" for barrier in find_barriers(page)]
            if language is Language.RU and width == WIDTHS[-1]:
                wrong += [f"{address} at {width} by night: {barrier}" for barrier in _find_barriers_by_night(page)]
    assert not wrong, "\n".join(wrong)


def test_the_reference_of_the_api_has_no_barrier_by_night(office: Office, visitor: Visitor) -> None:
    page = visitor.page()  # it speaks English to everybody
    page.goto(office.address + "/api/docs")
    assert not _find_barriers_by_night(page)


def _find_barriers_by_night(page: Page) -> list[str]:
    """Return what is wrong with the page as it stands, in its dark colours."""
    page.emulate_media(color_scheme="dark")
    found = find_barriers(page)
    page.emulate_media(color_scheme="light")
    return found


def test_the_keyboard_reaches_everything_and_shows_where_it_is(office: Office, visitor: Visitor) -> None:
    page, wrong = visitor.page(provoked=(404,), viewport={"width": 1280, "height": 800}), []
    for address in chain(office.doors, _entered(office, page, Language.EN)):
        page.goto(office.address + address)
        stops = page.evaluate(_FOCUSABLE)[:MOST_STOPS]
        page.evaluate(_WATCH)
        for _ in range(sum(stops)):
            page.keyboard.press("Tab")
        reached, unseen = page.evaluate(_REACHED)
        wrong += [f"{address}: nothing shows that {it} has the focus" for it in unseen]
        if reached < len(stops):
            wrong.append(f"{address}: {reached} of {len(stops)} are reached")
    assert not wrong, "\n".join(wrong)


def _entered(office: Office, page: Page, language: Language) -> Iterator[str]:
    """Sign the admin in, choose the language as people do, and yield the addresses that answer with a page."""
    page.goto(f"{office.address}/sign-in?lang={language}")
    page.locator("input[name=email]").fill(E_MAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button").first.click()
    page.wait_for_url("**/manage/**")
    page.locator("details.menu").last.locator("summary").click()
    page.locator(f"button[name=language][value={language}]").click()
    page.wait_for_load_state()
    if not office.seen:
        for address in office.pages:
            found = page.request.get(office.address + address, max_redirects=0)
            assert found.status == 200, f"{address}: {found.status}"
            if found.headers["content-type"].startswith("text/html"):  # a download may have no suffix
                office.seen.append(address)
    yield from office.seen


def _pages(app: Flask, session: Session) -> Iterator[str]:
    filled = _arguments(session)
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            lock = find_lock(app, rule.endpoint)
            if (
                lock is None
                or lock.reading in (Gate.PUBLIC, Gate.OPERATIONS, Gate.API)
                or "GET" not in (rule.methods or ())
            ):
                continue
            if rule.endpoint in _FRAGMENTS or rule.rule.endswith(_NO_PAGE):
                continue
            yield app.url_for(rule.endpoint, **_fill(rule, filled))


def _fill(rule: Rule, filled: Mapping[tuple[str, str], object]) -> dict[str, Any]:
    """Return an example for each argument of the route: by the section of its address, else by its name alone."""
    section = rule.rule.removeprefix("/manage").split("/")[1]
    return {name: filled.get((section, name)) or filled["", name] for name in rule.arguments}


def _ask_for_chairs(session: Session, wired: edge.Wiring) -> None:
    """Find the wishes in the demo's comments, and gather the first into an improvement that is done."""
    find_wishes(session, wired.wish_rules.recogniser, now=NOW, limit=1000)
    wish = session.scalars(select(Wish).order_by(Wish.said_at)).first()
    assert wish is not None
    improvement = Improvement(
        id=new_id(),
        unit_id=wish.unit_id,
        title="More chairs in the hall",
        state="done",
        done_en="chairs in three offices",
        shown=True,
        done_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(improvement)
    session.flush()
    wish.state, wish.improvement_id = WishState.GATHERED, improvement.id
    said = session.scalars(select(SurveyResponse).where(SurveyResponse.employee_id.is_not(None))).first()
    assert said is not None
    session.add(CoachingItem(id=new_id(), employee_id=said.employee_id, response_id=said.id, added_at=NOW))
    told = {"title": "A new script", "kind": "script", "created_at": NOW, "updated_at": NOW}
    session.add(TimeLineEvent(id=new_id(), unit_id=get_company(session).id, day=NOW.date() - timedelta(days=9), **told))


def _arguments(session: Session) -> dict[tuple[str, str], object]:
    def one(statement: object) -> object:
        return session.scalars(statement).first()  # type: ignore[call-overload]

    drafts = {
        (kind.value, "draft_id"): one(select(ImportDraft.id).where(ImportDraft.kind == kind)) for kind in DraftKind
    }
    return drafts | {
        ("", "unit_code"): one(select(Unit.code).where(Unit.kind == UnitKind.OFFICE).order_by(Unit.code)),
        ("", "code"): one(select(Touchpoint.code).order_by(Touchpoint.code)),
        ("", "employee_code"): one(select(Employee.code).order_by(Employee.code)),
        ("", "response_id"): one(select(SurveyResponse.id).order_by(SurveyResponse.id)),
        ("", "improvement_id"): one(select(Improvement.id)),
        ("", "case_id"): one(select(CallbackCase.id).order_by(CallbackCase.id)),
        ("", "user_id"): one(select(StaffUser.id).where(StaffUser.email == E_MAIL)),
        ("", "duty_id"): one(select(Duty.id).order_by(Duty.id)),
        ("", "survey_key"): "office-visit",
        ("", "topic_key"): "waiting",
        ("", "interaction_id"): one(
            select(SurveyResponse.interaction_id).where(SurveyResponse.interaction_id.is_not(None))
        ),
        ("", "message_id"): one(select(Message.id).order_by(Message.id)),
        ("", "endpoint_id"): one(select(WebhookEndpoint.id)),
        ("", "event_id"): one(select(TimeLineEvent.id)),
        ("figures", "page"): "hours",
        ("", "text_key"): "invitation",
        ("", "text_channel"): "sms",
        ("", "text_language"): "kk",
    }
