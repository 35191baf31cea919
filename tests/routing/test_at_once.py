"""The same thing sent at once, by real threads on real connections: the database decides, not luck."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.kit.crypto import Vault
from app.kit.db import Database, should_retry
from app.responses.models import DeviceAnswer, SurveyResponse
from app.routing.service import Taken
from tests.conftest import NOW
from tests.respondents import Office, make_office

THREADS = 8


@pytest.fixture
def office(database: Database, vault: Vault) -> Office:
    with database.transaction() as session:
        return make_office(session, vault, now=NOW)


def at_once(database: Database, tap: Callable[[Session, int], Taken], times: int = 100) -> list[Taken]:
    """Run `tap(session, number)` so often on `THREADS` threads that start together, each in its own transaction."""
    barrier = Barrier(THREADS)

    def work(first: int) -> list[Taken]:
        barrier.wait()
        return [once(number) for number in range(first, times, THREADS)]

    def once(number: int) -> Taken:
        while True:
            try:
                with database.transaction() as session:
                    return tap(session, number)
            except DBAPIError as error:  # what the edge does with a transaction that PostgreSQL asks to repeat
                if not should_retry(error):
                    raise

    with ThreadPoolExecutor(THREADS) as pool:
        return [taken for results in pool.map(work, range(THREADS)) for taken in results]


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("device", ["phone", None])
def test_the_same_form_a_hundred_times_is_one_response_and_one_case(
    database: Database, office: Office, device: str | None
) -> None:
    form = office.form()
    taken = at_once(database, lambda session, _: office.rate(session, 1, form=form, device=device))
    assert len({each.key for each in taken}) == 1
    assert [each.created for each in taken].count(True) == 1
    assert count(database, SurveyResponse) == count(database, CallbackCase) == 1


def test_a_hundred_tabs_of_one_device_make_one_response(database: Database, office: Office) -> None:
    taken = at_once(database, lambda session, number: office.rate(session, 1 + number % 2, device="phone"))
    assert len({each.key for each in taken}) == 1
    assert count(database, SurveyResponse) == count(database, CallbackCase) == count(database, DeviceAnswer) == 1


def test_the_same_form_from_a_hundred_devices_is_one_response(database: Database, office: Office) -> None:
    form = office.form()
    taken = at_once(
        database,
        lambda session, number: office.rate(session, 2, form=form, device=f"phone {number}"),
    )
    assert len({each.key for each in taken}) == 1
    assert count(database, SurveyResponse) == count(database, CallbackCase) == count(database, DeviceAnswer) == 1


def test_a_hundred_people_make_a_hundred_responses(database: Database, office: Office) -> None:
    taken = at_once(database, lambda session, number: office.rate(session, 4, address=f"203.0.113.{number}"))
    assert len({each.key for each in taken}) == 100
    assert count(database, SurveyResponse) == 100
