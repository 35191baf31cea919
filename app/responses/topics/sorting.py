"""Sort what was said since the last time into topics; all of it anew when the rules have changed."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from app.responses.models import ResponseAnswer, SurveyResponse
from app.responses.reading.unread import is_customers
from app.responses.topics.classifier import Chip, Classifier, TopicSource
from app.responses.topics.models import ResponseTopic, TopicWatermark
from app.surveys.definition import Definition, QuestionType, UnknownQuestionError
from app.surveys.service import get_definition

# What is written at this very moment may be committed a little later than what was written after it.
SETTLED = timedelta(minutes=2)
_NOBODY = uuid.UUID(int=0)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def sort_responses(session: Session, classifier: Classifier, *, now: datetime, limit: int) -> int:
    """Sort up to `limit` responses that were finished, commented or changed since, and return how many.

    Less than `limit`: all has been sorted. What was sorted before keeps its topics until its turn comes again.
    """
    mark = session.get(TopicWatermark, 1, with_for_update=True)
    if mark is None:
        mark = TopicWatermark(id=1, touched_at=_BEGINNING, response_id=_NOBODY, fingerprint=classifier.fingerprint)
        session.add(mark)
    elif mark.fingerprint != classifier.fingerprint:
        mark.touched_at, mark.response_id, mark.fingerprint = _BEGINNING, _NOBODY, classifier.fingerprint
    response = SurveyResponse
    rows = session.execute(
        select(
            response.id,
            response.unit_id,
            response.answered_at,
            response.touched_at,
            response.comment,
            response.survey_version_id,
            response.rating,
        )
        .where(
            or_(response.comment.is_not(None), response.finished_at.is_not(None)),
            tuple_(response.touched_at, response.id)
            > tuple_(literal(mark.touched_at, response.touched_at.type), literal(mark.response_id, response.id.type)),
            response.touched_at <= now - SETTLED,
            is_customers(),
        )
        .order_by(response.touched_at, response.id)
        .limit(limit)
    ).all()
    if not rows:
        return 0
    chips = _read_chips(session, {row.id: row.survey_version_id for row in rows})
    found = [
        {
            "response_id": row.id,
            "unit_id": row.unit_id,
            "answered_at": row.answered_at,
            "survey_version_id": row.survey_version_id,
            "rating": row.rating,
            "topic": topic,
            "source": source,
            "first": place == 0,
        }
        for row in rows
        for place, (topic, source) in enumerate(_sort(classifier, row.comment or "", chips[row.id]))
    ]
    session.execute(
        delete(ResponseTopic)
        .where(ResponseTopic.response_id.in_([row.id for row in rows]))
        .execution_options(synchronize_session=False)
    )
    if found:
        session.execute(insert(ResponseTopic), found)
    mark.touched_at, mark.response_id = rows[-1].touched_at, rows[-1].id
    return len(rows)


def sort_again(session: Session, *, since: datetime | None = None) -> None:
    """Let the worker sort again what was touched from then on, or everything.

    For whoever writes responses of long ago: they lie behind what has been sorted.
    """
    mark = session.get(TopicWatermark, 1, with_for_update=True)
    if mark is not None and (since is None or since <= mark.touched_at):
        mark.touched_at, mark.response_id = since - timedelta(microseconds=1) if since else _BEGINNING, _NOBODY


def _sort(classifier: Classifier, text: str, chips: Collection[Chip]) -> list[tuple[str, TopicSource]]:
    found = [(one.topic, one.source) for one in classifier.classify(text, chips)]
    return found or ([("", TopicSource.NONE)] if text or chips else [])


def _read_chips(session: Session, versions: Mapping[uuid.UUID, uuid.UUID]) -> Mapping[uuid.UUID, frozenset[Chip]]:
    answers = session.execute(
        select(ResponseAnswer.response_id, ResponseAnswer.question_key, ResponseAnswer.value).where(
            ResponseAnswer.response_id.in_(versions.keys()), ResponseAnswer.value.is_not(None)
        )
    )
    ticked: dict[uuid.UUID, set[Chip]] = defaultdict(set)
    for response_id, key, value in answers:
        if chip := _chip(get_definition(session, versions[response_id]), key, value):
            ticked[response_id].add(chip)
    return {response_id: frozenset(ticked.get(response_id, ())) for response_id in versions}


def _chip(definition: Definition, key: str, value: Any) -> Chip | None:
    """Return the reason that the answer is; None for one on a scale, and for one that feeds a figure of its own."""
    try:
        question = definition.question(key)
    except UnknownQuestionError:  # a later version of the file asks another thing
        return None
    if question.type is not QuestionType.CHOICE or question.metric is not None:
        return None
    return Chip(key, question.options[value - 1].key) if 1 <= value <= len(question.options) else None
