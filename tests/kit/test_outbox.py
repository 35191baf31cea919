"""The outbox: once recorded, claimed by one, completed by its claim alone."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.outbox import (
    MAX_ATTEMPTS,
    Claim,
    OutboxRow,
    OutboxState,
    claim_due,
    complete,
    fail,
    postpone,
    purge_done,
    read_status,
    record_event,
    retry_delay,
)

# Leases use the database's clock, so these tests live in the present.
LEASE = timedelta(seconds=30)


def present() -> datetime:
    return datetime.now(UTC)


def claim(session: Session, owner: str = "a", limit: int = 10) -> list[Claim]:
    return claim_due(session, owner=owner, limit=limit, lease=LEASE)


def test_due_rows_are_claimed_in_due_order_and_only_once(session: Session) -> None:
    now = present()
    for minutes in (5, 1, 3):
        record_event(session, f"late.{minutes}", {"n": minutes}, now=now - timedelta(minutes=minutes))
    record_event(session, "later", {}, now=now, due_at=now + timedelta(hours=1))
    assert {each.kind for each in claim(session, limit=2)} == {"late.5", "late.3"}
    assert {each.kind for each in claim(session, owner="b")} == {"late.1"}
    assert claim(session, owner="c") == []


def test_a_claim_does_not_look_at_what_waits_for_later(database: Database) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        statements.append((statement, parameters))

    later = present() + timedelta(hours=9)
    with database.transaction() as session:
        rows = [{"id": new_id(), "lane": "sms", "kind": "k", "payload": {}, "created_at": later} for _ in range(2000)]
        session.execute(insert(OutboxRow), [row | {"due_at": later} for row in rows])
    with database.transaction() as session:
        session.execute(text("ANALYZE"))
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        assert claim_due(session, owner="a", limit=10, lease=LEASE, lane="sms") == []
        event.remove(connection, "before_cursor_execute", note)
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        plan = [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statements[0][0]}", statements[0][1])]

    searched = r"lane=\? AND due_at<\?" if database.is_sqlite else r"Index Cond: .*lane.*due_at <="
    assert re.search(searched, "\n".join(plan)), plan


def test_a_lease_that_ended_is_claimed_by_another_and_the_first_cannot_complete(session: Session) -> None:
    record_event(session, "case.opened", {"case_id": "1"}, now=present())
    (first,) = claim(session, owner="first")
    session.execute(update(OutboxRow).values(lease_until=present() - timedelta(seconds=1)))
    (second,) = claim(session, owner="second")
    assert second.attempts == 2
    assert complete(session, [first], now=present()) == 0
    assert complete(session, [second], now=present()) == 1
    assert session.scalars(select(OutboxRow.state)).one() == OutboxState.DONE


def test_failure_waits_longer_each_time_and_dies_in_the_end(session: Session) -> None:
    now = present()
    record_event(session, "message", {}, now=now)
    (held,) = claim(session)
    assert fail(session, held, error="gateway said 500", permanent=False, now=now)
    row = session.scalars(select(OutboxRow).execution_options(populate_existing=True)).one()
    assert now + timedelta(seconds=4) <= row.due_at <= now + timedelta(seconds=6)
    assert (row.state, row.last_error, row.owner) == (OutboxState.WAITING, "gateway said 500", None)
    session.execute(update(OutboxRow).values(attempts=MAX_ATTEMPTS - 1, due_at=now - timedelta(seconds=1)))
    (held,) = claim(session)
    fail(session, held, error="still down", permanent=False, now=now)
    assert read_status(session, now=present()).dead == 1


def test_what_is_kept_of_a_failure_holds_no_row_and_no_number(session: Session) -> None:
    record_event(session, "message", {}, now=present())
    (held,) = claim(session)
    fail(
        session,
        held,
        error="no luck with 8 701 123 45 67\nDETAIL:  Failing row contains (Aigul).",
        permanent=True,
        now=present(),
    )
    assert session.scalars(select(OutboxRow.last_error)).one() == "no luck with +…\n…"


def test_a_permanent_failure_dies_at_once(session: Session) -> None:
    record_event(session, "message", {}, now=present())
    (held,) = claim(session)
    fail(session, held, error="no such number", permanent=True, now=present())
    assert session.scalars(select(OutboxRow.state)).one() == OutboxState.DEAD


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 30), (3, 120), (4, 300), (5, 300), (50, 300)])
def test_delays_follow_the_schedule_within_a_fifth(attempts: int, seconds: int) -> None:
    for _ in range(20):
        assert seconds * 0.8 <= retry_delay(attempts).total_seconds() <= seconds * 1.2


def test_an_event_with_a_key_is_recorded_once(session: Session) -> None:
    for _ in range(3):
        record_event(session, "response.burst", {}, now=present(), once_key="burst 1")
    assert session.scalar(select(func.count()).select_from(OutboxRow)) == 1


def test_old_rows_are_purged_in_batches(session: Session) -> None:
    now = present()
    for _ in range(5):
        record_event(session, "x", {}, now=now)
    complete(session, claim(session), now=now - timedelta(days=40))
    assert purge_done(session, before=now - timedelta(days=30), limit=3) == 3
    assert purge_done(session, before=now - timedelta(days=30), limit=3) == 2


def test_status_tells_since_when_the_oldest_waits(session: Session) -> None:
    now = present()
    record_event(session, "x", {}, now=now - timedelta(minutes=7))
    status = read_status(session, now=now)
    assert (status.due, status.dead) == (1, 0)
    assert status.oldest_due_at == now - timedelta(minutes=7)


def test_workers_that_claim_at_once_never_share_a_row(database: Database) -> None:
    with database.transaction() as session:
        for _ in range(200):
            record_event(session, "x", {}, now=present() - timedelta(seconds=1))
    barrier = Barrier(4)

    def work(owner: str) -> list[Claim]:
        claims: list[Claim] = []
        barrier.wait()
        while True:
            with database.transaction() as session:
                got = claim(session, owner=owner, limit=7)
            if not got:
                return claims
            claims += got

    with ThreadPoolExecutor(4) as pool:
        taken = [each.id for claims in pool.map(work, "abcd") for each in claims]
    assert len(taken) == 200
    assert len(set(taken)) == 200


def test_a_lane_is_claimed_by_itself(session: Session) -> None:
    now = present()
    record_event(session, "case.opened", {}, now=now)
    record_event(session, "message.send", {}, now=now, lane="sms")
    record_event(session, "other.kind", {}, now=now, lane="sms")
    assert [each.kind for each in claim(session)] == ["case.opened"]
    by_kind = claim_due(session, owner="a", limit=10, lease=LEASE, lane="sms", kind="message.send")
    assert [each.kind for each in by_kind] == ["message.send"]
    assert [each.kind for each in claim_due(session, owner="a", limit=10, lease=LEASE, lane="sms")] == ["other.kind"]


def test_waiting_for_the_morning_is_no_try(session: Session) -> None:
    record_event(session, "message.send", {}, now=present())
    (held,) = claim(session)
    assert postpone(session, held, due_at=present() + timedelta(hours=8))
    row = session.scalars(select(OutboxRow).execution_options(populate_existing=True)).one()
    assert (row.attempts, row.owner) == (0, None)
    assert claim(session) == []
    assert not postpone(session, held, due_at=present())


def test_a_failure_that_names_its_next_try_is_tried_then(session: Session) -> None:
    now = present()
    record_event(session, "message.send", {}, now=now)
    (held,) = claim(session)
    fail(session, held, error="429", permanent=False, now=now, retry_at=now + timedelta(minutes=7))
    row = session.scalars(select(OutboxRow).execution_options(populate_existing=True)).one()
    assert row.due_at == now + timedelta(minutes=7)
