"""Whether two figures of the same units rise together: Spearman's rank correlation. Pure.

By ranks, because a few units with uneven steps between them are no straight line. It tells that two things go together,
not that one brings the other about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh

from app.analytics.quantiles import t_within, z_two_sided

# Below so many pairs a correlation is a matter of one of them.
LEAST_PAIRS = 10


@dataclass(frozen=True, slots=True)
class Correlation:
    """Spearman's rho from -1 to 1 of `n` pairs with its 95 % interval, and the two-sided p of there being none."""

    rho: float
    n: int
    ci_low: float
    ci_high: float
    p: float

    @property
    def is_told_apart(self) -> bool:
        """Tell whether the interval leaves 0 out."""
        return self.ci_low > 0 or self.ci_high < 0


def rank_correlation(pairs: Sequence[tuple[float, float]], *, least: int = LEAST_PAIRS) -> Correlation | None:
    """Return the correlation, or None below `least` pairs and where all of one side are alike.

    Ties share the mean of their ranks. The interval is Fisher's with the variance of Bonett and Wright (2000), p that
    of Student's t with n - 2 degrees.
    """
    n = len(pairs)
    if n < max(least, 4):
        return None
    first, second = (_ranks([pair[side] for pair in pairs]) for side in (0, 1))
    middle = (n + 1) / 2
    together = sum((x - middle) * (y - middle) for x, y in zip(first, second, strict=True))
    spread = sum((x - middle) ** 2 for x in first) * sum((y - middle) ** 2 for y in second)
    if spread == 0:
        return None
    rho = max(-1.0, min(1.0, together / sqrt(spread)))
    # A perfect order has no spread to estimate an interval from: it gets that of the order with one pair swapped.
    most = 1 - 12 / (n * (n * n - 1))
    near = max(-most, min(most, rho))
    margin = z_two_sided() * sqrt((1 + near * near / 2) / (n - 3))
    low, high = tanh(atanh(near) - margin), tanh(atanh(near) + margin)
    p = 0.0 if abs(rho) == 1.0 else 1 - t_within(abs(rho) * sqrt((n - 2) / (1 - rho * rho)), n - 2)
    return Correlation(rho, n, min(low, rho), max(high, rho), p)


def _ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value from 1, ties at the mean of theirs."""
    ordered = sorted(values)
    places: dict[float, list[int]] = {}
    for place, value in enumerate(ordered, start=1):
        places.setdefault(value, []).append(place)
    return [sum(places[value]) / len(places[value]) for value in values]
