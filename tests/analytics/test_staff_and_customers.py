"""What employees say beside what their customers do, and who of them customers are content with."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.differences import Verdict
from app.analytics.periods import Period
from app.analytics.staff_and_customers import StaffAndCustomers, compare_staff_and_customers, read_rated
from app.analytics.wanted import Wanted
from app.surveys.definition import Metric
from app.surveys.loader import parse_survey
from app.surveys.service import store_version
from tests.analytics.company import Company
from tests.analytics.contacts import clerk, contact

ALMATY = ZoneInfo("Asia/Almaty")
WINTER = Period(date(2026, 1, 20), date(2026, 3, 4), ALMATY)  # one whole month: February
FEBRUARY = datetime(2026, 2, 10, tzinfo=UTC)
ESAT = b"""
key: staff
version: 1
audience: employees
languages: [en]
title: {en: Work}
questions:
  - key: work
    type: rating5
    metric: esat
    text: {en: "How satisfied are you with your work?"}
"""


@pytest.fixture
def asked(company: Company, now: datetime) -> Company:
    company.versions["staff"] = store_version(company.session, parse_survey(ESAT, "staff.yaml"), now=now)
    return company


def compare(company: Company, scope: Scope = EVERYTHING, period: Period = WINTER) -> StaffAndCustomers:
    return compare_staff_and_customers(company.session, Wanted(period), scope, Metric.ESAT, minimum=10, now=company.now)


def test_both_are_of_the_same_whole_months(asked: Company) -> None:
    for city, rating in (("n1", 5), ("s1", 2)):
        for _ in range(12):
            asked.answer(city, rating, survey="staff", at=FEBRUARY)
            asked.answer(city, rating, at=FEBRUARY)
            asked.answer(city, rating, at=datetime(2026, 3, 2, tzinfo=UTC))

    both = compare(asked)

    assert both.months == Period(date(2026, 2, 1), date(2026, 2, 28), ALMATY)
    told = {row.code: (row.employees.figure.value, row.customers.figure.value, row.customers.n) for row in both.units}
    assert told == {"north": (1.0, 1.0, 12), "south": (0.0, 0.0, 12)}
    assert both.whole is not None
    assert (both.whole.employees.figure.value, both.whole.customers.n) == (0.5, 24)


def test_a_few_employees_are_never_told_nor_is_who_would_give_them_away(asked: Company) -> None:
    for city, times in (("n1", 30), ("s1", 4)):
        for _ in range(times):
            asked.answer(city, 5, survey="staff", at=FEBRUARY)
            asked.answer(city, 5, at=FEBRUARY)

    both = compare(asked)

    assert [row.employees.figure.value for row in both.units] == [None, None]
    assert both.whole is not None
    assert both.whole.employees.figure.value == 1.0


def test_without_a_whole_month_nothing_is_told(asked: Company) -> None:
    assert compare(asked, period=Period(date(2026, 2, 2), date(2026, 3, 4), ALMATY)).months is None


def test_employees_are_ranked_among_those_who_were_rated(session: Session, company: Company) -> None:
    good, poor = clerk(company, "good"), clerk(company, "poor", "s1")
    for place in range(40):
        contact(company, 5 if place % 20 else 1, employee=good, at=FEBRUARY)
        contact(company, 1 if place % 4 else 5, employee=poor, unit="s1", at=FEBRUARY)
    company.answers("n1", {1: 50})  # about nobody

    rows, left_out = read_rated(session, Wanted(WINTER), EVERYTHING)

    assert [(row.code, row.measured.n, row.against_others) for row in rows] == [
        ("good", 40, Verdict.HIGHER),
        ("poor", 40, Verdict.LOWER),
    ]
    assert left_out == 0
    north = Scope(frozenset({company.units["north"].id}))
    assert [row.code for row in read_rated(session, Wanted(WINTER), north)[0]] == ["good"]
