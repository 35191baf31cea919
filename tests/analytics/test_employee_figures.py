"""What employees say, from whole months alone; nobody is found out by cutting it another way."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.before_after import Outcome
from app.analytics.employee_figures import EmployeeAsking, read_employee_figures, whole_months
from app.analytics.filters import ResponseFilter
from app.analytics.histograms import count_values
from app.analytics.metric_figures import MetricFigures, Split
from app.analytics.metrics import Reason, nps, share
from app.analytics.one_response import get_response
from app.analytics.periods import Period
from app.analytics.reports import list_responses
from app.analytics.response_rows import UnknownResponseError, get_row, list_rows
from app.analytics.series import list_series
from app.analytics.wanted import Wanted
from app.kit.errors import NotFoundError
from app.surveys.definition import Metric
from app.surveys.loader import parse_survey
from app.surveys.service import store_version
from tests.analytics.company import Company

ALMATY = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
WORK = """
key: work
version: 1
audience: employees
languages: [en]
title: {en: Your work}
questions:
  - {key: overall, type: rating5, metric: esat, text: {en: How satisfied are you?}}
  - {key: place, type: nps, metric: enps, text: {en: Would you recommend us?}}
"""


@pytest.fixture
def work(session: Session, company: Company) -> Company:
    """The company with a survey of its employees."""
    company.versions["work"] = store_version(session, parse_survey(WORK.encode(), "work.yaml"), now=NOW)
    return company


def say(company: Company, unit: str, ratings: dict[int, int], *, month: int = 3, day: int = 10) -> None:
    """Let so many employees of the unit give each rating; promoters say ten, the others zero."""
    at = datetime(2026, month, day, 12, 0, tzinfo=ALMATY)
    for rating, n in ratings.items():
        for _ in range(n):
            response = company.answer(unit, rating, survey="work", at=at)
            company.said(response, "place", 10 if rating >= 4 else 0)


def ask(
    company: Company,
    unit: str | None = None,
    *,
    metric: Metric = Metric.ESAT,
    first: date = date(2026, 3, 1),
    last: date = date(2026, 3, 31),
    split: Split | None = None,
    before: bool = False,
    scope: Scope = EVERYTHING,
    now: datetime = NOW,
) -> MetricFigures:
    asking = EmployeeAsking(
        metric, Period(first, last, ALMATY), company.units[unit].id if unit else None, split=split, before=before
    )
    return read_employee_figures(company.session, asking, scope, minimum=10, now=now)


def test_a_month_is_told_with_both_metrics_and_without_its_histogram(work: Company) -> None:
    say(work, "n1", {5: 7, 4: 2, 1: 3})

    esat, enps = ask(work).whole, ask(work, metric=Metric.ENPS).whole

    assert esat.figure == share(9, 12)
    assert enps.figure == nps(9, 0, 3)
    assert not esat.histogram


def test_customers_answers_are_no_part_of_it(work: Company) -> None:
    say(work, "n1", {5: 12})
    work.answers("n1", {1: 30})
    assert ask(work).whole.n == 12


@pytest.mark.parametrize(
    ("first", "last", "now", "months"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), NOW, [3]),
        (date(2026, 2, 2), date(2026, 4, 20), NOW, [3]),
        (date(2026, 3, 1), date(2026, 3, 30), NOW, []),
        (date(2026, 1, 1), date(2026, 4, 20), NOW, [1, 2, 3]),
        # The month is over, and answers of its last evening may still change.
        (date(2026, 3, 1), date(2026, 3, 31), datetime(2026, 4, 1, 18, 0, tzinfo=UTC), []),
        (date(2026, 3, 1), date(2026, 3, 31), datetime(2026, 4, 1, 19, 0, tzinfo=UTC), [3]),
    ],
)
def test_only_whole_months_that_are_over_are_told(first: date, last: date, now: datetime, months: list[int]) -> None:
    assert [month.month for month in whole_months(Period(first, last, ALMATY), now=now)] == months


def test_a_month_with_nine_is_left_out_and_says_no_number(work: Company) -> None:
    say(work, "n1", {5: 9}, month=2)
    say(work, "n1", {5: 10}, month=3)

    assert ask(work, first=date(2026, 2, 1)).whole.n == 10
    february = ask(work, first=date(2026, 2, 1), last=date(2026, 2, 28)).whole.figure
    assert (february.n, february.value, february.reason) == (0, None, Reason.TOO_FEW)
    assert ask(work, first=date(2026, 1, 1), last=date(2026, 1, 31)).whole.figure.reason is Reason.NO_ANSWERS


def test_a_small_office_hides_its_smallest_neighbour_and_months_tell_the_same(work: Company) -> None:
    say(work, "n1", {5: 9})
    say(work, "n2", {5: 12})
    say(work, "s1", {5: 30})

    told = {group.key: group.measured.n for group in ask(work, split=Split.UNIT).groups}
    north = {group.key: group.measured.n for group in ask(work, "north", split=Split.UNIT).groups}
    months = {group.key: group.measured.n for group in ask(work, first=date(2026, 2, 1), split=Split.MONTH).groups}

    assert told == {"north": 21, "south": 30}
    assert north == {"n1": 0, "n2": 0}
    assert months == {"2026-02": 0, "2026-03": 51}


def test_the_months_before_have_a_verdict(work: Company) -> None:
    say(work, "n1", {5: 10, 1: 30}, month=2)
    say(work, "n1", {5: 30, 1: 10}, month=3)

    earlier = ask(work, before=True).earlier

    assert earlier is not None
    assert (earlier.period.first, earlier.period.last) == (date(2026, 2, 1), date(2026, 2, 28))
    assert earlier.measured.figure == share(10, 40)
    assert earlier.change.outcome is Outcome.CHANGED
    assert not earlier.measured.histogram


def test_a_unit_beyond_the_scope_has_nothing_to_tell_and_within_it_tells_what_everybody_is_told(work: Company) -> None:
    say(work, "n1", {5: 12})
    say(work, "s1", {5: 12})
    north = Scope(unit_ids=frozenset({work.units["north"].id}))

    assert ask(work, "north", scope=north) == ask(work, "north")
    assert ask(work, "s1", scope=north, split=Split.UNIT, before=True).whole.n == 0
    assert ask(work, scope=north, split=Split.MONTH).groups == ()


@pytest.mark.parametrize("split", [Split.DAY, Split.WEEK, Split.EMPLOYEE, Split.CHANNEL])
def test_there_is_no_other_way_to_cut_it(work: Company, split: Split) -> None:
    with pytest.raises(ValueError, match="month or unit"):
        ask(work, split=split)


def test_no_two_figures_of_units_and_months_tell_fewer_than_ten_apart(work: Company) -> None:
    chance = random.Random(5)  # noqa: S311 – made-up answers
    for month in (1, 2, 3):
        for unit in ("n1", "n2", "s1", "north", "company"):
            for day in (1, 15, 28):
                say(work, unit, {chance.choice([1, 5]): chance.randrange(9)}, month=month, day=day)

    told: dict[tuple[str, date, date], int] = {}
    for unit in work.units:
        for first, last in _windows():
            told[unit, first, last] = ask(work, unit, first=first, last=last).whole.n
    above = {"n1": "north", "n2": "north", "s1": "south", "north": "company", "south": "company", "company": None}
    for (one, first, last), (other, since, until) in combinations(told, 2):
        within = _is_within(one, other, above) and since <= first and last <= until
        around = _is_within(other, one, above) and first <= since and until <= last
        if within or around:
            apart = abs(told[one, first, last] - told[other, since, until])
            assert apart == 0 or apart >= 10
    assert len({n for n in told.values() if n}) > 5


def _windows() -> Iterator[tuple[date, date]]:
    starts = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 2, 1), date(2026, 3, 1)]
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 20)]
    for first in starts:
        yield from ((first, last) for last in ends if first < last)


def _is_within(unit: str, top: str, above: dict[str, str | None]) -> bool:
    at: str | None = unit
    while at is not None and at != top:
        at = above[at]
    return at is not None


def test_one_employee_s_answer_is_in_no_list_no_export_and_no_count(work: Company) -> None:
    session = work.session
    theirs = work.answer("n1", 1, survey="work", at=NOW - timedelta(days=2), comment="My boss shouts")
    customers = work.answer("n1", 1, at=NOW - timedelta(days=2))
    everything = ResponseFilter()

    assert [row.response.id for row in list_rows(session, everything, scope=EVERYTHING, limit=9).rows] == [customers.id]
    listed = list_responses(session, everything, scope=EVERYTHING, zone=ALMATY, limit=9)
    assert [line.id for line in listed.lines] == [customers.id]
    with pytest.raises(UnknownResponseError):
        get_row(session, theirs.id, scope=EVERYTHING)
    with pytest.raises(NotFoundError):
        get_response(session, theirs.id, scope=EVERYTHING, zone=ALMATY)
    period = Period(date(2026, 4, 1), date(2026, 4, 20), ALMATY)
    (counts,) = count_values(session, Wanted(period), EVERYTHING, list_series(session)).values()
    assert {series.version_id for series in counts} == {work.versions["visit"]}
