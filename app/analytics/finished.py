"""Whether somebody sent all that was asked, as SQL. Read-only."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.responses.models import SurveyResponse
from app.surveys.models import SurveyVersion
from app.surveys.service import get_definition


def is_finished(session: Session) -> ColumnElement[bool]:
    """Tell whether all was sent that is asked; where one question is all there is, the rating is. One query."""
    short = [
        version_id
        for version_id in session.scalars(select(SurveyVersion.id))
        if not get_definition(session, version_id).later
    ]
    return SurveyResponse.finished_at.is_not(None) | SurveyResponse.survey_version_id.in_(short)
