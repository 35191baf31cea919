"""Two people changing the tree at the same time."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from sqlalchemy import func, select

from app.kit.db import Database
from app.organisation.models import Unit, UnitAncestor
from app.organisation.service import UnitCycleError, add_unit, get_company, get_unit, move_unit

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


def test_two_moves_that_are_each_right_do_not_make_a_circle_together(database: Database) -> None:
    with database.transaction() as session:
        company = get_company(session).id
        ids = [add_unit(session, name=name, kind="region", parent_id=company, now=NOW).id for name in "AB"]
    start = Barrier(2)

    def move(unit_id: uuid.UUID, below: uuid.UUID) -> bool:
        start.wait()
        try:
            with database.transaction() as session:
                return move_unit(session, get_unit(session, unit_id), parent_id=below, now=NOW)
        except UnitCycleError:
            return False

    with ThreadPoolExecutor(2) as threads:
        moved = list(threads.map(move, ids, reversed(ids)))

    assert sorted(moved) == [False, True]
    with database.reading() as session:
        assert session.scalar(select(func.max(UnitAncestor.distance))) == 2
        assert session.scalar(select(func.count()).select_from(UnitAncestor)) == 1 + 2 + 3


def test_units_added_at_once_below_a_unit_that_moves_have_all_their_pairs(database: Database) -> None:
    with database.transaction() as session:
        company = get_company(session).id
        region = add_unit(session, name="Region", kind="region", parent_id=company, now=NOW).id
        city = add_unit(session, name="City", kind="city", parent_id=company, now=NOW).id
    start = Barrier(4)

    def change(turn: int) -> None:
        start.wait()
        with database.transaction() as session:
            if turn:
                add_unit(session, name=f"Office {turn}", kind="office", parent_id=city, now=NOW)
            else:
                move_unit(session, get_unit(session, city), parent_id=region, now=NOW)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(change, range(4)))

    with database.reading() as session:
        above = select(func.count()).where(UnitAncestor.unit_id == Unit.id).scalar_subquery()
        assert list(session.scalars(select(above).where(Unit.kind == "office"))) == [4, 4, 4]
