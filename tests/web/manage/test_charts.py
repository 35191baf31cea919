"""Charts as geometry: places in percent, gaps where figures are hidden."""

from collections.abc import Sequence

import pytest

from app.analytics.metrics import Figure, mean, share
from app.web.manage.charts import fit_axis, label_places, middle_of, plot_bars, plot_line, plot_scatter

STEPS = (0.05, 0.1, 0.2, 0.25)


def _figure(value: float | None, low: float | None = None, high: float | None = None) -> Figure:
    hidden = share(1, 5)
    shown = share(5, 10)
    if value is None:
        return hidden
    return Figure(value, 20, low, high, shown.method)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([], (0, 0.25, 0.5, 0.75, 1)),
        ([0.71, 0.89], (0.7, 0.75, 0.8, 0.85, 0.9)),
        ([0.6, 0.93], (0.6, 0.7, 0.8, 0.9, 1)),
        ([0.2, 0.9], (0.2, 0.4, 0.6, 0.8, 1)),
        ([0.0, 1.0], (0, 0.25, 0.5, 0.75, 1)),
        ([1.0, 1.0], (0.95, 1)),
        ([0.0, 0.0], (0, 0.05)),
        ([0.5, 0.5], (0.45, 0.5, 0.55)),
    ],
)
def test_the_axis_holds_all_values_in_five_lines(values: Sequence[float], ticks: Sequence[float]) -> None:
    axis = fit_axis(values, scale=(0, 1), steps=STEPS)
    assert axis.ticks == pytest.approx(tuple(ticks))
    assert all(axis.low <= value <= axis.high for value in values)


def test_the_axis_of_a_mean_never_leaves_its_scale() -> None:
    axis = fit_axis([1.0, 4.9], scale=(1, 5), steps=(0.25, 0.5, 1.0))
    assert axis.ticks == (1, 2, 3, 4, 5)
    assert (axis.y(5), axis.y(1), axis.y(3)) == (0, 100, 50)


def test_a_gap_breaks_the_line_and_its_band() -> None:
    figures = [_figure(0.5, 0.4, 0.6), _figure(0.6, 0.5, 0.7), _figure(None), _figure(0.4, 0.3, 0.5)]
    plot = plot_line(figures, scale=(0, 1), steps=STEPS)
    assert (plot.axis.low, plot.axis.high) == (0.3, 0.7)
    assert plot.lines == ("M12.5 50L37.5 25",)
    assert plot.bands == ("M12.5 25L37.5 0L37.5 50L12.5 75Z",)
    assert [(dot.index, dot.x, dot.alone) for dot in plot.dots] == [(0, 12.5, False), (1, 37.5, False), (3, 87.5, True)]
    assert (plot.dots[2].high, plot.dots[2].y, plot.dots[2].low) == (50, 75, 100)


def test_nothing_shown_draws_nothing() -> None:
    plot = plot_line([_figure(None)] * 3, scale=(0, 1), steps=STEPS)
    assert (plot.lines, plot.bands, plot.dots) == ((), (), ())


def test_answers_that_are_all_alike_have_a_dot_and_no_band_around_it() -> None:
    plot = plot_line([mean({4: 20})], scale=(1, 5), steps=(0.25, 0.5, 1.0))
    (dot,) = plot.dots
    assert dot.low == dot.y == dot.high == 50


def test_the_axis_holds_what_is_marked_across() -> None:
    plot = plot_line([_figure(0.5, 0.45, 0.55)], scale=(0, 1), steps=STEPS, also=[0.8])
    assert plot.axis.high >= 0.8


@pytest.mark.parametrize(
    ("counts", "high"), [([], 1), ([0, 0], 1), ([1], 1), ([4, 2], 4), ([7], 8), ([231, 12], 300), ([12_000], 15_000)]
)
def test_columns_stand_on_an_axis_of_whole_numbers(counts: Sequence[int], high: int) -> None:
    axis = plot_bars(counts).axis
    assert (axis.low, axis.high) == (0, high)
    assert all(tick == round(tick) for tick in axis.ticks)
    assert len(axis.ticks) <= 5


def test_a_column_takes_eight_tenths_of_its_room() -> None:
    plot = plot_bars([5, 0, 10, 10])
    assert [(bar.index, bar.x, bar.width, bar.y, bar.height) for bar in plot.bars] == [
        (0, 2.5, 20, 50, 50),
        (2, 52.5, 20, 0, 100),
        (3, 77.5, 20, 0, 100),
    ]


@pytest.mark.parametrize(
    ("count", "places"),
    [
        (0, []),
        (1, [0]),
        (4, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6]),
        (23, [0, 6, 12, 18]),
        (25, [0, 6, 12, 18, 24]),
        (30, [0, 6, 12, 18, 24]),
    ],
)
def test_no_more_labels_than_a_phone_has_room_for(count: int, places: list[int]) -> None:
    assert list(label_places(count)) == places


def test_a_point_lies_in_the_middle_of_its_room() -> None:
    assert [middle_of(index, 4) for index in range(4)] == [12.5, 37.5, 62.5, 87.5]


def test_spots_that_nearly_meet_share_a_number() -> None:
    pairs = [(0.0, 0.0), (0.5, 0.5), (0.51, 0.5), (1.0, 1.0)]
    plot = plot_scatter(pairs, across=((0, 1), (0.2, 0.25)), up=((0, 1), (0.2, 0.25)))
    assert [(spot.x, spot.y) for spot in plot.spots] == [(0, 100), (50, 50), (51, 50), (100, 0)]
    assert [numbers for _, numbers in plot.named()] == ["1", "2, 3", "4"]
