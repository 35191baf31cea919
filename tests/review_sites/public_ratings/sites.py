"""The three sites' interfaces at one address: a real HTTP server that answers what a test has told it to."""

import json
import socket
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

GOOGLE = {"id": "ChIJabcdef", "rating": 4.3, "userRatingCount": 1287}
TWOGIS = {
    "meta": {"code": 200, "api_version": "3.0"},
    "result": {
        "items": [
            {
                "id": "70000001012345678",
                "reviews": {
                    "general_rating": 4.6,
                    "general_review_count": 812,
                    "general_review_count_with_stars": 1540,
                    "org_rating": 4.1,
                    "org_review_count": 9000,
                    "org_review_count_with_stars": 12000,
                },
            }
        ],
        "total": 1,
    },
}
FOUND = {"id": "46d6a890000064000500e0c3", "name": {"identifying": "example.kz"}}
TRUSTPILOT = {
    "id": "46d6a890000064000500e0c3",
    "score": {"trustScore": 4.4, "stars": 4.5},
    "numberOfReviews": {"total": 1287, "oneStar": 40, "fiveStars": 900},
}


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class Sites:
    """What is answered next, in order (`hang`, `huge`, `reset`, or status and content); afterwards the last again."""

    url: str = ""
    answers: deque[Any] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def say(self, *answers: Any) -> None:
        """Answer these from now on: a JSON value (with 200), a status, `(status, content)` or a word.

        The content of a 429 or 503 may be the seconds to wait.
        """
        self.answers = deque(answers)

    def next(self) -> Any:
        """Return what to do with this request."""
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]


@contextmanager
def scripted_sites() -> Iterator[Sites]:
    """Serve until the end of the block."""
    sites = Sites()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            sites.asked.append(Asked(parts.path, dict(parse_qsl(parts.query)), headers))
            answer = sites.next()
            if answer == "hang":
                sites.released.wait(30)
            elif answer == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            elif answer == "huge":
                self._send(200, b'{"id": "' + b"x" * 1024 * 1024)
            elif answer == "redirect":
                self._send(302, b"", {"Location": f"{sites.url}/elsewhere"})
            elif isinstance(answer, bytes):
                self._send(200, answer)
            else:
                headers = {}
                status, content = answer if isinstance(answer, tuple) else (200, answer)
                if isinstance(answer, int):
                    status, content = answer, {}
                if status in (429, 503) and isinstance(content, int):
                    headers["Retry-After"] = str(content)
                self._send(status, json.dumps(content).encode(), headers)

        def log_message(self, *_: object) -> None:
            """Nothing."""

        def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # whoever asked has read enough
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sites.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield sites
    finally:
        sites.released.set()
        server.shutdown()
        server.server_close()
