"""The first view: one question, and nothing that writes."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from app.accounts.scope import EVERYTHING
from app.kit.clock import utc_now
from app.organisation.models import Unit
from app.responses.models import SurveyResponse
from app.touchpoints.changes import revoke_touchpoint
from tests.web.public.conftest import Person, Place

WORDS = {
    "kk": ["Өте нашар", "Нашар", "Орташа", "Жақсы", "Өте жақсы"],
    "ru": ["Очень плохо", "Плохо", "Нормально", "Хорошо", "Отлично"],
    "uk": ["Дуже погано", "Погано", "Нормально", "Добре", "Чудово"],
    "en": ["Very dissatisfied", "Dissatisfied", "Neither", "Satisfied", "Very satisfied"],
}


def _buttons(page: BeautifulSoup) -> list[tuple[str, str]]:
    return [(str(button["value"]), button.get_text(strip=True)) for button in page.find_all("button")]


@pytest.mark.parametrize("language", list(WORDS))
def test_five_faces_stand_from_bad_to_good_with_a_word_under_each(person: Person, language: str) -> None:
    person.scan(query=f"?lang={language}")
    assert _buttons(person.shown) == [(str(value), word) for value, word in enumerate(WORDS[language], start=1)]
    assert len(person.shown.select("button > svg.face[aria-hidden=true]")) == 5
    assert person.shown.html is not None
    assert person.shown.html["lang"] == language


def test_the_page_names_the_company_and_the_office(person: Person) -> None:
    person.scan()
    assert "Made-up Telecom" in person.text
    assert "Office in Abay street" in person.text


def test_the_page_tells_the_address_and_a_new_one_as_soon_as_it_is_known(place: Place) -> None:
    def shown() -> list[str]:
        person = place.person()
        person.scan()
        return [one.get_text() for one in person.shown.select(".place bdi")]

    def move_to(address: str | None) -> None:
        with place.database.transaction() as session:
            unit = session.get_one(Unit, place.office.touchpoint.unit_id)
            unit.address, unit.name, unit.updated_at = address, "Office", utc_now()
        place.clock.pass_by(seconds=1)  # as often it is asked whether anything has changed

    shown()
    move_to("Abay 10 <b>")
    assert shown() == ["Office", "Abay 10 <b>"]
    move_to("Satpaev 2")
    assert shown() == ["Office", "Satpaev 2"]
    move_to(None)
    assert shown() == ["Office"]


def test_the_first_view_is_two_requests_and_fits_in_fourteen_kilobytes(person: Person) -> None:
    page = person.scan()
    loaded = [str(tag.get("href") or tag.get("src")) for tag in person.shown.find_all(["link", "script", "img"])]
    sheets = [address for address in loaded if address not in ("data:,", "None")]
    assert len(sheets) == 1
    assert sheets[0].startswith("/")
    sheet = person.client.get(sheets[0])
    assert sheet.status_code == 200
    assert "immutable" in sheet.headers["Cache-Control"]
    assert b"url(" not in sheet.data
    assert b"@import" not in sheet.data
    assert len(page.data) + len(sheet.data) <= 14 * 1024


@pytest.mark.parametrize("address", ["/q/{}", "/Q/{}"])
def test_a_code_is_read_in_any_case(place: Place, address: str) -> None:
    code = place.codes["office-visit"]
    for typed in (code, code.lower(), code.replace("0", "O").replace("1", "l"), f"{code[:4]}-{code[4:]}"):
        assert place.app.test_client().get(address.format(typed)).status_code == 200


def test_looking_never_writes_not_even_with_a_rating_in_the_address(place: Place, person: Person) -> None:
    for rating in ["", *range(1, 6)]:
        for _ in range(5):
            assert person.scan(query=f"?rating={rating}").status_code == 200
        assert person.client.head(f"/q/{place.codes['office-visit']}?rating={rating}").status_code == 200
    assert place.count(SurveyResponse) == 0


def test_a_rating_in_the_address_marks_its_answer_and_says_so(person: Person) -> None:
    person.scan(query="?lang=en&rating=4")
    marked = person.shown.select("button[aria-current=true]")
    assert [button["value"] for button in marked] == ["4"]
    assert "You have marked “Satisfied”" in person.text
    links = [str(link["href"]) for link in person.shown.select("nav a")]
    assert all("rating=4" in link for link in links)


@pytest.mark.parametrize("rating", ["0", "6", "٤", "4.0", "4;DROP", "-1", "999999999999", "%00", "%ED%A0%80"])
def test_an_odd_rating_in_the_address_marks_nothing(person: Person, rating: str) -> None:
    assert person.scan(query=f"?rating={rating}").status_code == 200
    assert not person.shown.select("button[aria-current]")


def test_the_browsers_language_counts_and_the_switch_outdoes_it(person: Person) -> None:
    person.scan(query="", **{"Accept-Language": "de, uk;q=0.8, en;q=0.5"})
    assert _buttons(person.shown)[4][1] == "Чудово"
    person.scan(query="?lang=kk", **{"Accept-Language": "uk"})
    assert _buttons(person.shown)[4][1] == "Өте жақсы"
    assert person.shown.select_one("nav a[aria-current=true]").get_text() == "Қазақша"  # type: ignore[union-attr]


def test_a_survey_is_shown_only_in_languages_that_it_has(person: Person) -> None:
    person.scan("helped", query="?lang=kk")
    assert person.shown.html is not None
    assert person.shown.html["lang"] == "ru"
    assert [link["lang"] for link in person.shown.select("nav a")] == ["ru", "en"]


@pytest.mark.parametrize(
    ("survey", "values"),
    [
        ("nps", range(11)),
        ("ces", range(1, 8)),
        ("pmf", range(1, 5)),
        ("helped", range(1, 3)),
    ],
)
def test_every_kind_of_first_question_is_answered_by_one_tap(
    place: Place, person: Person, survey: str, values: range
) -> None:
    person.scan(survey)
    assert [value for value, _ in _buttons(person.shown)] == [str(value) for value in values]
    assert person.tap(values[-1]).status_code == 303
    assert place.only_response().rating == values[-1]
    assert person.look().status_code == 200


def test_the_ends_of_a_scale_of_numbers_are_named_for_eyes_and_ears(person: Person) -> None:
    person.scan("nps")
    named = {str(button["value"]): button.get("aria-label") for button in person.shown.find_all("button")}
    assert named["0"] == "0 – Not at all likely"
    assert named["5"] is None
    assert "10 – Extremely likely" in person.text


def test_unknown_withdrawn_and_impossible_codes_answer_alike(place: Place, person: Person) -> None:
    with place.database.transaction() as session:
        revoke_touchpoint(session, place.office.touchpoint.id, scope=EVERYTHING, now=place.clock.now)
    codes = [place.codes["office-visit"], "00000000", "ABC", "%00", "UUUUUUUU", "x" * 500]
    replies = [person.client.get(f"/q/{code}", headers={"Accept-Language": "en"}) for code in codes]
    assert {reply.status_code for reply in replies} == {404}
    assert len({reply.data for reply in replies}) == 1
    assert "This link is not in use" in replies[0].text
    assert '<html lang="en">' in replies[0].text


def test_nothing_on_the_page_needs_script_or_inline_style(person: Person) -> None:
    reply = person.scan()
    assert not person.shown.find_all(["style", "iframe"])
    scripts = person.shown.find_all("script")
    assert [script.text.count("sendBeacon") for script in scripts] == [1], "only what counts openings"
    tags = person.shown.find_all(True)
    assert not [tag for tag in tags if any(name == "style" or name.startswith("on") for name in tag.attrs)]
    policy = reply.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert reply.headers["Cache-Control"] == "no-store"


def test_the_device_cookie_is_signed_and_kept_from_scripts(person: Person) -> None:
    cookie = person.scan().headers["Set-Cookie"]
    assert cookie.startswith("device=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    first = person.client.get_cookie("device")
    person.scan()
    again = person.client.get_cookie("device")
    assert first is not None
    assert again is not None
    assert first.value == again.value
    person.client.set_cookie("device", "made-up.signature")
    person.scan()
    renewed = person.client.get_cookie("device")
    assert renewed is not None
    assert renewed.value != "made-up.signature"


def test_over_https_the_device_cookie_is_bound_to_the_host(open_place: Callable[..., Place]) -> None:
    place = open_place(base_url="https://feedback.example.kz")
    address = f"https://feedback.example.kz/q/{place.codes['office-visit']}"
    cookie = place.app.test_client().get(address).headers["Set-Cookie"]
    assert cookie.startswith("__Host-device=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_whoever_guesses_codes_is_told_to_wait_while_the_office_goes_on(place: Place) -> None:
    guesser = place.app.test_client()
    answers = [guesser.get(f"/q/0000{number:04d}").status_code for number in range(35)]
    assert answers == [404] * 30 + [429] * 5
    assert guesser.get("/r/AAAAAAAAAAAAAAAAAAAAAA").status_code == 429
    assert guesser.get(f"/q/{place.codes['office-visit']}").status_code == 200
    elsewhere = place.app.test_client().get("/q/00000001", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert elsewhere.status_code == 404


def test_a_change_that_began_before_another_and_ended_after_it_shows_within_a_minute(
    place: Place, person: Person
) -> None:
    person.scan()
    with place.database.transaction() as session:  # as a long import does that began before the last change
        session.get_one(Unit, place.office.touchpoint.unit_id).name = "Office that moved"
    place.clock.pass_by(seconds=60)
    person.scan()
    assert "Office that moved" in person.text
