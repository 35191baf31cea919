"""A few threads that work side by side, and the way out when one of them never comes back.

A call to the outside world may hang in spite of every time-out. Its thread cannot be ended, so it is written off: the
slot gets a new thread, and whatever the old one brings one day falls on a lease that was lost.
"""

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Protocol

from app.kit.log import get_logger

_LOG = get_logger(__name__)
# Written-off threads that still hang, as a multiple of the slots: beyond it nothing new is begun.
_MOST_LOST = 4


class Task(Protocol):
    """One piece of work for a slot."""

    def run(self) -> None:
        """Do it; raises nothing that anybody could act on."""
        ...

    def write_off(self) -> None:
        """Called in place of its end once it has taken longer than the slot allows."""
        ...


class _Slot:
    """One thread and what it is at."""

    def __init__(self, name: str, on_free: Callable[[], None]) -> None:
        self.task: Task | None = None
        self.since = 0.0
        self.is_lost = False
        # Its end and its being written off may meet.
        self.guard = threading.Lock()
        self._on_free = on_free
        self._inbox: SimpleQueue[Task | None] = SimpleQueue()
        # A daemon, so that a thread that never comes back cannot hold the process.
        self.thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self.thread.start()

    def begin(self, task: Task) -> None:
        self.task, self.since = task, time.monotonic()
        self._inbox.put(task)

    def end(self) -> None:
        self._inbox.put(None)

    def _serve(self) -> None:
        while (task := self._inbox.get()) is not None:
            try:
                task.run()
            except Exception as error:  # noqa: BLE001 -- the database may be away; the lease ends and the row comes again
                _LOG.error("work in a lane was broken off", thread=self.thread.name, exc_info=error)
            with self.guard:
                self.task = None
                if self.is_lost:
                    return
            self._on_free()


class Slots:
    """`size` threads; a task that takes longer than `seconds` is written off. Used by one loop."""

    def __init__(self, name: str, size: int, *, seconds: float) -> None:
        self._name = name
        self._size = size
        self._seconds = seconds
        self._freed = threading.Condition()
        self._slots: list[_Slot] = []  # threads are made when they are first needed
        self._lost: list[_Slot] = []

    def free(self) -> int:
        """Return how many tasks can be begun now; first, whatever hangs is written off."""
        self._write_off()
        self._lost = [slot for slot in self._lost if slot.thread.is_alive()]
        if len(self._lost) > _MOST_LOST * self._size:
            return 0
        return self._size - sum(slot.task is not None for slot in self._slots)

    def begin(self, task: Task) -> None:
        """Have a free slot do the task; `free` said that there is one."""
        slot = next((slot for slot in self._slots if slot.task is None), None)
        if slot is None:
            slot = self._new(len(self._slots))
            self._slots.append(slot)
        slot.begin(task)

    def wait(self, seconds: float) -> None:
        """Return once a task has ended, or after so many seconds."""
        with self._freed:
            self._freed.wait(seconds)

    def close(self, seconds: float) -> None:
        """Let what is under way come to its end, for so many seconds at most, and end the threads."""
        deadline = time.monotonic() + seconds
        for slot in self._slots:
            slot.end()
        for slot in self._slots:
            slot.thread.join(max(0.0, deadline - time.monotonic()))

    def _new(self, number: int) -> _Slot:
        return _Slot(f"{self._name}-{number}", self._tell)

    def _tell(self) -> None:
        with self._freed:
            self._freed.notify()

    def _write_off(self) -> None:
        now = time.monotonic()
        for number, slot in enumerate(self._slots):
            with slot.guard:
                task = slot.task
                if task is None or now - slot.since < self._seconds:
                    continue
                slot.is_lost = True
            self._lost.append(slot)
            self._slots[number] = self._new(number)
            _LOG.error("work in a lane never came back", thread=slot.thread.name, seconds=round(now - slot.since))
            try:
                task.write_off()
            except Exception as error:  # noqa: BLE001 -- then its lease simply ends
                _LOG.error("what never came back could not be written off", exc_info=error)
