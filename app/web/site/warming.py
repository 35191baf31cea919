"""What takes long to load is loaded in the background, once the process serves: neither its start nor a page waits."""

from collections.abc import Callable
from threading import Lock, Thread

from flask import Flask, Response


def init_warming(app: Flask, work: Callable[[], None]) -> None:
    """Do `work` in a thread of its own after the first answer; never in a process that only forks or runs a command."""
    begun = Lock()

    @app.after_request
    def begin(response: Response) -> Response:
        if begun.acquire(blocking=False):  # and is never given back
            Thread(target=work, name="warming", daemon=True).start()
        return response
