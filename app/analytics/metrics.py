"""Arithmetic of figures from whole counts: shares, means, NPS, each with its n and its 95 % interval. Pure.

Counts are stored, ratios are computed here when they are read, and every face (page, file, API) hides by the same rule:
a figure from fewer than `suppression.MINIMUM` answers has no value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

from app.analytics.quantiles import t_two_sided, z_two_sided
from app.analytics.suppression import MINIMUM

Interval = tuple[float, float]


class Method(StrEnum):
    """How an interval was computed."""

    WILSON = "wilson"
    STUDENT_T = "student_t"
    ADJUSTED_WALD = "adjusted_wald"


class Reason(StrEnum):
    """Why a figure is hidden, or why its interval is missing."""

    NO_ANSWERS = "no_answers"
    TOO_FEW = "too_few"
    NOT_ENOUGH_DATA = "not_enough_data"
    PROTECTS_ANOTHER = "protects_another"
    ALL_ALIKE = "all_alike"


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric: `value` with its 95 % interval from `n` answers. Suppressed ones carry n and the reason only."""

    value: float | None
    n: int
    ci_low: float | None
    ci_high: float | None
    method: Method
    suppressed: bool = False
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """What a mean and its interval are computed from: how many values, their sum and the sum of their squares."""

    n: int
    total: int
    squares: int


def share(successes: int, n: int, *, minimum: int = MINIMUM) -> Figure:
    """Return successes / n from 0 to 1 with its Wilson interval, hidden below `minimum` answers."""
    if n < max(minimum, 1):
        return _hidden(n, Method.WILSON)
    low, high = wilson_interval(successes, n)
    return Figure(successes / n, n, low, high, Method.WILSON)


def mean(histogram: Mapping[int, int], *, minimum: int = MINIMUM) -> Figure:
    """Return the mean of `{value: count}` in the scale's own units with its t interval, hidden below `minimum` answers.

    The interval is cut at the smallest and largest value of the histogram's keys (name the whole scale, with zeros).
    Answers that are all alike have no spread to estimate an interval from: it is left out, with the reason.
    """
    sums = Sums(
        n=sum(histogram.values()),
        total=sum(rating * count for rating, count in histogram.items()),
        squares=sum(rating * rating * count for rating, count in histogram.items()),
    )
    return mean_of(sums, scale=(min(histogram, default=0), max(histogram, default=0)), minimum=minimum)


def mean_of(sums: Sums, *, scale: tuple[int, int], minimum: int = MINIMUM) -> Figure:
    """Return what `mean` does, from sums alone; `scale` is the smallest and the largest value there is."""
    n = sums.n
    if n < max(minimum, 1):
        return _hidden(n, Method.STUDENT_T)
    value = sums.total / n
    # Whole numbers, so that answers that are all alike give exactly nothing.
    spread = (n * sums.squares - sums.total * sums.total) / n
    if n == 1 or spread == 0:
        return Figure(value, n, None, None, Method.STUDENT_T, reason=Reason.ALL_ALIKE)
    margin = t_two_sided(n - 1) * sqrt(spread / (n - 1) / n)
    return Figure(value, n, max(scale[0], value - margin), min(scale[1], value + margin), Method.STUDENT_T)


def nps(promoters: int, passives: int, detractors: int, *, minimum: int = MINIMUM) -> Figure:
    """Return the net promoter score from -100 to 100 with its adjusted Wald interval (Rocks 2016), in points.

    The value is the plain difference; the interval stands around the adjusted one, as measuringu.com recommends.
    """
    n = promoters + passives + detractors
    if n < max(minimum, 1):
        return _hidden(n, Method.ADJUSTED_WALD)
    low, high = adjusted_wald_interval(promoters, passives, detractors)
    return Figure(100 * (promoters - detractors) / n, n, low, high, Method.ADJUSTED_WALD)


def hide(figure: Figure) -> Figure:
    """Return the figure without its value, because it would give a hidden sibling away."""
    return replace(figure, value=None, ci_low=None, ci_high=None, suppressed=True, reason=Reason.PROTECTS_ANOTHER)


def wilson_interval(successes: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval without continuity correction, within 0 and 1; (0, 1) when nobody answered."""
    if n == 0:
        return 0.0, 1.0
    z = z_two_sided(confidence)
    p = successes / n
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    margin = z / scale * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At the ends the interval touches 0 or 1 exactly; floating point would leave 1e-17 there.
    low = 0.0 if successes == 0 else max(0.0, centre - margin)
    high = 1.0 if successes == n else min(1.0, centre + margin)
    return low, high


def adjusted_wald_interval(promoters: int, passives: int, detractors: int) -> Interval:
    """Return the interval of an NPS in points after adding three answers: ¾ promoter, ¾ detractor, 1½ passives."""
    n = promoters + passives + detractors + 3
    up, down = (promoters + 0.75) / n, (detractors + 0.75) / n
    centre = up - down
    margin = z_two_sided() * sqrt((up + down - centre * centre) / n)
    return max(-100.0, 100 * (centre - margin)), min(100.0, 100 * (centre + margin))


def _hidden(n: int, method: Method) -> Figure:
    return Figure(None, n, None, None, method, suppressed=True, reason=Reason.TOO_FEW if n else Reason.NO_ANSWERS)
