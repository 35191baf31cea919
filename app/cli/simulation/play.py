"""Plays until it is told to stop: calls at their rate, questions that arrive, answers when their time has come."""

import heapq
import random
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from app.cli.simulation.callers import Answer, Way, choose_answer, choose_way
from app.cli.simulation.centre import Call, Caller, Centre, Reached
from app.cli.simulation.knocks import tap, write_text
from app.cli.simulation.service import RefusedError, Service
from app.cli.simulation.tally import Tally
from app.cli.simulation.telephones import find_arrived
from app.kit.clock import Clock
from app.kit.crypto import Vault
from app.kit.db import Database
from app.messaging.hooks import Hooks
from app.messaging.models import MessagingChannel

_STEP_SECONDS = 0.05
_LOOK_SECONDS = 0.5
_THREADS = 16
# All pages are opened from one address, from which more than twenty answers a minute pass for a burst.
_BETWEEN_PAGES = 4.0
_MOST_PAGES_WAITING = 15
# How long the last questions and answers are waited for when no call comes any more.
_AFTERWARDS = 20.0
# Questions that are looked for; each look takes a query for every 500.
_MOST_WAITING = 5000
_MISSED = "Здравствуйте, не дозвонился до вас"


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is to go: calls a second, seconds in all (None: until Ctrl-C), the share of people who answer."""

    rate: float
    seconds: float | None
    answers: float
    seed: int


@dataclass(order=True, slots=True)
class _Due:
    """Something to do at a moment of the monotonic clock."""

    at: float
    number: int
    do: Callable[[], None] = field(compare=False)


class Play:
    """One run. `tell` prints a line."""

    def __init__(
        self,
        plan: Plan,
        centre: Centre,
        service: Service,
        *,
        database: Database,
        vault: Vault,
        hooks: Hooks,
        clock: Clock,
        tell: Callable[[str], None],
        stop: threading.Event,
    ) -> None:
        self.tally = Tally()
        self._plan, self._centre, self._service = plan, centre, service
        self._database, self._vault, self._hooks, self._clock = database, vault, hooks, clock
        self._tell, self._stop = tell, stop
        self._dice = random.Random(f"answers {plan.seed}")  # noqa: S311 -- the same answers again are the point
        self._lock = threading.Lock()
        self._waiting: dict[uuid.UUID, Call] = {}
        self._due: list[_Due] = []
        self._page_at = 0.0
        self._numbers = count(time.time_ns() // 1000)  # a provider numbers its events, in this run and the next
        self._under_way = 0

    def run(self) -> None:
        """Return when the time is over or `stop` is set."""
        begin = time.monotonic()
        end = begin + self._plan.seconds if self._plan.seconds is not None else float("inf")
        rung, looked_at, told_at = 0, begin, begin
        with ThreadPoolExecutor(_THREADS) as pool:
            while not self._stop.wait(_STEP_SECONDS):
                now = time.monotonic()
                while rung < (min(now, end) - begin) * self._plan.rate and not self._stop.is_set():
                    rung += 1
                    self._hand(pool, partial(self._ring, self._centre.next(self._clock())))
                if now - looked_at >= _LOOK_SECONDS:
                    looked_at = now
                    self._look()
                self._do_due(pool, now)
                if now - told_at >= 1.0:
                    told_at = now
                    self._say()
                if now > end and (self._is_quiet() or now > end + _AFTERWARDS):
                    break
            pool.shutdown(wait=True, cancel_futures=True)
        self._say()

    def _say(self) -> None:
        news = self.tally.news()
        if news:
            self._tell(f"{self._clock():%H:%M:%S}  {news}")

    def _is_quiet(self) -> bool:
        with self._lock:
            return not (self._waiting or self._due or self._under_way)

    def _hand(self, pool: ThreadPoolExecutor, work: Callable[[], None]) -> None:
        with self._lock:
            self._under_way += 1

        def do() -> None:
            try:
                work()
            except RefusedError as error:
                self.tally.failed(str(error))
            except Exception as error:  # noqa: BLE001 -- one caller's bad luck is told, and the others ring on
                self.tally.failed(type(error).__name__)
            finally:
                with self._lock:
                    self._under_way -= 1

        pool.submit(do)

    def _ring(self, call: Call) -> None:
        told = self._service.tell(call.body)
        self.tally.accepted(told["reason"])
        if not call.answered and call.caller.reached is Reached.WHATSAPP:
            self._write(MessagingChannel.WHATSAPP, call.caller, _MISSED)
            self._at(2.0, lambda: self._centre.will_ring_again(call.caller))
        if told["decision"] != "invited":
            return
        if told["survey_url"]:  # on the operator's screen, or a terminal's
            self._decide(call, None, told["survey_url"].rpartition("/")[2])
            return
        with self._lock:
            self._waiting[uuid.UUID(told["id"])] = call
            if len(self._waiting) > _MOST_WAITING:  # it is night, or the worker stands still: the oldest is let go
                del self._waiting[next(iter(self._waiting))]

    def _look(self) -> None:
        """See which questions have arrived, and decide who will answer."""
        with self._lock:
            waiting = dict(self._waiting)
        if not waiting:
            return
        with self._database.reading() as session:
            arrived = list(find_arrived(session, self._vault, waiting))
        for question in arrived:
            with self._lock:
                self._waiting.pop(question.interaction_id, None)
            self.tally.arrived(question.channel.value)
            self._decide(waiting[question.interaction_id], question.channel, question.token)

    def _decide(self, call: Call, channel: MessagingChannel | None, token: str) -> None:
        with self._lock:
            answer = choose_answer(call, self._dice, answers=self._plan.answers)
            way = choose_way(channel, self._dice)
        if answer is None:
            return
        if channel is None or way is Way.PAGE:
            self._at_page(call, channel, token, answer)
        else:
            self._at(answer.after, lambda: self._answer_in_chat(call.caller, channel, way, token, answer))

    def _at_page(self, call: Call, channel: MessagingChannel | None, token: str, answer: Answer) -> None:
        """Wait for a turn; when too many wait, whoever can writes back instead, and the others leave it."""
        with self._lock:
            turn = max(self._page_at, time.monotonic() + answer.after)
            late = turn - time.monotonic() > _BETWEEN_PAGES * _MOST_PAGES_WAITING
            if not late:
                self._page_at = turn + _BETWEEN_PAGES
        if not late:
            self._at(turn - time.monotonic(), lambda: self._answer_on_page(token, answer, call.caller.phone))
        elif channel is MessagingChannel.SMS:
            self._at(answer.after, lambda: self._answer_in_chat(call.caller, channel, Way.TEXT, token, answer))

    def _answer_on_page(self, token: str, answer: Answer, phone: str) -> None:
        self._service.answer_on_page(token, answer, phone)
        self.tally.answered("page")

    def _answer_in_chat(self, caller: Caller, channel: MessagingChannel, way: Way, token: str, answer: Answer) -> None:
        if way is Way.TAP:
            self._service.knock(
                tap(self._hooks, channel, caller, f"r:{token}:{answer.rating}", once=next(self._numbers))
            )
            if answer.comment:
                self._at(3.0, lambda: self._write(channel, caller, answer.comment))
        else:
            self._write(channel, caller, f"{answer.rating} {answer.comment}".strip())
        self.tally.answered(channel.value)

    def _write(self, channel: MessagingChannel, caller: Caller, text: str) -> None:
        self._service.knock(write_text(self._hooks, channel, caller, text, once=next(self._numbers)))

    def _at(self, seconds: float, do: Callable[[], None]) -> None:
        with self._lock:
            heapq.heappush(self._due, _Due(time.monotonic() + seconds, next(self._numbers), do))

    def _do_due(self, pool: ThreadPoolExecutor, now: float) -> None:
        while True:
            with self._lock:
                if not self._due or self._due[0].at > now:
                    return
                due = heapq.heappop(self._due)
            self._hand(pool, due.do)
