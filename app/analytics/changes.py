"""Before and after: whether a metric changed between two sets of answers, by one rule for every face. Pure.

A change is said only where both sides have 30 answers and the interval of the difference leaves 0 out. Never a bare
arrow: without that it is "not distinguishable".
"""

from dataclasses import dataclass
from enum import StrEnum

from app.analytics.differences import (
    LEAST,
    Difference,
    Verdict,
    judge,
    mean_difference,
    nps_difference,
    share_difference,
)
from app.analytics.measures import Histogram, Measured, count_of, nps_counts
from app.analytics.metrics import Method


class Outcome(StrEnum):
    """What may be said."""

    CHANGED = "changed"
    NOT_DISTINGUISHABLE = "not_distinguishable"


@dataclass(frozen=True, slots=True)
class Change:
    """The headline after, less the headline before. `difference` is None where either side is below 30 answers."""

    verdict: Verdict
    difference: Difference | None

    @property
    def outcome(self) -> Outcome:
        """Whether it changed, in the two words there are."""
        changed = self.verdict in (Verdict.HIGHER, Verdict.LOWER)
        return Outcome.CHANGED if changed else Outcome.NOT_DISTINGUISHABLE


def find_change(after: Measured, before: Measured) -> Change:
    """Return how the headline changed; both are the same metric from the same type of question.

    Hidden figures and those of fewer than 30 answers are not compared.
    """
    if (after.metric, after.question_type) != (before.metric, before.question_type):
        raise ValueError(
            f"{after.metric} of {after.question_type} cannot be compared with {before.metric} of {before.question_type}"
        )
    if after.figure.suppressed or before.figure.suppressed or min(after.n, before.n) < LEAST:
        return Change(Verdict.TOO_FEW, None)
    difference = _subtract(after, after.histogram, before.histogram)
    return Change(judge(difference), difference)


def _subtract(measured: Measured, after: Histogram, before: Histogram) -> Difference:
    match measured.figure.method:
        case Method.WILSON:
            counted = measured.counted
            return share_difference(
                count_of(after, counted), sum(after.values()), count_of(before, counted), sum(before.values())
            )
        case Method.ADJUSTED_WALD:
            return nps_difference(nps_counts(after), nps_counts(before))
        case Method.STUDENT_T:
            return mean_difference(after, before)
