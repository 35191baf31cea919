"""How sending goes: what waits, what was taken and what failed, by channel and gateway. Read-only.

Everything is counted from one index (state, channel, due) whoever waits; for somebody who sees a part of the company,
from the units' own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.messaging.breaker import Door, Fare, door_of
from app.messaging.models import GatewayHealth, Message, MessageState, MessagingChannel

TAKEN = (MessageState.HANDED_OVER, MessageState.DELIVERED, MessageState.READ)
NOT_SENT = (MessageState.FAILED, MessageState.FAILED_TECHNICAL, MessageState.EXPIRED, MessageState.CANCELLED)
# A message waits a day, and four hours of tries, at most; what was made before that does not wait.
_LONGEST_WAIT = timedelta(days=7)


@dataclass(slots=True)
class Queue:
    """What waits in a channel: due by now and later, since when the first of them, and how many were refused before."""

    due: int = 0
    later: int = 0
    retried: int = 0
    oldest_due_at: datetime | None = None

    def drain_time(self, per_second: float) -> timedelta | None:
        """Return how long what is due takes at the rate, or None where nothing carries it."""
        return timedelta(seconds=self.due / per_second) if per_second > 0 else None


@dataclass(slots=True)
class Tally:
    """What became of messages that were due in a time; `read` ones were delivered and `delivered` ones taken, too."""

    taken: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """How many messages were not sent for one reason."""

    state: MessageState
    reason: str
    channel: MessagingChannel
    count: int


@dataclass(slots=True)
class Sent:
    """What became of the messages that were due in a time: by channel and gateway, and why some were not sent."""

    by_gateway: Mapping[tuple[MessagingChannel, str], Tally] = field(default_factory=dict)
    failures: Sequence[Failure] = ()

    @property
    def cost(self) -> int:
        """What all of them cost, in hundredths."""
        return sum(tally.cost for tally in self.by_gateway.values())

    def channel(self, channel: MessagingChannel) -> Tally:
        """Return all gateways of a channel together."""
        return _sum(tally for (of, _), tally in self.by_gateway.items() if of is channel)

    def gateway(self, channel: MessagingChannel, name: str) -> Tally:
        """Return what went by one gateway in a channel."""
        return self.by_gateway.get((channel, name), Tally())


@dataclass(frozen=True, slots=True)
class GatewayNews:
    """How a gateway fares: whether it is used, and when it last took or failed; `reason` is the last failure's."""

    door: Door
    failures: int
    rests_until: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    reason: str | None


def count_waiting(session: Session, *, scope: Scope, now: datetime) -> Mapping[MessagingChannel, Queue]:
    """Return what waits by channel; channels where nothing does are left out."""
    due = case((Message.due_at <= now, 1), else_=0)
    rows = session.execute(
        select(
            Message.channel,
            func.sum(due),
            func.count(),
            func.count(Message.failure),
            func.min(Message.due_at),
        )
        .where(Message.state == MessageState.WAITING, *_seen(scope, now - _LONGEST_WAIT))
        .group_by(Message.channel)
    )
    return {
        MessagingChannel(channel): Queue(
            int(due_now), total - int(due_now), retried, oldest if oldest is not None and oldest <= now else None
        )
        for channel, due_now, total, retried, oldest in rows
    }


def count_sent(session: Session, *, scope: Scope, since: datetime, until: datetime | None = None) -> Sent:
    """Return what became of the messages that were due since then, and before `until` if it is given."""
    when = [Message.due_at >= since] + ([Message.due_at < until] if until is not None else [])
    rows = session.execute(
        select(
            Message.state,
            Message.channel,
            Message.gateway,
            Message.failure,
            func.count(),
            func.sum(Message.cost),
        )
        .where(
            Message.state.in_([*TAKEN, *NOT_SENT]),
            Message.channel.in_(list(MessagingChannel)),
            *when,
            *_seen(scope, since - _LONGEST_WAIT),
        )
        .group_by(Message.state, Message.channel, Message.gateway, Message.failure)
    )
    tallies: dict[tuple[MessagingChannel, str], Tally] = defaultdict(Tally)
    failures: dict[tuple[MessageState, str, MessagingChannel], int] = defaultdict(int)
    for state, channel, gateway, failure, count, cost in rows:
        tally = tallies[MessagingChannel(channel), gateway or ""]
        if state in TAKEN:
            tally.taken += count
            tally.cost += int(cost)
            tally.delivered += count if state in (MessageState.DELIVERED, MessageState.READ) else 0
            tally.read += count if state == MessageState.READ else 0
            continue
        failures[MessageState(state), failure or "", MessagingChannel(channel)] += count
        if state in (MessageState.FAILED, MessageState.FAILED_TECHNICAL):
            tally.failed += count
    ordered = sorted(failures.items(), key=lambda entry: (-entry[1], entry[0]))
    return Sent(dict(tallies), [Failure(*key, count) for key, count in ordered])


def read_gateways(session: Session, *, now: datetime) -> Mapping[str, GatewayNews]:
    """Return how the gateways fare by name; one that was never used is left out."""
    return {
        row.gateway: GatewayNews(
            door_of(Fare(row.failures, row.open_until), now),
            row.failures,
            row.open_until,
            row.last_success_at,
            row.last_failure_at,
            row.last_failure,
        )
        for row in session.scalars(select(GatewayHealth))
    }


def _seen(scope: Scope, made_since: datetime) -> list[ColumnElement[Any]]:
    """Return the conditions of a part of the company: its units, and days for their own index; none for all of it."""
    if scope.everything:
        return []
    return [scope.where(Message.unit_id), Message.created_at >= made_since]


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.taken += tally.taken
        total.delivered += tally.delivered
        total.read += tally.read
        total.failed += tally.failed
        total.cost += tally.cost
    return total
