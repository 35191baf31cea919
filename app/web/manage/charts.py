"""Charts as geometry: figures in, places and paths of an SVG out. Pure.

Everything is in percent of the plot, from its upper left corner. Text and dots stand at percentages of a box that CSS
sizes, so that they keep their size from a phone to a page of paper; only the lines between them are stretched.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from app.analytics.metrics import Figure

_MOST_TICKS = 5
_MOST_LABELS = 5
# Apart by so many points: days of a month, hours of a day and weeks all have a good one among them.
_LABEL_STEPS = (1, 2, 3, 6, 12, 24)


@dataclass(frozen=True, slots=True)
class Axis:
    """The values from the bottom of a plot to its top, and those with a line across it."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def y(self, value: float) -> float:
        """Return how far below the top a value lies."""
        return _percent((self.high - value) / (self.high - self.low))

    def x(self, value: float) -> float:
        """Return how far from the left a value lies, where the axis goes across."""
        return _round(100 - self.y(value))


@dataclass(frozen=True, slots=True)
class Dot:
    """One figure of the line; `index` says which of the points. `low` and `high` are the ends of its interval."""

    index: int
    x: float
    y: float
    low: float
    high: float
    alone: bool


@dataclass(frozen=True, slots=True)
class LinePlot:
    """A line with its band: paths of every unbroken run of figures, and a dot for each figure."""

    axis: Axis
    lines: tuple[str, ...]
    bands: tuple[str, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of a bar chart."""

    index: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class BarPlot:
    """Columns side by side, from nothing up."""

    axis: Axis
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked column: `index` says which column, `kind` which of its parts."""

    index: int
    kind: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class StackPlot:
    """Columns side by side, each of parts on top of each other, the first at the bottom."""

    axis: Axis
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """One point of a scatter; `index` says which of the pairs."""

    index: int
    x: float
    y: float

    def is_near(self, other: "Spot") -> bool:
        """Tell whether numbers beside both would stand on each other on a phone."""
        return abs(self.x - other.x) < 6 and abs(self.y - other.y) < 7


@dataclass(frozen=True, slots=True)
class ScatterPlot:
    """Points by two figures: `across` goes from the left to the right, `up` from the bottom to the top."""

    across: Axis
    up: Axis
    spots: tuple[Spot, ...]

    def named(self) -> list[tuple[Spot, str]]:
        """Return the spots that a number stands beside, with their numbers from 1: those that nearly meet share one."""
        found: list[tuple[Spot, list[Spot]]] = []
        for spot in self.spots:
            near = next((group for at, group in found if at.is_near(spot)), None)
            if near is None:
                found.append((spot, [spot]))
            else:
                near.append(spot)
        return [(at, ", ".join(str(spot.index + 1) for spot in group)) for at, group in found]


def plot_line(
    figures: Sequence[Figure], *, scale: tuple[float, float], steps: Sequence[float], also: Sequence[float] = ()
) -> LinePlot:
    """Return the line of figures of one scale; a hidden one is a gap. `also` are values that the axis must hold."""
    shown = [value for figure in figures if figure.value is not None for value in _bounds(figure)]
    axis = fit_axis([*shown, *also], scale=scale, steps=steps)
    lines, bands, dots = [], [], []
    for run in _runs(figures):
        places = [
            Dot(index, middle_of(index, len(figures)), axis.y(value), axis.y(low), axis.y(high), alone=len(run) == 1)
            for index in run
            for value, low, high in [_drawn(figures[index])]
        ]
        dots += places
        if len(run) > 1:
            lines.append(_path((dot.x, dot.y) for dot in places))
            edge = [(dot.x, dot.high) for dot in places] + [(dot.x, dot.low) for dot in reversed(places)]
            bands.append(f"{_path(edge)}Z")
    return LinePlot(axis, tuple(lines), tuple(bands), tuple(dots))


def plot_bars(counts: Sequence[int]) -> BarPlot:
    """Return a column for each count, a tenth of its room left free on either side."""
    most = max(counts, default=0)
    axis = fit_axis([0, most], scale=(0, max(most, 1)), steps=_whole_steps(most))
    room = 100 / max(len(counts), 1)
    bars = [
        Bar(index, _round(index * room + room * 0.1), axis.y(count), _round(room * 0.8), _round(100 - axis.y(count)))
        for index, count in enumerate(counts)
        if count
    ]
    return BarPlot(axis, tuple(bars))


def plot_stacks(columns: Sequence[Sequence[int]]) -> StackPlot:
    """Return a column for each row of counts, a part for each count in it."""
    most = max((sum(column) for column in columns), default=0)
    axis = fit_axis([0, most], scale=(0, max(most, 1)), steps=_whole_steps(most))
    room = 100 / max(len(columns), 1)
    parts = []
    for index, column in enumerate(columns):
        below = 0
        for kind, count in enumerate(column):
            if count:
                top, bottom = axis.y(below + count), axis.y(below)
                x, width = _round(index * room + room * 0.1), _round(room * 0.8)
                parts.append(Part(index, kind, x, top, width, _round(bottom - top)))
            below += count
    return StackPlot(axis, tuple(parts))


def plot_scatter(
    pairs: Sequence[tuple[float, float]],
    *,
    across: tuple[tuple[float, float], Sequence[float]],
    up: tuple[tuple[float, float], Sequence[float]],
) -> ScatterPlot:
    """Return a point for each pair; of either axis the scale and the steps that its lines may be apart by."""
    right = fit_axis([pair[0] for pair in pairs], scale=across[0], steps=across[1])
    top = fit_axis([pair[1] for pair in pairs], scale=up[0], steps=up[1])
    spots = [Spot(index, right.x(x), top.y(y)) for index, (x, y) in enumerate(pairs)]
    return ScatterPlot(right, top, tuple(spots))


def fit_axis(values: Sequence[float], *, scale: tuple[float, float], steps: Sequence[float]) -> Axis:
    """Return the shortest axis of whole steps that holds all values, within the scale; all of it without a value.

    It takes the smallest of `steps` that leaves five lines or fewer, else the largest.
    """
    low, high = (min(values), max(values)) if values else scale
    for step in steps:
        # Rounded, because 0.6 is 2.9999999999999996 steps of 0.2.
        first, last = floor(round(low / step, 9)), ceil(round(high / step, 9))
        if first == last:
            lowest, highest = ceil(round(scale[0] / step, 9)), floor(round(scale[1] / step, 9))
            first, last = max(first - 1, lowest), min(last + 1, highest)
        if last - first < _MOST_TICKS or step == steps[-1]:
            break
    ticks = tuple(_round(tick * step) for tick in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def label_places(count: int) -> range:
    """Return which of so many points get a label below: no more than a phone has room for, the first among them."""
    step = next((step for step in _LABEL_STEPS if count <= step * _MOST_LABELS), ceil(count / _MOST_LABELS))
    return range(0, count, step)


def middle_of(index: int, count: int) -> float:
    """Return where the middle of a point's room lies, from the left."""
    return _percent((index + 0.5) / count)


def _runs(figures: Sequence[Figure]) -> list[list[int]]:
    runs: list[list[int]] = []
    for index, figure in enumerate(figures):
        if figure.value is None:
            continue
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _drawn(figure: Figure) -> tuple[float, float, float]:
    """Return value, low and high; a figure without an interval has none to draw."""
    value = figure.value or 0.0
    low = value if figure.ci_low is None else figure.ci_low
    return value, low, value if figure.ci_high is None else figure.ci_high


def _bounds(figure: Figure) -> tuple[float, float]:
    return _drawn(figure)[1:]


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _whole_steps(most: int) -> list[float]:
    """Return 1, 2, 5, 10, 20, 50 and so on, up to what spans everything in one step."""
    steps: list[float] = []
    size = 1
    while not steps or steps[-1] < most:
        steps += [size, 2 * size, 5 * size]
        size *= 10
    return steps


def _percent(part: float) -> float:
    return _round(100 * part)


def _round(number: float) -> float:
    return round(number, 2) + 0.0  # no -0.0
