"""One call to a gateway's API: bounded in time and size, never redirected, its failures told as DeliveryError.

Addresses and keys never get into an exception or a log: Telegram's and Mobizon's keys are parts of their addresses.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from app.messaging.gateway import DeliveryError
from app.messaging.watch import watch_socket, within

# A gateway promises to be back within 30 seconds.
TOTAL_SECONDS = 20.0
CONNECT_SECONDS = 5.0
LARGEST_ANSWER = 256 * 1024
_CONNECTIONS = 32
# What a header can ask for is bounded here already, so that nothing overflows.
_LONGEST_WAIT = timedelta(days=1)

# At DEBUG it writes the path of every request, which holds Telegram's token.
logging.getLogger("urllib3").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway said: its status, its JSON (None if it is none), and how long it asks to be left alone."""

    status: int
    content: Any = field(repr=False)
    retry_after: timedelta | None = None

    @property
    def fields(self) -> Mapping[str, Any]:
        """The JSON object; empty if it is anything else."""
        return self.content if isinstance(self.content, dict) else {}

    def refuse(self) -> DeliveryError:
        """Return what the status alone says, for an answer whose content says nothing better."""
        if self.status == 429:
            return DeliveryError(code="rate_limited", retry_after=self.retry_after)
        if self.status in (401, 403):
            return DeliveryError(f"status {self.status}", code="bad_credentials", gateway_down=True)
        if self.status >= 500 or self.status == 408:
            return DeliveryError(
                f"status {self.status}", code="unavailable", gateway_down=True, retry_after=self.retry_after
            )
        if self.status >= 400:
            return DeliveryError(f"status {self.status}", code="misconfigured", gateway_down=True)
        return DeliveryError("no answer of this provider's", code="garbage", gateway_down=True)


class ConnectionFailedError(DeliveryError):
    """Nobody was there: nothing was sent, so another address may be asked at once."""


class Http:
    """A gateway's own connections, kept open between calls and used by several threads at once."""

    def __init__(self, *, seconds: float = TOTAL_SECONDS, largest: int = LARGEST_ANSWER) -> None:
        """Let a call take `seconds` in all, and an answer `largest` bytes."""
        self._seconds, self._largest = seconds, largest
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _WatchedAdapter())

    def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        content: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        user: tuple[str, str] | None = None,
        request_id: str = "",
    ) -> Answer:
        """Return the answer to a form or to JSON; raises DeliveryError when there is none that can be read.

        `request_id` goes along as `X-Request-Id`, so that a message sent twice can be known by it.
        """
        told = dict(headers or {})
        if request_id:
            told["X-Request-Id"] = request_id
        body: bytes | Mapping[str, str] | None = form
        if content is not None:
            told["Content-Type"] = "application/json"
            body = json.dumps(content, ensure_ascii=False).encode()
        return self._ask("POST", url, query=query, body=body, headers=told, user=user)

    def get(
        self, url: str, *, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer to a question; raises DeliveryError as `post` does."""
        return self._ask("GET", url, query=query, headers=headers or {})

    def _ask(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str],
        body: bytes | Mapping[str, str] | None = None,
        user: tuple[str, str] | None = None,
    ) -> Answer:
        with within(self._seconds) as watch:
            try:
                with self._session.request(
                    method,
                    url,
                    params=query,
                    data=body,
                    headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
                    auth=user or _no_netrc,
                    timeout=(min(CONNECT_SECONDS, self._seconds), self._seconds),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    answer = self._read(response)
                if watch.is_late:  # what there is may be half of it
                    raise DeliveryError("no whole answer in time", code="timeout", gateway_down=True)
                return answer
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                raise _explain(error, late=watch.is_late) from None

    def _read(self, response: requests.Response) -> Answer:
        status = response.status_code
        if 300 <= status < 400:
            raise DeliveryError("it leads elsewhere", code="redirected", gateway_down=True)
        body = response.raw.read(self._largest + 1, decode_content=False)
        if len(body) > self._largest:
            raise DeliveryError("its answer has no end", code="garbage", gateway_down=True)
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            content = None
        return Answer(status, content, read_retry_after(response.headers.get("Retry-After")))


def read_retry_after(text: str | None) -> timedelta | None:
    """Return how long a `Retry-After` asks to wait, seconds or a date; None if it says nothing that can be read."""
    if not text:
        return None
    try:
        wait = timedelta(seconds=float(text)) if text[:1].isdigit() else _until(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), _LONGEST_WAIT)


def _until(text: str) -> timedelta:
    moment = parsedate_to_datetime(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add nothing: a `.netrc` of the user that we run as is not meant for gateways."""
    return request


def _explain(error: Exception, *, late: bool) -> DeliveryError:
    """Return what happened without the exception's words, which repeat the address."""
    if isinstance(error, requests.ConnectTimeout):
        return ConnectionFailedError("no connection in time", code="timeout", gateway_down=True)
    if late or isinstance(error, requests.Timeout):
        return DeliveryError("no answer in time", code="timeout", gateway_down=True)
    if isinstance(error, requests.exceptions.SSLError):
        return DeliveryError("its certificate or TLS is not right", code="unavailable", gateway_down=True)
    if isinstance(error, requests.ConnectionError) and "NewConnectionError" in repr(error):
        return ConnectionFailedError("no connection", code="unavailable", gateway_down=True)
    if isinstance(error, requests.ConnectionError) and "NameResolutionError" in repr(error):
        return ConnectionFailedError("its name is not found", code="unavailable", gateway_down=True)
    if isinstance(error, ValueError) and not isinstance(error, requests.RequestException):
        return DeliveryError("what is sent cannot be written", code="misconfigured", gateway_down=True)
    return DeliveryError(f"the connection was lost ({type(error).__name__})", code="unavailable", gateway_down=True)


class _Watched(HTTPConnection):
    def send(self, data: Any) -> None:
        super().send(data)  # connects if need be
        watch_socket(self.sock)


class _WatchedTLS(HTTPSConnection):
    def send(self, data: Any) -> None:
        super().send(data)
        watch_socket(self.sock)


class _WatchedPool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _WatchedTLSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class _WatchedAdapter(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__(pool_connections=4, pool_maxsize=_CONNECTIONS, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        super().init_poolmanager(*arguments, **keywords)
        self.poolmanager.pool_classes_by_scheme = {"http": _WatchedPool, "https": _WatchedTLSPool}

    def proxy_manager_for(self, *arguments: Any, **keywords: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **keywords)
        manager.pool_classes_by_scheme = {"http": _WatchedPool, "https": _WatchedTLSPool}
        return manager
