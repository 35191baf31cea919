"""The callback desk in a real browser: keys, thumb, a list that refreshes itself; on one database, which is enough."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.accounts.models import Role, SignIn
from app.accounts.service import add_user
from app.callbacks.models import AttemptResult, CallbackCase, CaseEvent, EventKind
from app.callbacks.working import add_note
from tests.callbacks.factories import acting, make_case, make_contact, make_response
from tests.conftest import NOW
from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password"


@pytest.fixture
def desk(shown_site: Site) -> Site:
    """The application on SQLite with three callbacks that nobody works, and nothing else open."""
    with shown_site.database.transaction() as session:
        for case in session.scalars(select(CallbackCase).where(CallbackCase.closed_at.is_(None))):
            case.closed_at, case.outcome, case.cause = NOW, "settled", "other"
    for number in range(3):
        add_case(shown_site, number)
    return shown_site


def add_case(site: Site, number: int) -> uuid.UUID:
    """Add a callback for a comment `Matter <number>`, the lower the more urgent."""
    with site.database.transaction() as session:
        contact = make_contact(session, site.vault, phone=f"+7701765432{number}", now=NOW)
        response = make_response(session, site.unit.id, comment=f"Matter {number}", now=NOW)
        case = make_case(session, site.unit.id, response=response, contact=contact, now=NOW)
        case.due_at = NOW.replace(minute=10 + number)
        return case.id


@pytest.fixture
def sign_in(desk: Site, visitor: Visitor) -> Callable[..., Page]:
    """Return a function that signs a manager in."""

    def enter(name: str = "manager", **options: object) -> Page:
        with desk.database.transaction() as session:
            email = f"{name}-{uuid.uuid4().hex[:8]}@example.kz"
            add_user(
                session,
                email=email,
                name=name.title(),
                password=PASSWORD,
                role=Role.MANAGER,
                unit_id=desk.unit.id,
                now=NOW,
            )
        page = visitor.page(**options)  # type: ignore[arg-type]
        page.goto(f"{desk.address}/sign-in?lang=en")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/manage/**")
        # The page's own clock runs by hand from here on, so that twenty seconds need not be waited for.
        page.clock.install()
        return page

    return enter


def test_keys_walk_the_list_claim_and_write_down_a_call(desk: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in(viewport={"width": 1280, "height": 800})
    page.goto(f"{desk.address}/manage/callbacks")
    keyboard = page.keyboard

    keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("give me the most urgent")
    keyboard.press("Escape")
    keyboard.press("j")
    keyboard.press("j")
    expect(page.locator("[data-case]").nth(1).locator(".case-link")).to_be_focused()
    keyboard.press("k")
    keyboard.press("c")
    page.wait_for_url("**/manage/callbacks/*-*")
    expect(page.get_by_text("Matter 0").first).to_be_visible()
    keyboard.press("n")
    note = page.get_by_label("For whoever works this case")
    expect(note).to_be_focused()
    keyboard.type("2 x 1 g?")  # keys do nothing while somebody types
    expect(note).to_have_value("2 x 1 g?")
    note.evaluate("it => it.blur()")
    keyboard.press("2")
    expect(page.get_by_text("No answer is written down. Next try:")).to_be_visible()
    keyboard.press("x")
    expect(page.get_by_label("How did it end?")).to_be_focused()
    with desk.database.reading() as session:
        results = session.scalars(select(CaseEvent.details).where(CaseEvent.kind == EventKind.ATTEMPT)).all()
    assert [details["result"] for details in results] == [AttemptResult.NO_ANSWER]


def test_keys_can_be_turned_off(desk: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in(viewport={"width": 1280, "height": 800})
    page.goto(f"{desk.address}/manage/callbacks")
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("Use keys in this browser").uncheck()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()

    page.keyboard.press("g")
    page.reload()
    page.keyboard.press("g")

    expect(page).to_have_url(f"{desk.address}/manage/callbacks")


def test_list_refreshes_itself_and_keeps_focus_ticks_and_place(desk: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in(viewport={"width": 1280, "height": 500})
    page.goto(f"{desk.address}/manage/callbacks")
    card = page.locator("[data-case]").nth(2)
    tick = card.get_by_role("checkbox")
    tick.check()
    card.locator(".case-link").focus()
    top = card.bounding_box()
    add_case(desk, 5)
    colleague = sign_in("colleague", viewport={"width": 1280, "height": 800})
    colleague.goto(f"{desk.address}/manage/callbacks")
    colleague.get_by_role("button", name="Give me the most urgent").click()
    colleague.wait_for_url("**/manage/callbacks/*-*")

    page.clock.run_for(21_000)

    expect(page.get_by_role("status").filter(has_text="New on this list: 1")).to_be_visible()
    expect(page.locator("[data-case]").first).to_contain_text("Colleague")
    expect(page.locator("[data-tab=unclaimed] .badge")).to_have_text("3")
    expect(tick).to_be_checked()
    expect(card.locator(".case-link")).to_be_focused()
    now_top = card.bounding_box()
    assert top is not None
    assert now_top is not None
    assert abs(top["y"] - now_top["y"]) < 2


def test_open_case_says_what_a_colleague_did_and_leaves_what_is_typed(desk: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in()
    page.goto(f"{desk.address}/manage/callbacks")
    page.get_by_role("button", name="Give me the most urgent").click()
    page.wait_for_url("**/manage/callbacks/*-*")
    page.get_by_label("Note on this call").fill("She says that")
    case_id = uuid.UUID(page.url.rsplit("/", 1)[1])
    with desk.database.transaction() as session:
        claimed_by = session.get_one(CallbackCase, case_id).claimed_by_id
        assert claimed_by is not None
        add_note(session, case_id, actor=acting(claimed_by), note="A letter came", now=desk.clock())

    page.clock.run_for(21_000)

    expect(page.get_by_text("This case changed meanwhile.")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("A letter came")).to_be_visible()
    expect(page.get_by_label("Note on this call")).to_have_value("She says that")


def test_signed_out_page_says_so_and_stops_asking(desk: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in()
    page.goto(f"{desk.address}/manage/callbacks")
    with desk.database.transaction() as session:
        for one in session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))):
            one.ended_at = NOW

    page.clock.run_for(21_000)

    expect(page.get_by_text("You have been signed out, so the list stands still.")).to_be_visible()
    expect(page.locator("[data-case]")).to_have_count(3)


def test_thumb_takes_the_most_urgent_rings_and_closes(desk: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page.goto(f"{desk.address}/manage/callbacks")
    page.get_by_role("button", name="Give me the most urgent").tap()
    call = page.locator("a[href^='tel:']")
    taps = [page.get_by_role("button", name=name, exact=True) for name in ("Reached", "No answer", "Wrong number")]
    for target in (call, *taps, page.locator("summary", has_text="Ring later")):
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["y"] + box["height"] <= 740, "to act nobody has to scroll"
    taps[0].tap()
    page.get_by_label("How did it end?").select_option("settled")
    page.get_by_label("What lay behind it?").first.select_option("waiting")
    page.get_by_role("button", name="Close the case", exact=True).last.tap()
    expect(page.get_by_text("The case is closed.")).to_be_visible()
