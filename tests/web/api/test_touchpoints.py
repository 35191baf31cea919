"""Codes that another system prints."""

from tests.web.api.callers import System

_WANTED = {"unit": "east-1", "survey": "office-visit", "placement": "receipt"}


def test_a_code_is_made_once_and_its_page_opens(system: System) -> None:
    first = system.post("/touchpoints", _WANTED)
    again = system.post("/touchpoints", {**_WANTED, "placement": " receipt "})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    told = first.json
    assert told["url"].endswith(f"/q/{told['code']}")
    assert told["qr_content"] == told["url"].upper()
    assert system.client.get(f"/q/{told['code']}").status_code == 200
    assert told["qr_svg"].endswith(f"/touchpoints/{told['code']}/qr.svg")


def test_the_list_is_the_newest_first_and_goes_on_by_cursor(system: System) -> None:
    codes = [system.post("/touchpoints", {**_WANTED, "placement": f"desk {n}"}).json["code"] for n in range(3)]
    page = system.get("/touchpoints", limit=2).json
    rest = system.get("/touchpoints", limit=2, cursor=page["next_cursor"]).json
    assert [one["code"] for one in page["items"] + rest["items"]] == codes[::-1]
    assert rest["next_cursor"] is None


def test_what_cannot_be_made_is_named(system: System) -> None:
    for changes, code in (
        ({"unit": "nowhere"}, "unknown_unit"),
        ({"survey": "nothing"}, "unknown_survey"),
        ({"placement": "x" * 81}, "invalid_input"),
        ({"channel": "pigeon"}, "invalid_input"),
    ):
        answer = system.post("/touchpoints", {**_WANTED, **changes})
        assert (answer.status_code, answer.json["code"]) == (422, code)
