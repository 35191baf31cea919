"""Responses are sorted into topics by the worker: each once, again when it changed, all anew with other rules."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.filters import ResponseFilter, response_conditions
from app.kit.crypto import Vault
from app.kit.db import dialect_of
from app.kit.ids import new_id
from app.responses.models import SurveyResponse
from app.responses.phrases import Phrases
from app.responses.topics.catches import is_sorting_anew, list_comments
from app.responses.topics.classifier import RuleClassifier, TopicPhrases
from app.responses.topics.models import ResponseTopic
from app.responses.topics.sorting import SETTLED, sort_again, sort_responses
from app.routing.additions import extend_response
from app.surveys.definition import Audience
from app.surveys.models import SurveyVersion
from tests.respondents import Office, make_office
from tests.responses.test_topic_rules import RULES

RULED = RULES.classifier
OTHER = RuleClassifier([TopicPhrases("cold", frozenset(), Phrases(["холодно"]), Phrases([]))], "other")


@pytest.fixture
def office(session: Session, vault: Vault, now: datetime) -> Office:
    """An office with a code on its wall."""
    return make_office(session, vault, now=now)


def _say(session: Session, office: Office, rating: int, comment: str, *wrong: str, at: datetime) -> uuid.UUID:
    """Rate, then send the form with a comment and the reasons of an unhappy one."""
    taken = office.rate(session, rating, now=at)
    extend_response(
        session,
        office.desk,
        key=taken.key,
        answers={"answer-wrong": list(wrong)} if wrong else {},
        comment=comment,
        now=at,
    )
    return taken.response_id


def _topics(session: Session) -> dict[uuid.UUID, dict[str, str]]:
    found: dict[uuid.UUID, dict[str, str]] = {}
    for row in session.scalars(select(ResponseTopic)).all():
        found.setdefault(row.response_id, {})[row.topic] = row.source
    return found


def test_words_and_reasons_are_sorted_once_and_again_when_they_changed(
    session: Session, office: Office, now: datetime
) -> None:
    before = now - timedelta(hours=1)
    waited = _say(session, office, 1, "Очередь, и нахамили", "1", at=before)
    ticked = _say(session, office, 1, "", "2", at=before)
    strange = _say(session, office, 5, "Ну такое", at=before)
    _say(session, office, 5, "", at=before)  # finished, and said nothing
    office.rate(session, 5, now=before)  # only tapped
    _say(session, office, 1, "Очередь", at=now)  # perhaps not the last to be committed of its moment
    assert sort_responses(session, RULED, now=now, limit=10) == 4
    assert _topics(session) == {
        waited: {"waiting": "chip", "manner": "rule"},
        ticked: {"manner": "chip"},
        strange: {"": "none"},
    }
    assert sort_responses(session, RULED, now=now, limit=10) == 0
    session.execute(
        update(SurveyResponse).where(SurveyResponse.id == strange).values(comment="Дорого", rating=2, touched_at=now)
    )
    session.expire_all()
    assert sort_responses(session, RULED, now=now + SETTLED, limit=10) == 2
    assert _topics(session)[strange] == {"price": "rule"}
    copied = select(ResponseTopic.rating).where(ResponseTopic.response_id == strange)
    assert session.scalars(copied).all() == [2], "figures count the latest rating"
    by_response = select(func.count()).where(ResponseTopic.first).group_by(ResponseTopic.response_id)
    assert session.scalars(by_response).all() == [1, 1, 1, 1], "each response is counted once"


def test_a_long_backlog_is_sorted_in_batches_and_anew_with_other_rules(
    session: Session, office: Office, now: datetime
) -> None:
    at = now - timedelta(hours=1)
    ids = [_say(session, office, 3, "Холодно и дорого", at=at) for _ in range(5)]  # at one instant
    assert [sort_responses(session, RULED, now=now, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert is_sorting_anew(session, OTHER.fingerprint)
    assert [sort_responses(session, OTHER, now=now, limit=3) for _ in range(3)] == [3, 2, 0]
    assert not is_sorting_anew(session, OTHER.fingerprint)
    assert _topics(session) == {one: {"cold": "rule"} for one in ids}


def test_answers_of_the_past_are_sorted_once_somebody_says_so(session: Session, office: Office, now: datetime) -> None:
    _say(session, office, 1, "Очередь", at=now - timedelta(hours=1))
    sort_again(session)  # before the first time there is nothing to say
    sort_responses(session, RULED, now=now, limit=10)
    old = _say(session, office, 1, "Дорого", at=now - timedelta(days=300))
    assert sort_responses(session, RULED, now=now, limit=10) == 0
    sort_again(session, since=now - timedelta(days=300))
    assert sort_responses(session, RULED, now=now, limit=10) == 2
    assert _topics(session)[old] == {"price": "rule"}
    sort_again(session, since=now)  # nothing to go back for
    assert sort_responses(session, RULED, now=now, limit=10) == 0


def test_answers_of_employees_are_not_sorted(session: Session, office: Office, now: datetime) -> None:
    _say(session, office, 1, "Очередь", at=now - timedelta(hours=1))
    version = session.scalars(select(SurveyVersion)).one()
    version.definition = {**version.definition, "audience": Audience.EMPLOYEES.value}
    session.flush()
    assert sort_responses(session, RULED, now=now, limit=10) == 0


def test_what_is_caught_and_missed_is_listed_within_ones_own_units(
    session: Session, office: Office, now: datetime
) -> None:
    at = now - timedelta(hours=1)
    waited, strange = _say(session, office, 1, "Очередь", at=at), _say(session, office, 3, "Ну такое", at=at)
    doubted = _say(session, office, 1, "Очередь", at=at)
    session.execute(update(SurveyResponse).where(SurveyResponse.id == doubted).values(suspect=True))
    _say(session, office, 1, "", "1", at=at)  # a reason has no words to show
    sort_responses(session, RULED, now=now, limit=10)
    assert [one.response_id for one in list_comments(session, "waiting", EVERYTHING, limit=9)] == [waited]
    assert [one.response_id for one in list_comments(session, "", EVERYTHING, limit=9)] == [strange]
    assert not list_comments(session, "waiting", Scope(frozenset({new_id()})), limit=9)
    narrowed = response_conditions(session, ResponseFilter(topic="waiting", suspect=False), EVERYTHING)
    assert waited in session.scalars(select(SurveyResponse.id).where(*narrowed)).all()
    missed = response_conditions(session, ResponseFilter(topic=""), EVERYTHING)
    assert session.scalars(select(SurveyResponse.id).where(*missed)).all() == [strange]


def test_what_was_said_is_walked_by_its_own_index(session: Session) -> None:
    if dialect_of(session) != "sqlite":
        return  # PostgreSQL plans by how much there is; here there is nothing
    walk = " AND (touched_at, id) > ('2026', x'00') ORDER BY touched_at, id LIMIT 9"
    for said in ("(comment IS NOT NULL OR finished_at IS NOT NULL)", "comment IS NOT NULL"):
        plan = session.execute(text("EXPLAIN QUERY PLAN SELECT id FROM survey_response WHERE " + said + walk)).all()
        assert "ix_survey_response_said" in str(plan), plan
