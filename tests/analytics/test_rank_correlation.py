"""Spearman's rank correlation by hand: ties, few pairs, and what its interval leaves out."""

import pytest

from app.analytics.rank_correlation import rank_correlation

IQ_AND_HOURS = [(106, 7), (100, 27), (86, 2), (101, 50), (99, 28), (103, 29), (97, 20), (113, 12), (112, 6), (110, 17)]


def test_the_textbook_has_the_same() -> None:
    found = rank_correlation(IQ_AND_HOURS)
    assert found is not None
    assert found.n == 10
    assert (found.rho, found.p) == pytest.approx((-29 / 165, 0.627188), abs=1e-6)
    assert not found.is_told_apart


def test_nothing_is_said_of_few_units_nor_where_one_side_is_alike() -> None:
    assert rank_correlation([(place, place) for place in range(9)]) is None
    assert rank_correlation([(place, 0.8) for place in range(20)]) is None


def test_ties_share_the_mean_of_their_ranks_and_a_clear_trend_is_told() -> None:
    rising = rank_correlation([(place // 2, place) for place in range(20)])
    falling = rank_correlation([(place, -place) for place in range(20)])
    assert rising is not None
    assert falling is not None
    assert rising.rho == pytest.approx(0.9962, abs=1e-4)
    assert rising.is_told_apart
    assert (falling.rho, falling.p) == (-1.0, 0.0)
