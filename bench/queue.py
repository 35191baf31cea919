"""The outbox: a claim while a million rows wait, and from due to handed over at the rate of a nation's busy hour."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, event, insert, select

from app.jobs.drain import BATCH, LEASE
from app.kit.clock import utc_now
from app.kit.db import Database, table_of
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow, OutboxState, claim_due, record_event
from bench.place import Place
from bench.report import Report, Row
from bench.servers import ROOT

# Invitations, answers and messages of 20 million subscribers in a busy hour.
RATE = 31
_KIND = "bench.noted"
# Where messages wait; the worker that is measured drains the lane of events.
_LANE = "sms"
_CLAIMS = 21
_ROWS = 20_000


def measure_queue(report: Report, place: Place, *, waiting: int, seconds: float) -> None:
    """Both figures; the rows are gone afterwards."""
    with place.wired() as wiring:
        database = wiring.database
        _clear(database)
        _measure_hand_over(report, place, database, seconds=seconds)
        _fill(database, waiting)
        _measure_claim(report, place, database, waiting=waiting)
        _clear(database)


def _measure_claim(report: Report, place: Place, database: Database, *, waiting: int) -> None:
    taken = []
    for _ in range(_CLAIMS):
        begin = time.perf_counter()
        with database.transaction() as session:
            claims = claim_due(session, owner="bench", limit=BATCH, lease=LEASE, lane=_LANE, kind=_KIND)
        taken.append((time.perf_counter() - begin) * 1000)
        assert len(claims) == BATCH
    middle = statistics.median(taken)
    by_index = _claims_by_index(database)
    what = f"{place.name}: claim of {BATCH} with {waiting:,} waiting, durable, median / max"
    ours = f"{middle:.1f} / {max(taken):.1f} ms, {'by the index' if by_index else 'NOT by the index'}"
    report.add(Row(what, "", ours, "", "≤ 10 ms, by index", met=middle <= 10 and by_index))


def _claims_by_index(database: Database) -> bool:
    """Tell whether the database's own plan of the claim finds the rows by the index of what waits, and reads no table
    through."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.transaction() as session:
            claim_due(session, owner="bench", limit=BATCH, lease=LEASE, lane=_LANE, kind=_KIND)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    statement, parameters = next(each for each in seen if each[0].startswith("UPDATE outbox"))
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    plan = "\n".join(str(row[-1]) for row in rows)
    return "ix_outbox_waiting_lane" in plan and "SCAN outbox" not in plan and "Seq Scan" not in plan


def _measure_hand_over(report: Report, place: Place, database: Database, *, seconds: float) -> None:
    """A worker beside a writer of 31 events a second; read from the rows themselves when each was done."""
    environment = {**os.environ, **place.environment}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        written = 0
        _write_one(database)
        while _undone(database):  # until it is awake
            time.sleep(0.1)
        _clear(database)
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            _write_one(database)
            written += 1
            time.sleep(max(0.0, begin + written / RATE - time.monotonic()))
        deadline = time.monotonic() + 60
        while _undone(database) and time.monotonic() < deadline:
            time.sleep(0.2)
        lags = sorted(_lags(database))
    finally:
        worker.terminate()
        worker.wait(35)
    p95 = lags[int(len(lags) * 0.95)] if lags else float("inf")
    what = f"{place.name}: due to handed over at {RATE}/s, p95 / max"
    lost = f", {written - len(lags)} not done" if len(lags) < written else ""
    whole = f"{p95:.1f} / {max(lags, default=0):.1f} s{lost}"
    report.add(Row(what, "", whole, "", "p95 ≤ 10 s", met=p95 <= 10 and not lost))


def _write_one(database: Database) -> None:
    now = utc_now()
    with database.transaction() as session:
        record_event(session, _KIND, {"bench_id": str(new_id())}, now=now)


def _undone(database: Database) -> bool:
    with database.reading() as session:
        waiting = select(OutboxRow.id).where(OutboxRow.kind == _KIND, OutboxRow.state == OutboxState.WAITING).limit(1)
        return session.scalar(waiting) is not None


def _lags(database: Database) -> list[float]:
    with database.reading() as session:
        rows = session.execute(
            select(OutboxRow.due_at, OutboxRow.done_at).where(
                OutboxRow.kind == _KIND, OutboxRow.state == OutboxState.DONE
            )
        )
        return [(done_at - due_at).total_seconds() for due_at, done_at in rows if done_at is not None]


def _fill(database: Database, count: int) -> None:
    for rows in _batches(count):
        with database.transaction() as session:
            session.execute(insert(table_of(OutboxRow)), rows)
    if not database.is_sqlite:
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE) outbox")


def _batches(count: int) -> Iterator[list[dict[str, object]]]:
    now = utc_now()
    for start in range(0, count, _ROWS):
        due = now - timedelta(hours=1) + timedelta(milliseconds=start / 1000)
        yield [
            {
                "id": new_id(),
                "lane": _LANE,
                "kind": _KIND,
                "payload": {},
                "created_at": due,
                "due_at": due,
                "state": OutboxState.WAITING,
                "attempts": 0,
            }
            for _ in range(min(_ROWS, count - start))
        ]


def _clear(database: Database) -> None:
    with database.transaction() as session:
        session.execute(delete(table_of(OutboxRow)))
