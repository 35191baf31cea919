"""A load client of our own: kept-alive connections over loopback, a request at a time on each, in two processes.

Written on sockets and epoll, because a client that costs as much as the server would hide half of any difference. What
it still costs is on the same processors and pulls every ratio a little towards 1.
"""

import multiprocessing
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing.connection import Connection

CONNECTIONS = 16
PROCESSES = 2


@dataclass(slots=True)
class Load:
    """What came of it: seconds each request took, how long it went on, answers that were not the expected ones."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    wrong: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def at(self, share: float) -> float:
        """The latency in milliseconds that this share of the requests did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0


def run(port: int, requests: Sequence[bytes], *, status: int, seconds: float, once: bool = False) -> Load:
    """Send the requests in turn for so long; `once` sends each a single time and ends when they run out."""
    pipes, workers = [], []
    for number in range(PROCESSES):
        mine, theirs = multiprocessing.Pipe(duplex=False)
        share = requests if len(requests) < PROCESSES else requests[number::PROCESSES]
        worker = multiprocessing.Process(target=_work, args=(theirs, port, _Plan(share, status, seconds, once)))
        worker.start()
        theirs.close()
        pipes.append(mine)
        workers.append(worker)
    loads = [pipe.recv() for pipe in pipes]
    for worker in workers:
        worker.join()
    return Load(
        [latency for load in loads for latency in load.latencies],
        max(load.seconds for load in loads),
        sum(load.wrong for load in loads),
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    requests: Sequence[bytes]
    status: int
    seconds: float
    once: bool


def _work(pipe: Connection, port: int, plan: _Plan) -> None:
    source = iter(plan.requests) if plan.once else cycle(plan.requests)
    load = Load()
    expected = f"HTTP/1.1 {plan.status} ".encode()
    poll = select.epoll()
    lines = {}
    begin = time.perf_counter()
    for _ in range(CONNECTIONS // PROCESSES):
        line = _Line(port, expected)
        lines[line.socket.fileno()] = line
        poll.register(line.socket, select.EPOLLIN)
        line.send(source)
    busy = len(lines)
    while busy:
        for number, _event in poll.poll(5) or [(0, 0)]:
            if number == 0:
                busy = 0  # five seconds without any answer: what is out stays out and shows as a low rate
                load.wrong += 1
                break
            line = lines[number]
            try:
                whole = line.receive(load)
            except ConnectionError:
                # The server went, or sent us away: counted, and not waited for.
                load.wrong += 1
                busy -= 1
                poll.unregister(line.socket)
                continue
            if not whole:
                continue
            if time.perf_counter() - begin > plan.seconds or not line.send(source):
                busy -= 1
                poll.unregister(line.socket)
    load.seconds = time.perf_counter() - begin
    for line in lines.values():
        line.socket.close()
    pipe.send(load)


class _Line:
    """One connection with at most one request out."""

    def __init__(self, port: int, expected: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._expected = expected
        self._buffer = b""
        self._sent = 0.0

    def send(self, source: Iterator[bytes]) -> bool:
        """Send the next request; False if there is none."""
        request = next(source, None)
        if request is None:
            return False
        self._buffer = b""
        self._sent = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self, load: Load) -> bool:
        """Read what came; True once the answer is whole. Raises ConnectionError if nothing will come any more."""
        received = self.socket.recv(65536)
        if not received:
            raise ConnectionResetError
        self._buffer += received
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        if len(body) < _length(head):
            return False
        load.latencies.append(time.perf_counter() - self._sent)
        if not head.startswith(self._expected):
            load.wrong += 1
        return True


def _length(head: bytes) -> int:
    place = head.lower().find(b"content-length:")
    return int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
