"""A first-come-first-served lock: SQLite has one writer, and `busy_timeout` alone lets the unlucky starve."""

import fcntl
import os
import threading
import time
from collections import deque
from pathlib import Path

from app.kit.errors import OtklikError

# Between two looks at another process's lock: a write takes a few of these.
_PAUSE = 0.003


class DatabaseBusyError(OtklikError):
    """The database's one writer did not come free in time."""

    code = "database_busy"


class FairLock:
    """Serves threads in the order in which they came; the first of them asks for the file lock between processes.

    It asks again and again, since the kernel has no deadline for waiting. A process that dies gives the file lock back,
    so nothing is left to clean up.
    """

    def __init__(self, path: Path | None, timeout: float = 30.0) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False
        self._timeout = timeout
        self._path = path
        self._file: int | None = None

    def acquire(self, timeout: float | None = None) -> None:
        """Wait for the turn; raises DatabaseBusyError after `timeout` seconds, the lock's own unless given."""
        deadline = time.monotonic() + (self._timeout if timeout is None else timeout)
        turn: threading.Event | None = None
        with self._guard:
            if self._held or self._waiting:
                turn = threading.Event()
                self._waiting.append(turn)
            else:
                self._held = True
        if turn is not None and not turn.wait(max(0.0, deadline - time.monotonic())):
            with self._guard:
                given_up = turn in self._waiting
                if given_up:
                    self._waiting.remove(turn)
            if given_up:
                raise _busy()
        try:
            self._lock_file(deadline)
        except BaseException:
            self._pass_on()
            raise

    def release(self) -> None:
        """Hand the lock to whoever has waited longest."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._pass_on()

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False

    def _lock_file(self, deadline: float) -> None:
        if self._path is None:
            return
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise _busy() from None
                time.sleep(_PAUSE)
            else:
                return


def _busy() -> DatabaseBusyError:
    return DatabaseBusyError("the database is busy writing; try again in a moment")
