"""The end of a call, whatever it is at: its socket is closed when its time is over.

Time-outs of a socket begin again with every byte, so a gateway that drips could hold a call for ever.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Watch:
    """The end of one call: closes the socket that the call uses when its time is over."""

    def __init__(self, seconds: float) -> None:
        """Begin to count."""
        self._ends = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._over = False
        self._timer = threading.Timer(seconds, self._close)
        self._timer.daemon = True
        self._timer.start()

    @property
    def is_late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._ends

    def take(self, used: socket.socket | None) -> None:
        """Watch this socket from now on."""
        with self._lock:
            self._socket = used
        if self.is_late:
            self._close()

    def end(self) -> None:
        """The call is over: its socket may be another's next."""
        self._timer.cancel()
        with self._lock:
            self._over = True

    def _close(self) -> None:
        with self._lock:
            if self._over or self._socket is None:
                return
            try:
                # Of the plain socket below TLS: unlike SSLSocket's own it leaves alone what another thread reads from.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return


_CALL = threading.local()


@contextmanager
def within(seconds: float) -> Iterator[Watch]:
    """Bound the call that this thread makes in the block; `watch_socket` tells which socket it uses."""
    watch = _CALL.watch = Watch(seconds)
    try:
        yield watch
    finally:
        watch.end()
        _CALL.watch = None


def watch_socket(used: socket.socket | None) -> None:
    """Let the call of this thread, if there is one, end with this socket."""
    watch: Watch | None = getattr(_CALL, "watch", None)
    if watch is not None:
        watch.take(used)
