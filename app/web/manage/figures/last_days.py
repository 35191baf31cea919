"""The days of a page that reads the answers themselves: at most a quarter, the last that have answers, and a way on."""

from dataclasses import dataclass
from datetime import timedelta

from app.accounts.scope import Scope
from app.analytics.hours import MOST_DAYS
from app.analytics.last_answers import end_with_answers
from app.analytics.periods import DAY, Period, last_days
from app.surveys.definition import Metric
from app.web import edge
from app.web.manage.figures.query import FigureQuery


@dataclass(frozen=True, slots=True)
class ShownDays:
    """Which days are shown, where they are not the ones asked for, and as many before and after them.

    `shortened` are fewer than were asked for; `went_back` is how many days without an answer were passed over, where
    nobody had chosen any.
    """

    shortened: bool
    went_back: int
    earlier: Period
    later: Period | None


def keep_last_days(query: FigureQuery, scope: Scope) -> ShownDays:
    """Take into the query the days that are read, and return what to say of them."""
    query.metric, asked = Metric.CSAT, query.period
    nobody_chose = not any(query.value(name) for name in ("period", "from", "to"))
    query.period = end_with_answers(edge.db(), query.wanted, scope, most=MOST_DAYS, may_go_back=nobody_chose).period
    went_back = (asked.last - query.period.last).days if nobody_chose else 0
    if went_back:
        query.chosen = None
    today = last_days(1, now=edge.now(), zone=asked.zone).last
    after = _after(query.period)
    return ShownDays(
        shortened=query.period.days < asked.days,
        went_back=went_back,
        earlier=query.period.before,
        later=after if after.first <= today else None,
    )


def _after(period: Period) -> Period:
    return Period(period.last + DAY, period.last + timedelta(days=period.days), period.zone)
