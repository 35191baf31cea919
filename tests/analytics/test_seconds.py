"""How long contacts took, from counts of seconds."""

import random
from collections import Counter

import pytest

from app.analytics.case_times import quantile
from app.analytics.seconds import WAITING, Band, count_within, measure_seconds, quantile_of


def test_quantiles_of_counts_are_those_of_the_values_one_by_one() -> None:
    chance = random.Random(3)  # noqa: S311 -- the same numbers in every run
    for size in (1, 2, 9, 100):
        values = [chance.randrange(40) for _ in range(size)]
        for part in (0.0, 0.5, 0.9, 1.0):
            assert quantile_of(Counter(values), part) == pytest.approx(quantile(sorted(values), part))


def test_nine_times_are_hidden_and_ten_are_not() -> None:
    nine, ten = measure_seconds({60: 9}), measure_seconds({60: 5, 120: 5})

    assert (nine.mean.value, nine.median, nine.p90, nine.n) == (None, None, None, 9)
    assert (ten.mean.value, ten.median, ten.p90) == (90.0, 90.0, 120.0)


def test_every_second_lies_in_one_band() -> None:
    assert [band.address for band in WAITING] == ["0-15", "15-30", "30-60", "60-120", "120-300", "300-"]
    for second in (0, 14, 15, 299, 300, 86_400):
        assert sum(count_within({second: 1}, band) for band in WAITING) == 1
    assert count_within({29: 2, 30: 3, 59: 4, 60: 5}, Band(30, 60)) == 7
