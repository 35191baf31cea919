"""The page of a single-use link: one question about one call, one answer, and nothing that a look could spend."""

import re
from datetime import UTC, datetime

import pytest

from app.callbacks.models import CallbackCase
from app.kit.i18n import Language
from app.responses.models import RatingChange, SurveyResponse
from tests.callers import AskedCall
from tests.web.public.callers import Caller, ask, caller_at, invitation_of, withdraw
from tests.web.public.conftest import Place

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def call(place: Place) -> AskedCall:
    return ask(place)


@pytest.fixture
def caller(place: Place) -> Caller:
    return caller_at(place)


def test_the_page_says_where_and_which_call_it_was_on_the_places_own_clock(place: Place, caller: Caller) -> None:
    call = ask(place, ended_at=datetime(2026, 3, 3, 9, 5, tzinfo=UTC))
    caller.open(call)
    assert "Office in Abay street" in caller.text
    assert "Your call on 3 March, 14:05" in caller.text
    assert "anonymous" not in caller.text


@pytest.mark.parametrize("path", ["/i/{}", "/I/{}"])
def test_a_link_is_read_in_any_case(caller: Caller, call: AskedCall, path: str) -> None:
    for typed in (call.token, call.token.lower(), call.token.replace("0", "o").replace("1", "L")):
        assert caller.go(path.format(typed)).status_code == 200


def test_the_invitations_language_counts_before_the_browsers_and_the_switch_outdoes_it(
    place: Place, caller: Caller
) -> None:
    call = ask(place, language=Language.KK)
    caller.open(call, "", **{"Accept-Language": "en"})
    assert caller.shown.html is not None
    assert caller.shown.html["lang"] == "kk"
    caller.open(call, "?lang=uk")
    assert caller.shown.html is not None
    assert caller.shown.html["lang"] == "uk"


def test_a_tap_is_one_response_of_the_call_and_leads_on(place: Place, caller: Caller, call: AskedCall) -> None:
    reply = caller.answer(call, 5)
    assert re.fullmatch(r"/r/[\w-]{22}\?lang=en", reply.location)
    response = place.only_response()
    assert (response.rating, response.interaction_id, response.touchpoint_id, response.via, response.suspect) == (
        5,
        call.invitation.interaction_id,
        None,
        "page",
        False,
    )
    assert "Thank you!" in caller.text


def test_a_preselected_answer_is_confirmed_by_one_large_button(place: Place, caller: Caller, call: AskedCall) -> None:
    caller.open(call, "?lang=en&rating=4")
    assert [button["value"] for button in caller.shown.select("button[aria-current=true]")] == ["4"]
    confirm = caller.shown.select_one(".confirm button")
    assert confirm is not None
    assert (confirm["name"], confirm["value"]) == ("rating", "4")
    assert caller.tap(4).status_code == 303
    assert place.only_response().rating == 4


def test_no_look_of_a_scanner_writes_or_spends_and_a_person_answers_after_it(
    place: Place, caller: Caller, call: AskedCall
) -> None:
    scanner = caller_at(place)
    for number in range(50):
        assert scanner.open(call, f"?rating={number % 5 + 1}").status_code == 200
    for query in ("", "?rating=3", "?trap=1"):
        assert scanner.client.head(f"/i/{call.token}{query}").status_code == 200
    assert scanner.open(call, "?trap=1").status_code == 200
    assert place.count(SurveyResponse) == 0
    assert not invitation_of(place, call).scanned
    caller.answer(call, 2)
    response = place.only_response()
    assert (response.rating, response.suspect) == (2, False)
    assert invitation_of(place, call).scanned  # told to staff, held against nobody


def test_an_answer_through_the_trap_is_kept_and_flagged(place: Place, caller: Caller, call: AskedCall) -> None:
    caller.open(call, "?trap=1&rating=1")
    assert caller.tap(1).status_code == 303
    response = place.only_response()
    assert (response.suspect, response.suspect_reasons) == (True, "trap")
    assert invitation_of(place, call).scanned


def test_a_filled_trap_field_is_flagged_too(place: Place, caller: Caller, call: AskedCall) -> None:
    caller.open(call)
    assert caller.tap(1, website="https://spam.example").status_code == 303
    assert place.only_response().suspect_reasons == "trap"


def test_the_same_form_again_finds_what_it_made_without_any_cookie(
    place: Place, caller: Caller, call: AskedCall
) -> None:
    caller.open(call)
    first = caller.tap(1)
    caller.client.delete_cookie("device")
    again = caller.tap(1)
    assert again.status_code == 303
    assert again.location == first.location
    assert place.count(SurveyResponse) == place.count(CallbackCase) == 1


def test_somebody_else_is_told_that_it_is_answered_and_never_how(place: Place, caller: Caller, call: AskedCall) -> None:
    other = caller_at(place)
    other.open(call)
    caller.answer(call, 1)
    assert other.tap(5).status_code == 409
    reply = other.open(call)
    assert reply.status_code == 200
    assert "already answered" in other.text
    assert "/r/" not in reply.text
    assert not other.shown.select("form")
    assert other.open(call, "?rating=5").status_code == 200
    assert not other.shown.select("form")
    assert place.only_response().rating == 1


def test_whoever_answered_goes_on_with_the_answer(caller: Caller, call: AskedCall) -> None:
    caller.answer(call, 4)
    address = caller.address.partition("?")[0]
    reply = caller.open(call)
    assert (reply.status_code, caller.address) == (303, address)
    caller.look("?lang=en")
    assert "Thank you!" in caller.text


def test_whoever_answered_may_change_the_mind_from_the_page_or_the_mail(
    place: Place, caller: Caller, call: AskedCall
) -> None:
    caller.answer(call, 4)
    link = caller.shown.find("a", string="Changed your mind?")
    assert link is not None
    caller.go(str(link["href"]))
    assert caller.tap(3).status_code == 303
    caller.open(call, "?rating=2&lang=en")
    assert caller.tap(2).status_code == 303
    assert (place.only_response().rating, place.count(RatingChange)) == (2, 2)


def test_the_language_is_switched_while_the_mind_is_changed(place: Place, caller: Caller, call: AskedCall) -> None:
    caller.answer(call, 4)
    link = caller.shown.find("a", string="Changed your mind?")
    assert link is not None
    caller.go(str(link["href"]))
    switch = caller.shown.select_one("a[hreflang=kk], a[lang=kk]")
    assert switch is not None
    assert caller.open(call, str(switch["href"])).status_code == 200
    assert caller.tap(2).status_code == 303
    assert place.only_response().rating == 2


def test_the_trap_stays_one_in_every_language(place: Place, caller: Caller, call: AskedCall) -> None:
    caller.open(call, "?trap=1&lang=en")
    switch = caller.shown.select_one("a[hreflang=kk], a[lang=kk]")
    assert switch is not None
    caller.open(call, str(switch["href"]))
    assert caller.tap(1).status_code == 303
    assert place.only_response().suspect_reasons == "trap"


def test_after_its_time_the_own_answer_is_only_thanked_for(place: Place, caller: Caller, call: AskedCall) -> None:
    caller.answer(call, 4)
    place.clock.pass_by(hours=13)
    assert caller.open(call).status_code == 200
    assert "already answered" in caller.text


def test_without_the_devices_cookie_no_way_to_change_is_offered(caller: Caller, call: AskedCall) -> None:
    caller.answer(call, 4)
    caller.client.delete_cookie("device")
    caller.look("?lang=en")
    assert "Changed your mind?" not in caller.text


def test_unknown_expired_withdrawn_and_impossible_links_answer_alike(place: Place, caller: Caller) -> None:
    withdrawn, expired = ask(place), ask(place)
    withdraw(place, withdrawn, place.clock.now)
    place.clock.pass_by(days=7)
    addresses = [withdrawn.token, expired.token, "0" * 16, "short", "x" * 500, "%00", "Ж" * 16]
    shown = [caller.client.get(f"/i/{token}?lang=en") for token in addresses]
    assert {reply.status_code for reply in shown} == {404}
    assert len({reply.text for reply in shown}) == 1
    sent = [caller.client.post(f"/i/{token}?lang=en", data={"rating": "1"}) for token in addresses]
    images = [caller.client.get(f"/i/{token}/qr.svg?lang=en") for token in addresses]
    assert {reply.text for reply in (*sent, *images)} == {shown[0].text}
    assert {reply.status_code for reply in (*sent, *images)} == {404}


def test_who_guesses_is_told_to_wait_while_a_link_that_works_is_shown(caller: Caller, call: AskedCall) -> None:
    statuses = [caller.client.get(f"/i/{number:016d}").status_code for number in range(31)]
    assert statuses == [404] * 30 + [429]
    assert caller.open(call).status_code == 200


@pytest.mark.parametrize("rating", ["0", "6", "", "٤", "-1", "4.0"])
def test_what_is_no_answer_shows_the_question_again(place: Place, caller: Caller, call: AskedCall, rating: str) -> None:
    caller.open(call)
    assert caller.tap(rating).status_code == 422
    assert place.count(SurveyResponse) == 0


def test_a_form_of_another_link_or_of_a_code_is_none_of_this_one(place: Place, caller: Caller, call: AskedCall) -> None:
    for place_of_form in (ask(place, phone=None), None):
        if place_of_form is None:
            caller.scan()
        else:
            caller.open(place_of_form)
        token = caller.shown.select_one("input[name=form_token]")
        assert token is not None
        reply = caller.client.post(f"/i/{call.token}", data={"rating": "5", "form_token": str(token["value"])})
        assert reply.status_code == 400
    assert place.count(SurveyResponse) == 0


def test_its_address_goes_nowhere_and_its_image_carries_it_in_capitals(caller: Caller, call: AskedCall) -> None:
    assert caller.open(call).headers["Referrer-Policy"] == "no-referrer"
    svg, png = (caller.client.get(f"/i/{call.token.lower()}/qr.{kind}") for kind in ("svg", "png"))
    assert svg.mimetype == "image/svg+xml"
    assert png.data.startswith(b"\x89PNG")
    assert svg.headers["Cache-Control"].startswith("private")


def test_opens_are_counted_by_what_the_page_reports_and_by_nothing_else(
    place: Place, caller: Caller, call: AskedCall
) -> None:
    caller.open(call)
    assert caller.shown.select("script")
    for token in (call.token, call.token.lower(), "0" * 16):
        assert caller.client.post(f"/i/{token}/opened", headers=OURS).status_code == 204
    assert caller.client.post(f"/i/{call.token}/opened").status_code == 204
    assert invitation_of(place, call).opens == 2
