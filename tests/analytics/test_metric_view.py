"""One metric as its page shows it: compared with before, with its neighbours, and among the units below."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.differences import Verdict
from app.analytics.metric_view import MetricView, read_metric
from app.analytics.periods import Period
from app.analytics.wanted import Wanted
from app.surveys.definition import Metric
from tests.analytics.company import Company

ALMATY = ZoneInfo("Asia/Almaty")
WEEK = Period(date(2026, 2, 26), date(2026, 3, 4), ALMATY)


def test_a_metric_nobody_asks_about_has_no_view(session: Session, company: Company) -> None:
    assert read_metric(session, Wanted(WEEK), EVERYTHING, Metric.PMF) is None
    assert read_metric(session, Wanted(WEEK), EVERYTHING, Metric.CSAT) is not None


def test_the_headline_its_parts_and_the_time_before_stand_side_by_side(session: Session, company: Company) -> None:
    company.answers("n1", {5: 30, 4: 20, 3: 4, 2: 3, 1: 3})
    for number in range(60):
        company.answer("n1", 5 if number % 2 else 1, at=company.now - timedelta(days=9))

    view = read(session, Wanted(WEEK))

    assert (view.measured.figure.value, view.measured.n) == (50 / 60, 60)
    assert view.measured.parts["bottom_2"].value == 0.1
    assert (view.before.figure.value, view.change.verdict) == (0.5, Verdict.HIGHER)


def test_units_below_are_ranked_and_called_different_only_where_chance_does_not_explain_it(
    session: Session, company: Company
) -> None:
    company.answers("n1", {5: 60, 1: 3})
    company.answers("n2", {5: 20, 1: 40})
    company.answers("s1", {5: 12})

    view = read(session, Wanted(WEEK, unit_id=company.units["north"].id))

    assert [(row.code, row.against_others) for row in view.units] == [("n1", Verdict.HIGHER), ("n2", Verdict.LOWER)]
    assert view.siblings is not None
    assert view.siblings.verdict is Verdict.TOO_FEW, "the south has twelve answers"
    everywhere = read(session, Wanted(WEEK))
    assert [(row.code, row.against_others) for row in everywhere.units] == [
        ("south", Verdict.TOO_FEW),
        ("north", Verdict.TOO_FEW),
    ]


def test_a_unit_below_ten_answers_takes_the_next_smallest_with_it(session: Session, company: Company) -> None:
    company.answers("n1", {5: 40})
    company.answers("n2", {5: 9})

    view = read(session, Wanted(WEEK, unit_id=company.units["north"].id))

    assert {row.code: row.measured.figure.value for row in view.units} == {"n1": None, "n2": None}
    assert all(not row.measured.histogram for row in view.units), "nor does a chart tell it"


def test_a_long_period_is_drawn_by_weeks_and_a_longer_one_by_months(session: Session, company: Company) -> None:
    company.answers("n1", {5: 30})
    quarter = Period(date(2025, 12, 5), date(2026, 3, 4), ALMATY)
    years = Period(date(2024, 6, 15), date(2026, 3, 4), ALMATY)

    weeks = read(session, Wanted(quarter)).trend
    months = read(session, Wanted(years)).trend

    assert (weeks[-1].first, weeks[-1].last) == (date(2026, 2, 26), date(2026, 3, 4)), "the last week is a whole one"
    assert (weeks[0].first, weeks[0].last) == (date(2025, 12, 5), date(2025, 12, 10))
    assert [(point.first, point.last) for point in months[:2]] == [
        (date(2024, 6, 15), date(2024, 6, 30)),
        (date(2024, 7, 1), date(2024, 7, 31)),
    ]
    assert months[-1].measured.n == weeks[-1].measured.n == 30


def test_of_two_ways_to_ask_the_one_with_more_answers_is_shown_and_they_are_never_added_up(
    session: Session, company: Company
) -> None:
    company.answers("n1", {5: 12})
    company.answers("n1", {9: 15, 3: 5}, survey="nps")

    view = read(session, Wanted(WEEK), Metric.NPS)

    assert (view.measured.figure.value, view.measured.n) == (50, 20)
    assert view.other_ways == ()


def test_a_manager_of_an_office_sees_it_and_not_its_neighbours(session: Session, company: Company) -> None:
    company.answers("n1", {5: 40})
    company.answers("n2", {1: 40})
    own = Scope(frozenset({company.units["n1"].id}))

    view = read(session, Wanted(WEEK), scope=own)
    named = read(session, Wanted(WEEK, unit_id=company.units["n1"].id), scope=own)

    assert view.measured.n == named.measured.n == 40
    assert (view.units, named.siblings) == ((), None)


def read(session: Session, wanted: Wanted, metric: Metric = Metric.CSAT, *, scope: Scope = EVERYTHING) -> MetricView:
    view = read_metric(session, wanted, scope, metric)
    assert view is not None
    return view


def test_the_days_are_those_of_the_companys_clock(session: Session, company: Company) -> None:
    company.answer("n1", 5, at=datetime(2026, 2, 25, 18, 59, tzinfo=UTC))
    company.answer("n1", 5, at=datetime(2026, 2, 25, 19, 0, tzinfo=UTC))

    view = read(session, Wanted(WEEK))

    assert view.measured.n == 1
