"""The drain loop: every due row is worked, each result is written, a lost lease writes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.jobs.drain import Drain
from app.jobs.handlers import Handler, PermanentFailureError
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.outbox import Claim, OutboxRow, OutboxState, claim_due, record_event


def record(database: Database, kind: str = "test.kind", payload: dict[str, Any] | None = None) -> None:
    with database.transaction() as session:
        record_event(session, kind, payload or {}, now=utc_now() - timedelta(seconds=1))


def rows(database: Database) -> list[OutboxRow]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def drain(database: Database, **handlers: Handler) -> Drain:
    named = {name.replace("_", "."): handler for name, handler in handlers.items()}
    return Drain(database, utc_now, "worker-1", named)


def test_every_due_row_is_handed_to_its_handler_once(database: Database) -> None:
    for number in range(120):  # more than two batches
        record(database, payload={"number": number})
    seen: list[int] = []

    done = drain(database, test_kind=lambda claim: seen.append(claim.payload["number"])).run()

    assert done == 120
    assert sorted(seen) == list(range(120))
    assert {row.state for row in rows(database)} == {OutboxState.DONE}
    assert drain(database).run() == 0


def test_a_kind_nobody_handles_is_done_with(database: Database) -> None:
    record(database, "nobody.listens")

    assert drain(database).run() == 1
    assert rows(database)[0].state == OutboxState.DONE


def test_a_failure_is_tried_again_later_and_the_others_go_on(database: Database) -> None:
    def refuse(_claim: Claim) -> None:
        raise RuntimeError("the gateway is down")

    record(database, "bad.kind")
    record(database, "good.kind")

    assert drain(database, bad_kind=refuse, good_kind=lambda _claim: None).run() == 1

    bad, good = rows(database)
    assert (bad.state, bad.attempts, bad.last_error) == (OutboxState.WAITING, 1, "RuntimeError: the gateway is down")
    assert bad.owner is None
    assert bad.due_at > datetime.now(UTC)
    assert good.state == OutboxState.DONE


def test_a_permanent_failure_is_dead_at_once(database: Database) -> None:
    def refuse(_claim: Claim) -> None:
        raise PermanentFailureError("no such number")

    record(database, "bad.kind")
    drain(database, bad_kind=refuse).run()

    assert rows(database)[0].state == OutboxState.DEAD


def test_a_row_in_hand_is_finished_when_asked_to_stop_and_the_next_is_left(database: Database) -> None:
    record(database)
    record(database)
    worked: list[Claim] = []

    drain(database, test_kind=worked.append).run(lambda: bool(worked))

    assert len(worked) == 1
    assert [row.state for row in rows(database)] == [OutboxState.DONE, OutboxState.WAITING]


def test_a_worker_that_lost_its_lease_does_not_write_over_its_successor(database: Database) -> None:
    def outlive_the_lease(claim: Claim) -> None:
        with database.transaction() as session:
            session.execute(update(OutboxRow).values(lease_until=utc_now() - timedelta(seconds=5)))
        with database.transaction() as session:
            claimed = claim_due(session, owner="worker-2", limit=10, lease=timedelta(seconds=60))
        assert [row.id for row in claimed] == [claim.id]

    record(database)

    assert drain(database, test_kind=outlive_the_lease).run() == 0
    row = rows(database)[0]
    assert (row.state, row.owner, row.attempts) == (OutboxState.WAITING, "worker-2", 2)
