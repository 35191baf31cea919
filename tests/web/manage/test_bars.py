"""Counts as bars, as a table."""

import pytest

from app.web.manage.bars import HEIGHT, WIDTH, draw_bars


@pytest.mark.parametrize("counts", [[], [0], [0] * 30])
def test_nothing_draws_nothing(counts: list[int]) -> None:
    assert draw_bars(counts) == []


def test_the_highest_fills_the_drawing_and_others_stand_in_proportion() -> None:
    low, high = draw_bars([5, 0, 10])
    assert (high.height, high.y) == (HEIGHT, 0)
    assert (low.height, low.y) == (HEIGHT / 2, HEIGHT / 2)
    assert (low.x, low.width) == (10, 80)
    assert (high.x, high.count) == (210, 10)


def test_one_among_thousands_is_seen_and_none_leaves_the_drawing() -> None:
    bars = draw_bars([1, *([5000] * 29)])
    assert bars[0].height >= 1
    for bar in bars:
        assert 0 <= bar.x < bar.x + bar.width <= WIDTH
        assert 0 <= bar.y < bar.y + bar.height <= HEIGHT
