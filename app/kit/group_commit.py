"""Several requests' writes in one commit: SQLite has one writer, and each commit of its own waits for the disk.

One thread writes for all the others. What waits when it comes round runs one after the other in a single transaction,
and nobody is answered before that is durable. If anything in it fails, all of it is rolled back and each is run again
in a transaction of its own, so that a failure is nobody's but its own.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.kit.locks import DatabaseBusyError

Answer = TypeVar("Answer")
Work = Callable[[Session], Answer]
# Enough that a commit is shared well, few enough that the first of a group does not wait long for the last.
_MOST = 16


class GroupCommit:
    """Runs work in transactions made by `begin`; what it is given may run twice and so changes only the database."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Session]]) -> None:
        self._begin = begin
        self._waiting: SimpleQueue[tuple[Work[Any], Future[Any]] | None] = SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def run(self, work: Work[Answer]) -> Answer:
        """Return what `work` returned, once it is durable; raises what it raised. Not for who writes already."""
        if self._thread is None:
            self._start()
        answer: Future[Answer] = Future()
        self._waiting.put((work, answer))
        return answer.result()

    def close(self) -> None:
        """End the thread once everything that waits is written; the next `run` begins another."""
        with self._guard:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._waiting.put(None)
                thread.join()

    def _start(self) -> None:
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="group commit", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            try:
                while len(group) < _MOST:
                    following = self._waiting.get_nowait()
                    if following is None:
                        self._waiting.put(None)  # to be found by the loop above, after this group
                        break
                    group.append(following)
            except Empty:
                pass
            self._write(group)

    def _write(self, group: list[tuple[Work[Any], Future[Any]]]) -> None:
        try:
            with self._begin() as session:
                answers = []
                for work, _ in group:
                    answers.append(work(session))
                    session.flush()
                    session.expunge_all()  # a neighbour must not be handed what this one has read
        except BaseException as error:  # noqa: BLE001 -- whatever it is, it belongs to whoever waits for the answer
            alone = len(group) == 1 or isinstance(error, DatabaseBusyError)
            for each in group:
                if alone:
                    each[1].set_exception(error)
                else:
                    self._write([each])
        else:
            for (_, future), answer in zip(group, answers, strict=True):
                future.set_result(answer)
