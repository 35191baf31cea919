"""How much each survey is used by the units that somebody may see. Read-only."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.responses.models import SurveyResponse
from app.surveys.models import SurveyVersion
from app.touchpoints.models import Touchpoint


@dataclass(frozen=True, slots=True)
class SurveyUse:
    """Codes in use that lead to the survey, and answers to all its versions without the suspect ones."""

    codes: int = 0
    answers: int = 0


def count_uses(session: Session, *, scope: Scope) -> Mapping[str, SurveyUse]:
    """Return the use by survey key; keys that nobody uses are left out. Three statements."""
    codes = _count_codes(session, scope)
    answers: dict[str, int] = {}
    keys = dict(session.execute(select(SurveyVersion.id, SurveyVersion.key)).all())
    counted = (
        select(SurveyResponse.survey_version_id, func.count())
        .where(SurveyResponse.suspect.is_(False), scope.where(SurveyResponse.unit_id))
        .group_by(SurveyResponse.survey_version_id)
    )
    for version_id, count in session.execute(counted):
        answers[keys[version_id]] = answers.get(keys[version_id], 0) + count
    return {key: SurveyUse(codes.get(key, 0), answers.get(key, 0)) for key in {*codes, *answers}}


def _count_codes(session: Session, scope: Scope) -> dict[str, int]:
    counted = (
        select(Touchpoint.survey_key, func.count())
        .where(Touchpoint.revoked_at.is_(None), scope.where(Touchpoint.unit_id))
        .group_by(Touchpoint.survey_key)
    )
    return dict(session.execute(counted).all())
