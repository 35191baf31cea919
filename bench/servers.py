"""The processes under test: started as in production, asked for the first 200, weighed, stopped."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
THREADS = 8


class Server:
    """A command that serves `port`, with everything it starts, until the end of the block."""

    def __init__(self, command: list[str], port: int, environment: Mapping[str, str], *, first: str) -> None:
        self._command, self.port, self._first = command, port, first
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")},
            **environment,
        }
        self.start_seconds = 0.0

    def __enter__(self) -> "Server":
        begin = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() - begin > 60:
                self.__exit__()
                raise RuntimeError(f"it does not start: {' '.join(self._command)}")
            time.sleep(0.02)
        self.start_seconds = time.perf_counter() - begin
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(35)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def memory(self) -> dict[str, float]:
        """Return MB of PSS: pages that processes share are counted once between them."""
        weights = {"web": 0.0, "worker": 0.0, "supervisor": 0.0}
        for process_id, words in _family(self._process.pid):
            role = "web" if "granian" in words else "worker" if words.split()[-1] == "worker" else "supervisor"
            weights[role] += _pss(process_id)
        return weights

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self._first}", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def granian(target: str, port: int, *, processes: int) -> list[str]:
    """Return the command for one WSGI target, the same for both sides but for the target."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(processes), "--blocking-threads", str(THREADS), "--http", "1", "--no-ws",
        "--log-level", "warning", target,
    ]  # fmt: skip


def serve() -> list[str]:
    """Return the command of a whole installation: supervisor, web and worker."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]


def _family(leader: int) -> list[tuple[int, str]]:
    """The process and all below it, with their command lines."""
    parents, words = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    family, found = [leader], [leader]
    while found:
        found = [child for child, parent in parents.items() if parent in found]
        family += found
    return [(member, words.get(member, "")) for member in family if words.get(member)]


def _pss(process_id: int) -> float:
    for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
