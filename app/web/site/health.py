"""For operations: alive, ready, and figures for Prometheus."""

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.callbacks.figures import count_open
from app.kit.errors import NotFoundError, OtklikError
from app.kit.log import get_logger
from app.kit.outbox import read_status
from app.kit.schema import schema_is_current
from app.kit.slots import last_beat
from app.web import edge
from app.web.access import Gate, gate

_LOG = get_logger(__name__)
health = Blueprint("health", __name__)
gate(health, Gate.OPERATIONS)


@health.get("/healthz")
def show_alive() -> Response:
    """The process answers; nothing else is looked at, so that a slow database does not get it restarted."""
    return Response("alive\n", mimetype="text/plain")


@health.get("/readyz")
def show_ready() -> tuple[Response, int]:
    """Whether to send people here: 503 when the database is out of reach or behind this code."""
    wiring = edge.wiring()
    try:
        if not schema_is_current(wiring.database):
            return jsonify(status="unavailable", database="reachable", schema="behind", worker_age_seconds=None), 503
        with wiring.database.reading() as session:
            seen_at = last_beat(session)
    except (SQLAlchemyError, OtklikError) as error:
        _LOG.error("not ready", exc_info=error)
        return jsonify(status="unavailable", database="unreachable", schema=None, worker_age_seconds=None), 503
    age = round((edge.now() - seen_at).total_seconds(), 1) if seen_at else None
    return jsonify(status="ready", database="reachable", schema="current", worker_age_seconds=age), 200


@health.get("/metrics")
def show_metrics() -> Response:
    """Figures read from the database at this moment, so that they are the same whichever process answers."""
    token = edge.wiring().metrics_token
    if not token:
        raise NotFoundError("no OTKLIK_METRICS_TOKEN is set, so there are no metrics")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return Response("a bearer token is needed\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    registry = CollectorRegistry()
    registry.register(_Figures(edge.db(), edge.now()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """The gauges of one scrape."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each figure with its description."""
        queue = read_status(self._session, now=self._now)
        yield _gauge("otklik_outbox_due", "Outbox rows due and not yet done", queue.due)
        yield _gauge("otklik_outbox_dead", "Outbox rows given up; they can be replayed by hand", queue.dead)
        waits = (self._now - queue.oldest_due_at).total_seconds() if queue.oldest_due_at else 0
        yield _gauge("otklik_outbox_oldest_due_seconds", "How long the oldest due outbox row has waited", waits)
        seen_at = last_beat(self._session)
        if seen_at is not None:
            age = (self._now - seen_at).total_seconds()
            yield _gauge("otklik_worker_age_seconds", "Time since a worker was last seen alive", age)
        cases = count_open(self._session, now=self._now)
        yield _gauge("otklik_cases_open", "Cases not yet closed", cases.open)
        yield _gauge("otklik_cases_overdue", "Open cases past their deadline", cases.overdue)


def _gauge(name: str, description: str, value: float) -> GaugeMetricFamily:
    family: Any = GaugeMetricFamily(name, description)
    family.add_metric([], value)
    return family  # type: ignore[no-any-return]
