"""Many rows by the shortest way, on both databases."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import String, cast, select, update
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


def test_instants_are_written_as_any_other_statement_writes_them(session: Session) -> None:
    parent = get_company(session).id
    moments = [NOW, NOW.replace(microsecond=0), datetime(2026, 3, 4, 11, tzinfo=ZoneInfo("Asia/Almaty"))]
    rows = [(new_id(), f"r{n}", "A", "office", parent, None, None, False, at, at) for n, at in enumerate(moments)]
    insert_rows(session, table_of(Unit), COLUMNS, rows)

    as_text = select(cast(Unit.created_at, String)).order_by(Unit.code).where(Unit.code.like("r_"))
    ours = session.scalars(as_text).all()
    for row, moment in zip(rows, moments, strict=True):
        session.execute(update(Unit).where(Unit.id == row[0]).values(created_at=moment))
    assert session.scalars(as_text).all() == ours
