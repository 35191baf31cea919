"""The call itself, against real sockets: which address is connected to, and that nothing goes on for ever."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.webhooks.addresses import AddressRefusedError, WebhookUrlError
from app.webhooks.calling import Answer, Caller, WebhookCallError
from tests.webhooks.receiver import Receiver, Script, is_here, make_certificate, receiver, say, say_raw

TRIAL = Caller(allow_local=True, connect_seconds=2.0, total_seconds=1.0)


@pytest.fixture
def sentinel() -> Iterator[Receiver]:
    """A machine behind our own walls, which nobody may knock at."""
    with receiver(say("200 OK")) as listening:
        yield listening


def post(caller: Caller, script: Script) -> tuple[Answer, Receiver]:
    """Return what was answered and the other side."""
    with receiver(script) as other:
        return caller.post(other.url, '{"я":1}'.encode(), {"webhook-id": "e1"}), other


def test_the_body_and_the_headers_arrive_as_they_are() -> None:
    answer, other = post(TRIAL, say("202 Accepted", "taken\n\x00"))
    (request,) = other.requests
    assert (answer.status, answer.text) == (202, "taken")
    assert request.line == "POST /hooks?k=1 HTTP/1.1"
    assert request.body == '{"я":1}'.encode()
    assert request.headers["host"] == f"localhost:{other.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "e1"
    assert "cookie" not in request.headers


def test_the_name_is_checked_and_told_though_the_address_is_connected_to(tmp_path: Path) -> None:
    server, client = make_certificate(tmp_path, "crm.example")
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with receiver(say("204 No Content"), tls=server) as other:
        caller = Caller(resolve=resolve, is_open=is_here, tls=client)
        assert caller.post(f"https://crm.example:{other.port}/", b"{}", {}).status == 204
        assert other.requests[0].headers["host"] == f"crm.example:{other.port}"
        with pytest.raises(WebhookCallError) as refused:
            caller.post(f"https://other.example:{other.port}/", b"{}", {})
        with pytest.raises(WebhookCallError) as unknown:
            Caller(resolve=resolve, is_open=is_here).post(f"https://crm.example:{other.port}/", b"{}", {})
        assert len(other.requests) == 1
    assert (refused.value.code, unknown.value.code) == ("tls", "tls")
    assert asked == ["crm.example", "other.example", "crm.example"]


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["::1", "127.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["169.254.169.254"],
        ["10.0.0.1", "fd00::1"],
    ],
    ids=str,
)
def test_a_name_that_leads_behind_our_walls_is_not_connected_to(sentinel: Receiver, found: list[str]) -> None:
    caller = Caller(resolve=lambda _host, _port: found)
    with pytest.raises(AddressRefusedError):
        caller.post(f"https://crm.example:{sentinel.port}/", b"{}", {})
    assert sentinel.connections == 0


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "169.254.169.254", "localhost"]
)
def test_an_address_behind_our_walls_is_refused_in_every_form(sentinel: Receiver, host: str) -> None:
    with pytest.raises(WebhookUrlError):
        Caller().post(f"https://{host}:{sentinel.port}/", b"{}", {})
    assert sentinel.connections == 0


def test_a_name_that_changes_its_mind_is_asked_once(sentinel: Receiver) -> None:
    """The first answer is public, every later one is the sentinel: a second look would connect to it."""
    answers = iter([["192.0.2.1"], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    # 192.0.2.1 stands for a public address and leads nowhere.
    caller = Caller(resolve=resolve, is_open=lambda address: address == "192.0.2.1", connect_seconds=0.3)
    with pytest.raises(WebhookCallError):
        caller.post(f"https://crm.example:{sentinel.port}/", b"{}", {})
    assert (asked, sentinel.connections) == (["crm.example"], 0)


def test_a_redirect_is_an_answer_and_is_not_followed(sentinel: Receiver) -> None:
    answer, other = post(TRIAL, say("302 Found", Location=f"http://localhost:{sentinel.port}/"))
    assert (answer.status, other.connections, sentinel.connections) == (302, 1, 0)


def test_proxies_of_the_environment_are_not_asked(sentinel: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{sentinel.port}")
    answer, _ = post(TRIAL, say("200 OK"))
    assert (answer.status, sentinel.connections) == (200, 0)


@pytest.mark.parametrize("text", ["120", "Wed, 04 Mar 2026 06:01:00 GMT"])
def test_retry_after_is_handed_on(text: str) -> None:
    answer, _ = post(TRIAL, say("429 Too Many Requests", Retry_After=text))
    assert (answer.status, answer.retry_after) == (429, text)


def test_of_a_large_answer_the_beginning_is_read() -> None:
    answer, _ = post(TRIAL, say_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", *[b"x" * 65536] * 40))
    assert (answer.status, answer.text) == (200, "x" * 500)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n"], ids=["1.0", "1.1"]
)
def test_an_answer_may_end_with_the_connection(head: bytes) -> None:
    answer, _ = post(TRIAL, say_raw(head + b"\r\n", b"taken"))
    assert (answer.status, answer.text) == (200, "taken")


def test_an_answer_in_chunks_is_read() -> None:
    pieces = (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\ntak\r\n", b"2\r\nen\r\n0\r\n\r\n")
    answer, _ = post(TRIAL, say_raw(*pieces))
    assert (answer.status, answer.text) == (201, "taken")


def test_an_answer_that_breaks_off_has_said_its_status() -> None:
    answer, _ = post(TRIAL, say_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
    assert answer.status == 200


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (say_raw(b"not http at all\r\n\r\n"), "no_http"),
        (say_raw(b""), "no_http"),
        (say_raw(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"), "no_http"),
    ],
    ids=["garbage", "nothing", "too many headers"],
)
def test_what_does_not_speak_http_is_told_apart(script: Script, code: str) -> None:
    with pytest.raises(WebhookCallError) as failed:
        post(TRIAL, script)
    assert failed.value.code == code


def _drip(*, in_headers: bool, stop: threading.Event) -> Script:
    head = b"HTTP/1.1 200 OK\r\n" if in_headers else b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    return say_raw(head, *[b"a"] * 400, pause=0.05, stop=stop)


@pytest.mark.parametrize(
    "script",
    [
        lambda stop: lambda _connection: stop.wait(20),
        lambda stop: _drip(in_headers=True, stop=stop),
        lambda stop: _drip(in_headers=False, stop=stop),
    ],
    ids=["silence", "drip in the headers", "drip in the body"],
)
def test_a_call_ends_in_time_however_slowly_the_other_side_speaks(script: Callable[[threading.Event], Script]) -> None:
    stop, began = threading.Event(), time.monotonic()
    try:
        with pytest.raises(WebhookCallError) as failed:
            post(TRIAL, script(stop))
    finally:
        stop.set()
    assert failed.value.code == "timeout"
    assert time.monotonic() - began < 5


def test_a_machine_that_is_not_there_and_a_name_that_nobody_knows() -> None:
    with receiver(say("200 OK")) as other:
        pass
    with pytest.raises(WebhookCallError) as gone:
        TRIAL.post(other.url, b"{}", {})

    def find_nothing(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(WebhookCallError) as unknown:
        Caller(resolve=find_nothing).post("https://crm.example/", b"{}", {})
    assert (gone.value.code, unknown.value.code) == ("no_connection", "name_unknown")
