"""Shares, means and NPS with their intervals; the published rows stand in test_known_answers."""

import pytest

from app.analytics.metrics import (
    Figure,
    Method,
    Reason,
    adjusted_wald_interval,
    hide,
    mean,
    nps,
    share,
    wilson_interval,
)
from app.analytics.quantiles import t_two_sided, t_within, z_two_sided


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (1, 11, 0.0162, 0.3774),
        (10, 100, 0.0552, 0.1744),
        (0, 100, 0, 0.0370),
    ],
)
def test_wilson_gives_newcombes_table(successes: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=5.1e-5)


def test_nobody_asked_leaves_everything_possible() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("n", [1, 7, 10, 1_000, 10_000_000])
def test_the_ends_of_wilson_are_exact(n: int) -> None:
    assert wilson_interval(0, n)[0] == 0.0
    assert wilson_interval(n, n)[1] == 1.0


def test_nps_has_the_adjusted_wald_interval() -> None:
    assert adjusted_wald_interval(50, 30, 20) == pytest.approx((14.05, 44.20), abs=0.005)
    figure = nps(50, 30, 20)
    assert (figure.value, figure.n, figure.method) == (30, 100, Method.ADJUSTED_WALD)


# Two-sided Student t: the printed tables (NIST handbook 1.3.6.7.2), with further places.
@pytest.mark.parametrize(
    ("degrees", "confidence", "t"),
    [
        (1, 0.95, 12.7062047361747),
        (2, 0.95, 4.30265272974946),
        (3, 0.95, 3.18244630528371),
        (4, 0.95, 2.77644510519779),
        (9, 0.95, 2.26215716279820),
        (10, 0.99, 3.16927267261695),
        (29, 0.95, 2.04522964213270),
        (30, 0.95, 2.04227245630124),
        (99, 0.95, 1.98421695158642),
        (1000, 0.95, 1.96233908082641),
    ],
)
def test_t_agrees_with_the_tables(degrees: int, confidence: float, t: float) -> None:
    assert t_two_sided(degrees, confidence) == pytest.approx(t, abs=1e-9)


@pytest.mark.parametrize("degrees", [1, 2, 3, 10, 57, 198, 199, 200, 201, 1000, 4321])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
def test_t_is_the_inverse_of_the_distribution(degrees: int, confidence: float) -> None:
    assert t_within(t_two_sided(degrees, confidence), degrees) == pytest.approx(confidence, abs=1e-9)


def test_t_meets_the_normal_quantile_far_out() -> None:
    assert z_two_sided() == pytest.approx(1.959963985, abs=1e-9)
    assert t_two_sided(10**9) == pytest.approx(z_two_sided(), abs=1e-8)


def test_t_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="degree"):
        t_two_sided(0)


def test_mean_has_the_t_interval() -> None:
    # The squares around 3.9 add up to 14.9, so 3.9 ± 2.2621572 · sqrt(14.9 / 9 / 10).
    figure = mean({1: 1, 2: 0, 3: 2, 4: 3, 5: 4})
    assert (figure.value, figure.n, figure.method) == (3.9, 10, Method.STUDENT_T)
    assert (figure.ci_low, figure.ci_high) == pytest.approx((2.9795618, 4.8204382), abs=1e-6)


def test_the_interval_of_a_mean_stays_on_the_scale() -> None:
    figure = mean({1: 1, 2: 0, 3: 0, 4: 0, 5: 9})
    assert figure.ci_high == 5


def test_answers_that_are_all_alike_have_a_mean_and_no_interval() -> None:
    assert mean({1: 0, 5: 12}) == Figure(5.0, 12, None, None, Method.STUDENT_T, reason=Reason.ALL_ALIKE)


@pytest.mark.parametrize("figure", [share(9, 9), mean({5: 8, 1: 1}), nps(3, 3, 3)])
def test_nine_answers_are_hidden(figure: Figure) -> None:
    assert (figure.value, figure.ci_low, figure.ci_high, figure.suppressed) == (None, None, None, True)
    assert (figure.n, figure.reason) == (9, Reason.TOO_FEW)


@pytest.mark.parametrize("figure", [share(9, 10), mean({5: 9, 1: 1}), nps(3, 3, 4)])
def test_ten_answers_are_shown(figure: Figure) -> None:
    assert figure.value is not None
    assert not figure.suppressed
    assert figure.reason is None


@pytest.mark.parametrize("figure", [share(0, 0, minimum=0), mean({}, minimum=0), nps(0, 0, 0)])
def test_no_answers_have_no_value(figure: Figure) -> None:
    assert figure.value is None
    assert figure.reason is Reason.NO_ANSWERS


def test_a_figure_hidden_for_another_keeps_only_its_n() -> None:
    figure = hide(share(10, 20))
    assert (figure.value, figure.ci_low, figure.n, figure.reason) == (None, None, 20, Reason.PROTECTS_ANOTHER)
