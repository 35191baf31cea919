"""Our arithmetic against SciPy and statsmodels, which run nowhere but here."""

from math import isnan

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from app.analytics.differences import mean_difference, share_difference, share_z, stand_out
from app.analytics.distributions import mann_whitney
from app.analytics.metrics import mean, wilson_interval
from app.analytics.quantiles import t_between, t_two_sided
from app.analytics.rank_correlation import rank_correlation

# The first call of a package like these takes a second, and a machine may be busy.
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
ratings = st.dictionaries(st.integers(1, 5), st.integers(0, 60), min_size=1)


def _answers(histogram: dict[int, int]) -> list[int]:
    return [value for value, count in histogram.items() for _ in range(count)]


@unhurried
@given(counts)
def test_wilson_is_that_of_statsmodels(one: tuple[int, int]) -> None:
    assert wilson_interval(*one) == pytest.approx(proportion_confint(*one, method="wilson"), abs=1e-12)


@unhurried
@given(counts, counts)
def test_newcombe_is_that_of_statsmodels(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = share_difference(*one, *other)
    expected = confint_proportions_2indep(*one, *other, method="newcomb", compare="diff")
    assert (found.ci_low, found.ci_high) == pytest.approx(expected, abs=1e-12)


@unhurried
@given(counts, counts)
def test_the_pooled_z_is_that_of_statsmodels(one: tuple[int, int], other: tuple[int, int]) -> None:
    assume(0 < one[0] + other[0] < one[1] + other[1])
    expected, _ = proportions_ztest([one[0], other[0]], [one[1], other[1]])
    assert share_z(*one, *other) == pytest.approx(expected, abs=1e-9)


@unhurried
@given(ratings, ratings)
def test_mann_whitney_is_that_of_scipy(first: dict[int, int], second: dict[int, int]) -> None:
    ours = mann_whitney(first, second)
    own, other = _answers(first), _answers(second)
    if not own or not other:
        assert ours is None
        return
    assert ours is not None
    theirs = stats.mannwhitneyu(own, other, method="asymptotic")
    assert (ours.u, ours.other_u) == (theirs.statistic, len(own) * len(other) - theirs.statistic)
    if isnan(theirs.pvalue) or len({*own, *other}) == 1:
        assert ours.p == 1.0
    else:
        assert ours.p == pytest.approx(theirs.pvalue, rel=1e-12)


@unhurried
@given(ratings)
def test_the_interval_of_a_mean_is_that_of_scipy(histogram: dict[int, int]) -> None:
    answers = _answers(histogram)
    assume(len(set(answers)) > 1)
    figure = mean({value: histogram.get(value, 0) for value in range(1, 6)}, minimum=1)
    low, high = stats.t.interval(0.95, len(answers) - 1, loc=np.mean(answers), scale=stats.sem(answers))
    assert (figure.ci_low, figure.ci_high) == pytest.approx((max(1, low), min(5, high)), abs=1e-8)


many_ratings = st.dictionaries(st.integers(1, 5), st.integers(15, 60), min_size=2)


@unhurried
@given(many_ratings, many_ratings)
def test_the_difference_of_means_is_that_of_statsmodels(first: dict[int, int], second: dict[int, int]) -> None:
    own, other = _answers(first), _answers(second)
    found = mean_difference(first, second)
    expected = CompareMeans(DescrStatsW(own), DescrStatsW(other)).tconfint_diff(usevar="unequal")
    assert (found.ci_low, found.ci_high) == pytest.approx(expected, abs=1e-6)


@unhurried
@given(st.integers(1, 3000), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_t_is_that_of_scipy(degrees: int, confidence: float) -> None:
    assert t_two_sided(degrees, confidence) == pytest.approx(stats.t.ppf((1 + confidence) / 2, degrees), abs=1e-9)


@unhurried
@given(st.floats(29, 500))
def test_t_between_whole_degrees_is_that_of_scipy(degrees: float) -> None:
    assert t_between(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), abs=1e-7)


@unhurried
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_who_stands_out_is_whom_statsmodels_names(p_values: list[float]) -> None:
    rejected, *_ = multipletests(p_values, alpha=0.05, method="fdr_bh")
    named = stand_out(dict(enumerate(p_values)))
    assert named == {place for place, stands_out in enumerate(rejected) if stands_out}


@unhurried
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=10, max_size=60))
def test_the_rank_correlation_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    found = rank_correlation(pairs)
    if any(len({pair[side] for pair in pairs}) == 1 for side in (0, 1)):
        assert found is None
        return
    assert found is not None
    expected = stats.spearmanr(pairs)
    assert (found.rho, found.p) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-9)
    assert found.ci_low <= found.rho <= found.ci_high
