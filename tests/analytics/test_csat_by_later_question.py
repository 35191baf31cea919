"""Satisfaction that a later question asks for: every page of figures counts it, as its own page and its list do."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.analytics.centre.view import read_contact_centre
from app.analytics.filters import ResponseFilter
from app.analytics.hours import read_hours
from app.analytics.periods import last_days
from app.analytics.reports import list_responses
from app.analytics.staff_and_customers import compare_staff_and_customers
from app.analytics.topics import read_topics
from app.analytics.wanted import Wanted
from app.responses.models import SurveyResponse
from app.responses.topics.sorting import sort_responses
from app.surveys.definition import Metric
from app.surveys.loader import parse_survey
from app.surveys.service import store_version
from tests.analytics.company import Company
from tests.analytics.contacts import clerk, contact
from tests.analytics.test_dashboard import BOTH
from tests.responses.test_topic_rules import RULES

ALMATY = ZoneInfo("Asia/Almaty")


@pytest.fixture
def wanted(session: Session, company: Company) -> Wanted:
    """Ninety days with twelve answers of five to a first question, and fourteen of two to a later one."""
    company.versions["both"] = store_version(session, parse_survey(BOTH.encode(), "both.yaml"), now=company.now)
    asel = clerk(company, "asel")
    at = company.now - timedelta(days=20)
    for _ in range(12):
        contact(company, 5, employee=asel, topic="billing", wait=20, at=at)
    for _ in range(14):
        call = contact(company, employee=asel, topic="billing", wait=20, at=at)
        response = company.answer("n1", 9, survey="both", at=at, channel="call")
        response.interaction_id, response.employee_id = call.id, asel.id
        company.said(response, "overall", 2)
    company.answer("n1", 9, survey="both", at=at)
    return Wanted(last_days(90, now=company.now, zone=ALMATY))


def test_what_people_speak_of_counts_both_and_leads_to_as_many(
    session: Session, company: Company, wanted: Wanted
) -> None:
    for response in session.scalars(select(SurveyResponse)):
        response.comment = "Очередь" if response.rating == 5 else "Очередь, и дорого"
    company.answer("n1", 9, survey="both", comment="Дорого", at=company.now - timedelta(days=20))
    while sort_responses(session, RULES.classifier, now=company.now, limit=20) == 20:
        pass
    topics = read_topics(session, wanted, EVERYTHING)

    csat = {line.key: (line.csat.value, line.csat.n, line.n) for line in topics.lines}
    assert csat == {"waiting": (12 / 26, 26, 27), "price": (0.0, 14, 16)}
    assert (topics.said.n, topics.said.rated, topics.said.satisfied) == (28, 26, 12), "who spoke of both counts once"
    for ratings, n in (((), 26), ((4, 5), 12)):
        behind = ResponseFilter(topic="waiting", metric=Metric.CSAT, ratings=ratings, suspect=False)
        assert len(list_responses(session, behind, scope=EVERYTHING, zone=ALMATY).lines) == n


def test_each_page_counts_both_and_leads_to_as_many(session: Session, company: Company, wanted: Wanted) -> None:
    listed = ResponseFilter(metric=Metric.CSAT, suspect=False, since=wanted.period.since, until=wanted.period.until)
    centre = read_contact_centre(session, wanted, EVERYTHING)
    both = compare_staff_and_customers(session, wanted, EVERYTHING, Metric.ESAT, minimum=10, now=company.now)

    assert both.whole is not None
    figures = {
        "hours": read_hours(session, wanted, EVERYTHING).whole.figure,
        "waiting": next(each.measured.figure for each in centre.by_waiting if each.measured.n),
        "topic": centre.topics[0].csat,
        "employee": centre.people[0].csat,
        "customers": both.whole.customers.figure,
    }
    assert {name: (figure.value, figure.n) for name, figure in figures.items()} == dict.fromkeys(figures, (12 / 26, 26))
    assert len(list_responses(session, listed, scope=EVERYTHING, zone=ALMATY).lines) == 26
