"""How a figure went over the slots of a period: by hour, by day, or by week where days are too thin. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.analytics.cut_points import RATINGS, SATISFIED
from app.analytics.metrics import Figure, hide, mean, share
from app.analytics.periods import Slot
from app.analytics.suppression import MINIMUM, hidden_groups

Histogram = Mapping[int, int]

_WEEK = 7
# Shorter periods have too few weeks for a line.
_GROUPED_FROM = 14


class Step(StrEnum):
    """What one point of the trend stands for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Point:
    """One slot of the trend, from `start` to before `until`; a hidden figure is a gap in the line."""

    slot: Slot
    csat: Figure
    csat_mean: Figure


@dataclass(frozen=True, slots=True)
class Trend:
    """The points in order, none left out; `answers` are those to all surveys in each slot, never grouped."""

    step: Step
    points: tuple[Point, ...]
    slot_step: Step
    slots: tuple[Slot, ...]
    answers: tuple[int, ...]

    @property
    def has_line(self) -> bool:
        """Tell whether any point may be shown."""
        return any(not point.csat.suppressed for point in self.points)


def make_trend(
    slots: Sequence[Slot], histograms: Sequence[Histogram], answers: Sequence[int], *, hourly: bool
) -> Trend:
    """Return the trend of the CSAT answers in each slot, in weeks when most days have too few of them."""
    by_slot = Step.HOUR if hourly else Step.DAY
    step, points = by_slot, _points(slots, histograms)
    if by_slot is Step.DAY and len(slots) >= _GROUPED_FROM and _is_thin(points):
        weeks = _weeks(len(slots))
        grouped = [Slot(slots[days[0]].start, slots[days[-1]].until) for days in weeks]
        sums = [{rating: sum(histograms[day].get(rating, 0) for day in days) for rating in RATINGS} for days in weeks]
        step, points = Step.WEEK, _points(grouped, sums)
    return Trend(step, points, by_slot, tuple(slots), tuple(answers))


def csat_of(histogram: Histogram) -> Figure:
    """Return the share of fours and fives."""
    return share(sum(histogram.get(rating, 0) for rating in SATISFIED), sum(histogram.values()))


def mean_of_ratings(histogram: Histogram) -> Figure:
    """Return the mean of a histogram of 1 to 5, of which values may be missing."""
    return mean({rating: histogram.get(rating, 0) for rating in RATINGS})


def _points(slots: Sequence[Slot], histograms: Sequence[Histogram]) -> tuple[Point, ...]:
    # The period's total stands above the line: one day left out of it could be worked out from all the others.
    hidden = hidden_groups({place: sum(histogram.values()) for place, histogram in enumerate(histograms)})
    points = []
    for place, (slot, histogram) in enumerate(zip(slots, histograms, strict=True)):
        csat, csat_mean = csat_of(histogram), mean_of_ratings(histogram)
        if place in hidden and not csat.suppressed:
            csat, csat_mean = hide(csat), hide(csat_mean)
        points.append(Point(slot, csat, csat_mean))
    return tuple(points)


def _is_thin(points: Sequence[Point]) -> bool:
    answered = [point.csat.n for point in points if point.csat.n]
    return 2 * sum(1 for n in answered if n >= MINIMUM) < len(answered)


def _weeks(days: int) -> list[range]:
    """Return the days of each week, counted back from the last; the first one takes the days left over."""
    starts = list(range(days - _WEEK, _WEEK - 1, -_WEEK))[::-1]
    bounds = [0, *starts, days]
    return [range(start, end) for start, end in pairwise(bounds)]
