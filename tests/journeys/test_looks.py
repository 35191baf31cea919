"""How the pages are for everybody: narrow, dark, by keyboard, with a screen reader, in four languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.kit.i18n import Language
from tests.journeys.axe import COLOURS, find_barriers
from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser

SURVEYS = ["office-visit", "nps", "ces", "pmf", "acquisition", "call-follow-up"]
SMALLEST_TAP = 40


def _every_page(page: Page, site: Site, language: str) -> Iterator[str]:
    """Go through every state of the respondent's pages, saying where we are."""
    for survey in SURVEYS:
        page.goto(site.survey(survey, f"?lang={language}&rating=4"))
        yield f"question of {survey}"
    for value in (5, 3, 1):
        page.goto(site.survey(query=f"?lang={language}"))
        page.locator(f"button[value='{value}']").click()
        page.wait_for_url("**/r/**")
        yield f"after {value}"
    page.locator("[name=phone]").fill("12")
    page.locator("[name=comment]").fill("<b>" + "long" * 200)
    page.locator("button[value=call]").click()
    page.locator("[role=alert]").wait_for()
    yield "refused"
    page.locator("[name=phone]").fill("+77012345678")
    page.locator("[name=consent]").check()
    page.locator("button[value=call]").click()
    page.locator("[role=status]").first.wait_for()
    yield "saved"
    page.goto(f"{site.address}/q/00000000?lang={language}")
    yield "not in use"
    yield from _pages_of_a_call(page, site, language)


def _pages_of_a_call(page: Page, site: Site, language: str) -> Iterator[str]:
    call = site.invite()
    page.goto(f"{site.address}/i/{call.token}?lang={language}")
    yield "question about a call"
    page.goto(f"{site.address}/i/{call.token}?lang={language}&rating=1")
    yield "marked in a mail"
    page.locator(".confirm button").click()
    page.wait_for_url("**/r/**")
    yield "a call at the known number"
    page.locator("button[value=no-call]").click()
    page.locator("[role=status]").first.wait_for()
    yield "not to be called"
    page.context.clear_cookies()
    page.goto(f"{site.address}/i/{call.token}?lang={language}")
    yield "answered already"
    page.goto(f"{site.unsubscribe(call)}?lang={language}")
    yield "stop messages"
    page.locator("form button").click()
    page.locator("[name=do][value=resume]").wait_for(state="attached")
    yield "no more messages"


def test_no_page_has_a_barrier_by_night(shown_site: Site, visitor: Visitor) -> None:
    page = visitor.page(provoked=(404, 422), color_scheme="dark")
    for where in _every_page(page, shown_site, Language.RU):
        _unfold(page)
        assert not find_barriers(page, COLOURS), where


@pytest.mark.parametrize(
    ("language", "width"), [*((language, 320) for language in Language), (Language.UK, 360), (Language.RU, 1280)]
)
def test_no_page_has_a_barrier_or_scrolls_sideways_and_every_answer_is_easy_to_hit(
    shown_site: Site, visitor: Visitor, language: Language, width: int
) -> None:
    page = visitor.page(provoked=(404, 422), viewport={"width": width, "height": 640})
    for where in _every_page(page, shown_site, language):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        assert page.locator("html").get_attribute("lang") == language
        targets = page.locator("button:visible, .pick:visible, .chip:visible, nav a:visible")
        for words, left, right, height in targets.evaluate_all(
            "all => all.map(it => [it.innerText, ...['left', 'right', 'height'].map(side => "
            "it.getBoundingClientRect()[side])])"
        ):
            assert height >= SMALLEST_TAP, f"{where}: {words}"
            assert 0 <= left < right <= width, f"{where}: {words}"
        # What axe looks at is the same in every language, as on the staff's pages.
        if language is Language.RU:
            _unfold(page)
            assert not find_barriers(page), where


def _unfold(page: Page) -> None:
    page.evaluate("for (const block of document.querySelectorAll('details')) block.open = true")


def test_no_word_under_a_face_is_cut_or_runs_into_the_next(shown_site: Site, visitor: Visitor) -> None:
    page = visitor.page(viewport={"width": 320, "height": 640})
    for language in Language:
        page.goto(shown_site.survey(query=f"?lang={language}"))
        fits = page.locator(".pick").evaluate_all("all => all.map(it => it.scrollWidth <= it.clientWidth)")
        assert fits == [True] * 5, language


def test_the_faces_are_seen_without_scrolling_on_a_small_phone(shown_site: Site, visitor: Visitor) -> None:
    page = visitor.page(viewport={"width": 320, "height": 480})
    page.goto(shown_site.survey())
    for face in page.locator("button.pick").all():
        expect(face).to_be_in_viewport(ratio=1)


def test_the_keyboard_alone_is_enough(shown_site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(shown_site.survey())
    for _ in range(4 + 2):  # four languages, then the first face, then the second
        page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_text("Dissatisfied")
    assert focused.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="May we call you back?")).to_be_visible()
    page.get_by_role("link", name="Changed your mind?").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("+7 701 234 56 78")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Morning")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Please call me")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="We will call you")).to_be_visible()


def test_dark_and_light_follow_the_reader(shown_site: Site, visitor: Visitor) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        page = visitor.page(color_scheme=scheme)
        page.goto(shown_site.survey())
        grounds.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == ["rgb(245, 244, 239)", "rgb(16, 23, 22)"]


def test_whoever_wants_no_motion_gets_none(shown_site: Site, visitor: Visitor) -> None:
    page = visitor.page(reduced_motion="reduce")
    page.goto(shown_site.survey())
    page.locator("button.pick").first.hover()
    face = page.locator("button.pick .face").first
    assert face.evaluate("it => [getComputedStyle(it).transform, getComputedStyle(it).transitionDuration]") == [
        "none",
        "0s",
    ]


def test_the_first_view_is_two_requests_in_the_browser_too(shown_site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(shown_site.survey())
    page.wait_for_load_state("networkidle")
    assert len([address for address in asked if not address.startswith("data:")]) == 2
