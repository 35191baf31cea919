"""Before and after: what may be said of a change, for shares, means and NPS alike."""

import pytest

from app.analytics.before_after import Outcome, find_change
from app.analytics.differences import Verdict
from app.analytics.measured import Histogram
from app.analytics.measures import measure
from app.surveys.question import Metric, QuestionType


@pytest.mark.parametrize(
    ("metric", "after", "before", "verdict"),
    [
        # Newcombe's 56 of 70 against 48 of 80: from 5 to 33 points.
        (Metric.CSAT, {3: 14, 5: 56}, {2: 32, 4: 48}, Verdict.HIGHER),
        (Metric.CSAT, {2: 32, 4: 48}, {3: 14, 5: 56}, Verdict.LOWER),
        (Metric.CSAT, {3: 8, 5: 24}, {3: 9, 5: 24}, Verdict.NO_CLEAR_DIFFERENCE),
        # Thirty on both sides, or nothing is said.
        (Metric.CSAT, {5: 29}, {1: 1000}, Verdict.TOO_FEW),
        (Metric.CSAT, {5: 30}, {1: 30}, Verdict.HIGHER),
        (Metric.CSAT, {5: 300}, {}, Verdict.TOO_FEW),
        (Metric.NPS, {10: 60, 8: 30, 0: 10}, {10: 30, 8: 30, 0: 40}, Verdict.HIGHER),
        (Metric.NPS, {10: 50, 8: 30, 0: 20}, {10: 45, 8: 30, 0: 25}, Verdict.NO_CLEAR_DIFFERENCE),
        (Metric.CES, {6: 40, 7: 40}, {4: 40, 5: 40}, Verdict.HIGHER),
        (Metric.CES, {5: 40}, {5: 40}, Verdict.NO_CLEAR_DIFFERENCE),
        (Metric.FCR, {1: 80, 2: 20}, {1: 40, 2: 60}, Verdict.HIGHER),
        # 39 is enough to compare shares, and not for product-market fit.
        (Metric.PMF, {1: 39}, {3: 39}, Verdict.TOO_FEW),
        (Metric.PMF, {1: 40}, {3: 40}, Verdict.HIGHER),
    ],
)
def test_the_verdict_is(metric: Metric, after: Histogram, before: Histogram, verdict: Verdict) -> None:
    change = find_change(measure(metric, after), measure(metric, before))
    assert change.verdict is verdict
    assert (change.outcome is Outcome.CHANGED) is (verdict in (Verdict.HIGHER, Verdict.LOWER))
    assert (change.difference is None) is (verdict is Verdict.TOO_FEW)


def test_the_difference_is_told_with_its_interval() -> None:
    difference = find_change(measure(Metric.CSAT, {3: 14, 5: 56}), measure(Metric.CSAT, {2: 32, 4: 48})).difference
    assert difference is not None
    assert (difference.value, difference.ci_low, difference.ci_high) == pytest.approx((0.2, 0.0524, 0.3339), abs=6e-5)


def test_effort_on_five_points_is_not_compared_with_ease_on_seven() -> None:
    ease = measure(Metric.CES, {5: 40})
    effort = measure(Metric.CES, {2: 40}, question_type=QuestionType.RATING5)
    with pytest.raises(ValueError, match="compared"):
        find_change(ease, effort)
