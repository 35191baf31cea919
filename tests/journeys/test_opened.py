"""Counted opens in a real browser: one for each time that somebody saw the page."""

import time
import urllib.request

import pytest
from playwright.sync_api import Page, Request
from sqlalchemy import func, select

from app.responses.models import SurveyResponse
from app.touchpoints.models import PageOpen
from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser


def _opens(site: Site) -> int:
    with site.database.reading() as session:
        return session.scalar(select(func.coalesce(func.sum(PageOpen.opens), 0))) or 0


def _wait_for(site: Site, opens: int) -> None:
    """Wait for beacons that nobody waits for; fail when there come too few, or more than told."""
    deadline = time.monotonic() + 5
    while _opens(site) < opens and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _opens(site) == opens


def _told(page: Page) -> list[Request]:
    told: list[Request] = []
    page.context.on("request", lambda request: told.append(request) if request.url.endswith("/opened") else None)
    return told


def test_closing_the_page_counts_one(site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(site.survey())
    assert _opens(site) == 0
    page.close(run_before_unload=True)
    _wait_for(site, 1)


def test_a_tap_counts_one_and_the_answer_is_stored_as_ever(site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    told = _told(page)
    page.goto(site.survey())
    page.locator("button[value='4']").click()
    page.wait_for_url("**/r/**")
    _wait_for(site, 1)
    assert site.count(SurveyResponse) == 1
    assert [request.method for request in told] == ["POST"]


def test_looking_again_counts_again_and_going_away_twice_does_not(site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    page.goto(site.survey())
    page.reload()
    _wait_for(site, 1)
    page.mouse.click(5, 5)
    page.mouse.click(9, 9)
    page.goto("about:blank")
    _wait_for(site, 2)


def test_a_page_that_nobody_has_seen_counts_nothing(site: Site, visitor: Visitor) -> None:
    page = visitor.page()
    told = _told(page)
    page.add_init_script("Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'})")
    page.goto(site.survey())
    page.reload()
    page.goto("about:blank")
    assert told == []
    assert _opens(site) == 0


def test_fetching_fifty_times_counts_nothing(site: Site) -> None:
    for number in range(50):
        request = urllib.request.Request(site.survey(), method="HEAD" if number % 2 else "GET")  # noqa: S310 -- ours
        with urllib.request.urlopen(request) as reply:  # noqa: S310 -- ours
            assert reply.status == 200
    assert _opens(site) == 0
