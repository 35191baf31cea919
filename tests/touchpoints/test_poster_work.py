"""Batches of posters in the worker's hands: drawn, lost, stopped, killed, given up."""

import threading
import uuid
from datetime import timedelta
from itertools import count

from sqlalchemy import func, select, update

from app.accounts.scope import EVERYTHING
from app.jobs.drain import Drain
from app.jobs.long_work import MOST_TRIES, LongWork
from app.jobs.posters import PosterWork
from app.jobs.worker import Worker
from app.kit.clock import utc_now
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow, OutboxState, claim_once, record_event
from app.touchpoints.models import BatchState, PosterBatch, Touchpoint
from app.touchpoints.posters.batches import (
    BatchRow,
    get_content,
    once_key,
    remove_batch,
)
from app.touchpoints.posters.choice import (
    Workshop,
)
from tests.jobs.test_worker import wait_for
from tests.touchpoints.poster_batches import WORKSHOP, ask, batches, fill, user
from tests.touchpoints.posters import ACME, decode, pictures


def test_a_worker_draws_the_batch_and_its_file_holds_every_code(database: Database) -> None:
    now = utc_now()
    with database.transaction() as session:
        codes = fill(session, now)
        user_id = user(session, now)
        ask(session, user_id, now, "b-city")
    stop = threading.Event()
    worker = Worker(database, utc_now, jobs=[], works=[PosterWork(database, utc_now, WORKSHOP)], name="here:1")
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: one(database, user_id).finished, 60)
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()
    batch = one(database, user_id)
    assert (batch.state, batch.done, batch.total, batch.error) == (BatchState.DONE, 2, 2, None)
    with database.reading() as session:
        read = [decode(picture) for picture in pictures(get_content(session, batch))]
        assert session.scalars(select(OutboxRow.state)).all() == [OutboxState.DONE]
    assert read == [[f"HTTPS://FEEDBACK.EXAMPLE.KZ/Q/{codes[unit]}"] for unit in ("b-1", "b-2")]


def test_the_drain_leaves_batches_alone_and_its_rows_do_not_wait_for_them(database: Database) -> None:
    user_id = asked(database)
    with database.transaction() as session:
        record_event(session, "case.opened", {}, now=utc_now() - timedelta(seconds=1))
    assert Drain(database, utc_now, "w").run() == 1
    assert one(database, user_id).state == BatchState.WAITING


def test_what_a_killed_worker_was_at_is_drawn_by_another_from_the_beginning(database: Database) -> None:
    user_id = asked(database)
    key = once_key(one(database, user_id).id)
    with database.transaction() as session:  # as a worker killed in the middle leaves it
        assert claim_once(session, key, owner="dead:1", lease=timedelta(seconds=60)) is not None
        session.execute(update(PosterBatch).values(state=BatchState.DRAWING, done=1))
    work = long_work(database)
    assert work.run() == 0, "its lease still holds"
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(lease_until=utc_now() - timedelta(seconds=1)))
    assert work.run() == 1
    assert one(database, user_id).state == BatchState.DONE


def test_a_worker_that_lost_its_lease_in_the_middle_keeps_its_hands_off_the_result(database: Database) -> None:
    user_id = asked(database)
    work = long_work(database)

    def steal() -> bool:
        with database.transaction() as session:  # before the first poster is told
            session.execute(update(OutboxRow).values(owner="other:1", attempts=OutboxRow.attempts + 1))
        return False

    calls = count()
    assert work.run(lambda: steal() if next(calls) == 1 else False) == 0
    assert one(database, user_id).state == BatchState.WAITING
    with database.reading() as session:
        assert session.scalars(select(OutboxRow.owner)).one() == "other:1"


def test_a_worker_that_is_stopped_gives_the_batch_back_at_once(database: Database) -> None:
    user_id = asked(database)
    calls = count()
    assert long_work(database).run(lambda: next(calls) > 2) == 0
    with database.reading() as session:
        row = session.scalars(select(OutboxRow)).one()
        assert (row.owner, row.attempts, row.state) == (None, 0, OutboxState.WAITING)
    assert long_work(database).run() == 1
    assert one(database, user_id).state == BatchState.DONE


def test_a_batch_that_kills_its_workers_is_given_up(database: Database) -> None:
    user_id = asked(database)
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(attempts=MOST_TRIES))
    assert long_work(database).run() == 0
    assert (one(database, user_id).state, one(database, user_id).error) == (BatchState.FAILED, "permanent_failure")


def test_a_batch_that_cannot_be_drawn_is_tried_again_and_then_told(database: Database) -> None:
    user_id = asked(database)
    broken = Workshop(
        type(ACME)("Acme", "no colour"), WORKSHOP.base_url, WORKSHOP.surveys, Language.RU, "KZ", WORKSHOP.zone
    )
    work = long_work(database, broken)
    for _ in range(MOST_TRIES):
        assert not one(database, user_id).finished
        with database.transaction() as session:
            session.execute(update(OutboxRow).values(due_at=utc_now() - timedelta(seconds=1)))
        assert work.run() == 0
    assert (one(database, user_id).state, one(database, user_id).error) == (BatchState.FAILED, "printing_failed")


def test_codes_withdrawn_before_the_drawing_are_told_in_words(database: Database) -> None:
    user_id = asked(database)
    with database.transaction() as session:
        session.execute(update(Touchpoint).values(revoked_at=utc_now()))
    assert long_work(database).run() == 1
    assert (one(database, user_id).state, one(database, user_id).error) == (BatchState.FAILED, "nothing_to_print")


def test_a_batch_removed_while_it_waits_or_is_drawn_leaves_nothing(database: Database) -> None:
    user_id = asked(database)
    calls = count()

    def remove() -> bool:
        if next(calls) == 1:  # the worker has claimed it
            with database.transaction() as session:
                remove_batch(session, batches(session, user_id)[0].id, user_id=user_id, scope=EVERYTHING, now=utc_now())
        return False

    assert long_work(database).run(remove) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PosterBatch)) == 0
        assert session.scalars(select(OutboxRow.state)).all() == [OutboxState.DONE]


def asked(database: Database) -> uuid.UUID:
    """Ask for a batch of one office and return its user."""
    now = utc_now() - timedelta(seconds=1)
    with database.transaction() as session:
        fill(session, now)
        user_id = user(session, now)
        ask(session, user_id, now, "a-city")
    return user_id


def one(database: Database, user_id: uuid.UUID) -> BatchRow:
    """Return the user's one batch as it stands."""
    with database.reading() as session:
        [batch] = batches(session, user_id)
        return batch


def long_work(database: Database, workshop: Workshop = WORKSHOP) -> LongWork:
    return LongWork(database, utc_now, "here:1", [PosterWork(database, utc_now, workshop)])
