"""Whose answers add up to one figure: questions of versions of surveys, found by what they feed. Read-only.

A survey that is asked anew with other words is a new version; its answers go on counting in the same metric, because
both say so themselves.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.surveys.definition import Audience, Metric, Question, QuestionType
from app.surveys.models import SurveyVersion
from app.surveys.question import scale_of
from app.surveys.service import get_definition
from app.surveys.votes import counted_questions


@dataclass(frozen=True, slots=True)
class Series:
    """One question of one version of a survey; the first is the one that a tap answers."""

    version_id: uuid.UUID
    question_key: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A series with what was asked: the survey's key and audience, and the question itself.

    `feeds` is the metric that its answers are counted in, see `app.surveys.votes`.
    """

    series: Series
    survey: str
    version: int
    audience: Audience
    question: Question
    feeds: Metric | None


def list_series(session: Session, *, survey: str | None = None) -> list[Asked]:
    """Return every question that has a value, of all stored versions or of one survey's; one query."""
    query = select(SurveyVersion.id, SurveyVersion.key, SurveyVersion.version)
    if survey is not None:
        query = query.where(SurveyVersion.key == survey)
    found = []
    for version_id, key, version in session.execute(query.order_by(SurveyVersion.key, SurveyVersion.version)):
        definition = get_definition(session, version_id)
        counted = counted_questions(definition)
        for question in definition.questions:
            if question.type is not QuestionType.TEXT:
                series = Series(version_id, question.key, question is definition.first)
                feeds = question.metric if question.key in counted else None
                found.append(Asked(series, key, version, definition.audience, question, feeds))
    return found


def feeding(asked: Iterable[Asked], metric: Metric) -> list[Asked]:
    """Return the questions that feed the metric.

    Of `agent_csat`: the question about the employee, or the first question of a version that has none and asks how
    satisfied one is; only the answers of a contact whose employee is known count in it.
    """
    everything = list(asked)
    fed = [one for one in everything if one.feeds is metric]
    if metric is not Metric.AGENT_CSAT:
        return fed
    told_apart = {one.series.version_id for one in fed}
    return fed + [
        one
        for one in everything
        if one.series.is_first
        and one.feeds is Metric.CSAT
        and one.audience is Audience.CUSTOMERS
        and one.series.version_id not in told_apart
    ]


def sort_by_type(fed: Iterable[Asked], metric: Metric) -> dict[QuestionType, list[Asked]]:
    """Return the questions that feed the metric by their scale: those of one scale are added up."""
    by_type: dict[QuestionType, list[Asked]] = {}
    for one in fed:
        by_type.setdefault(scale_of(metric, one.question.type), []).append(one)
    return by_type


def firsts(asked: Iterable[Asked]) -> list[Asked]:
    """Return the first question of each version: one answer each a response."""
    return [one for one in asked if one.series.is_first]
