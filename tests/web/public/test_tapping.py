"""The tap: stored once, and whatever else is sent leads back to the question."""

import pytest
from sqlalchemy import select

from app.callbacks.models import CallbackCase
from app.responses.models import RatingChange, SurveyResponse
from tests.web.public.conftest import Person, Place


def test_a_tap_is_the_vote(place: Place, person: Person) -> None:
    person.scan()
    reply = person.tap(4)
    assert reply.status_code == 303
    assert reply.location.startswith("/r/")
    stored = place.only_response()
    assert (stored.rating, stored.language, stored.via, stored.suspect) == (4, "en", "page", False)


def test_a_double_tap_is_one_vote_and_leads_to_one_page(place: Place, person: Person) -> None:
    person.scan()
    replies = [person.tap(2, after=seconds) for seconds in (5, 0.01, 0.01)]
    assert len({reply.location for reply in replies}) == 1
    assert place.count(SurveyResponse) == 1
    assert place.count(CallbackCase) == 1


def test_a_tap_on_the_back_button_changes_the_vote(place: Place, person: Person) -> None:
    first = person.rate(5)
    assert first is not None
    address = person.address
    person.scan()
    assert person.tap(3).location == address
    assert place.only_response().rating == 3
    assert place.count(RatingChange) == 1


def test_two_people_at_one_code_are_two_votes(place: Place) -> None:
    place.person().rate(5)
    place.person().rate(1)
    assert place.count(SurveyResponse) == 2


def test_an_answer_whose_reply_was_lost_is_found_again_by_the_device(place: Place, person: Person) -> None:
    person.scan()
    person.tap(4)
    person.scan()  # the line broke, so the same phone scans once more
    person.tap(4)
    assert place.count(SurveyResponse) == 1


def test_a_browser_without_cookies_can_vote(place: Place) -> None:
    client = place.app.test_client(use_cookies=False)
    person = Person(client, place)
    assert "Thank you!" in person.rate(5).get_text()
    assert place.count(SurveyResponse) == 1


def test_whoever_fills_the_hidden_field_is_kept_and_marked(place: Place, person: Person) -> None:
    person.scan()
    trap = person.shown.select_one(".trap input")
    assert trap is not None
    assert trap["tabindex"] == "-1"
    assert person.tap(5, website="https://spam.example").status_code == 303
    assert place.only_response().suspect


@pytest.mark.parametrize(
    "rating", ["", "0", "6", "5; DROP TABLE survey_response", "٥", "5.0", "+5", "1e0", "5\x00", "\ud800", "9" * 4000]
)
def test_a_rating_that_is_none_leads_back_to_the_question(place: Place, person: Person, rating: str) -> None:
    person.scan()
    reply = person.tap(rating.encode("utf-8", "surrogatepass"))
    assert reply.status_code == 422
    _person_can_go_on(place, person, reply.text)


@pytest.mark.parametrize("token", ["", "x", "a.b.c.d", "\x00", "\udcff", "00000000.n.1.sig", "t" * 9000])
def test_a_form_that_we_did_not_sign_leads_back_with_a_fresh_one(place: Place, person: Person, token: str) -> None:
    person.scan()
    reply = person.tap(4, form_token=token.encode("utf-8", "surrogatepass"))  # type: ignore[arg-type]
    assert reply.status_code == 400
    assert 'value="4" aria-current="true"' in reply.text
    _person_can_go_on(place, person, reply.text)


def test_the_form_of_another_code_is_not_taken(place: Place, person: Person) -> None:
    person.scan("nps")
    token = str(person.shown.select_one("input[name=form_token]")["value"])  # type: ignore[index]
    person.scan()
    assert person.tap(4, form_token=token).status_code == 400
    assert place.count(SurveyResponse) == 0


def test_ten_megabytes_lead_back_to_the_question(place: Place, person: Person) -> None:
    person.scan()
    reply = person.tap(4, comment="я" * 5_000_000)
    assert reply.status_code == 413
    _person_can_go_on(place, person, reply.text)


def test_a_post_without_any_form_leads_back_to_the_question(place: Place, person: Person) -> None:
    address = f"/q/{place.codes['office-visit']}?lang=en"
    for body, kind in [(b"", ""), (b"{}", "application/json"), (b"\xff\xfe\x00", "application/x-www-form-urlencoded")]:
        reply = person.client.post(address, data=body, content_type=kind)
        assert reply.status_code == 422
        assert "Please tap one of these" in reply.text


def test_a_post_to_an_unknown_code_is_not_found(person: Person) -> None:
    assert person.client.post("/q/00000000", data={"rating": "5"}).status_code == 404


def test_the_language_of_the_page_is_kept_with_the_answer(place: Place, person: Person) -> None:
    person.scan(query="?lang=kk")
    person.tap(5)
    person.look()
    assert person.shown.html is not None
    assert person.shown.html["lang"] == "kk"
    assert place.only_response().language == "kk"


def _person_can_go_on(place: Place, person: Person, page: str) -> None:
    """The same question with a sentence that says why, and a form that works."""
    assert place.count(SurveyResponse) == 0
    assert 'role="alert"' in page
    assert "How satisfied are you with your visit?" in page
    person.page = type(person.shown)(page, "html.parser")
    assert person.tap(4).status_code == 303
    assert place.count(SurveyResponse) == 1


def test_an_employee_counts_once_a_month_and_may_still_change_their_mind(place: Place, person: Person) -> None:
    def counted() -> list[tuple[int, str]]:
        with place.database.reading() as session:
            rows = session.scalars(select(SurveyResponse).order_by(SurveyResponse.answered_at))
            return [(row.rating, row.suspect_reasons) for row in rows]

    person.rate(2, "employees")
    person.rate(4, "employees")
    assert counted() == [(4, "")]
    place.clock.pass_by(hours=13)
    person.rate(1, "employees")
    person.rate(5)
    place.clock.pass_by(hours=13)
    person.rate(4)
    assert counted() == [(4, ""), (1, "repeated"), (5, ""), (4, "")], "customers may come every day"
    place.person().rate(3, "employees")
    place.clock.pass_by(days=31)
    person.rate(2, "employees")
    assert counted()[4:] == [(3, ""), (2, "")]
