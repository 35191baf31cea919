"""The counter of opens: one row a code and day, however many count at once."""

import threading
from datetime import UTC, date, datetime, timedelta, timezone

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.kit.db import Database
from app.touchpoints.changes import revoke_touchpoint
from app.touchpoints.models import PageOpen
from app.touchpoints.opens import count_open, find_live_id, opens_by_day
from app.touchpoints.service import add_touchpoint
from tests.touchpoints.test_touchpoints import SURVEY, a_unit


def test_opens_are_counted_by_the_day_of_greenwich(session: Session, now: datetime) -> None:
    code = add_touchpoint(session, unit_id=a_unit(session).id, survey_key=SURVEY, now=now)
    almaty = timezone(timedelta(hours=5))
    for moment in (
        datetime(2026, 3, 4, 23, 59, tzinfo=UTC),
        datetime(2026, 3, 5, 4, 59, tzinfo=almaty),  # still the fourth in Greenwich
        datetime(2026, 3, 5, 5, 0, tzinfo=almaty),
    ):
        count_open(session, code.id, now=moment)
    assert opens_by_day(session, code.id, since=date(2026, 3, 1)) == {date(2026, 3, 4): 2, date(2026, 3, 5): 1}
    assert opens_by_day(session, code.id, since=date(2026, 3, 5)) == {date(2026, 3, 5): 1}


def test_only_a_code_in_use_is_found(session: Session, now: datetime) -> None:
    code = add_touchpoint(session, unit_id=a_unit(session).id, survey_key=SURVEY, now=now)
    assert find_live_id(session, code.code.lower()) == code.id
    assert find_live_id(session, "nonsense!") is None
    revoke_touchpoint(session, code.id, scope=EVERYTHING, now=now)
    session.flush()
    assert find_live_id(session, code.code) is None


def test_ten_who_count_at_once_are_all_counted(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        code = add_touchpoint(session, unit_id=a_unit(session).id, survey_key=SURVEY, now=now).id

    def count() -> None:
        with database.transaction() as own:
            count_open(own, code, now=now)

    threads = [threading.Thread(target=count) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalars(select(PageOpen.opens)).all() == [10]
