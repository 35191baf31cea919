"""Follow-ups: interactions taken in, messages handed to a gateway, and how late they are at a nation's busy hour.

The gateway is the tests' scripted one, in this process: it takes whatever comes at once, or 50 a second and 429 beyond.
"""

import contextlib
import itertools
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from sqlalchemy import delete, func, select

from app.accounts.api_keys import ApiScope, add_key
from app.factory import wire
from app.invitations.drafts import InteractionDraft
from app.invitations.service import accept_many
from app.kit.clock import utc_now
from app.kit.db import Database, table_of
from app.kit.errors import OtklikError
from app.kit.outbox import OutboxRow
from app.messaging.models import Message, MessageState
from app.organisation.models import UnitKind
from app.organisation.service import add_unit, get_company
from app.touchpoints.models import Channel
from app.web.edge import Wiring
from bench.client import run
from bench.place import Place, free_port
from bench.queue import RATE
from bench.report import Report, Row
from bench.servers import ROOT, Server, granian
from tests.gateway.server import ScriptedGateway

_UNIT = "bench-line"
_BULK = 1000
_GATEWAY_RATE = 50
_LONG_AGO = timedelta(minutes=6)  # more than `delay_minutes`: due at once
_NUMBERS = itertools.count(1)
_LATEST_SECONDS = 120
# As many as one web process has threads.
_TELLERS = 8


@dataclass(frozen=True, slots=True)
class Amount:
    """How much: calls by the single call, by bulk, messages to drain, seconds at the busy hour's rate."""

    single: int
    bulks: int
    messages: int
    seconds: float


def measure_follow_ups(report: Report, place: Place, amount: Amount, *, seconds: float) -> None:
    """All figures, on one installation with one line of a contact centre."""
    _write_config(place)
    with ScriptedGateway() as gateway:
        with _wired(place, gateway) as wiring:
            key = _build(wiring)
        _measure_accepting(report, place, gateway, key, amount, seconds=seconds)
        with _wired(place, gateway) as wiring:
            for workers in (1, 4):
                _measure_draining(report, place, wiring, gateway, workers=workers, messages=amount.messages)
            gateway.per_second = _GATEWAY_RATE
            _measure_lateness(report, place, wiring, gateway, seconds=amount.seconds)


def _measure_accepting(
    report: Report, place: Place, gateway: ScriptedGateway, key: str, amount: Amount, *, seconds: float
) -> None:
    environment = {**_environment(place, gateway), "OTKLIK_API_PER_MINUTE": "1000000"}
    port = free_port()
    with Server(granian("wsgi:app", port, processes=place.processes), port, environment, first="/healthz"):
        singles = [_post("/api/v1/interactions", key, _body()) for _ in range(amount.single)]
        run(port, singles[:50], status=202, seconds=5, once=True)
        load = run(port, singles[50:], status=202, seconds=max(seconds, 3.0), once=True)
        wrong = f", {load.wrong} wrong answers" if load.wrong else ""
        what = f"{place.name}: interactions accepted one by one, 16 connections"
        ours = f"{load.rate:,.0f}/s, p99 {load.at(0.99):.0f} ms{wrong}"
        report.add(Row(what, "", ours, "", f"≥ {RATE}/s", met=load.rate >= RATE and not wrong))
        begin = time.perf_counter()
        refused = sum(_tell_bulk(port, key) for _ in range(amount.bulks))
        rate = amount.bulks * _BULK / (time.perf_counter() - begin)
        wrong = f", {refused} refused" if refused else ""
        what = f"{place.name}: interactions accepted {_BULK:,} at once, 1 connection"
        report.add(Row(what, "", f"{rate:,.0f}/s{wrong}", "", "≥ 500/s", met=rate >= 500 and not wrong))


def _tell_bulk(port: int, key: str) -> int:
    """Post a thousand and return how many were not taken."""
    content = {"interactions": [_body() for _ in range(_BULK)]}
    url, headers = f"http://127.0.0.1:{port}/api/v1/interactions/bulk", {"Authorization": f"Bearer {key}"}
    answer = requests.post(url, json=content, headers=headers, timeout=60)
    return int(answer.json()["refused"]) if answer.status_code == 200 else _BULK


def _measure_draining(
    report: Report, place: Place, wiring: Wiring, gateway: ScriptedGateway, *, workers: int, messages: int
) -> None:
    """From the first message handed over to the last, by the rows themselves; every one is taken exactly once."""
    database = wiring.database
    _clear(database)
    before = len(gateway.ledger.lines)
    _invite(wiring, messages)
    with _workers(place, gateway, workers):
        done = _wait_until_sent(database, messages)
    first, last = _span(database)
    rate = done / max((last - first).total_seconds(), 0.001) if done else 0.0
    taken = gateway.ledger.lines[before:]
    doubled = len(taken) - len({line.message_id for line in taken})
    trouble = f", {messages - done} not sent, {doubled} doubled" if done != messages or doubled else ""
    named = f"{workers} worker{'s' if workers > 1 else ''}"
    what = f"{place.name}: messages drained, {named}, a gateway without limit"
    report.add(
        Row(what, "", f"{rate:,.0f}/s{trouble}", "", f"≥ {_GATEWAY_RATE}/s", met=rate >= _GATEWAY_RATE and not trouble)
    )


def _measure_lateness(
    report: Report, place: Place, wiring: Wiring, gateway: ScriptedGateway, *, seconds: float
) -> None:
    """One worker beside a contact centre of 31 calls a second, each accepted in a transaction of its own."""
    database = wiring.database
    _clear(database)
    with _workers(place, gateway, 1):
        _invite(wiring, 1)
        _wait_until_sent(database, 1)  # it is awake
        _clear(database)
        begin, told = time.monotonic(), 0
        with ThreadPoolExecutor(_TELLERS) as pool:
            while time.monotonic() - begin < seconds:
                pool.submit(_invite, wiring, 1)
                told += 1
                time.sleep(max(0.0, begin + told / RATE - time.monotonic()))
        took = time.monotonic() - begin
        done = _wait_until_sent(database, told)
    lags = _lags(database)
    p95 = lags[int(len(lags) * 0.95)] if lags else float("inf")
    lost = f", {told - done} not sent" if done < told else ""
    slow = f", only {told / took:.0f}/s told" if told < took * RATE * 0.9 else ""
    what = f"{place.name}: message due to handed over, {RATE}/s, gateway of {_GATEWAY_RATE}/s, p95 / max"
    ours = f"{p95:.1f} / {max(lags, default=0):.1f} s{lost}{slow}"
    report.add(Row(what, "", ours, "", "p95 ≤ 10 s", met=p95 <= 10 and not lost and not slow))


def _write_config(place: Place) -> None:
    """Copy the shipped configuration without its night, so that it is measured at any time of day."""
    target = place.folder / "config"
    shutil.copytree(ROOT / "config", target, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    delivery = target / "delivery.yaml"
    text, found = re.subn(r"(?m)^quiet_hours: .*$", "", delivery.read_text("utf-8"))
    assert found == 1
    delivery.write_text(text, "utf-8")


def _settings(place: Place, gateway: ScriptedGateway) -> dict[str, Any]:
    # The contract of the last figure; the others are not to be held up by one.
    return {
        "config_dir": place.folder / "config",
        "smsc_url": gateway.url,
        "smsc_login": "bench",
        "smsc_password": "bench-password",
        "smsc_per_second": _GATEWAY_RATE if gateway.per_second else 1000,
    }


def _environment(place: Place, gateway: ScriptedGateway) -> dict[str, str]:
    told = {f"OTKLIK_{name.upper()}": str(value) for name, value in _settings(place, gateway).items()}
    return {**place.environment, **told}


@contextlib.contextmanager
def _wired(place: Place, gateway: ScriptedGateway) -> Iterator[Wiring]:
    settings = place.settings.model_copy(update=_settings(place, gateway))
    wiring = wire(settings, clock=utc_now, database=None)
    try:
        yield wiring
    finally:
        wiring.database.dispose()


def _build(wiring: Wiring) -> str:
    """Add the line and return a key that may tell of its calls."""
    now = wiring.clock()
    with wiring.database.transaction() as session:
        company = get_company(session).id
        add_unit(session, name="Line", code=_UNIT, kind=UnitKind.QUEUE, parent_id=company, now=now)
        return add_key(session, name="bench", scopes=[ApiScope.INTERACTIONS_WRITE], now=now)[1]


def _draft(now: datetime) -> InteractionDraft:
    number = next(_NUMBERS)
    return InteractionDraft(
        source="bench",
        external_id=f"call-{number}",
        channel=Channel.CALL,
        unit=_UNIT,
        ended_at=now - _LONG_AGO,
        phone=f"+7701{number:07}",
        wait_seconds=20,
        handle_seconds=180,
        topic="Billing",
        resolved=True,
        recording_url=f"https://pbx.example/records/{number}",
    )


def _body() -> dict[str, Any]:
    draft = _draft(utc_now())
    return {
        "external_id": draft.external_id,
        "source": draft.source,
        "channel": draft.channel,
        "unit": draft.unit,
        "contact": {"phone": draft.phone},
        "ended_at": draft.ended_at.isoformat(),
        "wait_seconds": draft.wait_seconds,
        "handle_seconds": draft.handle_seconds,
        "topic": draft.topic,
        "resolved": draft.resolved,
        "recording_url": draft.recording_url,
    }


def _post(path: str, key: str, content: dict[str, Any]) -> bytes:
    body = json.dumps(content).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _invite(wiring: Wiring, count: int) -> None:
    while count > 0:
        now = wiring.clock()
        drafts = [_draft(now) for _ in range(min(count, _BULK))]
        with wiring.database.transaction() as session:
            results = accept_many(session, wiring.ask, drafts, now=now)
        refused = [result for result in results if isinstance(result, OtklikError) or result.reason is not None]
        if refused:
            raise RuntimeError(f"not invited: {refused[0]}")
        count -= len(drafts)


@contextlib.contextmanager
def _workers(place: Place, gateway: ScriptedGateway, count: int) -> Iterator[None]:
    environment = _environment(place, gateway)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(35)


def _wait_until_sent(database: Database, count: int) -> int:
    """Return how many are handed over once all are, or after two minutes."""
    deadline = time.monotonic() + _LATEST_SECONDS
    while True:
        with database.reading() as session:
            query = select(func.count()).select_from(Message).where(Message.state == MessageState.HANDED_OVER)
            done = session.scalar(query) or 0
        if done >= count or time.monotonic() > deadline:
            return done
        time.sleep(0.2)


def _span(database: Database) -> tuple[datetime, datetime]:
    with database.reading() as session:
        first, last = session.execute(select(func.min(Message.handed_over_at), func.max(Message.handed_over_at))).one()
    now = utc_now()
    return first or now, last or now


def _lags(database: Database) -> list[float]:
    """Return the seconds that messages were handed over after they were due, the shortest first."""
    with database.reading() as session:
        rows = session.execute(
            select(Message.due_at, Message.handed_over_at).where(Message.handed_over_at.is_not(None))
        )
        return sorted((handed_over - due).total_seconds() for due, handed_over in rows if handed_over is not None)


def _clear(database: Database) -> None:
    with database.transaction() as session:
        session.execute(delete(table_of(Message)))
        session.execute(delete(table_of(OutboxRow)))
