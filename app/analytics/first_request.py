"""First-request resolution, told in two ways: by what people answer, and by who had to come again. Read-only.

Neither proves the other: people who were not helped may give up, and people who were may call about something else.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.analytics.counts.question import Group
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.grouping import Columns, Grouping
from app.analytics.metrics import Figure, share
from app.analytics.periods import Period
from app.analytics.series import feeding, list_series
from app.analytics.wanted import By, Wanted
from app.invitations.models import Interaction
from app.kit.db import dialect_of
from app.responses.models import ResponseAnswer, SurveyResponse
from app.surveys.definition import Metric

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


@dataclass(frozen=True, slots=True)
class Repeats:
    """Contacts: `settled` of the `judged` had no repeat, `pending` are too young, `unknown` have no known person."""

    settled: int = 0
    judged: int = 0
    pending: int = 0
    unknown: int = 0


def read_first_request(
    session: Session, *, scope: Scope, unit_id: uuid.UUID | None, period: Period, days: int, now: datetime
) -> FirstRequest:
    """Return the figures of the unit with all below it, or of all that may be seen; four statements at most."""
    yes, answered = _count_answers(session, scope, unit_id, period)
    (repeats,) = count_repeats(session, Wanted(period, unit_id), scope, days=days, now=now).values()
    by_repeat = share(repeats.settled, repeats.judged)
    return FirstRequest(share(yes, answered), by_repeat, days, repeats.pending, repeats.unknown)


def _count_answers(session: Session, scope: Scope, unit_id: uuid.UUID | None, period: Period) -> tuple[int, int]:
    fed = [one.series for one in feeding(list_series(session), Metric.FCR)]
    first = [one.version_id for one in fed if one.is_first]
    later = [(one.version_id, one.question_key) for one in fed if not one.is_first]
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


def count_repeats(
    session: Session,
    wanted: Wanted,
    scope: Scope,
    *,
    by: By | None = None,
    units: Collection[uuid.UUID] = (),
    days: int,
    now: datetime,
) -> dict[Group, Repeats]:
    """Return after how many contacts nobody came again, by group as `count_values` does; one statement.

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
    columns = Columns(
        at=contact.ended_at,
        unit_id=contact.unit_id,
        employee_id=contact.employee_id,
        channel=contact.channel,
        topic=contact.topic,
    )
    query = (
        select(
            func.count().filter(known, old_enough, ~repeated),
            func.count().filter(known, old_enough),
            func.count().filter(known, ~old_enough),
            func.count().filter(~known),
        )
        .select_from(contact)
        # A call that nobody took resolved nothing and is no contact.
        .where(contact.answered.is_not(False))
    )
    found = Grouping(columns, wanted, by, units).count(session, query, scope)
    return {group: Repeats(*row) for group, row in found.items()}


def _days_after(session: Session, column: Any, days: int) -> Any:
    if dialect_of(session) == "sqlite":
        # As instants are kept there: text, with six places behind the second.
        return func.strftime("%Y-%m-%d %H:%M:%f", column, f"+{days} days").op("||")("000")
    return column + literal(timedelta(days=days))
