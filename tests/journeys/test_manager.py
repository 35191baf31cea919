"""The other side: what a respondent said arrives at the office's manager, who settles it."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.accounts.models import Role
from app.accounts.service import add_user
from app.callbacks.models import CallbackCase
from tests.conftest import NOW
from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser

E_MAIL, PASSWORD = "manager@example.kz", "a long enough password"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def sign_in(site: Site, visitor: Visitor) -> Callable[[], Page]:
    """Return a function that signs the office's manager in, on a phone."""

    def enter() -> Page:
        with site.database.transaction() as session:
            add_user(session, email=E_MAIL, password=PASSWORD, role=Role.MANAGER, unit_id=site.unit.id, now=NOW)
        page = visitor.page()
        page.goto(f"{site.address}/sign-in")
        page.get_by_label("E-mail").fill(E_MAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/manage/**")
        return page

    return enter


def _has_no_barrier(page: Page) -> None:
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    assert results.violations_count == 0, f"{page.url}: {results.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url


def test_a_number_left_is_claimed_rung_and_closed(site: Site, visitor: Visitor, sign_in: Callable[[], Page]) -> None:
    respondent = visitor.page()
    respondent.goto(site.survey())
    respondent.get_by_role("button", name="Very dissatisfied").click()
    respondent.get_by_role("textbox", name="Phone number").fill("+7 701 234 56 78")
    respondent.get_by_role("radio", name="Morning").check()
    respondent.get_by_role("checkbox", name="Made-up Telecom").check()
    respondent.get_by_label("Your comment").fill("<b>Two hours</b>")
    respondent.get_by_role("button", name="Please call me").click()
    expect(respondent.get_by_role("heading", name="We will call you")).to_be_visible()

    page = sign_in()
    page.goto(f"{site.address}/manage/callbacks")
    expect(page.get_by_text("<b>Two hours</b>")).to_be_visible()
    assert "234 56 78" not in page.content()
    _has_no_barrier(page)
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("a[href='tel:+77012345678']")).to_be_visible()
    _has_no_barrier(page)
    page.get_by_role("button", name="Reached").click()
    page.get_by_label("How did it end?").select_option("settled")
    page.get_by_label("What lay behind it?").select_option("waiting")
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_text("Closed", exact=True).first).to_be_visible()
    with site.database.reading() as session:
        case = session.scalars(select(CallbackCase)).one()
    assert (case.outcome, case.cause) == ("settled", "waiting")
    assert case.first_attempt_at is not None


def test_a_click_on_a_review_site_stands_on_the_responses_page(
    site: Site, visitor: Visitor, sign_in: Callable[[], Page]
) -> None:
    respondent = visitor.page()
    respondent.goto(site.survey())
    respondent.get_by_role("button", name="Very satisfied").click()
    respondent.get_by_role("button", name="2GIS").click()
    respondent.wait_for_url("https://2gis.ru/form")

    page = sign_in()
    _has_no_barrier(page)
    page.goto(f"{site.address}/manage/responses")
    _has_no_barrier(page)
    page.get_by_role("link", name="Very satisfied").first.click()
    expect(page.get_by_text("2GIS").first).to_be_visible()
    _has_no_barrier(page)
