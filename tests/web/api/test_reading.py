"""What is sent: strict JSON of bounded size; whatever is unclear is refused, never guessed."""

import json

import pytest

from tests.web.api.callers import System, a_call

_GOOD = json.dumps(a_call()).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[1,]",
        b"\xff\xfe",
        "{}".encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"source": NaN}',
        b'{"wait_seconds": 1e999}',
        b'{"source": "a", "source": "b"}',
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b"9" * 10_000,
        _GOOD + b"x",
    ],
)
def test_what_is_no_plain_json_is_400(system: System, raw: bytes) -> None:
    answer = system.send("/interactions", raw[: 60 * 1024])
    assert (answer.status_code, answer.json["code"]) == (400, "bad_json")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
def test_another_kind_of_body_is_415(system: System, content_type: str) -> None:
    assert system.send("/interactions", _GOOD, content_type).status_code == 415


@pytest.mark.parametrize("raw", [b"null", b"[]", b"1", b'"a"', b"{}", b'{"\\u0000": 1}'])
def test_json_of_another_shape_is_422(system: System, raw: bytes) -> None:
    assert system.send("/interactions", raw).status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"external_id": ""}, "external_id"),
        ({"external_id": "a\x00b"}, "external_id"),
        ({"external_id": "a\nb"}, "external_id"),
        ({"external_id": 5}, "external_id"),
        ({"source": "x" * 201}, "source"),
        ({"topic": "\ud800"}, "topic"),
        ({"channel": "pigeon"}, "channel"),
        ({"unit": None}, "unit"),
        ({"ended_at": "2026-03-04T10:56:18"}, "ended_at"),
        ({"ended_at": "yesterday"}, "ended_at"),
        ({"ended_at": 1772600553}, "ended_at"),
        ({"ended_at": "2026-02-30T10:56:18Z"}, "ended_at"),
        ({"ended_at": "0001-01-01T00:00:00+14:00"}, "ended_at"),
        ({"ended_at": "2026-03-04T11:05:01+05:00"}, "ended_at"),
        ({"wait_seconds": "41"}, "wait_seconds"),
        ({"wait_seconds": True}, "wait_seconds"),
        ({"wait_seconds": 1.5}, "wait_seconds"),
        ({"wait_seconds": -1}, "wait_seconds"),
        ({"wait_seconds": 10**30}, "wait_seconds"),
        ({"resolved": 1}, "resolved"),
        ({"tags": ["a"] * 21}, "tags"),
        ({"tags": [1]}, "tags.0"),
        ({"recording_url": "javascript:alert(1)"}, "recording_url"),
        ({"contact": {"phone": "nobody"}}, "contact.phone"),
        ({"contact": {"email": "nobody"}}, "contact.email"),
        ({"contact": {"fax": "1"}}, "contact.fax"),
        ({"delivery": "pigeon"}, "delivery"),
        ({"unit": "nowhere"}, "unit"),
        ({"employee": "nobody"}, "employee"),
        ({"mistyped": 1}, "mistyped"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(system: System, changes: dict[str, object], field: str) -> None:
    answer = system.send("/interactions", json.dumps(a_call(**changes)).encode())
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [field]


def test_what_was_sent_is_not_repeated_in_a_refusal(system: System) -> None:
    answer = system.post("/interactions", a_call(contact={"phone": "call 7011234567 now please" * 9}))
    assert answer.status_code == 422
    assert "7011234567" not in answer.text


def test_whole_numbers_may_be_written_with_a_point(system: System) -> None:
    assert system.post("/interactions", a_call(wait_seconds=41.0)).status_code == 202


def test_a_body_is_bounded_and_a_bulk_may_be_larger(system: System) -> None:
    large = json.dumps(a_call(topic="x")).encode() + b" " * (70 * 1024)
    assert system.send("/interactions", large).status_code == 413
    assert system.send("/interactions/bulk", b'{"interactions": [' + large + b"]}").status_code == 200
    assert system.send("/interactions/bulk", b" " * (5 * 1024 * 1024)).status_code == 413


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "since=2026", "band=sad", "mistyped=1", "a=1&a=2"]
)
def test_a_parameter_that_cannot_be_taken_is_named(system: System, query: str) -> None:
    answer = system.client.get(f"/api/v1/responses?{query}", headers=system.headers())
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == query.partition("=")[0]


def test_parameters_where_none_are_taken_are_refused(system: System) -> None:
    answer = system.client.post("/api/v1/interactions?x=1", json=a_call(), headers=system.headers())
    assert answer.status_code == 422
