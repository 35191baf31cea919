"""The days to read where only so many are read at once: the last of the period that have answers. Read-only.

What is read from the answers themselves cannot take years together. A company whose history ended in spring would see
nothing in its latest quarter, so the days end with its last answer rather than with today.
"""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.filters import response_conditions
from app.analytics.periods import Period
from app.analytics.wanted import Wanted
from app.responses.models import SurveyResponse
from app.surveys.definition import Metric


def choose_days(period: Period, last: date | None, *, most: int, may_go_back: bool) -> Period:
    """Return the days of the period that are read: at most so many, the last of them with the last answer. Pure.

    With `may_go_back` nobody chose these days, and where the last answer is older, as many days before it are read.
    """
    if last is None or last > period.last:
        last = period.last
    if last < period.first:
        if may_go_back:
            return replace(period, first=last - timedelta(days=period.days - 1), last=last)
        last = period.last
    if period.days <= most:
        return period
    return replace(period, first=max(period.first, last - timedelta(days=most - 1)), last=last)


def end_with_answers(session: Session, wanted: Wanted, scope: Scope, *, most: int, may_go_back: bool) -> Wanted:
    """Return what is wanted of at most so many days, see `choose_days`; one statement, none for few days chosen."""
    if wanted.period.days <= most and not may_go_back:
        return wanted
    last = _find_last_day(session, wanted, scope)
    return replace(wanted, period=choose_days(wanted.period, last, most=most, may_go_back=may_go_back))


def _find_last_day(session: Session, wanted: Wanted, scope: Scope) -> date | None:
    """Return the day of the last rating that is counted before the end of the period, or None."""
    found = replace(wanted.as_filter(), since=None, metric=Metric.CSAT)
    instant = session.scalar(
        select(SurveyResponse.answered_at)
        .where(*response_conditions(session, found, scope))
        .order_by(SurveyResponse.answered_at.desc())
        .limit(1)
    )
    return None if instant is None else instant.astimezone(wanted.period.zone).date()
