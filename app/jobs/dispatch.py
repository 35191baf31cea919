"""Sends messages: one loop for each messaging channel that has gateways, several calls side by side.

A message is claimed only when a thread is free, its gateway is up and its rate allows it; otherwise it waits in the
outbox, where waiting is no try. The gateway is called outside any transaction; before and after are two short ones.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from sqlalchemy.orm import Session

from app.jobs.lanes import LEASE, TICK_SECONDS
from app.jobs.rate import TokenBucket
from app.jobs.slots import Task
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.log import get_logger
from app.kit.outbox import Claim, claim_due, give_back
from app.messaging.breaker import find_route
from app.messaging.gateway import DeliveryError, Gateway
from app.messaging.health import begin_probe, end_probe, read_fares
from app.messaging.models import MessagingChannel
from app.messaging.sending import (
    Call,
    Carriers,
    Sender,
    begin_call,
    record_accepted,
    record_broken,
    record_refused,
)
from app.messaging.service import SEND

_LOG = get_logger(__name__)
# Calls side by side: enough to keep up the gateway's rate when it takes so many seconds for each.
_SLOW_CALL = 0.3
_FEWEST_THREADS, _MOST_THREADS = 4, 16
# How long and how often to try to write down what a gateway said: a database is restarted within minutes.
_INSIST_SECONDS = 300.0
_AGAIN_SECONDS = 0.25


@dataclass(slots=True)
class ChannelLoop:
    """One worker's way through the messages of a channel; `owner` names it in the rows it holds."""

    database: Database
    clock: Clock
    owner: str
    sender: Sender
    channel: MessagingChannel
    lease: timedelta = LEASE
    gateways: Mapping[str, Gateway] = field(init=False)
    _buckets: Mapping[str, TokenBucket] = field(init=False)
    _pause: float = field(default=TICK_SECONDS, init=False)
    _is_too_fast: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.gateways = {gateway.name: gateway for gateway in self.sender.gateways.carriers(self.channel)}
        self._buckets = {name: TokenBucket(gateway.per_second) for name, gateway in self.gateways.items()}

    @property
    def name(self) -> str:
        """The channel's."""
        return self.channel

    @property
    def threads(self) -> int:
        """As many as the fastest gateway's rate needs."""
        fastest = max((gateway.per_second for gateway in self.gateways.values()), default=0.0)
        return min(_MOST_THREADS, max(_FEWEST_THREADS, ceil(fastest * _SLOW_CALL)))

    def take(self, limit: int) -> Sequence[Task]:
        """Claim what may be sent at this moment, the first due first."""
        names, now = list(self.gateways), self.clock()
        with self.database.reading() as session:
            fares = read_fares(session, names)
        route = find_route(names, fares, now)
        bucket = self._buckets[route.carrier] if route.carrier is not None else None
        allowed = min(limit, bucket.available(time.monotonic())) if bucket is not None else 0
        wanted = min(limit, allowed + (route.probe is not None))
        self._wait_for(bucket if not wanted else None)
        if not wanted:
            return []
        with self.database.transaction() as session:
            claims = claim_due(session, owner=self.owner, limit=wanted, lease=self.lease, lane=self.channel, kind=SEND)
            probing = bool(claims) and route.probe is not None and begin_probe(session, route.probe, now=now)
            # Another worker is at the door already: what was claimed for it goes the usual way, or waits on.
            for claim in claims[allowed + probing :]:
                give_back(session, claim)
            claims = claims[: allowed + probing]
        tasks = []
        for number, claim in enumerate(claims):
            is_probe = probing and number == 0
            chosen = route.probe if is_probe else route.carrier
            if chosen is not None:
                tasks.append(_Sending(self, claim, Carriers(chosen, names, fares, is_probe)))
        if bucket is not None:
            bucket.take(len(claims) - probing)
            if len(claims) == wanted:  # there may be more: go on as soon as the rate allows it
                self._wait_for(bucket)
        return tasks

    def _wait_for(self, bucket: TokenBucket | None) -> None:
        self._is_too_fast = bucket is not None
        self._pause = min(TICK_SECONDS, bucket.seconds_to_fill()) if bucket is not None else TICK_SECONDS

    def pause(self) -> float:
        """Until the rate allows the next message, or until something may be due."""
        return self._pause

    def run_once(self) -> int:
        """Send what is due, one after the other in this very thread, and return how many messages were tried."""
        tried = 0
        while (tasks := self.take(self.threads)) or self._is_too_fast:
            for task in tasks:
                task.run()
            tried += len(tasks)
            if self._is_too_fast:
                time.sleep(self._pause)
        return tried


@dataclass(slots=True)
class _Sending:
    """One message on its way."""

    loop: ChannelLoop
    claim: Claim
    carriers: Carriers
    call: Call | None = None
    has_answer: bool = False

    def run(self) -> None:
        call = self.call = self._begin()
        if call is None:
            if self.carriers.is_probe:
                now = self.loop.clock()
                self.loop.database.write(lambda session: end_probe(session, self.carriers.chosen, now=now))
            return
        try:
            accepted = self.loop.gateways[call.gateway].send(call.outgoing)
        except DeliveryError as error:
            refused = error
        except Exception as error:  # noqa: BLE001 -- a fault of ours in one gateway's file is that message's alone
            _LOG.error("a gateway's code failed", gateway=call.gateway, exc_info=error)
            refused = DeliveryError(code="unexpected")
        else:
            self.has_answer = True
            self._insist(
                lambda session: record_accepted(session, self.claim, call.gateway, accepted, now=self.loop.clock())
            )
            return
        self.has_answer = True
        self._insist(lambda session: self._refuse(session, call, refused))

    def write_off(self) -> None:
        """The gateway may have the message all the same; it is sent again, with the same id and marked.

        If it is our own database that does not come back, the gateway is not to blame, and its answer is still good.
        """
        if self.call is not None and not self.has_answer:
            call, stuck = self.call, DeliveryError(code="stuck", gateway_down=True)
            with self.loop.database.transaction() as session:
                self._refuse(session, call, stuck, came_back=False)

    def _begin(self) -> Call | None:
        loop = self.loop
        try:
            return loop.database.write(
                lambda session: begin_call(session, self.claim, loop.sender, self.carriers, now=loop.clock())
            )
        except Exception as error:  # noqa: BLE001 -- a text or a key that is broken must not stop the others
            _LOG.error("a message could not be made ready", outbox_id=str(self.claim.id), exc_info=error)
            said = f"{type(error).__name__}: {error}"
        loop.database.write(lambda session: record_broken(session, self.claim, error=said, now=loop.clock()))
        return None

    def _refuse(self, session: Session, call: Call, error: DeliveryError, *, came_back: bool = True) -> bool:
        return record_refused(
            session,
            self.claim,
            call.gateway,
            error,
            self.loop.sender,
            now=self.loop.clock(),
            is_probe=self.carriers.is_probe,
            came_back=came_back,
        )

    def _insist(self, work: Callable[[Session], bool]) -> None:
        """Write what the gateway said, also if the database is away for a while: else the message is sent twice.

        Even after the lease has ended: as long as nobody has taken the row, the claim is still good.
        """
        give_up_at = time.monotonic() + _INSIST_SECONDS
        while True:
            try:
                held = self.loop.database.write(work)
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is tried again and then left to the lease
                if time.monotonic() > give_up_at:
                    _LOG.error("what a gateway said could not be written", outbox_id=str(self.claim.id), exc_info=error)
                    return
                _LOG.warning("what a gateway said cannot be written yet", error=type(error).__name__)
                time.sleep(_AGAIN_SECONDS)
            else:
                if not held:
                    _LOG.warning("a message was taken over by another worker", outbox_id=str(self.claim.id))
                return
