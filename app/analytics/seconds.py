"""How long contacts took: mean, median and 90th percentile of `{seconds: how many}`, and bands of seconds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

from app.analytics.case_times import P90
from app.analytics.metrics import Figure, mean
from app.analytics.suppression import MINIMUM


@dataclass(frozen=True, slots=True)
class Seconds:
    """Times in seconds, the mean with its interval; median and 90th percentile are None below ten."""

    mean: Figure
    median: float | None
    p90: float | None

    @property
    def n(self) -> int:
        """How many times."""
        return self.mean.n


@dataclass(frozen=True, slots=True)
class Band:
    """Seconds from `first` to before `until`, or without an end."""

    first: int
    until: int | None

    @property
    def address(self) -> str:
        """The band as it stands in an address: `30-60`, `300-`."""
        return f"{self.first}-{'' if self.until is None else self.until}"


def bands_of(starts: Sequence[int]) -> tuple[Band, ...]:
    """Return the bands that begin at these seconds; the last has no end."""
    return tuple(Band(first, until) for first, until in pairwise([*starts, None]) if first is not None)


WAITING = bands_of((0, 15, 30, 60, 120, 300))
HANDLING = bands_of((0, 60, 120, 180, 300, 600))


def measure_seconds(histogram: Mapping[int, int], *, minimum: int = MINIMUM) -> Seconds:
    """Return the figures of `{seconds: how many}`, hidden below `minimum` times."""
    average = mean(histogram, minimum=minimum)
    if average.suppressed:
        return Seconds(average, None, None)
    return Seconds(average, quantile_of(histogram, 0.5), quantile_of(histogram, P90))


def quantile_of(histogram: Mapping[int, int], part: float) -> float:
    """Return the quantile of `{value: count}`, between two values in proportion (as PostgreSQL's percentile_cont)."""
    place = part * (sum(histogram.values()) - 1)
    low = floor(place)
    seen, below = 0, None
    for value in sorted(histogram):
        seen += histogram[value]
        if below is None and seen > low:
            below = value
        if below is not None and seen > low + 1:
            return below + (value - below) * (place - low)
    if below is None:
        raise ValueError("of nothing there is no quantile")
    return below


def count_within(histogram: Mapping[int, int], band: Band) -> int:
    """Return how many times lie in the band."""
    return sum(
        n for value, n in histogram.items() if value >= band.first and (band.until is None or value < band.until)
    )
