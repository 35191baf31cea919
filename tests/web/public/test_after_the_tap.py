"""The page after the tap: what it leads with, what it keeps, and what it never shows."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event, select

from app.callbacks.models import CallbackCase, CallWindow
from app.contacts.models import Consent, Contact
from app.responses.models import ResponseAnswer, SurveyResponse
from app.review_sites.models import ReviewClick
from app.touchpoints.models import Channel
from tests.respondents import FIRM
from tests.web.public.conftest import YANDEX, Person, Place

PHONE = "+7 701 234 56 78"
POLYGLOT = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//%0D%0A//"
    "</stYle/</titLe/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>"
)


def _headings(person: Person) -> list[str]:
    return [tag.get_text(strip=True) for tag in person.shown.find_all(["h2", "summary"])]


def _field(person: Person, name: str) -> Any:
    return person.shown.select_one(f"[name='{name}']")


@pytest.mark.parametrize(
    ("rating", "headings"),
    [
        (5, ["Would you tell others about it?", "A few words more, if you like", "Would you like us to call you?"]),
        (4, ["Would you tell others about it?", "A few words more, if you like", "Would you like us to call you?"]),
        (3, ["A few words more, if you like", "You can also leave a public review", "Would you like us to call you?"]),
        (2, ["May we call you back?", "You can also leave a public review", "A few words more, if you like"]),
        (1, ["May we call you back?", "You can also leave a public review", "A few words more, if you like"]),
    ],
)
def test_the_rating_decides_what_the_page_leads_with(person: Person, rating: int, headings: list[str]) -> None:
    person.rate(rating)
    assert _headings(person) == headings


def test_a_neutral_answer_is_asked_what_would_have_made_it_better(person: Person) -> None:
    person.rate(3)
    assert "What would have made your visit better?" in person.text
    person.rate(3, "strict")
    assert _headings(person)[0] == "What would have made it better?"


def test_everybody_is_offered_the_same_sites_in_the_same_way(place: Place) -> None:
    blocks = []
    for rating in (5, 3, 1):
        person = place.person()
        person.rate(rating)
        key = person.address.removeprefix("/r/")
        forms = person.shown.select("form[action*='/review/']")
        blocks.append([str(form).replace(key, "KEY") for form in forms])
    assert blocks[0] == blocks[1] == blocks[2]
    assert ["/review/2gis" in form or "/review/yandex" in form for form in blocks[0]] == [True, True]
    assert "opens 2gis.kz" in blocks[0][0]


def test_other_surveys_lead_nowhere_and_offer_no_call(person: Person) -> None:
    person.rate(7, "ces")
    assert _headings(person) == ["A few words more, if you like"]
    assert not person.shown.select("form[action*='/review/']")


def test_leaving_for_a_site_is_recorded_and_leads_there(place: Place, person: Person) -> None:
    person.rate(1)
    reply = person.client.post(f"{person.address}/review/2gis")
    assert (reply.status_code, reply.location) == (303, FIRM)
    with place.database.reading() as session:
        click = session.scalars(select(ReviewClick)).one()
    assert (click.site, click.url, click.response_id) == ("2gis", FIRM, place.only_response().id)


def test_a_comment_that_was_not_sent_yet_comes_along(place: Place, person: Person) -> None:
    person.rate(5)
    assert person.client.post(f"{person.address}/review/yandex", data={"comment": "Quick!"}).location == YANDEX
    assert place.only_response().comment == "Quick!"


def test_the_way_out_is_open_only_to_the_offered_sites(person: Person) -> None:
    person.rate(5)
    policy = person.look().headers["Content-Security-Policy"]
    allowed = next(part for part in policy.split("; ") if part.startswith("form-action")).split()
    assert "'self'" in allowed
    assert "https://2gis.kz" in allowed
    assert "https://link.2gis.ru" in allowed  # where 2GIS itself sends people on to
    assert not [origin for origin in allowed if "google" in origin or "facebook" in origin]


@pytest.mark.parametrize("site", ["google", "trustpilot", "yelp", "//evil.example", "..%2f..%2fevil"])
def test_a_site_that_is_not_offered_leads_nowhere(place: Place, person: Person, site: str) -> None:
    person.rate(5)
    reply = person.client.post(f"{person.address}/review/{site}")
    assert reply.status_code in (303, 308, 404)  # 308: two slashes are read as one
    assert urlsplit(reply.headers.get("Location", "")).hostname in (None, "localhost")
    assert place.count(ReviewClick) == 0


def test_a_get_does_not_leave(place: Place, person: Person) -> None:
    person.rate(5)
    assert person.client.get(f"{person.address}/review/2gis").status_code == 405
    assert place.count(ReviewClick) == 0


def test_what_was_said_is_kept_and_shown_again(place: Place, person: Person) -> None:
    person.rate(1)
    person.send(answer_wrong=["1", "3"], answer_waiting_time="2", comment="Queue\r\nto the door")
    assert "Thank you, we have your words" in person.text
    assert [box["value"] for box in person.shown.select("[name=answer-wrong][checked]")] == ["1", "3"]
    assert [box["value"] for box in person.shown.select("[name=answer-waiting-time][checked]")] == ["2"]
    assert _field(person, "comment").get_text() == "\nQueue\nto the door"  # the first line end is HTML's own
    assert place.only_response().comment == "Queue\nto the door"


def test_a_reason_can_be_taken_back(place: Place, person: Person) -> None:
    person.rate(1)
    person.send(answer_wrong=["1", "3"])
    assert person.shown.select_one("input[type=hidden][name=answer-wrong]") is not None
    person.send(answer_wrong=[""], comment="")
    assert place.count(ResponseAnswer) == 0


def test_a_question_that_hangs_on_another_comes_with_its_answer(person: Person) -> None:
    person.rate(2, "strict")
    assert _field(person, "answer-what-is-left") is None
    person.send(answer_resolved="2")
    assert _field(person, "answer-what-is-left") is not None
    person.send(answer_resolved="2", answer_what_is_left="The bill")
    assert _field(person, "answer-what-is-left").get_text() == "\nThe bill"


def test_a_number_with_consent_makes_a_callback(place: Place, person: Person) -> None:
    person.rate(1)
    person.send(phone=PHONE, call_window="evening", consent="yes", do="call")
    assert "We will call you" in person.text
    assert "The time you chose: Evening." in person.text
    with place.database.reading() as session:
        case = session.scalars(select(CallbackCase)).one()
        consent = session.scalars(select(Consent)).one()
    assert case.contact_id is not None
    assert case.call_window == CallWindow.EVENING
    assert (consent.language, consent.via) == ("en", "page")


def test_the_number_is_never_shown_again(person: Person) -> None:
    person.rate(1)
    person.send(phone=PHONE, consent="yes", do="call")
    for reply in (person.look(), person.look("?saved=call"), person.scan()):
        digits = "".join(character for character in reply.text if character.isdigit())
        assert "7012345678" not in digits


def test_the_consent_stands_unticked_and_names_the_company(place: Place, person: Person) -> None:
    person.rate(1)
    assert not _field(person, "consent").has_attr("checked")
    label = _field(person, "consent").find_parent("label").get_text(" ", strip=True)
    assert "Made-up Telecom" in label
    assert label in " ".join(place.app.extensions["otklik"].desk.consent.render("en", "Made-up Telecom").split())


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"phone": "call me", "consent": "yes"}, {"phone"}),
        ({"phone": "+7 701", "consent": "yes"}, {"phone"}),
        ({"phone": "", "consent": "yes"}, {"phone"}),
        ({"phone": PHONE}, {"consent"}),
        ({"phone": "\x00" * 30}, {"phone", "consent"}),
        ({"phone": "9" * 5000, "consent": "yes"}, {"phone"}),
    ],
)
def test_a_call_that_cannot_be_promised_keeps_everything_typed(
    place: Place, person: Person, sent: dict[str, str], wrong: set[str]
) -> None:
    person.rate(1)
    reply = person.send(**sent, call_window="morning", answer_wrong=["2"], comment="Two hours", do="call")
    assert reply.status_code == 422
    assert {str(link["href"])[1:] for link in person.shown.select("[role=alert] a")} == wrong
    for name in wrong:
        assert _field(person, name)["aria-describedby"] == f"{name}-error"
        assert person.shown.find(id=f"{name}-error") is not None
    if "\x00" not in sent["phone"]:
        assert _field(person, "phone")["value"] == sent["phone"]
    assert _field(person, "consent").has_attr("checked") == ("consent" in sent)
    assert [box["value"] for box in person.shown.select("[name=call_window][checked]")] == ["morning"]
    assert [box["value"] for box in person.shown.select("[name=answer-wrong][checked]")] == ["2"]
    assert "Two hours" in _field(person, "comment").get_text()
    assert place.count(Contact) == 0
    assert place.only_response().comment is None


def test_an_unknown_time_means_any_time(place: Place, person: Person) -> None:
    person.rate(1)
    assert person.send(phone=PHONE, consent="yes", call_window="midnight").status_code == 303
    with place.database.reading() as session:
        assert session.scalars(select(CallbackCase)).one().call_window == CallWindow.ANY


def test_who_is_content_may_ask_for_a_call_as_well(place: Place, person: Person) -> None:
    person.rate(5)
    person.send(phone=PHONE, consent="yes", do="call")
    assert "We will call you" in person.text
    with place.database.reading() as session:
        assert session.scalars(select(CallbackCase)).one().reason == "requested"


def test_a_required_question_does_not_stand_in_the_way_of_a_call(place: Place, person: Person) -> None:
    person.rate(1, "strict")
    assert person.send(comment="Only this").status_code == 422
    assert "Please answer this question." in person.text
    assert person.send(phone=PHONE, consent="yes", do="call").status_code == 303
    assert place.count(Contact) == 1


def test_a_comment_that_was_emptied_is_taken_back_by_who_asks_for_a_call(place: Place, person: Person) -> None:
    person.rate(1)
    person.send(comment="Two hours\r\nin a queue", answer_wrong=["1", "3"])
    person.send(comment="", answer_wrong=[""], phone=PHONE, consent="yes", do="call")
    assert "We will call you" in person.text
    assert place.only_response().comment is None
    assert place.count(ResponseAnswer) == 0


def test_what_is_sent_back_as_it_stood_is_kept_beside_a_call(place: Place, person: Person) -> None:
    person.rate(1, "strict")
    person.send(answer_resolved="2", comment="Two hours\r\nin a queue")
    person.send(answer_resolved="2", comment="Two hours\r\nin a queue ", phone=PHONE, consent="yes", do="call")
    assert "We will call you" in person.text
    assert place.only_response().comment == "Two hours\nin a queue"
    assert place.count(ResponseAnswer) == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"answer_waiting_time": "6"},
        {"answer_waiting_time": "5; DROP"},
        {"answer_waiting_time": ["1", "2"]},
        {"answer_wrong": ["99"]},
        {"comment": "я" * 2001},
        {"comment": "half \x00 way"},
    ],
)
def test_words_that_cannot_be_kept_are_explained_and_nothing_is_lost(
    place: Place, person: Person, sent: dict[str, object]
) -> None:
    person.rate(1)
    assert person.send(**sent).status_code == 422
    assert person.shown.select("[role=alert] a")
    assert place.count(ResponseAnswer) == 0
    if "comment" in sent:
        assert str(sent["comment"])[:4] in _field(person, "comment").get_text()
    assert person.send(comment="Two hours").status_code == 303


def test_ten_megabytes_of_comment_are_refused_in_words(place: Place, person: Person) -> None:
    person.rate(1)
    reply = person.send(comment="я" * 5_000_000)
    assert reply.status_code == 413
    assert "2,000 characters" in person.text
    assert place.only_response().comment is None


@pytest.mark.parametrize(
    "words", [POLYGLOT, "<script>alert(1)</script>", "</textarea><img src=x onerror=alert(1)>", "\u202egnp.exe"]
)
def test_what_people_type_is_shown_as_they_typed_it(person: Person, words: str) -> None:
    person.rate(5)
    person.send(comment=words)
    assert _field(person, "comment").get_text().lstrip("\n") == words
    shown = person.shown.select_one("#words bdi")
    assert shown is not None
    assert shown.get_text() == words
    assert len(person.shown.find_all("script")) == 1
    assert not person.shown.find_all("img")


def test_the_key_stays_out_of_every_other_request(person: Person) -> None:
    person.rate(5)
    assert person.look().headers["Referrer-Policy"] == "no-referrer"
    assert person.send(comment="x", answer_waiting_time="9").headers["Referrer-Policy"] == "no-referrer"
    assert person.client.get("/r/unknown").headers["Referrer-Policy"] == "no-referrer"
    assert person.look().headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("key", ["x", "%00", "A" * 26, "x" * 3000, "é"])
def test_a_key_that_is_none_is_not_found(person: Person, key: str) -> None:
    for reply in (person.client.get(f"/r/{key}"), person.client.post(f"/r/{key}", data={"comment": "x"})):
        assert reply.status_code == 404
        assert "/r/" not in reply.text


def test_after_twelve_hours_the_page_only_thanks(place: Place, person: Person) -> None:
    person.rate(1)
    place.clock.pass_by(hours=11.9)
    assert person.send(comment="Late but in time").status_code == 303
    place.clock.pass_by(hours=12.1)
    person.look("?lang=en")
    assert "no longer takes additions" in person.text
    assert not person.shown.find_all(["form", "button"])
    assert person.send(comment="Too late", phone=PHONE, consent="yes").status_code == 409
    left = person.client.post(f"{person.address}/review/2gis", data={"comment": "Too late"})
    assert (left.status_code, left.location.partition("?")[0]) == (303, person.address)
    assert place.count(ReviewClick) == 0
    assert place.only_response().comment == "Late but in time"
    assert place.count(Contact) == 0


class _Watched(BytesIO):
    """A body that notes how many statements the database had been sent when somebody began to read it."""

    def __init__(self, body: bytes, statements: list[str]) -> None:
        super().__init__(body)
        self.statements = statements
        self.before: list[int] = []

    def read(self, size: int | None = -1) -> bytes:
        """Note and read."""
        self.before.append(len(self.statements))
        return super().read(size)

    def readinto(self, buffer: Any) -> int:
        """Note and read."""
        self.before.append(len(self.statements))
        return super().readinto(buffer)


@pytest.mark.parametrize("path", ["", "/review/2gis"])
def test_nothing_is_begun_before_the_body_has_come(place: Place, person: Person, path: str) -> None:
    person.rate(1)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    body = b"comment=Two+hours"
    stream = _Watched(body, statements)
    event.listen(place.database.engine, "before_cursor_execute", note)
    try:
        reply = person.client.post(
            f"{person.address}{path}",
            input_stream=stream,
            content_length=len(body),
            content_type="application/x-www-form-urlencoded",
        )
    finally:
        event.remove(place.database.engine, "before_cursor_execute", note)
    assert reply.status_code == 303
    assert place.only_response().comment == "Two hours"
    assert set(stream.before) == {0}
    assert statements


def test_looking_at_the_page_writes_nothing(place: Place, person: Person) -> None:
    person.rate(1)
    before = place.only_response().touched_at
    place.clock.pass_by(hours=1)
    person.look()
    person.client.head(person.address)
    assert place.only_response().touched_at == before
    assert place.count(SurveyResponse) == 1


def test_the_way_back_to_the_question_needs_a_code_in_use(place: Place, person: Person) -> None:
    person.rate(1)
    back = person.shown.find("a", string="Changed your mind?")
    assert back is not None
    assert str(back["href"]).startswith(f"/q/{place.codes['office-visit']}")


def test_sites_with_rules_for_premises_are_offered_only_elsewhere(open_place: Callable[..., Place]) -> None:
    place = open_place(channel=Channel.SOCIAL)
    person = place.person()
    person.rate(5)
    assert person.shown.select("form[action*='/review/']")
