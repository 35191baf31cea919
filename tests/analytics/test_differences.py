"""Known answers: published intervals of differences and z values, reproduced; and when nothing is said."""

import pytest

from app.analytics.differences import (
    LEAST,
    Verdict,
    compare_nps,
    compare_shares,
    p_lower,
    share_difference,
    share_z,
    stand_out,
)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),  # Newcombe 1998, Table II (a)
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1),
        ((10, 10), (0, 10), 0.6075, 1),
    ],
)
def test_newcombe_gives_the_published_interval(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = share_difference(*first, *second)
    assert found.value == pytest.approx(first[0] / first[1] - second[0] / second[1])
    assert found.ci_low == pytest.approx(low, abs=6e-5)
    assert found.ci_high == pytest.approx(high, abs=6e-5)


@pytest.mark.parametrize(
    ("first", "second", "z"),
    [((56, 195), (251, 605), -3.18879), ((300, 502), (50, 248), 10.2267), ((351, 605), (41, 195), 8.9859)],
)
def test_the_pooled_z_is_the_published_one(first: tuple[int, int], second: tuple[int, int], z: float) -> None:
    assert share_z(*first, *second) == pytest.approx(z, abs=5e-5)


def test_p_is_small_only_for_what_is_lower() -> None:
    assert p_lower(56, 195, 251, 605) == pytest.approx(2 * 0.000714, abs=2e-6)
    assert p_lower(251, 605, 56, 195) == 1.0
    assert p_lower(10, 10, 20, 20) == 1.0


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ((27, LEAST), (10, LEAST), Verdict.HIGHER),
        ((10, LEAST), (27, LEAST), Verdict.LOWER),
        ((24, LEAST), (22, LEAST), Verdict.NO_CLEAR_DIFFERENCE),
        ((LEAST - 1, LEAST - 1), (0, 1000), Verdict.TOO_FEW),
        ((500, 1000), (0, LEAST - 1), Verdict.TOO_FEW),
        ((0, 0), (0, 0), Verdict.TOO_FEW),
    ],
)
def test_shares_are_compared_from_thirty_answers(
    first: tuple[int, int], second: tuple[int, int], verdict: Verdict
) -> None:
    assert compare_shares(*first, *second) is verdict


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ((60, 30, 10), (30, 30, 40), Verdict.HIGHER),
        ((30, 30, 40), (60, 30, 10), Verdict.LOWER),
        ((50, 30, 20), (45, 30, 25), Verdict.NO_CLEAR_DIFFERENCE),
        ((30, 0, 0), (30, 0, 0), Verdict.NO_CLEAR_DIFFERENCE),
        ((29, 0, 0), (0, 0, 100), Verdict.TOO_FEW),
    ],
)
def test_nps_is_compared_by_its_variance(
    first: tuple[int, int, int], second: tuple[int, int, int], verdict: Verdict
) -> None:
    assert compare_nps(first, second) is verdict


def test_benjamini_and_hochberg_name_their_own_example() -> None:
    # Table 1 of the paper of 1995: of fifteen, the four smallest stand out.
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    published += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert stand_out(dict(enumerate(published))) == frozenset(range(4))


def test_nobody_stands_out_of_nobody() -> None:
    assert stand_out({}) == frozenset()


def test_one_of_many_needs_to_be_surer_than_one_alone() -> None:
    assert stand_out({"a": 0.04}) == {"a"}
    assert stand_out({"a": 0.04} | {str(number): 0.5 for number in range(20)}) == frozenset()
