"""Each source against the shapes that its site documents, and against everything else that may come."""

import logging
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from app.messaging.http import Http
from app.review_sites.public_ratings.google_places import GooglePlaces
from app.review_sites.public_ratings.models import Outcome
from app.review_sites.public_ratings.sources import PublicRating, RatingError, RatingSource, Reference
from app.review_sites.public_ratings.trustpilot import Trustpilot
from app.review_sites.public_ratings.twogis import TwoGis
from tests.review_sites.public_ratings.sites import FOUND, GOOGLE, TRUSTPILOT, TWOGIS, Sites, scripted_sites

KEY = "a-key-that-is-secret"
PLACE, FIRM, DOMAIN = Reference("ChIJabcdef"), Reference("70000001012345678"), Reference("example.kz")


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    with scripted_sites() as sites:
        yield sites


def google(sites: Sites) -> GooglePlaces:
    return GooglePlaces(sites.url, KEY, http=Http(seconds=1))


def twogis(sites: Sites) -> TwoGis:
    return TwoGis(sites.url, KEY, http=Http(seconds=1))


def trustpilot(sites: Sites) -> Trustpilot:
    return Trustpilot(sites.url, KEY, http=Http(seconds=1))


def outcome(source: RatingSource, reference: Reference) -> Outcome:
    with pytest.raises(RatingError) as raised:
        source.fetch_rating(reference)
    assert KEY not in str(raised.value)
    return raised.value.outcome


def without(content: dict[str, Any], *path: str) -> dict[str, Any]:
    """Return the content without one of its fields."""
    copy = deepcopy(content)
    inner = copy
    for name in path[:-1]:
        inner = inner[name][0] if isinstance(inner[name], list) else inner[name]
    del inner[path[-1]]
    return copy


def test_google_tells_stars_and_count_for_the_two_headers_it_asks_for(sites: Sites) -> None:
    sites.say(GOOGLE)
    assert google(sites).fetch_rating(PLACE) == PublicRating(430, 1287, "ChIJabcdef")
    asked = sites.asked[-1]
    assert (asked.path, asked.query) == ("/v1/places/ChIJabcdef", {})
    assert asked.headers["x-goog-api-key"] == KEY
    assert asked.headers["x-goog-fieldmask"] == "id,rating,userRatingCount"


def test_google_is_asked_about_the_id_that_it_gave_a_place_since(sites: Sites) -> None:
    sites.say({**GOOGLE, "id": "ChIJmoved"})
    assert google(sites).fetch_rating(PLACE).place == "ChIJmoved"
    google(sites).fetch_rating(replace(PLACE, place="ChIJmoved"))
    assert sites.asked[-1].path == "/v1/places/ChIJmoved"


def test_2gis_tells_the_branch_not_the_organisation_and_counts_stars_without_words(sites: Sites) -> None:
    sites.say(TWOGIS)
    assert twogis(sites).fetch_rating(FIRM) == PublicRating(460, 1540, FIRM.key)
    asked = sites.asked[-1]
    assert asked.path == "/3.0/items/byid"
    assert asked.query == {"id": FIRM.key, "fields": "items.reviews,items.org", "key": KEY}
    sites.say(without(TWOGIS, "result", "items", "reviews", "general_review_count_with_stars"))
    assert twogis(sites).fetch_rating(FIRM) == PublicRating(460, 812, FIRM.key)


def test_2gis_is_asked_for_less_where_a_field_is_not_granted(sites: Sites) -> None:
    """It says so by the status, or in the body of a 200."""
    for refused in ((400, {"meta": {"code": 400}}), {"meta": {"code": 400, "error": {"type": "paramIsInvalid"}}}):
        sites.say(refused, TWOGIS)
        assert twogis(sites).fetch_rating(FIRM).stars == 460
        assert sites.asked[-1].query["fields"] == "items.reviews"
    sites.say(400)
    assert outcome(twogis(sites), FIRM) is Outcome.FIELD_DENIED
    sites.say(without(TWOGIS, "result", "items", "reviews"))
    assert outcome(twogis(sites), FIRM) is Outcome.FIELD_DENIED


def test_trustpilot_is_asked_for_the_domain_once_and_by_its_id_from_then_on(sites: Sites) -> None:
    sites.say(FOUND, TRUSTPILOT)
    sites.asked.clear()
    assert trustpilot(sites).fetch_rating(DOMAIN) == PublicRating(440, 1287, "46d6a890000064000500e0c3")
    found, asked = sites.asked
    assert (found.path, found.query) == ("/v1/business-units/find", {"name": "example.kz"})
    assert (asked.path, asked.headers["apikey"]) == (f"/v1/business-units/{FOUND['id']}", KEY)
    sites.asked.clear()
    known = replace(DOMAIN, place="0123456789abcdef")
    trustpilot(sites).fetch_rating(known)
    assert [one.path for one in sites.asked] == ["/v1/business-units/0123456789abcdef"]
    sites.say(404, FOUND, TRUSTPILOT)  # the id is gone: the domain is sought again
    assert trustpilot(sites).fetch_rating(known).place == FOUND["id"]


def test_a_page_that_nobody_has_rated_has_no_stars_and_no_failure(sites: Sites) -> None:
    none_yet = PublicRating(None, 0, "ChIJabcdef")
    for content in ({"id": "ChIJabcdef"}, {**GOOGLE, "rating": 0, "userRatingCount": 0}, without(GOOGLE, "rating")):
        sites.say(content)
        assert google(sites).fetch_rating(PLACE) == none_yet
    sites.say(without(TWOGIS, "result", "items", "reviews", "general_rating"))
    assert twogis(sites).fetch_rating(FIRM).stars is None
    sites.say({**TRUSTPILOT, "score": {"trustScore": 0}, "numberOfReviews": {"total": 0}})
    assert trustpilot(sites).fetch_rating(replace(DOMAIN, place="id1")).stars is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (401, Outcome.BAD_KEY),
        (403, Outcome.BAD_KEY),
        (404, Outcome.NOT_FOUND),
        (429, Outcome.RATE_LIMITED),
        (500, Outcome.UNAVAILABLE),
        (503, Outcome.UNAVAILABLE),
        ("hang", Outcome.UNAVAILABLE),
        ("reset", Outcome.UNAVAILABLE),
        ("huge", Outcome.NONSENSE),
        ("redirect", Outcome.NONSENSE),
        (b"<html>\xff no JSON {", Outcome.NONSENSE),
        ([1, 2], Outcome.NONSENSE),
        ({}, Outcome.NONSENSE),
    ],
)
def test_whatever_goes_wrong_is_told_by_its_kind(sites: Sites, answer: object, expected: Outcome) -> None:
    sites.say(answer)
    for source, reference in (
        (google(sites), PLACE),
        (twogis(sites), FIRM),
        (trustpilot(sites), replace(DOMAIN, place="id1")),
    ):
        assert outcome(source, reference) is expected


def test_google_says_by_400_what_others_say_by_their_own_status(sites: Sites) -> None:
    def error(message: str, *reasons: str) -> tuple[int, object]:
        return 400, {"error": {"message": message, "details": [{"reason": reason} for reason in reasons]}}

    for answer, expected in (
        (error("API key not valid.", "API_KEY_INVALID"), Outcome.BAD_KEY),
        (error("Not a valid Place ID: ChIJabcdef"), Outcome.NOT_FOUND),
        (error("Error expanding 'fields' parameter."), Outcome.FIELD_DENIED),
        ((400, {"error": "odd"}), Outcome.FIELD_DENIED),
    ):
        sites.say(answer)
        assert outcome(google(sites), PLACE) is expected


def test_stars_and_counts_that_cannot_be_are_no_rating(sites: Sites) -> None:
    for odd in (5.1, 0.5, -3, "4.5", True, [4], float("nan"), float("inf")):
        sites.say({**GOOGLE, "rating": odd})
        assert outcome(google(sites), PLACE) is Outcome.NONSENSE, odd
    for count in (-1, 1.5, "12", True, 10**12, [1]):
        sites.say({**GOOGLE, "userRatingCount": count})
        assert outcome(google(sites), PLACE) is Outcome.NONSENSE, count
    for place in ("../../secret", "a b", "", 7, None, "x" * 301):
        sites.say({**GOOGLE, "id": place})
        assert outcome(google(sites), PLACE) is Outcome.NONSENSE, place
    sites.say(without(GOOGLE, "userRatingCount"))
    assert outcome(google(sites), PLACE) is Outcome.NONSENSE


def test_no_key_gets_into_a_log_or_the_words_of_a_source(sites: Sites, caplog: pytest.LogCaptureFixture) -> None:
    """2GIS takes its key in the address, and libraries like to log addresses."""
    with caplog.at_level(logging.DEBUG):
        sites.say(TWOGIS)
        twogis(sites).fetch_rating(FIRM)
        for answer in (403, "reset", "hang", b"no JSON"):
            sites.say(answer)
            outcome(twogis(sites), FIRM)
    assert KEY not in caplog.text
    assert all(KEY not in repr(source) for source in (google(sites), twogis(sites), trustpilot(sites)))
