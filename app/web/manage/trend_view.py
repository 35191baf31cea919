"""The trend as it is drawn: geometry with its words, and the same figures as rows of a table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask_babel import format_date, format_decimal, format_time, gettext

from app.analytics.cut_points import RATINGS
from app.analytics.dashboard import Dashboard
from app.analytics.metrics import Figure
from app.analytics.periods import Period, Slot
from app.analytics.trend import Point, Step
from app.web.manage import words
from app.web.manage.charts import BarPlot, Dot, LinePlot, label_places, middle_of, plot_bars, plot_line

# A mean of 1 to 5 is read to a quarter, a share to a twentieth.
_SHARE_STEPS = (0.05, 0.1, 0.2, 0.25)
_MEAN_STEPS = (0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Label:
    """A word below the plot, at a percentage of its width."""

    x: float
    words: str


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One line of the table behind the chart; the days are None within one, which no filter can name."""

    label: str
    first: date | None
    last: date | None
    point: Point


@dataclass(frozen=True, slots=True)
class TrendView:
    """A line of one figure with its band and the mean of the whole period, and the columns of answers below it."""

    plot: LinePlot
    labels: tuple[Label, ...]
    overall: float | None
    rows: tuple[TrendRow, ...]
    bars: BarPlot
    bar_labels: tuple[Label, ...]
    bar_rows: tuple[tuple[str, int], ...]
    tip: Callable[[Dot], str]
    bar_tip: Callable[[int], str]
    say_tick: Callable[[float], str]
    say_count: Callable[[float], str]


def view_trend(figures: Dashboard, period: Period, *, of_mean: bool) -> TrendView:
    """Return the trend of the mean, or else of the satisfied share."""
    trend, zone = figures.trend, period.zone
    chosen = [point.csat_mean if of_mean else point.csat for point in trend.points]
    overall = (figures.csat_mean if of_mean else figures.csat).value
    also = [] if overall is None else [overall]
    plot = (
        plot_line(chosen, scale=(RATINGS[0], RATINGS[-1]), steps=_MEAN_STEPS, also=also)
        if of_mean
        else plot_line(chosen, scale=(0, 1), steps=_SHARE_STEPS, also=also)
    )
    say = words.show_mean if of_mean else words.show_share
    told = [_say_slot(point.slot, trend.step, zone) for point in trend.points]
    slots = [_say_slot(slot, trend.slot_step, zone) for slot in trend.slots]
    return TrendView(
        plot=plot,
        labels=_labels([_say_start(point.slot, trend.step, zone) for point in trend.points]),
        overall=None if overall is None else plot.axis.y(overall),
        rows=tuple(_row(point, label, trend.step, zone) for point, label in zip(trend.points, told, strict=True)),
        bars=plot_bars(trend.answers),
        bar_labels=_labels([_say_start(slot, trend.slot_step, zone) for slot in trend.slots]),
        bar_rows=tuple(zip(slots, trend.answers, strict=True)),
        tip=lambda dot: _tip(told[dot.index], chosen[dot.index], say),
        bar_tip=lambda index: f"{slots[index]}: {format_decimal(trend.answers[index])}",
        say_count=lambda value: str(format_decimal(round(value))),
        say_tick=(lambda value: str(format_decimal(value, "0.##"))) if of_mean else words.show_share,
    )


def _row(point: Point, label: str, step: Step, zone: ZoneInfo) -> TrendRow:
    if step is Step.HOUR:
        return TrendRow(label, None, None, point)
    first, last = _days(point.slot, zone)
    return TrendRow(label, first, last, point)


def _tip(label: str, figure: Figure, say: Callable[[float], str]) -> str:
    value = "–" if figure.value is None else say(figure.value)
    return f"{label}: {value} ({words.show_range(figure, say)}), n = {format_decimal(figure.n)}"


def _say_slot(slot: Slot, step: Step, zone: ZoneInfo) -> str:
    if step is not Step.WEEK:
        return _say_start(slot, step, zone)
    first, last = _days(slot, zone)
    return str(gettext("%(first)s to %(last)s", first=_say_day(first), last=_say_day(last)))


def _say_start(slot: Slot, step: Step, zone: ZoneInfo) -> str:
    start = slot.start.astimezone(zone)
    return str(format_time(start, "HH:mm", rebase=False)) if step is Step.HOUR else _say_day(start.date())


def _say_day(day: date) -> str:
    return str(format_date(day, "d MMM", rebase=False))


def _days(slot: Slot, zone: ZoneInfo) -> tuple[date, date]:
    return slot.start.astimezone(zone).date(), slot.until.astimezone(zone).date() - timedelta(days=1)


def _labels(told: list[str]) -> tuple[Label, ...]:
    return tuple(Label(middle_of(place, len(told)), told[place]) for place in label_places(len(told)))
