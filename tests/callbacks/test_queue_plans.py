"""How the databases find the queues: by an index that holds all they ask, in every scope, on every page."""

import random
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.callbacks.choosing import claim_most_urgent
from app.callbacks.models import CallbackCase, CaseEvent
from app.callbacks.queues import Queue, count_queues, list_cases, read_version
from app.kit.db import Database, table_of
from app.kit.ids import new_id
from app.organisation.service import add_unit, get_company
from tests.callbacks.factories import acting, make_contact, make_office, make_user

pytestmark = pytest.mark.plans

CASES, OFFICES = 4_000, 60
# A read of the table itself for each row that an index could have answered.
_READS_THROUGH = re.compile(
    r"SCAN callback_case(?! USING COVERING)|Seq Scan on callback_case\b|Bitmap Heap Scan on callback_case\b"
)


@pytest.fixture
def desk(database: Database, vault: Any, now: datetime) -> tuple[Database, dict[str, uuid.UUID]]:
    """A region of forty offices, another of twenty, and thousands of cases, a quarter of them closed."""
    dice = random.Random(3)  # noqa: S311 -- the same cases each time
    ids: dict[str, uuid.UUID] = {}
    with database.transaction() as session:
        ids["office"] = make_office(session, now=now).id
        regions = [
            add_unit(session, name=f"Region {one}", kind="region", parent_id=get_company(session).id, now=now).id
            for one in range(2)
        ]
        ids["region"], ids["small"] = regions
        offices = [
            add_unit(session, name=f"Office {n}", kind="office", parent_id=regions[n % 3 // 2], now=now).id
            for n in range(OFFICES)
        ]
        ids["busy"], ids["idle"] = (make_user(session, name, now=now).id for name in ("Aigul", "Bolat"))
        contact_id = make_contact(session, vault, now=now).id
        session.flush()
        rows = [_row(dice, [*offices, ids["office"]], contact_id, ids["busy"], now) for _ in range(CASES)]
        session.execute(insert(table_of(CallbackCase)), rows)
        events = [
            {"id": new_id(), "case_id": row["id"], "at": row["opened_at"], "kind": "opened", "details": {}}
            for row in rows
        ]
        session.execute(insert(table_of(CaseEvent)), events)
    if not database.is_sqlite:
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
    return database, ids


def _row(
    dice: random.Random, offices: list[uuid.UUID], contact_id: uuid.UUID, user_id: uuid.UUID, now: datetime
) -> dict[str, Any]:
    due = now + timedelta(minutes=dice.randrange(-4000, 8000))
    number, held, closed = dice.random() < 0.7, dice.random() < 0.4, dice.random() < 0.25
    return {
        "id": new_id(),
        "unit_id": dice.choice(offices),
        "contact_id": contact_id if number else None,
        "reason": "low_rating",
        "opened_at": due - timedelta(days=1),
        "first_attempt_due_at": due if number else None,
        "settle_due_at": due,
        "due_at": due,
        "next_attempt_at": due if dice.random() < 0.1 else None,
        "claimed_by_id": user_id if held else None,
        "claimed_at": due if held else None,
        "closed_at": due if closed else None,
        "outcome": "not_ours" if closed else None,
        "cause": "other" if closed else None,
        "settled": False if closed else None,
        "demo": False,
    }


@contextmanager
def _statements(session: Session) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            seen.append((statement, parameters))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)


def _plan(database: Database, statement: str, parameters: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            # So few rows are read through in no time; what is asked here is whether there is another way.
            for way in ("seqscan", "bitmapscan"):
                connection.execute(text(f"SET LOCAL enable_{way} = off"))
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))


def test_every_queue_is_found_by_an_index_in_every_scope_and_on_every_page(
    desk: tuple[Database, dict[str, uuid.UUID]], now: datetime
) -> None:
    database, ids = desk
    with database.reading() as session:
        for queue in Queue:
            for scope, unit in _places(ids):
                for person in ("busy", "idle"):
                    narrow: dict[str, Any] = {"scope": scope, "unit_id": unit, "user_id": ids[person], "queue": queue}
                    first = list_cases(session, **narrow, limit=3, now=now)
                    for cursor in {None, first.next_cursor}:
                        with _statements(session) as seen:
                            list_cases(session, **narrow, limit=3, cursor=cursor, now=now)
                        plan = _plan(database, *seen[0])
                        assert "ix_callback_case_" in plan, plan
                        page = "COVERING INDEX ix_callback_case_" if database.is_sqlite else "Index Only Scan"
                        assert page in plan, f"{queue} {scope} {unit}\n{plan}"
                        # Only what is shown is read, each row by its id.
                        assert "pk_callback_case" in plan or "sqlite_autoindex_callback_case_1 (id=?)" in plan, plan
                        assert not _READS_THROUGH.search(plan), f"{queue} {scope} {unit}\n{plan}"
                    with _statements(session) as seen:
                        read_version(session, scope, ids[person], unit, queue, now=now)
                    for statement, parameters in seen:
                        plan = _plan(database, statement, parameters)
                        assert not _READS_THROUGH.search(plan), f"{queue} {scope} {unit}\n{plan}"


def test_counts_pass_once_over_an_index(desk: tuple[Database, dict[str, uuid.UUID]], now: datetime) -> None:
    database, ids = desk
    with database.reading() as session:
        for scope, unit in _places(ids):
            with _statements(session) as seen:
                count_queues(session, scope=scope, unit_id=unit, user_id=ids["busy"], now=now)
            assert len(seen) == 1
            plan = _plan(database, *seen[0])
            alone = r"(COVERING INDEX|Index Only Scan using) ix_callback_case_open_(unit|due)"
            # PostgreSQL may find the few of some offices by another index.
            assert unit or not scope.everything or re.search(alone, plan), plan
            assert not _READS_THROUGH.search(plan), plan


def test_most_urgent_case_is_found_by_the_index_of_the_free_ones(
    desk: tuple[Database, dict[str, uuid.UUID]], now: datetime
) -> None:
    database, ids = desk
    with database.transaction() as session, _statements(session) as seen:
        assert claim_most_urgent(session, actor=acting(ids["idle"]), now=now) is not None
        claim = next(each for each in seen if each[0].startswith("UPDATE"))
    plan = _plan(database, *claim)
    assert not _READS_THROUGH.search(plan), plan
    assert "ix_callback_case_open_" in plan


def _places(ids: dict[str, uuid.UUID]) -> list[tuple[Scope, uuid.UUID | None]]:
    return [
        (EVERYTHING, None),
        (EVERYTHING, ids["region"]),
        (Scope(frozenset({ids["region"]})), None),
        (Scope(frozenset({ids["small"], ids["office"]})), None),
        (Scope(frozenset({ids["office"]})), None),
        (Scope(frozenset({ids["region"]})), ids["small"]),
    ]
