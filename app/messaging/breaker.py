"""When a gateway is left alone, and which of a channel's gateways carries the next message. Pure.

A gateway that fails several times in a row *rests*; then one message *probes* it, and what follows depends on that one.
Meanwhile the channel's other gateway carries the rest, or they wait.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Failures in a row after which a gateway is left alone. One may be chance, and many at once are in flight anyway.
OPENS_AFTER = 3
_FIRST_REST = timedelta(seconds=10)
_LONGEST_REST = timedelta(minutes=5)
# A gateway may ask for more; beyond this we look for ourselves.
LONGEST_RETRY_AFTER = timedelta(minutes=15)


class Door(StrEnum):
    """How a gateway may be used now."""

    OPEN = "open"
    RESTING = "resting"
    PROBING = "probing"


@dataclass(frozen=True, slots=True)
class Fare:
    """How a gateway fares: failures in a row, and until when it is left alone."""

    failures: int = 0
    rests_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The gateway that carries what is due, and one that a single message may try first; either may be missing."""

    carrier: str | None
    probe: str | None


def door_of(fare: Fare, now: datetime) -> Door:
    """Return how the gateway may be used at `now`."""
    if fare.rests_until is not None and fare.rests_until > now:
        return Door.RESTING
    return Door.PROBING if fare.failures >= OPENS_AFTER else Door.OPEN


def rest_after(failures: int, *, spread: float) -> timedelta | None:
    """Return how long to leave a gateway alone after so many failures in a row, or None; `spread` is 0.8 to 1.2."""
    if failures < OPENS_AFTER:
        return None
    doubled = _FIRST_REST * 2.0 ** min(failures - OPENS_AFTER, 10)
    return min(doubled, _LONGEST_REST) * spread


def find_route(names: Sequence[str], fares: Mapping[str, Fare], now: datetime) -> Route:
    """Return which of a channel's gateways, the first one first, carries what is due at `now`."""
    doors = {name: door_of(fares.get(name, Fare()), now) for name in names}
    carrier = next((name for name in names if doors[name] == Door.OPEN), None)
    before = names if carrier is None else names[: names.index(carrier)]
    return Route(carrier, next((name for name in before if doors[name] == Door.PROBING), None))


def find_other(names: Sequence[str], fares: Mapping[str, Fare], refused_by: str, now: datetime) -> str | None:
    """Return a gateway that is well for a message that `refused_by`, which fails just now, has not taken; or None."""
    if not fares.get(refused_by, Fare()).failures:
        return None
    for name in names:
        fare = fares.get(name, Fare())
        if name != refused_by and not fare.failures and door_of(fare, now) == Door.OPEN:
            return name
    return None
