"""Quantiles for intervals, without a statistics package at run time. Pure."""

from functools import lru_cache
from math import atan, cos, pi, sin, sqrt, tan
from statistics import NormalDist

# From here on the expansion's error is below 1e-10, and the exact sum below would only grow longer.
_EXPAND_FROM = 200
_FRACTIONS_FROM = 29


@lru_cache(maxsize=64)
def z_two_sided(confidence: float = 0.95) -> float:
    """Return z with `confidence` of the normal distribution within -z and z (1.959963985 for 0.95)."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


@lru_cache(maxsize=1024)
def t_two_sided(degrees: int, confidence: float = 0.95) -> float:
    """Return t with `confidence` of Student's distribution within -t and t, right to 1e-9.

    Up to 200 degrees of freedom the exact distribution (Abramowitz and Stegun 26.7.3 and 26.7.4) is halved towards t;
    beyond, the expansion around the normal quantile (26.7.5).
    """
    if degrees < 1:
        raise ValueError("Student's distribution needs at least one degree of freedom")
    if degrees >= _EXPAND_FROM:
        return _expanded(z_two_sided(confidence), degrees)
    low, high = 0.0, pi / 2
    for _ in range(100):
        middle = (low + high) / 2
        if _within(middle, degrees) < confidence:
            low = middle
        else:
            high = middle
    return sqrt(degrees) * tan((low + high) / 2)


def t_between(degrees: float) -> float:
    """Return t with 95 % of Student's distribution within -t and t, for 29 and more degrees that may be a fraction.

    Right to 1e-7, which is what the expansion gives there.
    """
    if degrees < _FRACTIONS_FROM:
        raise ValueError(f"a fraction of a degree is only known from {_FRACTIONS_FROM} on")
    return _expanded(z_two_sided(), degrees)


def t_within(t: float, degrees: int) -> float:
    """Return the part of Student's distribution that lies within -t and t."""
    return _within(atan(t / sqrt(degrees)), degrees)


def _within(angle: float, degrees: int) -> float:
    """Return the part of Student's distribution within -t and t, where t = sqrt(degrees)·tan(angle)."""
    squared = cos(angle) ** 2
    odd = degrees % 2 == 1
    if degrees == 1:
        return 2 * angle / pi
    term = cos(angle) if odd else 1.0
    total = term
    for step in range(3 if odd else 2, degrees - 1, 2):
        term *= squared * (step - 1) / step
        total += term
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


def _expanded(z: float, degrees: float) -> float:
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / degrees**power for power, term in enumerate(terms, start=1))
