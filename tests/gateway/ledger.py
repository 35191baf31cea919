"""What the gateway accepted: one JSON line each, on the disk before the answer leaves, so that it can judge."""

import json
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Line:
    """One accepted message; `message_id` is ours, `provider_id` the gateway's."""

    at: float
    gateway: str
    message_id: str
    provider_id: str
    to: str
    text: str


class Ledger:
    """Lines in memory, and in a file if there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self._lines: list[Line] = []
        self._lock = threading.Lock()
        self._file = None if path is None else os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def record(self, gateway: str, message_id: str, provider_id: str, to: str, text: str) -> Line:
        """Return the line once it is on the disk."""
        line = Line(time.time(), gateway, message_id, provider_id, to, text)
        with self._lock:
            self._lines.append(line)
            if self._file is not None:
                os.write(self._file, (json.dumps(asdict(line), ensure_ascii=False) + "\n").encode())
                os.fsync(self._file)
        return line

    @property
    def lines(self) -> Sequence[Line]:
        """What was accepted so far, in order."""
        with self._lock:
            return tuple(self._lines)

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def read_ledger(path: Path) -> list[Line]:
    """Return the lines of a ledger's file; a line cut short by a kill is left out, its answer never left either."""
    lines = []
    for text in path.read_text("utf-8").splitlines():
        try:
            lines.append(Line(**json.loads(text)))
        except ValueError:
            continue
    return lines
