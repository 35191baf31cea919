"""Many rows by the shortest way, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit.db import table_of
from app.kit.ids import new_id
from app.kit.rows import insert_rows
from app.organisation.models import Unit
from app.organisation.service import get_company

NOW = datetime(2026, 3, 4, 6, 0, 0, 123456, tzinfo=UTC)
COLUMNS = ("id", "code", "name", "kind", "parent_id", "address", "latitude", "demo", "created_at", "updated_at")


def test_rows_come_back_as_they_were_given(session: Session) -> None:
    parent = get_company(session).id
    strange = "tab\there, back\\slash, 'quote', \\N, Қазақ\nline"
    rows = [(new_id(), f"r{number}", strange, "office", parent, None, 43.25, True, NOW, NOW) for number in range(3)]

    insert_rows(session, table_of(Unit), COLUMNS, iter(rows))

    found = session.scalars(select(Unit).where(Unit.code.like("r%")).order_by(Unit.code)).all()
    assert [(unit.id, unit.code) for unit in found] == [(row[0], row[1]) for row in rows]
    unit = found[0]
    assert (unit.name, unit.parent_id, unit.address, unit.latitude, unit.demo) == (strange, parent, None, 43.25, True)
    assert (unit.created_at, unit.hours) == (NOW, None)


def test_no_rows_are_no_statement(session: Session) -> None:
    insert_rows(session, table_of(Unit), COLUMNS, [])


def test_what_the_database_refuses_is_told_as_it_always_is(session: Session) -> None:
    parent = get_company(session).id
    rows = [(new_id(), "twice", "A", "office", parent, None, None, False, NOW, NOW) for _ in range(2)]

    with pytest.raises(IntegrityError), session.begin_nested():
        insert_rows(session, table_of(Unit), COLUMNS, rows)
