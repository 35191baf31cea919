"""The job that asks whether it is settled: what it looks at, by index, after whatever stop, and once."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text

from app.callbacks.asking_back.asking import ask_due
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.asking_back.planning import plan_questions
from app.callbacks.models import CallbackCase
from app.callbacks.retention import forget_asked
from app.contacts.models import Contact
from app.invitations.models import Decision, Interaction
from app.jobs.asking_back import ASK_BACK
from app.jobs.periodic import plan_jobs, run_job
from app.kit.crypto import Vault
from app.kit.db import Database, table_of
from app.kit.ids import new_id
from app.messaging.models import Message
from tests.callbacks.asking_back.closed import DAY, Closed, make_closed
from tests.callbacks.factories import RULES
from tests.conftest import NOW
from tests.invitations.calls import ask_desk


def run(database: Database, vault: Vault, at: datetime) -> int | None:
    """Let a worker come by."""
    jobs = plan_jobs(timedelta(), desk=ask_desk(vault=vault), rules=RULES)
    job = next(job for job in jobs if job.name == ASK_BACK)
    return run_job(database, job, worker="w", clock=lambda: at)


def count(database: Database, model: type[Any]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def close(database: Database, vault: Vault, at: datetime) -> Closed:
    with database.transaction() as session:
        return make_closed(session, vault, now=at)


def test_a_case_is_asked_about_a_day_later_by_one_message_however_many_workers_come_by(
    database: Database, vault: Vault
) -> None:
    run(database, vault, NOW)
    close(database, vault, NOW + timedelta(minutes=2))
    for minutes in (3, 3, 4, 60):
        run(database, vault, NOW + timedelta(minutes=minutes))
    assert (count(database, AskedBack), count(database, Message)) == (1, 0)
    for minutes in (2, 2, 3, 4):
        run(database, vault, NOW + DAY + timedelta(minutes=minutes))
    assert (count(database, AskedBack), count(database, Message)) == (1, 1)


def test_what_was_closed_before_there_were_questions_is_left_alone(database: Database, vault: Vault) -> None:
    close(database, vault, NOW - timedelta(hours=2))
    run(database, vault, NOW)
    assert count(database, AskedBack) == 0


@pytest.mark.parametrize(("days", "asked"), [(2, 1), (4, 0)])
def test_a_worker_that_stood_still_goes_back_three_days(
    database: Database, vault: Vault, days: int, asked: int
) -> None:
    run(database, vault, NOW)
    close(database, vault, NOW + timedelta(minutes=10))
    run(database, vault, NOW + timedelta(days=days))
    assert count(database, AskedBack) == asked


def test_whoever_was_asked_is_known_for_as_long_as_the_question_stands(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        closed = make_closed(session, vault, now=NOW)
        assert closed.contact is not None
        session.add(
            Interaction(
                id=new_id(),
                source="pbx",
                external_id="1",
                body_hash=bytes(32),
                channel="call",
                unit_id=closed.unit.id,
                contact_id=closed.contact.id,
                ended_at=NOW,
                tags=[],
                decision=Decision.INVITED,
                decided_at=NOW,
            )
        )
        closed.ask()
        closed.hand_over(NOW + DAY)
        until = closed.question().answer_by
    later = until + timedelta(days=90)
    with database.transaction() as session:
        assert forget_asked(session, before=until, closed_before=later) == 0
        assert forget_asked(session, before=until + timedelta(seconds=1), closed_before=later) == 1
        assert session.scalars(select(Contact.phone_enc)).one() is None


@pytest.mark.plans
def test_both_steps_find_their_rows_by_index(database: Database, vault: Vault) -> None:
    closed = close(database, vault, NOW)
    _fill(database, closed)
    seen: list[tuple[str, Any]] = []

    def note(*args: Any) -> None:
        if "asked_back" in args[2] and args[2].lstrip().startswith("SELECT"):
            seen.append((args[2], args[3]))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.transaction() as session:
        plan_questions(session, desk=closed.desk, rules=RULES, since=NOW - timedelta(minutes=5))
        ask_due(session, desk=closed.desk, rules=RULES, now=NOW + DAY)
        event.remove(database.engine, "before_cursor_execute", note)
        plans = [_explain(session, sql, values, sqlite=database.is_sqlite) for sql, values in seen]
    assert len(plans) >= 3
    for plan in plans:
        assert not re.search(
            r"SCAN (callback_case|asked_back)(?! USING)|Seq Scan on (callback_case|asked_back)", plan
        ), plan


def _fill(database: Database, closed: Closed) -> None:
    """Add thousands of cases that were closed and asked about long ago."""
    with database.transaction() as session:
        case = session.get_one(CallbackCase, closed.case_id)
        like = {column.name: getattr(case, column.name) for column in table_of(CallbackCase).columns}
        cases = [
            {**like, "id": new_id(), "response_id": None, "closed_at": NOW - timedelta(hours=number)}
            for number in range(1, 3000)
        ]
        session.execute(insert(table_of(CallbackCase)), cases)
        asked = [
            {
                "id": new_id(),
                "case_id": case["id"],
                "round": 0,
                "token_hash": case["id"].bytes * 2,
                "closed_at": NOW,
                "ask_at": NOW,
                "answer_by": NOW,
                "decided_at": NOW,
                "demo": False,
            }
            for case in cases
        ]
        session.execute(insert(table_of(AskedBack)), asked)
    if not database.is_sqlite:
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM (ANALYZE)"))


def _explain(session: Any, sql: str, values: Any, *, sqlite: bool) -> str:
    prefix = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    rows = session.connection().exec_driver_sql(prefix + sql, values)
    return "\n".join(" ".join(map(str, row)) for row in rows)
