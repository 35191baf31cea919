"""What a respondent does, from the scan to the way out, in a real browser."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.callbacks.models import CallbackCase
from app.responses.models import SurveyResponse
from app.review_sites.models import ReviewClick
from tests.journeys.conftest import Site, Visitor
from tests.phones import shows_number
from tests.respondents import FIRM

pytestmark = pytest.mark.browser

POLYGLOT = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//%0D%0A//"
    "</stYle/</titLe/</textarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>"
)


def _rate(page: Page, site: Site, word: str) -> None:
    page.goto(site.survey())
    page.get_by_role("button", name=word, exact=True).click()
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()


def test_from_the_scan_to_five_stars_to_the_review_site(site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    _rate(page, site, "Very satisfied")
    page.get_by_role("button", name="2GIS opens 2gis.kz").click()
    page.wait_for_url("https://2gis.ru/form")  # two hops on, each of which the page's policy had to allow
    expect(page).to_have_title("Review form")
    with site.database.reading() as session:
        assert session.scalars(select(ReviewClick)).one().url == FIRM


def test_from_one_tap_to_a_case_with_a_number(site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    _rate(page, site, "Very dissatisfied")
    page.get_by_role("textbox", name="Phone number").fill("8 701 234 56 78")
    page.get_by_role("radio", name="Morning").check()
    page.get_by_role("checkbox", name="Made-up Telecom").check()
    page.get_by_role("checkbox", name="Long wait").check()
    page.get_by_label("Your comment").fill("Two hours")
    page.get_by_role("button", name="Please call me").click()
    expect(page.get_by_role("heading", name="We will call you")).to_be_visible()
    assert not shows_number(page.content())
    with site.database.reading() as session:
        case = session.scalars(select(CallbackCase)).one()
        assert case.contact_id is not None
        assert case.first_attempt_due_at is not None
        assert session.scalars(select(SurveyResponse)).one().comment == "Two hours"


def test_a_mistyped_number_loses_nothing(site: Site, visitor: Visitor) -> None:
    page = visitor.page(provoked=(422,))
    _rate(page, site, "Dissatisfied")
    page.get_by_role("textbox", name="Phone number").fill("12")
    page.get_by_label("Your comment").fill("Two hours")
    page.get_by_role("button", name="Please call me").click()
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_role("textbox", name="Phone number")).to_be_focused()
    expect(page.get_by_role("textbox", name="Phone number")).to_have_value("12")
    expect(page.get_by_label("Your comment")).to_have_value("Two hours")
    page.get_by_role("textbox", name="Phone number").fill("+7 701 234 56 78")
    page.get_by_role("checkbox", name="Made-up Telecom").check()
    page.get_by_role("button", name="Please call me").click()
    expect(page.get_by_role("status").first).to_contain_text("we have your number")


def test_changing_ones_mind_is_one_response(site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    _rate(page, site, "Satisfied")
    page.get_by_role("link", name="Changed your mind?").click()
    page.get_by_role("button", name="Neither").click()
    expect(page.get_by_text("Your answer: Neither.")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Dissatisfied", exact=True).click()
    expect(page.get_by_text("Your answer: Dissatisfied.")).to_be_visible()
    assert site.count(SurveyResponse) == 1
    assert site.count(CallbackCase) == 1


def test_without_javascript_everything_works_and_no_dead_button_shows(site: Site, visitor: Visitor) -> None:
    page = visitor.page(java_script_enabled=False)
    _rate(page, site, "Satisfied")
    expect(page.get_by_text("Copy my comment")).to_have_count(1)
    expect(page.get_by_text("Copy my comment")).to_be_hidden()
    page.get_by_role("checkbox", name="Quick service").check()
    page.get_by_label("Your comment").fill("Quick!")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status").first).to_contain_text("we have your words")
    expect(page.get_by_role("checkbox", name="Quick service")).to_be_checked()
    page.get_by_role("button", name="2GIS").click()
    page.wait_for_url("https://2gis.ru/form")


def test_the_comment_is_copied_and_comes_along(site: Site, visitor: Visitor) -> None:
    page = visitor.page(permissions=["clipboard-read", "clipboard-write"])
    _rate(page, site, "Very satisfied")
    copy = page.get_by_role("button", name="Copy my comment")
    expect(copy).to_be_hidden()
    page.get_by_label("Your comment").fill("Quick and kind\nthank you")
    copy.click()
    expect(page.get_by_text("Copied. Now paste it on the site.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Quick and kind\nthank you"
    page.get_by_role("button", name="2GIS").click()
    page.wait_for_url("https://2gis.ru/form")
    with site.database.reading() as session:
        assert session.scalars(select(SurveyResponse)).one().comment == "Quick and kind\nthank you"


def test_script_typed_as_a_comment_stays_words(site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    _rate(page, site, "Very satisfied")
    for words in (POLYGLOT, "<img src=x onerror=alert(1)>", "\u202e<b>left</b>"):
        page.get_by_label("Your comment").fill(words)
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#words bdi")).to_have_text(words)
        assert page.locator("#words bdi").evaluate("it => it.textContent") == words
        expect(page.get_by_label("Your comment")).to_have_value(words)


def test_a_scanner_that_runs_a_browser_does_not_vote(site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(site.survey(query="?rating=5"))
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 400)
    page.wait_for_timeout(1500)
    assert site.count(SurveyResponse) == 0
