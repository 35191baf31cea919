"""A whole installation as real processes on a database of its own, and a respondent who is one honest connection."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from app.cli.first_run import server_answers

ROOT = Path(__file__).parents[2]
# A test is one address that answers hundreds of times a minute; here it must not pass for a burst, which opens no case.
_PATIENT = {
    r"answered_within_seconds: .*": "answered_within_seconds: 0",
    r"per_address_per_minute: .*": "per_address_per_minute: 100000",
    r"per_touchpoint_per_minute: .*": "per_touchpoint_per_minute: 100000",
}


def patient_config(target: Path) -> Path:
    """Return a copy of config/ in which nobody is too fast or too many."""
    shutil.copytree(ROOT / "config", target, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    routing = target / "routing.yaml"
    text = routing.read_text("utf-8")
    for pattern, replacement in _PATIENT.items():
        text, found = re.subn(pattern, replacement, text)
        assert found == 1, pattern
    routing.write_text(text, "utf-8")
    return target


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """`flask serve --first-run` with a demo company, until the end of the block; commands run beside it take its
    `environment`."""

    def __init__(self, database_url: str, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self._log = folder / "log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")},
            "OTKLIK_DATABASE_URL": database_url,
            "OTKLIK_VAR_DIR": str(folder / "var"),
            "OTKLIK_CONFIG_DIR": str(patient_config(folder / "config")),
            "OTKLIK_LOG_LEVEL": "WARNING",
            "PORT": str(self.port),
            **(settings or {}),
        }
        self.lines: list[str] = []

    def __enter__(self) -> "Installation":
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--first-run"],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if line.startswith("Password:"):
                return self
        raise AssertionError(f"it did not start:\n{self.log()}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(35)
        finally:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def log(self) -> str:
        """Return what the processes wrote to standard error."""
        return self._log.read_text("utf-8", "replace")

    def code(self) -> str:
        """Return the code of the first link printed."""
        return self.lines[0].rpartition("/")[2]

    def web_processes(self) -> list[int]:
        """Return the web server's processes, its leader first, by asking the kernel."""
        leaders = [pid for pid, parent, words in _processes() if parent == self.process.pid and "granian" in words]
        return leaders + [pid for pid, parent, _ in _processes() if parent in leaders]

    def kill_web(self, *, leader: bool) -> None:
        """`kill -9`: the server's leader, or one of the processes that answer."""
        found = self.web_processes()
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(found[0] if leader else found[-1], signal.SIGKILL)

    def wait_until_it_answers(self, seconds: float = 20) -> None:
        """Return when the web server answers (again)."""
        deadline = time.monotonic() + seconds
        while not server_answers("127.0.0.1", self.port):
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)


class Respondent:
    """One device: looks at a code's page, keeps its cookie, sends its form. Raises OSError and HTTPException."""

    def __init__(self, port: int, code: str) -> None:
        self._port, self._path = port, f"/q/{code}"
        self.token = self._cookie = ""

    def look(self) -> str:
        """Get the page and return its form token; the cookie is kept."""
        _, headers, body = self._send("GET")
        found = re.search(rb'name="form_token" value="([^"]+)"', body)
        assert found is not None, body
        self.token = found.group(1).decode()
        self._cookie = headers["set-cookie"].partition(";")[0]
        return self.token

    def rate(self, rating: int) -> str | None:
        """Send the form and return the key of the response, or None if it was not acknowledged."""
        status, headers, _ = self._send("POST", urlencode({"rating": rating, "form_token": self.token}))
        return headers["location"].rpartition("/")[2].partition("?")[0] if status == 303 else None

    def _send(self, method: str, body: str | None = None) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            headers = {"Cookie": self._cookie} if self._cookie else {}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, self._path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def _processes() -> list[tuple[int, int, str]]:
    """Every process with its parent and command line; a bare container has /proc but no `ps`."""
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = (line.split(None, 2) for line in listed.splitlines())
        return [(int(row[0]), int(row[1]), row[2]) for row in rows if len(row) == 3]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended while we looked
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            found.append((int(folder.name), int(parent), words))
    return sorted(found)
