"""Counts as bars of a small drawing; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 300.0, 40.0
# What stands free between two bars, as a part of a bar's place.
_GAP = 0.2
# A day with anything at all is seen beside a day with thousands.
_LOWEST = 1.5


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in a drawing of 300 by 40, and the count that it stands for."""

    x: float
    y: float
    width: float
    height: float
    count: int


def draw_bars(counts: Sequence[int]) -> list[Bar]:
    """Return a bar for each count that is not nothing, the highest as high as the drawing."""
    highest = max(counts, default=0)
    place = WIDTH / max(len(counts), 1)
    bars = []
    for number, count in enumerate(counts):
        if count > 0:
            height = round(max(HEIGHT * count / highest, _LOWEST), 2)
            x = round((number + _GAP / 2) * place, 2)
            bars.append(Bar(x, round(HEIGHT - height, 2), round(place * (1 - _GAP), 2), height, count))
    return bars
