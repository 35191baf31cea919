"""A row in every table of what responses are about."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.responses.models import SurveyResponse
from app.responses.topics.models import ResponseTopic, TopicWatermark


def add_topics(session: Session, *, now: datetime) -> None:
    """Add topics of two responses: one by its words, one that nothing was found in."""
    some = session.scalars(select(SurveyResponse).order_by(SurveyResponse.id).limit(2)).all()
    for response, topic, source in zip(some, ("waiting", ""), ("rule", "none"), strict=True):
        session.add(
            ResponseTopic(
                response_id=response.id,
                topic=topic,
                source=source,
                unit_id=response.unit_id,
                answered_at=response.answered_at,
                survey_version_id=response.survey_version_id,
                rating=response.rating,
                first=True,
            )
        )
    session.add(TopicWatermark(id=1, touched_at=now, response_id=some[0].id, fingerprint="0" * 64))
    session.flush()
