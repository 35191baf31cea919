"""What the rules catch and what they miss, in the words of the latest comments. Read-only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.organisation.models import Unit
from app.responses.models import SurveyResponse
from app.responses.topics.models import ResponseTopic, TopicWatermark


@dataclass(frozen=True, slots=True)
class CaughtComment:
    """A comment with where and when it was written, and the topics' source: `chip`, `rule` or `none`."""

    response_id: uuid.UUID
    unit_id: uuid.UUID
    unit_name: str
    answered_at: datetime
    comment: str
    source: str


def list_comments(session: Session, topic: str, scope: Scope, *, limit: int) -> Sequence[CaughtComment]:
    """Return the latest comments about the topic, or about none we know for `""`; suspect ones are left out."""
    rows = session.execute(
        select(
            ResponseTopic.response_id,
            ResponseTopic.unit_id,
            Unit.name,
            ResponseTopic.answered_at,
            SurveyResponse.comment,
            ResponseTopic.source,
        )
        .join(SurveyResponse, SurveyResponse.id == ResponseTopic.response_id)
        .join(Unit, Unit.id == ResponseTopic.unit_id)
        .where(
            ResponseTopic.topic == topic,
            SurveyResponse.comment.is_not(None),
            SurveyResponse.suspect.is_(False),
            scope.where(ResponseTopic.unit_id),
        )
        .order_by(ResponseTopic.answered_at.desc(), ResponseTopic.response_id.desc())
        .limit(limit)
    )
    return [
        CaughtComment(key, unit_id, name, at, comment or "", source) for key, unit_id, name, at, comment, source in rows
    ]


def is_sorting_anew(session: Session, fingerprint: str) -> bool:
    """Tell whether the worker has yet to sort by these rules: it never did, or by others."""
    stored = session.scalar(select(TopicWatermark.fingerprint))
    return stored != fingerprint
