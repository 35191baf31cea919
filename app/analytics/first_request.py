"""First-request resolution, told in two ways: by what people answer, and by who had to come again. Read-only.

Neither proves the other: people who were not helped may give up, and people who were may call about something else.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.metrics import Figure, share
from app.analytics.periods import Period
from app.invitations.models import Interaction
from app.kit.db import dialect_of
from app.organisation.models import UnitAncestor
from app.responses.models import ResponseAnswer, SurveyResponse
from app.surveys.definition import Metric
from app.surveys.models import SurveyVersion
from app.surveys.service import get_definition

# The first option of a question that feeds the metric is the yes; every other one, "partly" among them, is a no.
_YES = 1


@dataclass(frozen=True, slots=True)
class FirstRequest:
    """Both figures. Of the contacts in the period, `pending` are too young to tell, `unknown` have no known person.

    `by_repeat`: the share of contacts after which the same person did not come again about the same topic within
    `days`.
    """

    by_survey: Figure
    by_repeat: Figure
    days: int
    pending: int
    unknown: int


def read_first_request(
    session: Session, *, scope: Scope, unit_id: uuid.UUID | None, period: Period, days: int, now: datetime
) -> FirstRequest:
    """Return the figures of the unit with all below it, or of all that may be seen; four statements at most."""
    yes, answered = _count_answers(session, scope, unit_id, period)
    settled, judged, pending, unknown = _count_contacts(session, scope, unit_id, period, days=days, now=now)
    return FirstRequest(share(yes, answered), share(settled, judged), days, pending, unknown)


def _count_answers(session: Session, scope: Scope, unit_id: uuid.UUID | None, period: Period) -> tuple[int, int]:
    first, later = _find_questions(session)
    wanted = ResponseFilter(unit_id=unit_id, since=period.since, until=period.until, suspect=False)
    conditions = response_conditions(session, wanted, scope)
    yes = answered = 0
    if first:
        query = select(func.count().filter(SurveyResponse.rating == _YES), func.count()).where(
            SurveyResponse.survey_version_id.in_(first), *conditions
        )
        yes, answered = session.execute(query).one()
    if later:
        asked = or_(
            *(
                and_(ResponseAnswer.question_key == key, SurveyResponse.survey_version_id == version_id)
                for version_id, key in later
            )
        )
        query = (
            select(func.count().filter(ResponseAnswer.value == _YES), func.count())
            .join(SurveyResponse, SurveyResponse.id == ResponseAnswer.response_id)
            .where(asked, ResponseAnswer.value.is_not(None), *conditions)
        )
        more_yes, more = session.execute(query).one()
        yes, answered = yes + more_yes, answered + more
    return yes, answered


def _find_questions(session: Session) -> tuple[Sequence[uuid.UUID], Sequence[tuple[uuid.UUID, str]]]:
    """Return the versions of surveys that begin with such a question, and version and key of those that come later."""
    first: list[uuid.UUID] = []
    later: list[tuple[uuid.UUID, str]] = []
    for version_id in session.scalars(select(SurveyVersion.id)):
        definition = get_definition(session, version_id)
        if definition.first.metric is Metric.FCR:
            first.append(version_id)
        later += [(version_id, question.key) for question in definition.later if question.metric is Metric.FCR]
    return first, later


def _count_contacts(
    session: Session, scope: Scope, unit_id: uuid.UUID | None, period: Period, *, days: int, now: datetime
) -> tuple[int, int, int, int]:
    """Return how many contacts had no repeat, of how many that are old enough, and how many are pending or unknown.

    Whoever comes again does so anywhere in the company: a repeat at another office is one all the same.
    """
    contact, again = aliased(Interaction), aliased(Interaction)
    repeated = exists().where(
        again.contact_id == contact.contact_id,
        again.ended_at > contact.ended_at,
        again.ended_at <= _days_after(session, contact.ended_at, days),
        func.coalesce(again.topic, "") == func.coalesce(contact.topic, ""),
    )
    known, old_enough = contact.contact_id.is_not(None), contact.ended_at <= now - timedelta(days=days)
    conditions: list[ColumnElement[bool]] = [
        contact.ended_at >= period.since,
        contact.ended_at < period.until,
        scope.where(contact.unit_id),
        # A call that nobody took resolved nothing and is no contact.
        contact.answered.is_not(False),
    ]
    if unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == unit_id)
        conditions.append(contact.unit_id.in_(below))
    row = session.execute(
        select(
            func.count().filter(known, old_enough, ~repeated),
            func.count().filter(known, old_enough),
            func.count().filter(known, ~old_enough),
            func.count().filter(~known),
        )
        .select_from(contact)
        .where(*conditions)
    ).one()
    return row[0], row[1], row[2], row[3]


def _days_after(session: Session, column: Any, days: int) -> Any:
    if dialect_of(session) == "sqlite":
        # As instants are kept there: text, with six places behind the second.
        return func.strftime("%Y-%m-%d %H:%M:%f", column, f"+{days} days").op("||")("000")
    return column + literal(timedelta(days=days))
