"""Which later question goes with the overall rating: by the ends of a scale, and by who chose a reason."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.differences import Verdict, share_difference
from app.analytics.drivers import Drivers, read_drivers
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.periods import last_days
from app.analytics.wanted import Wanted
from app.responses.models import SurveyResponse
from tests.analytics.company import Company

ALMATY = ZoneInfo("Asia/Almaty")


def read(session: Session, now: datetime, scope: Scope = EVERYTHING) -> Drivers:
    return read_drivers(session, Wanted(last_days(30, now=now, zone=ALMATY)), scope)


def fill(company: Company) -> None:
    """Forty who waited well and are satisfied, forty who did not; the queue goes with that, the price does not."""
    for place in range(80):
        waited_well = place % 2 == 0
        response = company.answer("n1", 5 if waited_well or place % 10 == 1 else 2)
        company.said(response, "waiting", 4 + place % 4 // 2 if waited_well else 1 + place % 4 // 2)
        company.said(response, "reasons", 1 if not waited_well else 2)
        if place % 8 < 2:
            company.said(response, "reasons", 2 if not waited_well else 1)
        company.said(response, "wish", None, "a chair")


def test_a_scale_is_compared_end_with_end(session: Session, company: Company, now: datetime) -> None:
    fill(company)

    waiting = next(each for each in read(session, now).found if each.question.key == "waiting")

    expected = share_difference(40, 40, 8, 40)
    assert waiting.difference == expected
    assert (waiting.side.n, waiting.other.n, waiting.verdict) == (40, 40, Verdict.HIGHER)
    assert waiting.means is not None
    assert waiting.means.value == pytest.approx(5 - (8 * 5 + 32 * 2) / 40)


def test_a_reason_is_compared_with_those_who_gave_others(session: Session, company: Company, now: datetime) -> None:
    for place in range(100):
        waited = place < 60
        response = company.answer("n1", (2 if place % 4 else 5) if waited else 5)
        company.said(response, "reasons", 1 if waited else 2)
    company.answers("n1", {1: 50})  # asked, and gave none

    found = read(session, now)
    queue, price = found.found

    assert {queue.option, price.option} == {1, 2}
    first = next(each for each in (queue, price) if each.option == 1)
    assert (first.side.n, first.other.n) == (60, 40)
    assert first.difference == share_difference(15, 60, 40, 40)
    assert first.verdict is Verdict.LOWER
    assert found.too_few == 1, "nobody said anything of the waiting"


def test_whoever_gave_two_reasons_answered_once(session: Session, company: Company, now: datetime) -> None:
    fill(company)

    queue = next(each for each in read(session, now).found if each.option == 1)

    assert queue.side.n + queue.other.n == 80


def test_below_thirty_on_a_side_nothing_is_told(session: Session, company: Company, now: datetime) -> None:
    for place in range(59):
        company.said(company.answer("n1", 5), "waiting", 5 if place < 30 else 1)

    assert read(session, now).found == ()


def test_nothing_of_other_units_is_counted_and_the_answers_can_be_listed(
    session: Session, company: Company, now: datetime
) -> None:
    fill(company)
    listed = ResponseFilter(answered=("waiting", (4, 5)), survey="visit")

    conditions = response_conditions(session, listed, EVERYTHING)

    assert len(session.scalars(select(SurveyResponse.id).where(*conditions)).all()) == 40
    assert read(session, now, Scope(frozenset({company.units["south"].id}))).found == ()


def test_reasons_asked_of_the_unhappy_alone_are_left_out(session: Session, company: Company, now: datetime) -> None:
    for place in range(80):
        company.said(company.answer("n1", 1 + place % 2), "reasons", 1 + place // 40)

    drivers = read(session, now)

    assert (drivers.found, drivers.alike) == ((), 2)
