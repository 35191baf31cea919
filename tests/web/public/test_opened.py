"""Counted opens: what a browser reports after somebody has seen the page, and nothing else."""

import base64
import hashlib
import re

import pytest
from sqlalchemy import func, select

from app.accounts.scope import EVERYTHING
from app.responses.models import DeviceAnswer, SurveyResponse
from app.touchpoints.changes import revoke_touchpoint
from app.touchpoints.models import PageOpen
from tests.web.public.conftest import Person, Place

OURS = {"Sec-Fetch-Site": "same-origin"}
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def _opens(place: Place) -> list[tuple[str, int]]:
    with place.database.reading() as session:
        rows = session.execute(select(PageOpen.day, PageOpen.opens).order_by(PageOpen.day))
        return [(str(day), opens) for day, opens in rows]


def _report(person: Person, code: str = "", *, path: str = "/q/{}/opened", **headers: str) -> int:
    code = code or person.place.codes["office-visit"]
    return person.client.post(path.format(code), headers={**OURS, **headers}).status_code


def test_each_report_counts_one_on_its_day(place: Place, person: Person) -> None:
    assert [_report(person), _report(person, path="/Q/{}/opened")] == [204, 204]
    place.clock.pass_by(hours=18)  # midnight in Greenwich
    assert _report(person) == 204
    assert _opens(place) == [("2026-03-04", 2), ("2026-03-05", 1)]


def test_a_code_is_read_in_any_case(place: Place, person: Person) -> None:
    code = place.codes["office-visit"]
    for typed in (code.lower(), f"{code[:4]}-{code[4:]}"):
        assert _report(person, typed) == 204
    assert _opens(place) == [("2026-03-04", 2)]


@pytest.mark.parametrize("code", ["00000000", "nothing", "%00", "x" * 500, "Ж"])
def test_an_unknown_code_is_answered_alike_and_counts_nothing(place: Place, person: Person, code: str) -> None:
    assert _report(person, code) == 204
    assert _opens(place) == []


def test_a_withdrawn_code_counts_nothing(place: Place, person: Person) -> None:
    with place.database.transaction() as session:
        revoke_touchpoint(session, place.office.touchpoint.id, scope=EVERYTHING, now=place.clock.now)
    assert _report(person) == 204
    assert _opens(place) == []


def test_looking_counts_nothing(place: Place, person: Person) -> None:
    """Scanners open links fifty times, by GET and HEAD, and browsers load pages ahead that nobody looks at."""
    code = place.codes["office-visit"]
    for number in range(50):
        assert person.client.get(f"/q/{code}?rating={number % 6}", headers={"Sec-Purpose": "prefetch"}).status_code
        assert person.client.head(f"/q/{code}").status_code == 200
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert person.client.open(f"/q/{code}/opened", method=method, headers=OURS).status_code == 405
    assert _opens(place) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
        {"Sec-Fetch-Site": ""},
    ],
)
def test_what_no_page_of_ours_has_sent_counts_nothing(place: Place, person: Person, headers: dict[str, str]) -> None:
    code = place.codes["office-visit"]
    assert person.client.post(f"/q/{code}/opened", headers=headers).status_code == 204
    assert _opens(place) == []


def test_a_browser_by_plain_http_is_known_by_its_origin(place: Place, person: Person) -> None:
    code = place.codes["office-visit"]
    for origin in ("http://localhost", "http://localhost:8000"):  # the request's own host, and the public one
        assert person.client.post(f"/q/{code}/opened", headers={"Origin": origin}).status_code == 204
    assert _opens(place) == [("2026-03-04", 2)]


def test_one_address_cannot_blow_a_counter_up(place: Place, person: Person) -> None:
    assert {_report(person) for _ in range(200)} == {204}
    assert _opens(place) == [("2026-03-04", 30)]
    elsewhere = place.codes["nps"]
    assert _report(person, elsewhere) == 204
    with place.database.reading() as session:
        assert session.scalar(select(func.sum(PageOpen.opens))) == 31
    assert {_report(person, f"{number:08d}") for number in range(400)} == {204}
    assert _report(person, place.codes["ces"]) == 204  # it has had its share, whatever it asks
    with place.database.reading() as session:
        assert session.scalar(select(func.sum(PageOpen.opens))) == 31


def test_a_report_makes_no_response_keeps_no_body_and_sets_no_cookie(place: Place, person: Person) -> None:
    code = place.codes["office-visit"]
    reply = person.client.post(f"/q/{code}/opened", data={"rating": "5", "form_token": "x"}, headers=OURS)
    assert (reply.status_code, reply.data) == (204, b"")
    assert "Set-Cookie" not in reply.headers
    assert (place.count(SurveyResponse), place.count(DeviceAnswer)) == (0, 0)


def test_a_report_does_not_wait_for_whoever_writes(place: Place, person: Person) -> None:
    """It is left out, and nobody's rating comes later for it."""
    assert _report(person) == 204
    with place.database.transaction() as writing:
        writing.execute(select(PageOpen).with_for_update()).all()
        assert _report(person) == 204
    assert _opens(place) == [("2026-03-04", 1)]


def test_the_policy_allows_the_very_script_of_the_page_and_no_other(place: Place, person: Person) -> None:
    page = person.scan()
    found = _SCRIPT.findall(page.text)
    assert len(found) == 1
    assert "//" not in found[0]
    digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "unsafe" not in policy


def test_a_page_that_asks_again_does_not_report_again(person: Person) -> None:
    person.scan()
    again = person.tap("9")
    assert again.status_code == 422
    assert "<script>" not in again.text
    assert "sha256" not in again.headers["Content-Security-Policy"]
