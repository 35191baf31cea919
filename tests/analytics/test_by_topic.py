"""Figures by topic: of contacts and of comments, each as its page tells it and as its own filter gives it."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.analytics.centre.view import read_contact_centre
from app.analytics.measured import Measured
from app.analytics.metric_figures import Asking, MetricFigures, MetricName, Split, read_metric
from app.analytics.periods import last_days
from app.analytics.topics import read_topics
from app.analytics.wanted import Wanted
from app.responses.topics.sorting import sort_responses
from tests.analytics.company import Company
from tests.analytics.contacts import clerk, contact
from tests.responses.test_topic_rules import RULES


@pytest.fixture
def wanted(session: Session, company: Company) -> Wanted:
    """The last week, in which people called about deliveries, bills and one other thing, and wrote of two."""
    for place in range(60):
        employee = clerk(company, f"e{place}") if place < 2 else None
        topic = ("Delivery", "Delivery", "Bills", None)[place % 4]
        contact(company, 1 + place % 5, topic=topic, employee=employee, resolved=place % 3 == 0, wait=place)
    for _ in range(3):
        contact(company, 5, topic="Door")
    for place in range(24):
        company.answer("n1", 1 + place % 5, comment=("Очередь", "Дорого", "Очередь, и дорого")[place % 3])
    while sort_responses(session, RULES.classifier, now=company.now, limit=20) == 20:
        pass
    return Wanted(last_days(7, now=company.now, zone=ZoneInfo("Asia/Almaty")))


def test_topics_of_contacts_are_those_of_the_contact_centre(session: Session, company: Company, wanted: Wanted) -> None:
    shown = {row.topic: row for row in read_contact_centre(session, wanted, EVERYTHING).topics}

    told = by_topic(session, company, MetricName.CSAT, wanted)
    contacts = by_topic(session, company, MetricName.CONTACTS, wanted)

    assert {key: group.figure for key, group in told.items()} == {key: row.csat for key, row in shown.items()}
    assert {key: group.parts["resolved"] for key, group in contacts.items()} == {
        key: row.handled.resolved for key, row in shown.items()
    }
    assert told["Delivery"].figure.value is not None
    assert told["Door"].figure.value is None


def test_each_metric_of_a_topic_is_what_its_filter_gives(session: Session, company: Company, wanted: Wanted) -> None:
    for name in (name for name in MetricName if name not in (MetricName.ESAT, MetricName.ENPS)):
        for key, group in by_topic(session, company, name, wanted).items():
            alone = read(session, company, name, Wanted(wanted.period, call_topic=key)).whole
            assert {part: figure.n for part, figure in group.parts.items()} == {
                part: figure.n for part, figure in alone.parts.items()
            }, (name, key)
            assert group.figure == alone.figure or group.figure.suppressed


def test_topics_of_comments_are_those_of_their_page(session: Session, company: Company, wanted: Wanted) -> None:
    figures = read(session, company, MetricName.CSAT, wanted, Split.COMMENT_TOPIC)

    lines = read_topics(session, wanted, EVERYTHING).lines
    assert [(group.key, dict(group.measured.parts)) for group in figures.groups] == [
        (line.key, {"top_2": line.csat}) for line in lines
    ]
    assert [(group.key, group.measured.n) for group in figures.groups] == [("price", 16), ("waiting", 16)]
    for name, survey in ((MetricName.NPS, None), (MetricName.CSAT, "visit")):
        with pytest.raises(ValueError, match="csat of all surveys alone"):
            read_metric(session, Asking(name, wanted, survey, Split.COMMENT_TOPIC), EVERYTHING, now=company.now)


def read(
    session: Session, company: Company, name: MetricName, wanted: Wanted, split: Split | None = None
) -> MetricFigures:
    return read_metric(session, Asking(name, wanted, split=split), EVERYTHING, now=company.now)


def by_topic(session: Session, company: Company, name: MetricName, wanted: Wanted) -> dict[str, Measured]:
    return {group.key: group.measured for group in read(session, company, name, wanted, Split.TOPIC).groups}
