"""The HTTP client of the simulation: interactions by the API, answers by the page, knocks at the hooks."""

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from app.cli.simulation.callers import Answer
from app.cli.simulation.knocks import Knock

_SECONDS = 15
_TRIES = 3
# An answer within two seconds of the page's look would pass for a machine's, which it is.
_READING_SECONDS = 3.0
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
Pause = Callable[[float], object]


class RefusedError(Exception):
    """The service said no, or nothing; the message says what."""


class Service:
    """The running service at one address; may be used by several threads. `pause` waits, and wakes at the end."""

    def __init__(self, url: str, key: str, pause: Pause) -> None:
        self._url, self._key, self._pause = url.rstrip("/"), key, pause
        self._local = threading.local()

    def tell(self, body: dict[str, Any]) -> dict[str, Any]:
        """Post an interaction and return the answer; what is not acknowledged is told again. Raises RefusedError."""
        problem = ""
        for attempt in range(_TRIES):
            if attempt:
                self._pause(1.0)
            try:
                answer = self._session().post(
                    f"{self._url}/api/v1/interactions",
                    json=body,
                    headers={"Authorization": f"Bearer {self._key}"},
                    timeout=_SECONDS,
                )
            except requests.RequestException as error:
                problem = type(error).__name__
                continue
            if answer.status_code == 202:
                told: dict[str, Any] = answer.json()
                return told
            problem = f"{answer.status_code} {_code(answer)}"
            if answer.status_code < 500 and answer.status_code != 429:
                break
        raise RefusedError(problem)

    def knock(self, knock: Knock) -> None:
        """Post what a gateway would post; raises RefusedError."""
        try:
            answer = self._session().post(
                f"{self._url}{knock.path}", data=knock.body, headers=dict(knock.headers), timeout=_SECONDS
            )
        except requests.RequestException as error:
            raise RefusedError(type(error).__name__) from error
        if answer.status_code != 200:
            raise RefusedError(f"hook {answer.status_code}")

    def answer_on_page(self, token: str, answer: Answer, phone: str) -> None:
        """Open the link, read, tap, and say more if there is more to say; raises RefusedError."""
        with requests.Session() as browser:  # a device of its own
            try:
                self._answer(browser, token, answer, phone)
            except requests.RequestException as error:
                raise RefusedError(type(error).__name__) from error

    def _answer(self, browser: requests.Session, token: str, answer: Answer, phone: str) -> None:
        address = f"{self._url}/i/{token}"
        page = browser.get(address, timeout=_SECONDS)
        form_token = _TOKEN.search(page.text)
        if page.status_code != 200 or form_token is None:
            raise RefusedError(f"page {page.status_code}")
        self._pause(_READING_SECONDS)
        tapped = browser.post(
            address,
            data={"rating": answer.rating, "form_token": form_token.group(1)},
            timeout=_SECONDS,
            allow_redirects=False,
        )
        if tapped.status_code != 303:
            raise RefusedError(f"page {tapped.status_code}")
        form = {"comment": answer.comment} if answer.comment else {}
        if answer.wants_call and phone:
            form |= {"phone": phone, "consent": "yes", "do": "call"}
        if form:
            rest = browser.post(
                f"{self._url}{_path(tapped.headers['Location'])}", data=form, timeout=_SECONDS, allow_redirects=False
            )
            if rest.status_code != 303:
                raise RefusedError(f"page {rest.status_code}")

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        session: requests.Session = self._local.session
        return session


def wait_for(service_url: str, seconds: float) -> bool:
    """Tell whether something answers at the address within the time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return requests.get(f"{service_url.rstrip('/')}/healthz", timeout=5).status_code == 200
        except requests.RequestException:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.5)


def _path(location: str) -> str:
    """Return path and query of where we are sent: the service may know itself by another address."""
    return re.sub(r"^https?://[^/]+", "", location)


def _code(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("code", ""))
    except ValueError:
        return ""
