"""What somebody does whom we asked about a call: from the link in a mail to the last word, and never again."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.callbacks.models import CallbackCase
from app.contacts.models import Suppression
from app.invitations.models import Invitation
from app.kit.i18n import Language
from app.responses.models import SurveyResponse
from tests.callers import AskedCall
from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser


def _only_response(site: Site) -> SurveyResponse:
    with site.database.reading() as session:
        return session.scalars(select(SurveyResponse)).one()


def _scroll_width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("language", [Language.KK, Language.RU])
def test_from_the_mail_to_one_tap_to_words_and_the_link_is_spent(
    site: Site, visitor: Visitor, language: Language
) -> None:
    call = site.invite(language=language)
    link = f"{site.address}/i/{call.token}"
    page = visitor.page(locale="en")
    page.goto(f"{link}?rating=2")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("button[aria-current=true]")).to_have_attribute("value", "2")
    assert _scroll_width(page) <= 360
    assert site.count(SurveyResponse) == 0

    page.locator(".confirm button").click()
    page.wait_for_url("**/r/**")
    assert (_only_response(site).rating, _only_response(site).language) == (2, language)
    with site.database.reading() as session:
        case = session.scalars(select(CallbackCase)).one()
        assert call.contact is not None
        assert case.contact_id == call.contact.id

    page.locator("input[name=call_window][value=evening]").check(force=True)
    page.locator("#comment").fill("Жиырма минут күттім")
    page.locator("button[name=do][value=call]").click()
    expect(page.locator("#called")).to_be_visible()
    assert _only_response(site).comment == "Жиырма минут күттім"

    page.goto(link)  # the same person goes on with the answer
    page.wait_for_url("**/r/**")
    expect(page.locator("#comment")).to_have_value("Жиырма минут күттім")

    other = visitor.page()
    other.goto(f"{link}?rating=5")
    expect(other.locator("form")).to_have_count(0)
    assert "Жиырма" not in other.content()
    assert _only_response(site).rating == 2


def test_a_scanner_that_runs_scripts_and_waits_spends_nothing(site: Site, visitor: Visitor) -> None:
    call = site.invite()
    scanner = visitor.page()
    for query in ("", *(f"?rating={rating}" for rating in range(1, 6)), "?trap=1"):
        scanner.goto(f"{site.address}/i/{call.token}{query}", wait_until="networkidle")
    assert site.count(SurveyResponse) == 0

    person = visitor.page()
    person.goto(f"{site.address}/i/{call.token}?rating=5")
    person.locator(".confirm button").click()
    person.wait_for_url("**/r/**")
    assert (_only_response(site).rating, _only_response(site).suspect) == (5, False)


def test_an_opened_link_is_counted_once_it_was_seen(site: Site, visitor: Visitor) -> None:
    call = site.invite()
    page = visitor.page()
    page.goto(f"{site.address}/i/{call.token}")
    with page.expect_response("**/opened"):
        page.locator("button[value='5']").click()
    page.wait_for_url("**/r/**")
    with site.database.reading() as session:
        assert session.get_one(Invitation, call.invitation.id).opens == 1


@pytest.mark.parametrize("language", [Language.KK, Language.RU])
def test_messages_are_stopped_by_one_button_and_asked_for_again_by_another(
    site: Site, visitor: Visitor, language: Language
) -> None:
    call: AskedCall = site.invite(language=language)
    page = visitor.page()
    page.goto(site.unsubscribe(call))
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert _scroll_width(page) <= 360
    assert site.count(Suppression) == 0
    page.locator("form button").click()
    expect(page.locator("[name=do][value=resume]")).to_be_attached()
    assert site.count(Suppression) == 1
    page.locator("form button").click()
    expect(page.locator("[name=do][value=stop]")).to_be_attached()
    assert site.count(Suppression) == 0
