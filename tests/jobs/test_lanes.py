"""Lanes: several rows at once, failures by their kind, and what never comes back."""

import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.handlers import PermanentFailureError
from app.jobs.lanes import Lane, LaneLoop, RetryAtError, run_source
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.outbox import Claim, OutboxRow, OutboxState, record_event
from app.messaging.gateway import Accepted, Outgoing
from app.messaging.models import MessageState
from tests.jobs.sending import ScriptedGateway, loop, message_of, queue, sender
from tests.jobs.test_worker import wait_for


def record(database: Database, number: int = 0) -> None:
    with database.transaction() as session:
        past = utc_now() - timedelta(seconds=1)
        record_event(session, "inbound.received", {"number": number}, now=past, lane="inbound")


def only_row(database: Database) -> OutboxRow:
    with database.reading() as session:
        return session.scalars(select(OutboxRow).where(OutboxRow.lane == "inbound")).one()


def lane_loop(database: Database, handle: Callable[[Claim], None], **options: object) -> LaneLoop:
    return LaneLoop(database, utc_now, "here:1", Lane("inbound", handle, **options))  # type: ignore[arg-type]


def test_rows_of_a_lane_are_worked_side_by_side_until_told_to_stop(database: Database) -> None:
    for number in range(6):
        record(database, number)
    together = threading.Barrier(3, timeout=10)
    done: list[int] = []

    def handle(claim: Claim) -> None:
        together.wait()  # three at once, or it breaks
        done.append(claim.payload["number"])

    stop = threading.Event()
    thread = threading.Thread(target=run_source, args=(lane_loop(database, handle, threads=3), stop))
    thread.start()
    wait_for(lambda: len(done) == 6)
    stop.set()
    thread.join(10)

    assert sorted(done) == list(range(6))
    assert not thread.is_alive()
    with database.reading() as session:
        assert set(session.scalars(select(OutboxRow.state))) == {OutboxState.DONE}


def test_a_handler_may_say_when_to_try_again(database: Database) -> None:
    record(database)
    later = utc_now() + timedelta(hours=2)

    def handle(_claim: Claim) -> None:
        raise RetryAtError("asked for patience", retry_at=later)

    assert lane_loop(database, handle).run_once() == 1

    assert (only_row(database).state, only_row(database).due_at) == (OutboxState.WAITING, later)


def test_a_failure_is_told_where_it_is_written(database: Database) -> None:
    record(database)
    told: list[tuple[str, bool]] = []

    def handle(_claim: Claim) -> None:
        raise PermanentFailureError("unreadable")

    def on_failure(_session: Session, _claim: Claim, error: Exception, is_last: bool) -> None:
        told.append((str(error), is_last))

    lane_loop(database, handle, on_failure=on_failure).run_once()

    assert told == [("unreadable", True)]
    assert only_row(database).state == OutboxState.DEAD


def test_a_handler_that_never_comes_back_is_written_off_and_others_go_on(database: Database) -> None:
    record(database, 0)
    record(database, 1)
    hang, done = threading.Event(), threading.Event()

    def handle(claim: Claim) -> None:
        if claim.payload["number"] == 0:
            hang.wait(30)
        else:
            done.set()

    lane = Lane("inbound", handle, threads=1)
    stop = threading.Event()
    short = LaneLoop(database, utc_now, "here:1", lane, lease=timedelta(seconds=1))
    thread = threading.Thread(target=run_source, args=(short, stop))
    thread.start()
    assert done.wait(10)
    stop.set()
    thread.join(10)
    hang.set()

    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
    assert [row.state for row in rows] == [OutboxState.WAITING, OutboxState.DONE]
    assert (rows[0].attempts, rows[0].last_error) == (1, "TimeoutError: it never came back")


def test_a_call_that_hangs_holds_up_no_other_and_is_made_again_marked(database: Database) -> None:
    """F22: the call outlives its lease, so the gateway may have taken the message; what it says late counts no more."""
    stuck, other = queue(database, number=1), queue(database, number=2)
    hang, came_back = threading.Event(), threading.Event()

    def never_answer(_outgoing: Outgoing) -> Accepted:
        hang.wait(30)
        came_back.set()
        return Accepted("late")

    gateway = ScriptedGateway(script=[never_answer, Accepted("other"), Accepted("again")], per_second=3.0)
    looping = loop(database, sender(gateway), lease=timedelta(seconds=1))
    stop = threading.Event()
    thread = threading.Thread(target=run_source, args=(looping, stop))
    thread.start()
    wait_for(lambda: message_of(database, other).state == MessageState.HANDED_OVER)
    wait_for(lambda: message_of(database, stuck).state == MessageState.HANDED_OVER, 20)
    hang.set()
    assert came_back.wait(5)
    wait_for(lambda: sum(thread.name == "sms-0" for thread in threading.enumerate()) <= 1)  # it has had its say
    stop.set()
    thread.join(10)

    message = message_of(database, stuck)
    assert (message.provider_id, message.maybe_duplicate, message.tries) == ("again", True, 2)
    assert [outgoing.message_id for outgoing in gateway.sent] == [stuck, other, stuck]
