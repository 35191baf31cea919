"""Each respondent counts once in a figure, and a list shows the very answers that one figure counts."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.analytics.dashboard import read_dashboard
from app.analytics.filters import ResponseFilter
from app.analytics.first_request import read_first_request
from app.analytics.hours import read_hours
from app.analytics.metric_figures import Asking, MetricName
from app.analytics.metric_figures import read_metric as read_by_name
from app.analytics.metric_view import read_metric
from app.analytics.periods import last_days
from app.analytics.reports import list_responses
from app.analytics.wanted import Wanted
from app.surveys.definition import Metric, QuestionType
from app.surveys.service import store_version
from tests.analytics.company import Company
from tests.surveys.surveys import choice, define, question, words

ALMATY = ZoneInfo("Asia/Almaty")
LABELS = {value: words() for value in range(1, 6)}


@pytest.fixture
def wanted(session: Session, company: Company) -> Wanted:
    """Twelve answers, delighted at first and less so later; stored before a file that asks twice was refused."""
    asked = define(
        question(metric="csat"),
        question("again", metric="csat"),
        question("solved", "yes_no", metric="fcr"),
        choice("resolved", "yes", "no", metric="fcr"),
        choice("source", "reviews", "friends", metric="acquisition", multiple=True),
        question("ease", "ces7", metric="ces"),
        question("effort", metric="ces", labels=LABELS),
        key="twice",
    )
    company.versions["twice"] = store_version(session, asked, now=company.now)
    for number in range(12):
        response = company.answer("n1", 5, survey="twice")
        company.said(response, "again", 1)
        company.said(response, "solved", 1)
        company.said(response, "resolved", 2)
        company.said(response, "source", 1)
        company.said(response, "source", 2)
        company.said(response, "effort", 2)
        if number:
            company.said(response, "ease", 7)
    return Wanted(last_days(7, now=company.now, zone=ALMATY))


def test_of_two_questions_for_one_figure_each_face_counts_the_first(
    session: Session, company: Company, wanted: Wanted
) -> None:
    period, now = wanted.period, company.now
    dashboard = read_dashboard(session, scope=EVERYTHING, unit_id=None, period=period, now=now)
    first_request = read_first_request(session, scope=EVERYTHING, unit_id=None, period=period, days=7, now=now)
    found = {
        "dashboard": dashboard.csat,
        "hours": read_hours(session, wanted, EVERYTHING).whole.figure,
        "resolved": first_request.by_survey,
    }
    for metric in (Metric.CSAT, Metric.FCR):
        view = read_metric(session, wanted, EVERYTHING, metric)
        assert view is not None
        by_name = read_by_name(session, Asking(MetricName(metric.value), wanted), EVERYTHING, now=now)
        found |= {f"{metric} page": view.measured.figure, f"{metric} API": by_name.whole.figure}

    assert {name: (figure.value, figure.n) for name, figure in found.items()} == dict.fromkeys(found, (1.0, 12))
    assert Counter(dashboard.histogram) == Counter({5: 12})
    assert read_metric(session, wanted, EVERYTHING, Metric.ACQUISITION) is None, (
        "one of two ticks is no share of people"
    )


@pytest.mark.parametrize(
    ("wanted_of", "n"),
    [
        (ResponseFilter(metric=Metric.CSAT), 12),
        (ResponseFilter(metric=Metric.CSAT, ratings=(1,)), 0),
        (ResponseFilter(metric=Metric.FCR, ratings=(2,)), 0),
        (ResponseFilter(metric=Metric.CES), 12),
        (ResponseFilter(metric=Metric.CES, scale=QuestionType.CES7), 11),
        (ResponseFilter(metric=Metric.CES, scale=QuestionType.CES7, ratings=(2,)), 0),
        (ResponseFilter(metric=Metric.CES, scale=QuestionType.RATING5, ratings=(2,)), 12),
        (ResponseFilter(metric=Metric.CES, scale=QuestionType.NPS), 0),
    ],
    ids=str,
)
def test_the_list_holds_the_counted_answers_and_no_others(
    session: Session, wanted: Wanted, wanted_of: ResponseFilter, n: int
) -> None:
    assert len(list_responses(session, wanted_of, scope=EVERYTHING, zone=ALMATY).lines) == n
