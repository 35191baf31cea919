"""What happened, counted by several threads and told in a line: since the last one, and in all."""

import threading
from collections import Counter

_ACCEPTED, _INVITED, _SKIPPED = "accepted", "invited", "skipped"
_ARRIVED, _ANSWERED, _FAILED = "arrived", "answered", "failed"
_KINDS = (_ACCEPTED, _INVITED, _SKIPPED, _ARRIVED, _ANSWERED, _FAILED)


class Tally:
    """Counts by kind and detail."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: Counter[tuple[str, str]] = Counter()
        self._told: Counter[tuple[str, str]] = Counter()

    def accepted(self, reason: str | None) -> None:
        """Count an interaction that was taken, and why nobody is asked about it."""
        self._count((_ACCEPTED, ""), (_SKIPPED, reason) if reason else (_INVITED, ""))

    def arrived(self, channel: str) -> None:
        """Count a question that somebody got."""
        self._count((_ARRIVED, channel))

    def answered(self, way: str) -> None:
        """Count an answer that the service took."""
        self._count((_ANSWERED, way))

    def failed(self, what: str) -> None:
        """Count what the service did not take."""
        self._count((_FAILED, what))

    def news(self) -> str:
        """Return what was counted since the last call, empty if nothing."""
        with self._lock:
            new = self._all - self._told
            self._told = self._all.copy()
        return _write(new)

    def total(self) -> str:
        """Return everything."""
        with self._lock:
            return _write(self._all) or "nothing happened"

    def _count(self, *what: tuple[str, str]) -> None:
        with self._lock:
            self._all.update(what)


def _write(counts: Counter[tuple[str, str]]) -> str:
    """`5 accepted, 4 invited, 1 skipped (asked_lately 1), 3 arrived (sms 2, telegram 1)`."""
    parts = []
    for kind in _KINDS:
        details = sorted((detail, number) for (each, detail), number in counts.items() if each == kind)
        if not details:
            continue
        named = ", ".join(f"{detail} {number}" for detail, number in details if detail)
        parts.append(f"{sum(number for _, number in details)} {kind}" + (f" ({named})" if named else ""))
    return ", ".join(parts)
