"""How gateways fare, written down for all workers: see `breaker` for what follows from it."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from app.kit.db import upsert
from app.kit.log import get_logger
from app.messaging.breaker import LONGEST_RETRY_AFTER, OPENS_AFTER, Fare, rest_after
from app.messaging.models import GatewayHealth

_LOG = get_logger(__name__)
# A probe that never comes back is another's to make after so long.
_PROBE = timedelta(seconds=60)
# A gateway that is well is noted now and then, not with every message: the row would be everybody's bottleneck.
_NOTE_EVERY = timedelta(seconds=10)


def read_fares(session: Session, names: Sequence[str]) -> Mapping[str, Fare]:
    """Return how the gateways fare; one that nothing is known of is left out, and is well."""
    rows = session.execute(
        select(GatewayHealth.gateway, GatewayHealth.failures, GatewayHealth.open_until).where(
            GatewayHealth.gateway.in_(names)
        )
    )
    return {gateway: Fare(failures, rests_until) for gateway, failures, rests_until in rows}


def begin_probe(session: Session, gateway: str, *, now: datetime) -> bool:
    """Take it on to try a gateway that has rested; False if another worker is at it."""
    result = session.execute(
        update(GatewayHealth)
        .where(
            GatewayHealth.gateway == gateway,
            GatewayHealth.failures >= OPENS_AFTER,
            GatewayHealth.open_until <= now,
        )
        .values(open_until=now + _PROBE)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount) == 1  # type: ignore[attr-defined]


def end_probe(session: Session, gateway: str, *, now: datetime) -> None:
    """Leave the door to the next message: this one was not sent after all."""
    session.execute(
        update(GatewayHealth)
        .where(GatewayHealth.gateway == gateway, GatewayHealth.failures >= OPENS_AFTER)
        .values(open_until=now)
        .execution_options(synchronize_session=False)
    )


def note_success(session: Session, gateway: str, *, now: datetime) -> None:
    """Write that the gateway took a message: whatever failures came before are forgotten, with the rest they led to.

    A rest that it asked for without failing stays: what it takes now was on its way before it asked.
    """
    asked = case((GatewayHealth.failures > 0, None), else_=GatewayHealth.open_until)
    result = session.execute(
        update(GatewayHealth)
        .where(
            GatewayHealth.gateway == gateway,
            or_(
                GatewayHealth.failures > 0,
                GatewayHealth.last_success_at.is_(None),
                GatewayHealth.last_success_at < now - _NOTE_EVERY,
            ),
        )
        .values(failures=0, open_until=asked, last_success_at=now)
        .execution_options(synchronize_session=False)
    )
    if not int(result.rowcount):  # type: ignore[attr-defined]
        first = upsert(session, GatewayHealth).values(gateway=gateway, failures=0, last_success_at=now)
        session.execute(first.on_conflict_do_nothing(index_elements=["gateway"]))


def note_failure(
    session: Session, gateway: str, *, code: str, now: datetime, is_probe: bool, retry_after: timedelta | None = None
) -> None:
    """Write that the gateway failed by its own fault; from the third time in a row it rests, longer each time.

    What was under way when it began to rest fails too and says nothing new, so only a probe is counted then.
    """
    fresh = upsert(session, GatewayHealth).values(gateway=gateway, failures=0)
    session.execute(fresh.on_conflict_do_nothing(index_elements=["gateway"]))
    health = session.scalars(
        select(GatewayHealth)
        .where(GatewayHealth.gateway == gateway)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    health.last_failure_at, health.last_failure = now, code
    if health.open_until is not None and health.open_until > now and not is_probe:
        return
    health.failures += 1
    # A jitter, not a secret: it keeps workers from knocking in step.
    rest = rest_after(health.failures, spread=random.uniform(0.8, 1.2))  # noqa: S311
    if retry_after is not None:
        rest = max(rest or timedelta(), min(retry_after, LONGEST_RETRY_AFTER))
    health.open_until = now + rest if rest is not None else None
    if health.failures == OPENS_AFTER:
        _LOG.warning("a gateway is left alone for a while", gateway=gateway, code=code)


def rest_gateway(session: Session, gateway: str, *, now: datetime, seconds: timedelta) -> None:
    """Leave a gateway alone that asked for it because we were too fast; that is no failure of its own."""
    until = now + min(seconds, LONGEST_RETRY_AFTER)
    row = upsert(session, GatewayHealth).values(gateway=gateway, failures=0, open_until=until)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["gateway"],
            set_={"open_until": until},
            where=or_(GatewayHealth.open_until.is_(None), GatewayHealth.open_until < until),
        )
    )
