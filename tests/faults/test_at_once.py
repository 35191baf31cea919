"""The same form a hundred times at once: one response, one case, the same answer for everybody."""

import threading
from pathlib import Path

from sqlalchemy import func, select

from app.callbacks.models import CallbackCase
from app.kit.db import Database
from app.responses.models import SurveyResponse
from tests.faults.installation import Installation, Respondent

AT_ONCE = 100


def test_the_same_form_a_hundred_times_at_once_is_one_response(database_url: str, tmp_path: Path) -> None:
    with Installation(database_url, tmp_path) as installation:
        database = Database(database_url)
        before = count(database)
        respondent = Respondent(installation.port, installation.code())
        respondent.look()
        barrier, keys = threading.Barrier(AT_ONCE), []

        def send() -> None:
            barrier.wait()
            keys.append(respondent.rate(1))

        threads = [threading.Thread(target=send) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        after = count(database)
        database.dispose()

    assert len(keys) == AT_ONCE
    assert None not in keys
    assert len(set(keys)) == 1
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)


def count(database: Database) -> tuple[int, int]:
    with database.reading() as session:
        responses = session.scalar(select(func.count()).select_from(SurveyResponse)) or 0
        cases = session.scalar(select(func.count()).select_from(CallbackCase)) or 0
    return responses, cases
