"""Web and worker on one machine: starts both, restarts what dies, stops both within 30 seconds.

Each child leads a process group of its own. Ctrl-C therefore reaches the supervisor alone, which stops the children in
good order; and when a child is killed, what it leaves behind (granian's own workers, still holding the port) goes too.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from app.kit.log import get_logger

_LOG = get_logger(__name__)
STOP_SECONDS = 30.0
WEB_THREADS = 8
_TICK = 0.2
_LONGEST_PAUSE = 30.0
# A child that has lived this long was well; its next death begins with a short pause again.
_WELL_AFTER = 60.0
_STDERR = 2
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded before any fork


@dataclass(frozen=True, slots=True)
class Program:
    """A child: its name in the log and the command it runs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def web_program(host: str, port: int, *, processes: int, environment: Mapping[str, str]) -> Program:
    """Return granian serving `wsgi:app`: `processes` x 8 threads, HTTP/1, no websockets."""
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(processes),
        "--blocking-threads": str(WEB_THREADS),
        "--http": "1",
        "--respawn-interval": "0.5",
        "--workers-kill-timeout": "25",
        # Its only warning at a start is that 8 threads are many for one processor; ours wait for the database.
        "--log-level": "error",
    }
    words = [word for option in options.items() for word in option]
    command = [sys.executable, "-m", "granian", *words, "--no-ws", "--respawn-failed-workers", "wsgi:app"]
    return Program("web", command, environment)


def web_processes(wanted: int, *, is_sqlite: bool) -> int:
    """Return as many as wanted, or for 0: one on SQLite, which has one writer, one a processor on PostgreSQL."""
    return wanted or (1 if is_sqlite else os.cpu_count() or 1)


def worker_program(environment: Mapping[str, str]) -> Program:
    """Return `flask --app wsgi worker`."""
    return Program("worker", [sys.executable, "-m", "flask", "--app", "wsgi", "worker"], environment)


class _Child:
    """One program, running or waiting to be started again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self._pause = 1.0
        self._born = 0.0
        self._start_at = 0.0

    def tend(self) -> None:
        """Start it if it is due, and note its death."""
        if self.process is None:
            if time.monotonic() >= self._start_at:
                self._start()
        elif self.process.poll() is not None:
            self._bury(self.process)

    def _start(self) -> None:
        self._born = time.monotonic()
        self.process = subprocess.Popen(
            self.program.command,
            env={**os.environ, **self.program.environment},
            # Standard output is for addresses and exports; whatever a child says is a log.
            stdout=_STDERR,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 -- one C call, no lock is taken between fork and exec
        )
        _LOG.info("started", program=self.program.name, pid=self.process.pid)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        _kill_group(process, signal.SIGKILL)
        if time.monotonic() - self._born > _WELL_AFTER:
            self._pause = 1.0
        _LOG.error("died", program=self.program.name, status=process.returncode, again_in_seconds=self._pause)
        self.process = None
        self._start_at = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)


class Supervisor:
    """Keeps the programs running until `stop()`, SIGTERM or SIGINT."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self._children = [_Child(program) for program in programs]
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask for the end; `run` returns once every child is gone."""
        self._stop.set()

    def run(self, *, is_ready: Callable[[], bool] = lambda: True, on_ready: Callable[[], None] = lambda: None) -> None:
        """Tend the children until asked to stop; `on_ready` is called once, when `is_ready` first says so."""
        previous = {number: signal.signal(number, self._hear) for number in (signal.SIGTERM, signal.SIGINT)}
        announced = False
        try:
            while not self._stop.is_set():
                for child in self._children:
                    child.tend()
                if not announced and is_ready():
                    announced = True
                    on_ready()
                self._stop.wait(_TICK)
        finally:
            self._end_children()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _end_children(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            # To the leader alone: granian lets its own workers finish, and a signal to them directly would not.
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            _kill_group(process, signal.SIGKILL)
            process.wait()
        _LOG.info("stopped")


def _kill_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _end_with_parent() -> None:
    """On Linux, have the kernel end the child when the supervisor itself is killed, so that the port comes free."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
