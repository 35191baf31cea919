"""One POST to another system: to an address that was looked at, at most so long, reading at most so much.

`http.client` on a socket of our own, since each of the limits lies below what a client library lets one set: the very
address that is connected to, no proxy of the environment, no redirect, no cookie, and one end for the whole call,
however slowly the other side drips.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

import certifi

from app.kit.errors import OtklikError
from app.webhooks.addresses import (
    AddressRefusedError,
    Resolver,
    Target,
    WebhookUrlError,
    choose_addresses,
    is_public,
    read_target,
    resolve_by_system,
)

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
LARGEST_ANSWER = 64 * 1024
# What is shown of an answer.
SHOWN = 500
_MOST_ADDRESSES = 4


class WebhookCallError(OtklikError):
    """The call did not come to an answer; `code` says why: name_unknown, no_connection, tls, timeout, no_http."""

    code = "no_connection"

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: its status, the beginning of the text, and its Retry-After as it stands."""

    status: int
    text: str
    retry_after: str | None


def _tls() -> ssl.SSLContext:
    # The system's authorities, a company's own among them, and those that browsers trust.
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@dataclass(frozen=True, slots=True)
class Caller:
    """Posts to endpoints; `resolve` is asked once a call, `is_open` of each address that it names.

    `allow_local` is for a trial on one machine.
    """

    allow_local: bool = False
    resolve: Resolver = resolve_by_system
    is_open: Callable[[str], bool] = is_public
    tls: ssl.SSLContext = field(default_factory=_tls)
    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Return what was answered, whatever its status; raises one of CALL_ERRORS."""
        target = read_target(url, allow_local=self.allow_local)
        try:
            addresses = choose_addresses(target, self.resolve, is_open=self.is_open)
        except (OSError, UnicodeError):
            raise WebhookCallError("name_unknown", "the name of the machine is not known") from None
        deadline = time.monotonic() + self.total_seconds
        try:
            with self._connect(target, addresses, deadline) as connected:
                return _exchange(connected, target, body, headers, deadline)
        except TimeoutError:
            raise WebhookCallError("timeout", "no whole answer in time") from None
        except ssl.SSLError:
            raise WebhookCallError("tls", "the certificate or the encryption is not right") from None
        except http.client.HTTPException:
            raise WebhookCallError("no_http", "what answered does not speak HTTP") from None
        except OSError:
            raise WebhookCallError("no_connection", "the machine takes no connection, or broke it off") from None

    def _connect(self, target: Target, addresses: list[str], deadline: float) -> socket.socket:
        failed: OSError = OSError("no address")
        for address in addresses[:_MOST_ADDRESSES]:
            seconds = min(self.connect_seconds, _left(deadline))
            try:
                plain = socket.create_connection((address, target.port), timeout=seconds)
            except OSError as error:
                failed = error
                continue
            return self._encrypt(plain, target) if target.secure else plain
        raise failed

    def _encrypt(self, plain: socket.socket, target: Target) -> socket.socket:
        try:
            plain.settimeout(self.connect_seconds)
            return self.tls.wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise


class _Timed:
    """A socket whose every step ends with the whole call; as much of one as `http.client` uses."""

    def __init__(self, inner: socket.socket, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def sendall(self, data: bytes) -> None:
        self._inner.settimeout(_left(self._deadline))
        self._inner.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._inner, self._deadline))

    def close(self) -> None:
        """Leave it open: `http.client` lets go of the socket before it reads what ends with the connection."""


class _TimedReader(io.RawIOBase):
    def __init__(self, inner: socket.socket, deadline: float) -> None:
        super().__init__()
        self._inner, self._deadline = inner, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._inner.settimeout(_left(self._deadline))
        return self._inner.recv_into(buffer)


def _exchange(
    connected: socket.socket, target: Target, body: bytes, headers: Mapping[str, str], deadline: float
) -> Answer:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # on this socket or not at all
    connection.sock = cast("socket.socket", _Timed(connected, deadline))
    sent = {
        "Host": target.authority,
        "Content-Type": "application/json",
        "User-Agent": "Otklik-Webhooks/1",
        "Accept": "*/*",
        "Connection": "close",
        **headers,
    }
    connection.request("POST", target.path, body=body, headers=sent)
    with connection.getresponse() as response:
        # Half an answer is an answer: its status has been said.
        said = b""
        with suppress(http.client.IncompleteRead):
            said = response.read(LARGEST_ANSWER)
        return Answer(response.status, _show(said), response.getheader("Retry-After"))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _show(said: bytes) -> str:
    text = said[: SHOWN * 4].decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in text)[:SHOWN].strip()


# What a call can raise, all of it to be tried again.
CALL_ERRORS = (WebhookCallError, WebhookUrlError, AddressRefusedError)
