"""A metric as it is drawn, on the page and on paper alike: its line over time, its bars, the axis of its ranking."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import format_decimal

from app.analytics.metric_view import MetricView, Point
from app.analytics.metrics import Method
from app.kit.i18n import Language
from app.surveys.definition import Metric
from app.web.manage.charts import Dot, LinePlot, label_places, middle_of, plot_line
from app.web.manage.figures import words as figure_words
from app.web.manage.trend_view import Label

# What employees say of their own work has a page of its own, with rules of its own.
OF_CUSTOMERS = tuple(metric for metric in Metric if metric not in (Metric.ESAT, Metric.ENPS))
_STEPS = {
    Method.WILSON: (0.05, 0.1, 0.2, 0.25),
    Method.STUDENT_T: (0.25, 0.5, 1.0, 2.0),
    Method.ADJUSTED_WALD: (5.0, 10.0, 20.0, 50.0),
}


@dataclass(frozen=True, slots=True)
class TrendDrawing:
    """The line of the headline with its band; `overall` is where the whole period lies."""

    plot: LinePlot
    labels: tuple[Label, ...]
    overall: float | None
    tip: Callable[[Dot], str]
    say: Callable[[float], str]


def list_bars(view: MetricView, language: Language) -> tuple[tuple[int, str, int, float], ...]:
    """Return value, words, count and share from 0 to 1, the best first; nothing where the figure is hidden."""
    histogram = view.measured.histogram
    total = sum(histogram.values())
    if not total:
        return ()
    return tuple(
        (value, view.question.label(value, language), n, n / total)
        for value, n in sorted(histogram.items(), reverse=True)
    )


def draw_trend(view: MetricView) -> TrendDrawing | None:
    """Return the line, or None where every stretch of the period is hidden."""
    chosen = [point.measured.figure for point in view.trend]
    if all(figure.suppressed for figure in chosen):
        return None
    figure = view.measured.figure
    scale = {Method.WILSON: (0.0, 1.0), Method.ADJUSTED_WALD: (-100.0, 100.0)}.get(figure.method, _scale_of(view))
    also = [] if figure.value is None else [figure.value]
    plot = plot_line(chosen, scale=scale, steps=_STEPS[figure.method], also=also)
    say = figure_words.shower(figure)
    return TrendDrawing(
        plot=plot,
        labels=tuple(
            Label(middle_of(place, len(chosen)), figure_words.say_day(view.trend[place].first))
            for place in label_places(len(chosen))
        ),
        overall=None if figure.value is None else plot.axis.y(figure.value),
        tip=lambda dot: _tip(view.trend[dot.index]),
        say=say if figure.method is not Method.STUDENT_T else lambda value: str(format_decimal(value, "0.##")),
    )


def axis_of(view: MetricView) -> tuple[float, float]:
    """Return the ends of the axis that all whiskers of the ranking stand on: no wider than they are."""
    ends = [
        end
        for row in view.units
        for end in (row.measured.figure.ci_low, row.measured.figure.ci_high, row.measured.figure.value)
        if end is not None
    ]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)


def _scale_of(view: MetricView) -> tuple[float, float]:
    values = sorted(view.measured.histogram) or [1, 5]
    return float(values[0]), float(values[-1])


def _tip(point: Point) -> str:
    figure = point.measured.figure
    told = f"{figure_words.show(figure)} ({figure_words.show_range(figure)}), n = {format_decimal(figure.n)}"
    return f"{figure_words.say_days(point.first, point.last)}: {told}"
