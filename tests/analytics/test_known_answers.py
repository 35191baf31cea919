"""The worked examples and published rows that need more than one arithmetic, whatever definition is behind them.

Those of shares, means, NPS and single differences stand in test_metrics and test_differences.
"""

import csv
import json
from collections import Counter
from math import sqrt
from pathlib import Path
from statistics import NormalDist

import pytest

from app.analytics.aapor import Dispositions, response_rates
from app.analytics.differences import p_lower, share_z
from app.analytics.distributions import mann_whitney
from app.analytics.measures import measure
from app.analytics.metrics import adjusted_wald_interval, mean, nps, share, wilson_interval
from app.analytics.quantiles import z_two_sided
from app.surveys.question import Metric

KNOWN = Path(__file__).parent / "known_answers"


def _rows(name: str) -> list[dict[str, str]]:
    with (KNOWN / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# The whole numbers of the call centre's 5,000 calls: what its published shares and averages are divided from.
CALLS, ANSWERED, RESOLVED, WAITED, TALKED = 5000, 4054, 3646, 273_729, 911_837
RATED = measure(Metric.CSAT, {1: 417, 2: 396, 3: 1218, 4: 1180, 5: 843})
# What each published row comes to by our arithmetic; rows that are not ours keep their own definition.
CALL_CENTRE = {
    "total calls": CALLS,
    "CSAT % = mean/5*100": 100 * (RATED.parts["mean"].value or 0) / 5,
    "resolved % of answered": 100 * (share(RESOLVED, ANSWERED).value or 0),
    "abandoned %": 100 * (share(CALLS - ANSWERED, CALLS).value or 0),
    "average speed of answer, s": WAITED / ANSWERED,
    "average handling (talk) time, s": TALKED / ANSWERED,
}


@pytest.mark.parametrize("row", _rows("published_metrics.csv"), ids=lambda row: f"{row['case']} {row['metric']}"[:60])
def test_every_published_row_is_reproduced(row: dict[str, str]) -> None:
    found = _compute(row["case"], row["metric"], json.loads(row["counts_json"]))
    if not row["expected"]:
        assert found is None
    else:
        assert found == pytest.approx(float(row["expected"]), abs=float(row["tolerance"]) or 1e-12)


def _compute(case: str, metric: str, counts: dict[str, float]) -> float | None:
    if case.startswith("PwC"):
        return CALL_CENTRE[metric]
    if metric.startswith("percent_positive"):
        # The NHS keeps "don't know" in the denominator.
        return share(int(counts["very_good"] + counts["good"]), int(sum(counts.values()))).value
    if metric == "(mean-1)/4":
        value = mean({int(rating): int(count) for rating, count in counts.items()}, minimum=1).value
        return None if value is None else (value - 1) / 4
    if metric == "response rate":
        offered, answered = int(counts["offered"]), int(counts["responses"])
        return response_rates(Dispositions(interviews=answered, non_contacts=offered - answered)).rr1.value
    if "scores" in counts:
        scores: list[int] = counts["scores"]  # type: ignore[assignment]
        return measure(Metric.NPS, Counter(scores), minimum=1).figure.value
    n = sum(counts.values())
    up, down = counts["promoters"] / n, counts["detractors"] / n
    if metric == "NPS":
        return nps(int(counts["promoters"]), int(counts["passives"]), int(counts["detractors"])).value
    if metric == "NPS (fraction)":
        return up - down
    assert metric == "NPS 95% margin of error (points)"
    return 100 * _plain_nps_margin(up, down, int(n))


def test_the_call_centres_top_two_is_another_number_than_its_mean() -> None:
    assert RATED.n == ANSWERED
    assert RATED.figure.value == 2023 / 4054
    assert RATED.parts["mean"].value == pytest.approx(3.4036, abs=5e-5)


@pytest.mark.parametrize(
    "row", _rows("wilson_intervals.csv"), ids=lambda r: f"{r['successes']}/{r['n']} {r['confidence']}"
)
def test_every_published_wilson_interval_is_reproduced(row: dict[str, str]) -> None:
    successes, n, confidence = int(row["successes"]), int(row["n"]), float(row["confidence"])
    corrected = row["continuity_correction"] == "1"
    interval = _corrected_wilson if corrected else wilson_interval
    low, high = interval(successes, n, confidence=confidence)
    assert (low, high) == pytest.approx((float(row["low"]), float(row["high"])), abs=1e-6)


def _corrected_wilson(successes: int, n: int, *, confidence: float) -> tuple[float, float]:
    """Return Wilson's interval with continuity correction (Newcombe 1998, method 4), which is not ours."""
    z, p = z_two_sided(confidence), successes / n
    low = 2 * n * p + z**2 - 1 - z * sqrt(max(0.0, z**2 - 2 - 1 / n + 4 * p * (n * (1 - p) + 1)))
    high = 2 * n * p + z**2 + 1 + z * sqrt(max(0.0, z**2 + 2 - 1 / n + 4 * p * (n * (1 - p) - 1)))
    scale = 2 * (n + z**2)
    return 0.0 if successes == 0 else low / scale, 1.0 if successes == n else high / scale


def _plain_nps_margin(up: float, down: float, n: int) -> float:
    return z_two_sided() * sqrt((up + down - (up - down) ** 2) / n)


@pytest.mark.parametrize(
    ("successes", "failures", "low", "high"),
    [
        (1, 10, 0.016231752, 0.377364625),
        (10, 90, 0.055228542, 0.174367304),
        (0, 100, 0, 0.036994807),
    ],
)
def test_wilson_is_right_to_nine_places(successes: int, failures: int, low: float, high: float) -> None:
    # Published with z = 1.96, not with 1.95996.
    found = wilson_interval(successes, successes + failures, confidence=2 * NormalDist().cdf(1.96) - 1)
    assert found == pytest.approx((low, high), abs=1e-9)


def test_wilsons_half_width_at_85_percent_shrinks_as_the_page_says() -> None:
    for n, half in ((20, 15.4), (80, 7.8), (300, 4.0), (1000, 2.2)):
        low, high = wilson_interval(round(0.85 * n), n)
        assert 50 * (high - low) == pytest.approx(half, abs=0.05)


def test_the_pooled_z_is_the_variant_that_is_coded() -> None:
    first, second = 351 / 605, 41 / 195
    unpooled = (first - second) / sqrt(first * (1 - first) / 605 + second * (1 - second) / 195)
    assert unpooled == pytest.approx(10.4454, abs=5e-5)
    assert share_z(351, 605, 41, 195) == pytest.approx(8.9859, abs=5e-5)
    assert p_lower(56, 195, 251, 605) / 2 == pytest.approx(0.000714, abs=5e-7)


def test_the_variance_of_an_nps_is_the_published_one() -> None:
    up, down, n = 1 / 2, 1 / 6, 324
    variance = up + down - (up - down) ** 2
    assert (variance, sqrt(variance)) == pytest.approx((5 / 9, 0.74536), abs=5e-6)
    assert 100 * sqrt(variance / n) == pytest.approx(4.1409, abs=5e-5)
    assert 100 * _plain_nps_margin(up, down, n) == pytest.approx(8.116, abs=5e-4)


def test_the_adjusted_wald_interval_is_29_and_15_around() -> None:
    low, high = adjusted_wald_interval(50, 30, 20)
    assert (low + high) / 2 == pytest.approx(29.126, abs=5e-4)
    assert (high - low) / 2 == pytest.approx(15.075, abs=5e-4)


def test_mann_whitney_gives_the_published_example() -> None:
    found = mann_whitney(dict.fromkeys([19, 22, 16, 29, 24], 1), dict.fromkeys([20, 11, 17, 12], 1))
    assert found is not None
    assert (found.u, found.other_u) == (17, 3)
    assert found.p == pytest.approx(0.11134688653, abs=5e-12)


def test_mann_whitney_works_from_histograms() -> None:
    found = mann_whitney({1: 12, 2: 9, 3: 20, 4: 61, 5: 98}, {1: 25, 2: 18, 3: 26, 4: 57, 5: 74})
    assert found is not None
    assert found.u == 23_497.5
    assert found.z == pytest.approx(3.20222, abs=5e-6)
    assert found.p == pytest.approx(0.0013637190179, abs=5e-14)


def test_aapors_rates_are_the_published_ones() -> None:
    rates = response_rates(
        Dispositions(interviews=650, partials=50, refusals=150, non_contacts=100, others=30, unknown_others=20)
    )
    assert rates.rr1.value == 0.65
    assert rates.rr2.value == 0.70
    assert rates.contact.value == 0.88
    assert rates.cooperation.value == pytest.approx(0.765, abs=5e-4)
    assert rates.refusal.value == 0.15
    assert (rates.rr1.n, rates.cooperation.n) == (1000, 850)


def test_who_could_not_be_asked_enters_no_rate() -> None:
    counts = Dispositions(interviews=8, refusals=2, unknown_households=10, ineligible=500)
    assert response_rates(counts).rr1.value == 0.4


def test_nobody_asked_has_no_rate() -> None:
    assert response_rates(Dispositions(ineligible=30)).rr1.value is None
