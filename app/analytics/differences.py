"""Whether two figures differ, said only where chance hardly explains it. Pure.

No arrow without a test: an office with 30 answers swings by 13 points either way with nothing behind it.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist
from typing import TypeVar

from app.analytics.metrics import wilson_interval
from app.analytics.quantiles import t_between, z_two_sided

# Below so many answers on either side nothing is compared.
LEAST = 30

Group = TypeVar("Group", bound=Hashable)


class Verdict(StrEnum):
    """What can be said of one figure beside another."""

    HIGHER = "higher"
    LOWER = "lower"
    NO_CLEAR_DIFFERENCE = "no_clear_difference"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first figure less the second, in the figures' own units, with its 95 % interval."""

    value: float
    ci_low: float
    ci_high: float


def share_difference(successes: int, n: int, other_successes: int, other_n: int) -> Difference:
    """Return the difference of two shares with Newcombe's interval (1998, method 10: from two Wilson intervals)."""
    first, second = successes / n, other_successes / other_n
    low, high = wilson_interval(successes, n)
    other_low, other_high = wilson_interval(other_successes, other_n)
    value = first - second
    return Difference(
        value,
        value - sqrt((first - low) ** 2 + (other_high - second) ** 2),
        value + sqrt((high - first) ** 2 + (second - other_low) ** 2),
    )


def nps_difference(counts: tuple[int, int, int], other: tuple[int, int, int]) -> Difference:
    """Return the difference of two NPS in points, each given as (promoters, passives, detractors)."""
    n, other_n = sum(counts), sum(other)
    value = 100 * ((counts[0] - counts[2]) / n - (other[0] - other[2]) / other_n)
    margin = 100 * z_two_sided() * sqrt(_nps_variance(counts) / n + _nps_variance(other) / other_n)
    return Difference(value, value - margin, value + margin)


def mean_difference(histogram: Mapping[int, int], other: Mapping[int, int]) -> Difference:
    """Return the difference of two means of `{value: count}` with Welch's t interval; each has 30 answers or more."""
    (first, error), (second, other_error) = _mean_and_error(histogram), _mean_and_error(other)
    value = first - second
    if not error and not other_error:
        return Difference(value, value, value)
    n, other_n = sum(histogram.values()), sum(other.values())
    degrees = (error + other_error) ** 2 / (error**2 / (n - 1) + other_error**2 / (other_n - 1))
    margin = t_between(degrees) * sqrt(error + other_error)
    return Difference(value, value - margin, value + margin)


def share_z(successes: int, n: int, other_successes: int, other_n: int) -> float:
    """Return z of the pooled two-proportion test, 0.0 where all answers of both are alike."""
    pooled = (successes + other_successes) / (n + other_n)
    error = sqrt(pooled * (1 - pooled) * (1 / n + 1 / other_n))
    return (successes / n - other_successes / other_n) / error if error else 0.0


def p_lower(successes: int, n: int, other_successes: int, other_n: int) -> float:
    """Return the p-value of the first share being lower, doubled: as strict as a two-sided test, 1.0 where it is not.

    From the pooled two-proportion z test; only what is worse is looked for.
    """
    return min(1.0, 2 * NormalDist().cdf(share_z(successes, n, other_successes, other_n)))


def compare_shares(successes: int, n: int, other_successes: int, other_n: int) -> Verdict:
    """Return how the first share stands to the second: a difference only where its interval leaves 0 out."""
    if min(n, other_n) < LEAST:
        return Verdict.TOO_FEW
    return judge(share_difference(successes, n, other_successes, other_n))


def compare_nps(counts: tuple[int, int, int], other: tuple[int, int, int]) -> Verdict:
    """Return how one NPS stands to another, each given as (promoters, passives, detractors)."""
    if min(sum(counts), sum(other)) < LEAST:
        return Verdict.TOO_FEW
    return judge(nps_difference(counts, other))


def judge(difference: Difference) -> Verdict:
    """Return what the interval says: a difference only where it leaves 0 out."""
    if difference.ci_low > 0:
        return Verdict.HIGHER
    return Verdict.LOWER if difference.ci_high < 0 else Verdict.NO_CLEAR_DIFFERENCE


def p_value(difference: Difference) -> float:
    """Return about how likely so great a difference is by chance, from its 95 % interval."""
    error = (difference.ci_high - difference.ci_low) / (2 * z_two_sided())
    return 2 * NormalDist().cdf(-abs(difference.value) / error) if error else 0.0 if difference.value else 1.0


def stand_out(p_values: Mapping[Group, float], *, level: float = 0.05) -> frozenset[Group]:
    """Return the groups that stand out though many were tested at once (Benjamini and Hochberg 1995).

    Of 3,000 offices that are all alike, 150 would stand out at 5 % each; here at most `level` of those named do so by
    chance.
    """
    ranked = sorted(p_values, key=lambda group: p_values[group])
    passed = [rank for rank, group in enumerate(ranked, start=1) if p_values[group] <= level * rank / len(ranked)]
    return frozenset(ranked[: passed[-1]]) if passed else frozenset()


def _mean_and_error(histogram: Mapping[int, int]) -> tuple[float, float]:
    """Return the mean and its squared standard error."""
    n = sum(histogram.values())
    total = sum(value * count for value, count in histogram.items())
    squares = sum(value * value * count for value, count in histogram.items())
    return total / n, (n * squares - total * total) / (n * n * (n - 1))


def _nps_variance(counts: tuple[int, int, int]) -> float:
    n = sum(counts)
    up, down = counts[0] / n, counts[2] / n
    return up + down - (up - down) ** 2
