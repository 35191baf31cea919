"""Up to which rating each survey that was asked opens a case, by the policy in force or by another one to be tried."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.callbacks.load import TeamForecast, forecast_load
from app.callbacks.rules.escalation import LoadRules
from app.routing.policy import RoutingPolicy
from app.surveys.definition import QuestionType
from app.surveys.models import SurveyVersion
from app.surveys.service import get_definition


def ratings_that_open(
    session: Session, policy: RoutingPolicy, *, unhappy_at_most: int | None = None
) -> dict[uuid.UUID, int]:
    """Return the highest rating that opens a case by the version of the survey; those without bands are left out.

    `unhappy_at_most` is another threshold for the surveys that begin with a rating from 1 to 5.
    """
    found = {}
    for version_id in session.scalars(select(SurveyVersion.id)).all():
        definition = get_definition(session, version_id)
        cut = policy.cut(definition)
        if cut is None:
            continue
        other = unhappy_at_most is not None and definition.first.type is QuestionType.RATING5
        found[version_id] = unhappy_at_most if other and unhappy_at_most is not None else cut.unhappy_at_most
    return found


def list_pressed(session: Session, rules: LoadRules, policy: RoutingPolicy, *, now: datetime) -> list[TeamForecast]:
    """Return the teams of the company for which the policy opens more than they can work, the most pressed first."""
    opens = ratings_that_open(session, policy)
    teams = forecast_load(session, rules, scope=EVERYTHING, opens_up_to=opens, now=now)
    return [team for team in teams if team.too_many]
