"""How satisfied people are by the hour of the week, read from the answers themselves. Read-only.

Hours are those of the company's clock, as its days are: one question to the database tells them all apart, and whoever
compares offices of two zones compares the same hours. Nothing of it is counted ahead, so a quarter is the most.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.beside_others import compare_with_others
from app.analytics.counts.raw import count_apart
from app.analytics.differences import Verdict
from app.analytics.filters import response_conditions
from app.analytics.measured import Measured, add_counts, protect_groups
from app.analytics.measures import measure
from app.analytics.periods import Period
from app.analytics.series import feeding, list_series
from app.analytics.wall_clock import HOURS_OF_WEEK, hour_of_week
from app.analytics.wanted import Wanted
from app.responses.models import SurveyResponse
from app.surveys.definition import Metric

MOST_DAYS = 90


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of a weekday (1 is Monday), and how it stands to all other hours together."""

    weekday: int
    hour: int
    measured: Measured
    against_others: Verdict

    @property
    def address(self) -> str:
        """The hour as it stands in an address: `1-14`."""
        return f"{self.weekday}-{self.hour}"


@dataclass(frozen=True, slots=True)
class HourMap:
    """All hours of the week; `hours` are those from the first with an answer on any day to the last."""

    period: Period
    whole: Measured
    hours: range
    cells: Mapping[tuple[int, int], Cell]


def shorten(period: Period) -> Period:
    """Return the period, or its last days where it has more than are read."""
    return replace(period, first=max(period.first, period.last - timedelta(days=MOST_DAYS - 1)))


def read_hours(session: Session, wanted: Wanted, scope: Scope) -> HourMap:
    """Return the satisfied share of every hour of the week in the last days of what is wanted; three statements."""
    wanted = replace(wanted, period=shorten(wanted.period))
    found = _count(session, wanted, scope)
    total = add_counts(found.values())
    whole = measure(Metric.CSAT, total)
    shown = protect_groups(
        whole, {place: measure(Metric.CSAT, found.get(place, Counter())) for place in range(HOURS_OF_WEEK)}
    )
    verdicts = compare_with_others(
        lambda histogram: measure(Metric.CSAT, histogram),
        total,
        found,
        {place: each for place, each in shown.items() if place in found},
    )
    cells = {
        (place // 24 + 1, place % 24): Cell(place // 24 + 1, place % 24, each, verdicts.get(place, Verdict.TOO_FEW))
        for place, each in shown.items()
    }
    answered = [place % 24 for place in found]
    return HourMap(wanted.period, whole, range(min(answered, default=0), max(answered, default=-1) + 1), cells)


def _count(session: Session, wanted: Wanted, scope: Scope) -> dict[int, Counter[int]]:
    period, asked = wanted.period, feeding(list_series(session), Metric.CSAT)
    place = hour_of_week(session, SurveyResponse.answered_at, period.zone, period.since, period.until)
    counted = count_apart(session, place, asked, response_conditions(session, wanted.as_filter(), scope))
    return {int(at): histogram for at, histogram in counted.items() if at is not None}
